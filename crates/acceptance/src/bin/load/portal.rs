//! The list of a developer's apps, as people who are signed in look at it.

use crate::connection::Answer;
use crate::round::Round;
use crate::seed::{CALLBACK, PASSWORD, Seeded};
use crate::server::Server;
use crate::work::{AnyWork, Same, visit};
use acceptance::{AppSpec, Provider};
use anyhow::Context;
use std::rc::Rc;

pub(crate) const LIST: &str = "list of 50 apps";

/// Apps of one developer.
const APPS: usize = 50;
const DEVELOPER: &str = "developer@example.com";
const PATH: &str = "/apps";

/// One `Cookie` header for each of so many browsers in which the developer is signed in; none where a server has no such
/// page.
pub(crate) fn seed(provider: &Provider, browsers: usize) -> anyhow::Result<Vec<String>> {
    provider.user_create(DEVELOPER, "Developer", PASSWORD, false);
    for number in 0..APPS {
        provider.app_create(&AppSpec {
            owner: DEVELOPER,
            name: &format!("Listed app {number}"),
            redirect_uris: &[CALLBACK],
            ..AppSpec::default()
        });
    }
    let mut sessions = Vec::new();
    for _ in 0..browsers {
        let mut browser = provider.browser_of(DEVELOPER, PASSWORD);
        browser.sign_in(DEVELOPER, PASSWORD);
        if browser.get(PATH).status != 200 {
            break;
        }
        let cookies = browser.cookies.header();
        sessions.push(cookies.context("no cookie after a sign-in")?);
    }
    Ok(sessions)
}

/// Looks at the list, each in a session of its own.
fn works(server: &Server, seeded: &Seeded) -> Vec<AnyWork> {
    let work = |cookie: &String| {
        let request = visit(PATH, "none", cookie);
        let bytes: Rc<[u8]> = request.bytes(&server.host()).into();
        Same::work(&bytes, is_list)
    };
    seeded.developers.iter().map(work).collect()
}

/// Whether an answer is the list: the newest app is on it.
fn is_list(answer: &Answer<'_>) -> bool {
    let body = std::str::from_utf8(answer.body);
    answer.is_success() && body.is_ok_and(|body| body.contains("Listed app 49"))
}

/// The list on each server that has it.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers {
        if !seeded.developers.is_empty() {
            round.load(LIST, server, works(server, seeded))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::answer;

    #[test]
    fn the_list_is_told_from_the_way_to_it() {
        assert!(is_list(&answer(200, "", "<bdi>Listed app 49</bdi>")));
        assert!(!is_list(&answer(200, "", "<bdi>Listed app 24</bdi>")));
        assert!(!is_list(&answer(303, "Location: /sign-in\r\n", "")));
    }
}
