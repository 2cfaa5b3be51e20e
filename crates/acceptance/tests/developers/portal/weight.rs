//! What the pages of the portal weigh, with all that a browser fetches for them: under 100 KiB as they are compressed on the
//! way, and nothing from anywhere else.

use super::routes::{routes, scene};
use super::swapped_routes::{ids_of, with_all};
use super::{Developer, FIELDS, NEW};
use crate::support::{ANN, OWNER};
use acceptance::{App, Browser, Reply, unescape};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// The most bytes of a page with all that it shows.
const MOST: usize = 100 * 1_024;
/// So many apps somebody has.
const APPS: usize = 50;

/// As a proxy in front of the server sends it.
fn compressed(bytes: &[u8]) -> usize {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).expect("into memory");
    packed.finish().expect("into memory").len()
}

/// The values of an attribute, in tags that begin with one of these.
fn values(text: &str, tags: &[&str], attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    let tags = text.split('<').filter(|tag| {
        let name = tag.split([' ', '>', '/']).next().unwrap_or_default();
        // What only says where the page is, or in which languages, is not fetched.
        let is_told = [" rel=\"canonical\"", " rel=\"alternate\""];
        tags.contains(&name) && !is_told.iter().any(|told| tag.contains(told))
    });
    let found = tags.filter_map(|tag| {
        let tag = tag.split('>').next()?;
        let value = tag.split_once(&start)?.1;
        Some(unescape(value.split('"').next()?))
    });
    found.collect()
}

/// What a browser fetches by itself when it shows this.
fn fetched(text: &str) -> Vec<String> {
    let shown = [
        "img", "script", "iframe", "embed", "audio", "video", "source", "track", "input", "image",
        "use",
    ];
    let mut all = values(text, &shown, "src");
    all.extend(values(text, &["img", "source"], "srcset"));
    all.extend(values(text, &["link", "image", "use"], "href"));
    all.extend(values(text, &["object"], "data"));
    all.extend(values(text, &["video"], "poster"));
    let urls = text
        .split("url(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    all.extend(urls.map(|url| url.trim_matches(['"', '\'']).to_owned()));
    all.retain(|url| !url.starts_with("data:") && !url.starts_with('#'));
    all
}

/// What was weighed before, by its address.
type Weighed = BTreeMap<String, usize>;

/// What a page weighs with all that is fetched for it.
#[track_caller]
fn weighed(browser: &mut Browser, target: &str, page: &Reply, assets: &mut Weighed) -> usize {
    let policy = page.header("Content-Security-Policy").unwrap_or_default();
    let sources = policy
        .split(';')
        .filter(|one| !one.trim().starts_with("form-action"));
    assert!(
        policy.starts_with("default-src 'none'"),
        "{target}: {policy}"
    );
    for source in sources {
        assert!(
            !source.contains("://") && !source.contains('*'),
            "{target}: {policy}"
        );
    }
    let mut wanted: Vec<String> = fetched(&page.text());
    let mut seen = BTreeSet::new();
    let mut whole = compressed(&page.body);
    while let Some(url) = wanted.pop() {
        assert!(
            url.starts_with('/') && !url.starts_with("//"),
            "{target} fetches {url}"
        );
        if !seen.insert(url.clone()) {
            continue;
        }
        if let Some(weight) = assets.get(&url) {
            whole += weight;
            continue;
        }
        let asset = browser.get(&url).expect(200);
        let kind = asset.header("Content-Type").unwrap_or_default();
        if kind.starts_with("text/css") {
            assert!(!asset.text().contains("@import"), "{url}");
            wanted.extend(fetched(&asset.text()));
        }
        let weight = compressed(&asset.body);
        assets.insert(url, weight);
        whole += weight;
    }
    whole
}

/// Registers as many as somebody has, each with a long name and as many words as there may be.
#[track_caller]
fn many_apps(developer: &mut Developer) {
    let long = "A board for tasks ".repeat(20);
    for at in 1..APPS {
        let name = format!("A board of many tasks and of a rather long name, number {at}");
        let typed = [
            ("name", &*name),
            ("kind", "public"),
            ("description", long.trim()),
        ];
        developer.try_register(&typed).expect(200);
    }
}

#[test]
fn every_page_of_the_portal_is_light_and_fetches_nothing_from_elsewhere() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let estate = with_all(&scene, &mut ann, ANN, "Owl");
    many_apps(&mut ann);
    assert!(super::registered(&scene) >= APPS);
    let ids = ids_of(&mut ann, &estate);
    let mut admin = Developer::of(&scene, OWNER);
    let mut nobody = scene.provider.browser();
    let mut assets = Weighed::new();
    let mut pages = BTreeSet::new();
    for route in routes().iter().filter(|route| !route.is_form) {
        let owned = |app: &App| {
            let path = route.path.replace("{client_id}", &app.client_id);
            path.replace("{id}", &estate.organization)
        };
        match (route.subject, route.path) {
            // They are found by what leads to them, or are the list by another address.
            (_, "/assets/{name}" | "/developers/{*page}" | "/my/apps") => {}
            ("administrator", path) => {
                pages.insert(path.replace("{id}", &ids["request"][0]));
            }
            _ => pages.extend([&estate.app, &estate.of_organization].map(owned)),
        }
    }
    let typed: Vec<(&str, &str)> = FIELDS.iter().map(|(name, _)| (*name, "")).collect();
    let refused = ann.try_register(&typed).expect(400);
    let weight = weighed(&mut ann.browser, NEW, &refused, &mut assets);
    assert!(weight < MOST, "{NEW} refused: {weight} bytes");
    // The pages to read lead to each other.
    let read = nobody.get("/developers").expect(200).text();
    pages.extend(
        values(&read, &["a"], "href")
            .into_iter()
            .filter(|href| href.starts_with("/developers/")),
    );
    let mut most = (0, String::new());
    let mut shown = 0;
    for target in &pages {
        let target = target.split('#').next().unwrap_or_default();
        let browser = match target.starts_with("/admin/") {
            true => &mut admin.browser,
            false => &mut ann.browser,
        };
        let page = browser.get(target);
        let kind = page.header("Content-Type").unwrap_or_default().to_owned();
        // The playground has no answer that it waits for, and says so; not every app has a picture,
        // and some pages are those of a host of its own.
        assert!(
            [200, 303, 400, 404].contains(&page.status),
            "{target}: {page}"
        );
        if !kind.starts_with("text/html") {
            // It leads elsewhere, is a picture or is plain text, which browsers show as it is.
            assert!(compressed(&page.body) < MOST, "{target}");
            continue;
        }
        let weight = weighed(browser, target, &page, &mut assets);
        assert!(weight < MOST, "{target}: {weight} bytes");
        most = most.max((weight, target.to_owned()));
        shown += usize::from(page.status == 200);
    }
    assert!(shown > 20, "{shown}: {pages:?}");
    assert!(assets.len() > 2, "{assets:?}");
    println!(
        "{shown} pages; the heaviest is {} with {} bytes",
        most.1, most.0
    );
}
