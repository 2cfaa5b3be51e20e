//! What people may choose of what an app asks for, and what their ticks become.
use protocol::authorize::{AuthorizationRequest, AuthorizationResponse, Moment, Step};
use protocol::consent::{
    Answer, Breadth, ChoiceFault, Chosen, Layout, Offer, Ticks, allow, choice,
};
use protocol::facts::SessionFacts;
use protocol::policy::{Policy, Risk};
use protocol::testing::{Case, NOW, Spoil, Verdict, scope};
use protocol::transition::AuthorizeChange;
use protocol::types::{AppStanding, Asks, Consent, Interaction, Scope};
use protocol::{Decision, Transition};

const ALL: &str = "tasks:read tasks:write identity api api:v1";
const LOCKED: Offer = Offer::Locked;
const TICKED: Offer = boxed(true, false);
const FREE: Offer = boxed(false, false);
const NEEDED: Offer = boxed(false, true);

const fn boxed(ticked: bool, required: bool) -> Offer {
    Offer::Box {
        ticked,
        required,
        had: false,
    }
}

/// A request, and how it is put to somebody who allowed `before` and left out `skipped`.
fn put(case: &Case, before: &str, skipped: &str) -> (Layout, Vec<(String, Offer)>) {
    let request = case.passed();
    let new = request.new_to(Some(&remembered(&request, before, skipped)), &case.policy);
    let skipped = scope(skipped);
    let choice = choice(&request.asked(&new, &skipped, &case.policy), &case.policy);
    let offers = choice.offers.iter();
    let offers = offers.map(|(name, offer)| ((*name).to_owned(), *offer));
    (choice.layout, offers.collect())
}

fn remembered(request: &AuthorizationRequest, allowed: &str, skipped: &str) -> Consent {
    Consent {
        organization: None,
        subject: SessionFacts::for_tests().person.subject,
        client: request.client.no,
        scope: scope(allowed),
        skipped: scope(skipped),
        standing: protocol::types::AppStanding::Trusted,
        redirect_uris: vec![request.redirect_uri.registered().to_owned()],
        granted_at: NOW,
        earlier: Scope::default(),
    }
}

/// An app that can do without writing.
fn optional(case: &mut Case) {
    case.client.asks = Asks {
        optional: scope("tasks:write"),
        ..Asks::default()
    };
}

/// Nobody vouches for the app.
fn unreviewed(case: &mut Case) {
    case.policy.unreviewed_unticked = true;
    case.client.reviewed_at = None;
}

/// Puts a request in words to somebody who allowed and left out something before.
#[track_caller]
fn assert_put(spoil: Spoil, (before, skipped): (&str, &str), layout: Layout, offers: &str) {
    let (is, shown) = put(&Case::authorize().with(spoil), before, skipped);
    let word = |offer| match offer {
        Offer::Had => "had",
        Offer::Box {
            ticked: true,
            had: true,
            ..
        } => "had, in a box",
        LOCKED => "locked",
        TICKED => "ticked",
        FREE => "free",
        NEEDED => "needed",
        other @ Offer::Box { .. } => panic!("{other:?}"),
    };
    let shown: Vec<String> = shown
        .iter()
        .map(|(name, offer)| format!("{name}={}", word(*offer)))
        .collect();
    assert_eq!((is, shown.join(" ").as_str()), (layout, offers));
}

/// "An app with an explicit scope list is locked except its declared optional scopes."
#[test]
fn of_a_list_only_what_the_app_can_do_without_has_a_box() {
    let list: Spoil = |case| {
        optional(case);
        case.set("scope", "tasks:read tasks:write");
    };
    let layout = Layout::AsAsked;
    assert_put(
        list,
        ("", ""),
        layout,
        "tasks:read=locked tasks:write=ticked",
    );
    assert_put(
        list,
        ("", "tasks:write"),
        layout,
        "tasks:read=locked tasks:write=free",
    );
    assert_put(
        list,
        ("tasks:write", ""),
        layout,
        "tasks:read=locked tasks:write=had, in a box",
    );
    assert_put(
        |case| case.unset("scope"),
        ("", ""),
        layout,
        "tasks:read=locked",
    );
}

#[test]
fn of_a_broad_request_everything_new_has_a_box() {
    let all: Spoil = |case| case.set("scope", ALL);
    let offers = "tasks:read=ticked tasks:write=ticked identity=ticked api=free api:v1=ticked";
    assert_put(all, ("", "api"), Layout::Broad, offers);
    let offers = "tasks:read=had, in a box tasks:write=had, in a box identity=had, in a box \
                  api=had, in a box api:v1=ticked";
    assert_put(
        all,
        ("tasks:read tasks:write identity api", ""),
        Layout::Broad,
        offers,
    );
    let nothing_named: Spoil = |case| {
        case.unset("scope");
        case.policy.scopes[1].default = true;
    };
    let offers = "tasks:read=ticked tasks:write=ticked";
    assert_put(nothing_named, ("", ""), Layout::Broad, offers);
}

#[test]
fn of_an_app_that_nobody_vouches_for_nothing_is_ticked() {
    let list: Spoil = |case| {
        optional(case);
        unreviewed(case);
        case.set("scope", "tasks:read tasks:write");
    };
    let layout = Layout::Unticked;
    assert_put(list, ("", ""), layout, "tasks:read=needed tasks:write=free");
    let all: Spoil = |case| {
        unreviewed(case);
        case.set("scope", ALL);
    };
    let offers = "tasks:read=had, in a box tasks:write=free identity=free api=free api:v1=free";
    assert_put(all, ("tasks:read", ""), layout, offers);
}

fn ticks(breadth: Option<Breadth>, scopes: &[&str]) -> Ticks {
    let scopes = scopes.iter().map(|name| (*name).to_owned()).collect();
    Ticks { breadth, scopes }
}

/// What ticks allow of a request of somebody who allowed nothing before.
fn read(case: &Case, ticks: &Ticks) -> Result<Option<Chosen>, ChoiceFault> {
    let request = case.passed();
    let asked = request.asked(&request.scope, Scope::NONE, &case.policy);
    choice(&asked, &case.policy).read(ticks, &case.policy)
}

fn chosen(allowed: &str, skipped: &str) -> Result<Option<Chosen>, ChoiceFault> {
    let (scope, skipped) = (scope(allowed), scope(skipped));
    Ok(Some(Chosen { scope, skipped }))
}

#[test]
fn a_list_is_allowed_but_for_what_is_not_ticked() {
    let case = Case::authorize().with(|case| {
        optional(case);
        case.set("scope", "tasks:read tasks:write");
    });
    assert_eq!(
        read(&case, &ticks(None, &["tasks:write"])),
        chosen("tasks:read tasks:write", "")
    );
    assert_eq!(
        read(&case, &ticks(None, &[])),
        chosen("tasks:read", "tasks:write")
    );
    let beyond = ticks(Some(Breadth::Everything), &["tasks:write", "admin:*"]);
    assert_eq!(
        read(&case, &beyond),
        Err(ChoiceFault::NotShown),
        "no tick reaches beyond the page"
    );
    let only_optional = Case::authorize().with(|case| {
        optional(case);
        case.set("scope", "tasks:write");
    });
    assert_eq!(
        read(&only_optional, &ticks(None, &[])),
        Ok(None),
        "nothing is access_denied"
    );
}

#[test]
fn a_broad_request_is_allowed_whole_for_reading_or_as_ticked() {
    let case = Case::authorize().with(|case| {
        case.set("scope", ALL);
        for entry in &mut case.policy.scopes {
            entry.risk = match entry.name.as_str() {
                "tasks:write" | "api" => Risk::Write,
                _ => Risk::Read,
            };
        }
    });
    let every: Vec<&str> = ALL.split(' ').collect();
    let rows = [
        (ticks(Some(Breadth::Everything), &every), chosen(ALL, "")),
        (ticks(None, &[]), chosen(ALL, "")),
        (
            ticks(Some(Breadth::Everything), &["api"]),
            Err(ChoiceFault::Unclear),
        ),
        (
            ticks(Some(Breadth::Reading), &every),
            chosen("tasks:read identity api:v1", "tasks:write api"),
        ),
        (
            ticks(Some(Breadth::Ticked), &["api"]),
            chosen("api", "tasks:read tasks:write identity api:v1"),
        ),
        (ticks(Some(Breadth::Ticked), &[]), Ok(None)),
        (
            ticks(Some(Breadth::Ticked), &["admin:*"]),
            Err(ChoiceFault::NotShown),
        ),
    ];
    for (ticks, expected) in rows {
        assert_eq!(read(&case, &ticks), expected, "{ticks:?}");
    }
}

/// Another tab may have been answered since a page was shown: what was allowed there is not allowed by a page that showed it
/// unticked.
#[test]
fn what_another_tab_allowed_is_allowed_by_a_page_that_says_so() {
    let case = Case::authorize().with(|case| case.set("scope", ALL));
    let request = case.passed();
    let new = scope("tasks:write identity api api:v1");
    let asked = request.asked(&new, Scope::NONE, &case.policy);
    let choice = choice(&asked, &case.policy);
    let read = |ticks: &Ticks| choice.read(ticks, &case.policy);
    let ticked = |scopes: &[&str]| read(&ticks(Some(Breadth::Ticked), scopes));
    let rest = "tasks:write identity api:v1";
    assert_eq!(
        ticked(&["api"]),
        chosen("api", &format!("tasks:read {rest}"))
    );
    assert_eq!(
        ticked(&["tasks:read", "api"]),
        chosen("tasks:read api", rest)
    );
    let whole = ticks(None, &["tasks:read"]);
    assert_eq!(read(&whole), chosen(ALL, ""), "its form has no boxes");
}

#[test]
fn an_app_that_nobody_vouches_for_gets_what_is_ticked_or_is_told_what_is_missing() {
    let case = Case::authorize().with(|case| {
        optional(case);
        unreviewed(case);
        case.set("scope", "tasks:read tasks:write");
    });
    let missing = Err(ChoiceFault::Missing(scope("tasks:read")));
    assert_eq!(read(&case, &ticks(None, &[])), missing);
    assert_eq!(read(&case, &ticks(None, &["tasks:write"])), missing);
    // It is not of a layout that has one.
    assert_eq!(read(&case, &ticks(Some(Breadth::Everything), &[])), missing);
    assert_eq!(
        read(&case, &ticks(None, &["tasks:read"])),
        chosen("tasks:read", "tasks:write")
    );
    let needs_nothing = case.with(|case| case.set("scope", "tasks:write"));
    assert_eq!(read(&needs_nothing, &ticks(None, &[])), Ok(None));
}

fn next(case: &Case, consent: &Consent) -> Step {
    let (session, consent) = (SessionFacts::for_tests(), Some(consent.clone()));
    let moment = Moment::of_arrival(case.now);
    case.passed()
        .next(Some(&session), &consent, &case.policy, moment)
}

#[test]
fn what_was_left_out_is_asked_for_again_when_the_app_needs_it() {
    let mut case = Case::authorize().with(|case| {
        optional(case);
        case.set("scope", "tasks:read tasks:write");
    });
    let consent = remembered(&case.passed(), "tasks:read", "tasks:write");
    assert_eq!(next(&case, &consent), Step::Issue(scope("tasks:read")));
    case.client.asks = Asks::default();
    let asked = Step::Consent {
        new: scope("tasks:write"),
    };
    assert_eq!(next(&case, &consent), asked, "it is required now");
    optional(&mut case);
    case.set("scope", "tasks:read tasks:write api");
    let both = Step::Consent {
        new: scope("tasks:write api"),
    };
    assert_eq!(
        next(&case, &consent),
        both,
        "with something new, it is on the page again"
    );
    case.set("scope", "tasks:write");
    assert_eq!(next(&case, &consent), asked, "a code for nothing is none");
    case.set("scope", ALL);
    let broad = remembered(
        &case.passed(),
        "tasks:read",
        "tasks:write identity api api:v1",
    );
    assert_eq!(next(&case, &broad), Step::Issue(scope("tasks:read")));
}

/// "If the issued access token scope is different from the one requested by the client, the authorization server MUST
/// include the "scope" response parameter" (RFC 6749 §3.3).
#[test]
fn less_than_was_asked_for_is_told_and_remembered() {
    let case = Case::authorize().with(|case| case.set("scope", "tasks:read tasks:write"));
    let request = case.passed();
    let (_, Transition::Authorize(AuthorizeChange::Keep(interaction))) =
        request.keep(&case.context())
    else {
        panic!("it is kept");
    };
    let code = |chosen: Chosen, before| match given(&case, &interaction, chosen, before).change() {
        Some(Transition::Authorize(AuthorizeChange::IssueCode { code, consent, .. })) => {
            (code, consent.unwrap())
        }
        other => panic!("{other:?}"),
    };
    let part = || chosen("tasks:read", "tasks:write").unwrap().unwrap();
    let (narrowed, consent) = code(part(), None);
    assert_eq!(
        (narrowed.scope, narrowed.scope_named),
        (scope("tasks:read"), false)
    );
    assert_eq!(
        (&consent.scope, &consent.skipped),
        (&scope("tasks:read"), &scope("tasks:write"))
    );
    let (whole, consent) = code(Chosen::all(&request.scope), Some(consent));
    assert!(whole.scope_named);
    assert_eq!(
        (consent.scope, consent.skipped),
        (scope("tasks:read tasks:write"), Scope::default())
    );
    let (_, kept) = code(part(), Some(remembered(&request, "tasks:write", "api")));
    assert_eq!(
        (kept.scope, kept.skipped),
        (scope("tasks:write tasks:read"), scope("api"))
    );
}

fn given(
    case: &Case,
    interaction: &Interaction,
    chosen: Chosen,
    before: Option<Consent>,
) -> Decision<AuthorizationResponse, ()> {
    let nonce = "a nonce of this browser";
    let answer = Answer {
        organization: None,
        interaction,
        nonce,
    };
    let session = SessionFacts::for_tests();
    allow(
        (&case.passed(), chosen),
        answer,
        &session,
        before,
        (None, None),
        &case.context(),
    )
}

/// The catalogue may have nothing that anybody may ask for.
#[test]
fn no_catalogue_makes_a_list_broad() {
    let policy = Policy {
        scopes: Vec::new(),
        ..Policy::for_tests()
    };
    assert!(!protocol::consent::is_broad(true, &scope("x"), &policy));
    assert!(protocol::consent::is_broad(false, &scope("x"), &policy));
}

/// What an organization takes from a scope is nothing that its member could allow: they are not asked for it each time.
#[test]
fn a_limited_app_is_given_what_is_left_of_what_was_allowed() {
    let risky = |case: &mut Case| {
        for entry in &mut case.policy.scopes {
            if entry.name == "tasks:write" {
                entry.risk = Risk::Delete;
            }
        }
    };
    let mut case = Case::authorize().with(|case| {
        risky(case);
        case.set("scope", "tasks:read tasks:write");
    });
    let allowed = |case: &Case, allowed: &str, standing| Consent {
        standing,
        ..remembered(&case.passed(), allowed, "")
    };
    let (limited, trusted) = (AppStanding::Limited, AppStanding::Trusted);
    let (narrow, wide) = ("tasks:read", "tasks:read tasks:write");
    let ask = |new| Step::Consent { new: scope(new) };
    for (had, standing, step) in [
        (narrow, trusted, ask("tasks:write")),
        (narrow, limited, Step::Issue(scope(narrow))),
        (wide, trusted, Step::Issue(scope(wide))),
        (wide, limited, Step::Issue(scope(narrow))),
        ("", limited, ask(wide)),
        (wide, AppStanding::Blocked, ask("")),
    ] {
        let consent = allowed(&case, had, standing);
        assert_eq!(next(&case, &consent), step, "{had}, {standing:?}");
    }
    // Nothing is left: whoever asks for that alone is not given a code for nothing.
    case.set("scope", "tasks:write");
    let consent = allowed(&case, wide, limited);
    assert_eq!(next(&case, &consent), ask(""));
    // What can be left out of what is left, and was.
    let case = Case::authorize().with(|case| {
        risky(case);
        case.client.asks.optional = scope("identity");
        case.set("scope", "tasks:read tasks:write identity");
    });
    let consent = Consent {
        standing: limited,
        ..remembered(&case.passed(), narrow, "identity")
    };
    assert_eq!(next(&case, &consent), Step::Issue(scope(narrow)));
    let consent = Consent {
        standing: limited,
        ..remembered(&case.passed(), "", "identity")
    };
    assert_eq!(
        next(&case, &consent),
        ask("tasks:read tasks:write identity")
    );
}
