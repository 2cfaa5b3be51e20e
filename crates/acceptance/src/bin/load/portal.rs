//! The list of a developer's apps, as people who are signed in look at it.

use crate::connection::Answer;
use crate::round::Round;
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Same};
use acceptance::{AppSpec, Provider, Request};
use anyhow::Context;
use std::rc::Rc;

pub(crate) const LIST: &str = "list of 50 apps";

/// Apps of one developer.
const APPS: usize = 50;
const DEVELOPER: &str = "developer@example.com";
const PASSWORD: &str = "a long enough bench password";
const PATH: &str = "/apps";

/// One `Cookie` header for each of so many browsers in which the developer is signed in; none where a server has no such
/// page.
pub(crate) fn seed(provider: &Provider, browsers: usize) -> anyhow::Result<Vec<String>> {
    provider.user_create(DEVELOPER, "Developer", PASSWORD, false);
    for number in 0..APPS {
        provider.app_create(&AppSpec {
            owner: DEVELOPER,
            name: &format!("Listed app {number}"),
            redirect_uris: &["http://localhost:9876/callback"],
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
        let request = Request::get(PATH)
            .header("Connection", "keep-alive")
            .header("Accept", "text/html,*/*;q=0.8")
            .header("Sec-Fetch-Site", "none")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Cookie", cookie);
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
