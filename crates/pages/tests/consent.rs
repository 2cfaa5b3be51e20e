//! What the consent page must say, in words.

use pages::{AsksFrom, Consent, Page, Text};
use protocol::policy::Risk;
use protocol::types::Language;

fn usual() -> Consent {
    Consent::samples(Language::English).swap_remove(0)
}

fn with_risk(risk: Risk) -> String {
    let mut page = usual();
    page.groups.truncate(1);
    page.groups[0].scopes.truncate(1);
    page.groups[0].scopes[0].risk = risk;
    page.html()
}

#[test]
fn risk_is_said_in_words() {
    assert!(with_risk(Risk::Write).contains(">Can make changes<"));
    assert!(with_risk(Risk::Delete).contains(">Can delete<"));
    assert!(with_risk(Risk::Full).contains(">Full access<"));
    assert!(!with_risk(Risk::Read).contains("class=\"chip read\""));
}

/// What is asked for now stands first; what was allowed before can be unfolded.
#[test]
fn what_was_allowed_before_is_told_apart() {
    let mut page = usual();
    assert!(
        !page.html().contains("allowed it before"),
        "all of it is new"
    );
    page.earlier = vec![page.groups.remove(0)];
    let html = page.html();
    let (new, earlier) = html
        .split_once("What you have allowed it before")
        .expect("both");
    assert!(new.contains("would also like to:") && new.contains("<code>profile</code>"));
    assert!(
        earlier.contains("<code>tasks:write</code>") && !new.contains("<code>tasks:write</code>")
    );
}

/// With more than ten scopes, a group that only looks is folded, and one that does more is not.
#[test]
fn many_scopes_are_folded_but_for_those_that_matter() {
    let mut page = usual();
    let line = page.groups[1].scopes[0].clone();
    page.groups[1].scopes = vec![line; 9];
    let html = page.html();
    assert!(
        html.contains("<details class=\"group\" open>")
            && html.contains("<details class=\"group\">")
    );
    assert!(html.contains("(9)"));
    page.groups[1].scopes.truncate(8);
    assert!(
        !page.html().contains("<details class=\"group\""),
        "ten are not many"
    );
}

#[test]
fn the_host_is_named_and_a_local_program_is_warned_about() {
    let mut page = usual();
    let host = || "board.example.org".to_owned();
    page.asks_from = AsksFrom::Website { host: host() };
    assert!(
        page.html()
            .contains("You will go back to <strong class=\"host\">board.example.org")
    );
    assert!(!page.html().contains("running on this computer"));
    page.asks_from = AsksFrom::ThisComputer { host: host() };
    assert!(page.html().contains("a program running on this computer"));
}

/// The host of a document stands before all that the app says of itself, whole, and is the only thing that is strong there.
#[test]
fn the_host_of_a_document_is_first_and_whole() {
    let mut page = usual();
    page.app.name = "claude.ai".to_owned();
    let long = format!("claude.ai.{}.evil.example", "a-".repeat(100));
    for host in ["claude.ai.evil.example", "xn--clude-3ve.ai", &long] {
        page.host = Some(host.to_owned());
        let html = page.html();
        let (_, main) = html.split_once("<div class=\"app\">").expect("the app");
        let (before, _) = main.split_once("<h1>").expect("the question");
        assert!(
            before.contains(&format!("From <strong><bdi>{host}</bdi></strong>")),
            "{before}"
        );
        assert_eq!(before.matches("<strong>").count(), 1);
        assert!(!before.contains(">claude.ai<"), "{before}");
    }
    page.host = None;
    assert!(!page.html().contains("From <strong>"));
}

#[test]
fn both_answers_are_buttons_of_the_same_form() {
    let html = usual().html();
    let form = html.split_once("action=\"/consent\"").expect("the form").1;
    let form = form.split_once("</form>").expect("its end").0;
    for answer in ["allow", "deny"] {
        let button = format!("id=\"{answer}\" type=\"submit\" name=\"answer\" value=\"{answer}\"");
        assert!(form.contains(&button), "{form}");
    }
}

#[test]
fn the_button_that_allows_has_the_words_of_the_provider() {
    let mut page = usual();
    page.allow = Text::of_others("Authorize Application");
    let html = page.html();
    assert!(html.contains("value=\"allow\">Authorize Application</button>"));
    assert!(html.contains("value=\"deny\">Deny</button>"));
}

#[test]
fn a_homepage_that_is_not_on_the_web_is_not_a_link() {
    let mut page = usual();
    assert!(page.html().contains("href=\"https://board.example.org/\""));
    page.app.homepage = "javascript:alert(1)".to_owned();
    let html = page.html();
    assert!(!html.contains("javascript:"));
    assert!(html.contains("board.example.org"));
}
