//! The consent page, as people who are signed in are shown it: a request that waits for their answer.

use crate::connection::Answer;
use crate::round::Round;
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Same, visit};
use acceptance::{Pkce, Request, send};
use anyhow::Context;
use std::rc::Rc;

pub(crate) const PAGE: &str = "consent page";

/// A request for the page, in the session of this `Cookie` header: whoever allowed the same before is asked again.
fn page(server: &Server, seeded: &Seeded, cookie: &str) -> anyhow::Result<Vec<u8>> {
    let pkce = Pkce::random();
    let further = [
        ("code_challenge", pkce.challenge.as_str()),
        ("prompt", "consent"),
    ];
    let host = server.host();
    let asked = Request::get(&seeded.authorization(&further)).header("Cookie", cookie);
    let asked = send(server.addr(), &host, &asked)?;
    let to = asked
        .location()
        .filter(|to| to.contains("/consent?"))
        .with_context(|| format!("nobody is asked: {asked}"))?;
    Ok(visit(to, "none", cookie).bytes(&host))
}

/// Whether an answer is the page: it has the button.
fn is_page(answer: &Answer<'_>) -> bool {
    let body = std::str::from_utf8(answer.body);
    answer.is_success() && body.is_ok_and(|body| body.contains("id=\"allow\""))
}

/// The page on each Valetkey, each in a session of its own.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers.iter().filter(|(server, _)| !server.is_floor()) {
        let mut works: Vec<AnyWork> = Vec::new();
        for cookie in &seeded.sessions {
            let bytes: Rc<[u8]> = page(server, seeded, cookie)?.into();
            works.push(Same::work(&bytes, is_page));
        }
        round.load(PAGE, server, works)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::answer;

    #[test]
    fn the_page_is_told_from_the_way_to_it() {
        assert!(is_page(&answer(200, "", "<button id=\"allow\">")));
        assert!(!is_page(&answer(200, "", "<form action=\"/sign-in\">")));
        assert!(!is_page(&answer(303, "Location: /sign-in\r\n", "")));
    }
}
