//! What holds for every sample of every page: markup, accessibility, escaping.

mod catalogue;
mod markup;
mod weight;

use std::collections::BTreeSet;

use markup::{Tag, tags};
use pages::{
    HOSTILE, Sample, copy_script, every_sample, passkey_script, show_password_script, stylesheet,
    submit_script,
};
use protocol::types::Language;

fn for_every_sample(check: impl Fn(&[Tag], &Sample)) {
    for language in Language::ALL {
        for sample in every_sample(language) {
            println!("{} {} in {language:?}", sample.page, sample.number);
            check(&tags(&sample.html), &sample);
        }
    }
}

fn opening<'a>(tags: &'a [Tag], name: &'a str) -> impl Iterator<Item = &'a Tag> {
    tags.iter()
        .filter(move |tag| !tag.closes && tag.name == name)
}

fn ids(tags: &[Tag]) -> Vec<&str> {
    tags.iter().filter_map(|tag| tag.get("id")).collect()
}

/// A page's ordinary, empty and hostile states at least, each under a name of its own.
#[test]
fn every_page_has_its_samples() {
    let samples = every_sample(Language::English);
    let names: BTreeSet<_> = samples.iter().map(|one| (one.page, one.number)).collect();
    assert_eq!(names.len(), samples.len(), "two pages have one name");
    for (page, _) in &names {
        assert!(names.contains(&(page, 3)), "{page} has less than three");
    }
}

#[test]
fn tags_are_balanced() {
    for_every_sample(|tags, _| assert_eq!(markup::unbalanced(tags), None));
}

#[test]
fn every_page_has_one_heading_a_title_and_a_language() {
    for_every_sample(|tags, sample| {
        let count = |name| opening(tags, name).count();
        assert_eq!(count("h1"), 1);
        assert_eq!(count("main"), 1);
        assert_eq!(count("title"), 1);
        assert!(!sample.html.contains("<title> "));
    });
    for language in Language::ALL {
        for sample in every_sample(language) {
            let tags = tags(&sample.html);
            let said = opening(&tags, "html")
                .next()
                .and_then(|tag| tag.get("lang"));
            let meant = if sample.translated {
                language.tag()
            } else {
                "en"
            };
            assert_eq!(said, Some(meant), "{}", sample.page);
            assert_eq!(sample.language.tag(), meant, "{}", sample.page);
        }
    }
}

#[test]
fn headings_do_not_skip_a_level() {
    for_every_sample(|tags, _| {
        let levels =
            tags.iter()
                .filter(|tag| !tag.closes)
                .filter_map(|tag| match tag.name.as_str() {
                    "h1" => Some(1),
                    "h2" => Some(2),
                    "h3" => Some(3),
                    _ => None,
                });
        levels.fold(0, |before, level| {
            assert!(level <= before + 1, "h{level} follows h{before}");
            level
        });
    });
}

#[test]
fn only_passwords_passkeys_what_is_copied_and_what_goes_on_by_itself_bring_a_script() {
    for_every_sample(|tags, sample| {
        let inputs = || opening(tags, "input");
        let asks = inputs().any(|tag| tag.get("type") == Some("password"));
        assert!(!asks || sample.asks_password);
        let shown = opening(tags, "input").chain(opening(tags, "pre"));
        let copies = shown.into_iter().any(|tag| tag.get("data-copy").is_some());
        assert!(!copies || sample.copies);
        let asked = opening(tags, "form").any(|tag| tag.get("data-passkey").is_some());
        assert!(!asked || sample.passkeys);
        let show = sample.asks_password.then(|| show_password_script().0);
        let copy = sample.copies.then(|| copy_script().0);
        let submit = sample.submits.then(|| submit_script().0);
        let passkey = asked.then(|| passkey_script().0);
        let meant = show.into_iter().chain(passkey).chain(copy).chain(submit);
        let meant: Vec<_> = meant.map(Some).collect();
        let scripts: Vec<_> = opening(tags, "script").map(|tag| tag.get("src")).collect();
        assert_eq!(scripts, meant);
        // What sends a form stands behind it; all else waits until the page is whole.
        let deferred = sample.html.matches("defer></script>").count();
        let at_end = sample.html.matches("></script></body>").count();
        assert_eq!(at_end, usize::from(sample.submits));
        assert_eq!(deferred + at_end, sample.html.matches("<script").count());
        for tag in tags {
            assert!(!matches!(tag.name.as_str(), "style" | "iframe"), "{tag:?}");
            for (name, value) in &tag.attributes {
                assert!(name != "style" && !name.starts_with("on"), "{tag:?}");
                assert!(!value.starts_with("javascript:"), "{tag:?}");
            }
        }
    });
}

#[test]
fn hostile_text_is_escaped() {
    let hostile: Vec<_> = every_sample(Language::English)
        .into_iter()
        .filter(|sample| sample.html.contains("alert(1)"))
        .collect();
    let pages: BTreeSet<_> = hostile.iter().map(|sample| sample.page).collect();
    let all: BTreeSet<_> = every_sample(Language::English)
        .iter()
        .map(|sample| sample.page)
        .collect();
    assert_eq!(pages, all, "every page has a hostile sample");
    for sample in hostile {
        assert!(!sample.html.contains(HOSTILE), "{}", sample.page);
        assert!(!sample.html.contains("<img src=x"), "{}", sample.page);
        assert!(sample.html.contains("&amp;amp;") || sample.html.contains("&#38;amp;"));
    }
}

#[test]
fn every_input_has_a_label_and_a_purpose() {
    for_every_sample(|tags, _| {
        let labelled: Vec<_> = opening(tags, "label")
            .filter_map(|tag| tag.get("for"))
            .collect();
        for input in opening(tags, "input").filter(|tag| tag.get("type") != Some("hidden")) {
            assert!(
                input.get("id").is_some_and(|id| labelled.contains(&id)),
                "{input:?}"
            );
            // What is ticked or chosen is not typed.
            let is_box = matches!(input.get("type"), Some("radio" | "checkbox" | "file"));
            assert!(is_box || input.get("autocomplete").is_some(), "{input:?}");
        }
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    for_every_sample(|tags, _| {
        let ids = ids(tags);
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for tag in tags {
            for name in ["aria-describedby", "aria-labelledby", "for"] {
                let references = tag.get(name).unwrap_or_default().split_whitespace();
                references.for_each(|id| assert!(ids.contains(&id), "{tag:?}"));
            }
            if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(&id), "{tag:?}");
            }
        }
    });
}

#[test]
fn at_most_one_element_takes_the_focus() {
    for_every_sample(|tags, _| {
        let focused = tags.iter().filter(|tag| tag.get("autofocus").is_some());
        assert!(focused.count() <= 1);
    });
}

#[test]
fn what_is_invalid_says_why() {
    for_every_sample(|tags, _| {
        for tag in tags.iter().filter(|tag| tag.get("aria-invalid").is_some()) {
            assert!(tag.get("aria-describedby").is_some(), "{tag:?}");
        }
    });
}

#[test]
fn every_form_posts_to_us_with_a_nonce() {
    for_every_sample(|tags, sample| {
        // What only looks something up is no act, and needs no proof.
        let posts = |form: &&Tag| form.get("method") == Some("post");
        let looks_up = |form: &Tag| form.get("method") == Some("get");
        assert!(opening(tags, "form").all(|form| posts(&form) || looks_up(form)));
        // Notices and answers to apps post to others.
        if !["notice", "form-post"].contains(&sample.page) {
            let nonces = tags.iter().filter(|tag| tag.get("name") == Some("nonce"));
            assert_eq!(nonces.count(), opening(tags, "form").filter(posts).count());
        }
        for button in opening(tags, "button") {
            assert_eq!(button.get("type"), Some("submit"), "{button:?}");
        }
    });
}

/// With a logo there is no mark of ours, and the picture says the name.
#[test]
fn a_logo_stands_in_place_of_our_mark_and_says_the_name() {
    for_every_sample(|tags, _| {
        let is_ours = |tag: &Tag| tag.get("class") == Some("top");
        if !opening(tags, "header").any(is_ours) {
            return;
        }
        let pictures = opening(tags, "img").filter(|tag| tag.get("class") == Some("logo"));
        let pictures: Vec<_> = pictures.collect();
        let marks = opening(tags, "svg").filter(|tag| tag.get("class") == Some("mark"));
        assert_eq!(pictures.len() + marks.count(), 1);
        for picture in &pictures {
            assert!(
                picture.get("alt").is_some_and(|name| !name.is_empty()),
                "{picture:?}"
            );
            assert!(picture.get("height").is_some());
            let icon = opening(tags, "link").find(|tag| tag.get("rel") == Some("icon"));
            let icon = icon.and_then(|tag| tag.get("href"));
            assert!(icon.is_some_and(|href| href != "data:,"), "{icon:?}");
        }
    });
    let has_logo = |sample: &&Sample| sample.html.contains("class=\"logo\"");
    let samples = every_sample(Language::English);
    let logos: BTreeSet<_> = samples
        .iter()
        .filter(has_logo)
        .map(|sample| sample.page)
        .collect();
    assert!(logos.len() >= 10, "{logos:?}");
}

/// The provider's own links stand in the footer of every page of its own; what people agree to, also where they do.
#[test]
fn the_links_of_a_brand_stand_in_every_footer() {
    let branded = every_sample(Language::English);
    let branded = branded
        .iter()
        .filter(|sample| sample.html.contains("https://help.tasks.example/"));
    let mut pages = BTreeSet::new();
    for sample in branded {
        pages.insert(sample.page);
        let (body, foot) = sample.html.rsplit_once("<footer>").expect("a footer");
        for href in [
            "https://tasks.example/terms",
            "https://tasks.example/privacy",
            "https://help.tasks.example/",
            "mailto:support@tasks.example",
        ] {
            assert!(
                foot.contains(&format!("href=\"{href}\"")),
                "{href} on {}",
                sample.page
            );
        }
        let agreed = ["terms", "privacy"]
            .map(|name| body.contains(&format!("href=\"https://tasks.example/{name}\"")));
        let asks = ["consent", "sign-up"].contains(&sample.page);
        assert_eq!(agreed, [asks; 2], "{}", sample.page);
    }
    assert!(
        pages.is_superset(&BTreeSet::from([
            "consent",
            "developers",
            "notice",
            "sign-up"
        ])),
        "{pages:?}"
    );
}

#[test]
fn every_page_of_ours_begins_with_a_link_to_its_content() {
    for_every_sample(|tags, sample| {
        if sample.page.starts_with("demo-") {
            return;
        }
        let first = opening(tags, "a").next();
        assert_eq!(first.and_then(|tag| tag.get("href")), Some("#main"));
        let main = opening(tags, "main").next();
        assert_eq!(main.and_then(|tag| tag.get("id")), Some("main"));
    });
}

#[test]
fn every_page_links_the_stylesheet_by_its_hash() {
    let (path, css) = stylesheet();
    let hash = path
        .strip_prefix("/assets/valetkey-")
        .and_then(|rest| rest.strip_suffix(".css"));
    let is_hash = |hash: &str| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(hash.is_some_and(is_hash), "{path}");
    assert!(css.contains("prefers-color-scheme: dark"));
    for_every_sample(|tags, _| {
        let mut links = tags.iter().filter_map(|tag| tag.get("href"));
        assert!(links.any(|href| href == path));
    });
}
