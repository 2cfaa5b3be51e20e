//! The developer pages as somebody reads them: their text, their links, their programs.

use super::Scene;
use acceptance::{Api, Reply, Request, Url, unescape};
use std::collections::{BTreeMap, BTreeSet};

/// All pages of a provider, by path.
pub(crate) struct Guide {
    pages: BTreeMap<String, String>,
}

/// A program on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The word behind its fence: `bash`, `python` …
    pub(crate) language: String,
    /// Its text.
    pub(crate) text: String,
}

impl Guide {
    /// Reads every page that the first one leads to.
    #[track_caller]
    pub(crate) fn of(scene: &Scene) -> Self {
        let api = scene.api();
        let first = page(&api, "/developers");
        let paths = attributes(&first, "href");
        let own = paths
            .iter()
            .filter(|path| path.starts_with("/developers") && !path.contains(['#', '.']));
        let pages = own.map(|path| (path.clone(), page(&api, path)));
        Guide {
            pages: pages.collect(),
        }
    }

    /// The paths of the pages.
    pub(crate) fn paths(&self) -> BTreeSet<&str> {
        self.pages.keys().map(String::as_str).collect()
    }

    /// The markup of a page, "" where there is none.
    pub(crate) fn html(&self, path: &str) -> &str {
        self.pages.get(path).map_or("", String::as_str)
    }

    /// The words of a page, without markup.
    pub(crate) fn text(&self, path: &str) -> String {
        words(self.html(path))
    }

    /// The words of all pages.
    pub(crate) fn all(&self) -> String {
        self.pages.values().map(|html| words(html)).collect()
    }

    /// Links that lead to no page or no place on one.
    pub(crate) fn broken_links(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (path, html) in &self.pages {
            for link in attributes(html, "href") {
                let (target, anchor) = link.split_once('#').unwrap_or((&link, ""));
                let target = if target.is_empty() { path } else { target };
                let there = self.pages.contains_key(target);
                let ids = attributes(self.html(target), "id");
                let found = anchor.is_empty() || ids.iter().any(|id| id == anchor);
                let ours = target.starts_with("/developers") && target != "/developers.md";
                if ours && !(there && found) {
                    broken.push(format!("{path}: {link}"));
                }
            }
        }
        broken
    }

    /// The programs of a page below the heading with this id, in order.
    #[track_caller]
    pub(crate) fn programs(&self, path: &str, heading: &str) -> Vec<Program> {
        let html = self.html(path);
        let start = match heading {
            "" => 0,
            id => html
                .find(&format!("<h2 id=\"{id}\">"))
                .unwrap_or_else(|| panic!("no {id} on {path}")),
        };
        let section = &html[start..];
        let end = section[1..]
            .find("<h2 id=")
            .map_or(section.len(), |at| at + 1);
        let parts = section[..end].split("<code class=\"language-").skip(1);
        let programs = parts.filter_map(|part| {
            let (language, rest) = part.split_once("\">")?;
            let (text, _) = rest.split_once("</code>")?;
            Some(Program {
                language: language.to_owned(),
                text: unescape(text),
            })
        });
        programs.collect()
    }

    /// The one program of a section in a language.
    #[track_caller]
    pub(crate) fn program(&self, path: &str, heading: &str, language: &str) -> Program {
        let all = self.programs(path, heading);
        let mut found = all.iter().filter(|program| program.language == language);
        match (found.next(), found.next()) {
            (Some(program), None) => program.clone(),
            _ => panic!("{path}#{heading} has not one {language} program: {all:?}"),
        }
    }
}

#[track_caller]
fn page(api: &Api, path: &str) -> String {
    let reply = reply(api, path).expect(200);
    assert_eq!(
        reply.header("Content-Type"),
        Some("text/html; charset=utf-8"),
        "{path}"
    );
    reply.text()
}

/// Asks for a page as a browser does.
pub(crate) fn reply(api: &Api, path: &str) -> Reply {
    api.send(&Request::get(path).header("Accept", "text/html,*/*;q=0.8"))
}

/// Every value of an attribute, in order.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let parts = html.split(&start).skip(1);
    let values = parts.filter_map(|part| Some(unescape(part.split_once('"')?.0)));
    values.collect()
}

/// The text of some markup, with single blanks.
fn words(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let (tag, after) = part.split_once('>').unwrap_or(("", part));
        // A code span has no blank around it that the reader would not see.
        let inline = ["code", "/code", "a", "/a", "em", "/em", "strong", "/strong"];
        let name = tag.split(' ').next().unwrap_or_default();
        if !inline.contains(&name) {
            text.push(' ');
        }
        text.push_str(after);
    }
    let text = unescape(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a link that a program printed leads, as a request target.
#[track_caller]
pub(crate) fn target_of(url: &str) -> String {
    Url::parse(url)
        .unwrap_or_else(|| panic!("no URL: {url}"))
        .target()
}
