//! Whole code flows of people who are signed in and have allowed the app before: authorize, redeem, refresh, revoke.

use crate::connection::Answer;
use crate::issue;
use crate::round::Round;
use crate::seed::{CALLBACK, Seeded};
use crate::server::Server;
use crate::work::{AnyWork, Post, Step, Work, text_member, visit};
use acceptance::Pkce;

pub(crate) const FLOW: &str = "code flow";

/// What the next request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Authorize,
    Redeem,
    Refresh,
    Revoke,
}

/// One flow after the other in one browser's session, each with a state and a code verifier of its own.
pub(crate) struct Flow {
    /// Request line of the authorization request up to the value of `state`.
    line: String,
    /// What follows the request target.
    headers: String,
    token: Post,
    revoke: Post,
    stage: Stage,
    number: u64,
    pkce: Pkce,
    /// The code, then the refresh token.
    held: String,
    bytes: Vec<u8>,
}

impl Flow {
    /// Flows of the app that refreshes, in the session of this `Cookie` header.
    pub(crate) fn new(server: &Server, seeded: &Seeded, cookie: &str) -> Self {
        let host = server.host();
        let target = seeded.authorization(&[("state", "")]);
        let request = visit(&target, "cross-site", cookie).bytes(&host);
        let request = String::from_utf8_lossy(&request).into_owned();
        let end = request.find(" HTTP/1.1").unwrap_or(request.len());
        let (line, headers) = request.split_at(end);
        Flow {
            line: line.to_owned(),
            headers: headers.to_owned(),
            token: Post::new(&seeded.paths.token, &host, &seeded.refresher),
            revoke: Post::new(&seeded.paths.revoke, &host, &seeded.refresher),
            stage: Stage::Authorize,
            number: 0,
            pkce: Pkce::random(),
            held: String::new(),
            bytes: Vec::new(),
        }
    }

    fn authorize(&mut self) -> &[u8] {
        self.number += 1;
        self.pkce = Pkce::random();
        let number = self.number.to_string();
        let parts = [
            &self.line,
            &number,
            "&code_challenge=",
            &self.pkce.challenge,
            &self.headers,
        ];
        self.bytes.clear();
        for part in parts {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        &self.bytes
    }

    /// Takes the code from the redirect, if it answers this flow's own request.
    fn redirected(&mut self, answer: &Answer<'_>) -> Option<()> {
        let (_, query) = answer.location()?.split_once('?')?;
        let param = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find_map(|(key, value)| (key == name).then_some(value))
        };
        let ours = answer.status == 303 && param("state")? == self.number.to_string();
        ours.then(|| self.hold(param("code")))?
    }

    fn hold(&mut self, text: Option<&str>) -> Option<()> {
        self.held.clear();
        self.held.push_str(text?);
        Some(())
    }

    fn taken(&mut self, answer: &Answer<'_>) -> Option<()> {
        match self.stage {
            Stage::Authorize => self.redirected(answer),
            Stage::Redeem | Stage::Refresh => {
                let token = text_member(answer.body, "refresh_token");
                self.hold(token.filter(|_| answer.is_success()))
            }
            Stage::Revoke => answer.is_success().then_some(()),
        }
    }
}

impl Work for Flow {
    fn request(&mut self) -> &[u8] {
        match self.stage {
            Stage::Authorize => self.authorize(),
            Stage::Redeem => self.token.with(&[
                "grant_type=authorization_code&redirect_uri=",
                &acceptance::encode(CALLBACK),
                "&code_verifier=",
                &self.pkce.verifier,
                "&code=",
                &self.held,
            ]),
            Stage::Refresh => {
                let start = "grant_type=refresh_token&refresh_token=";
                self.token.with(&[start, &self.held])
            }
            Stage::Revoke => self.revoke.with(&["token=", &self.held]),
        }
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        if self.taken(answer).is_none() {
            return Step::Wrong;
        }
        self.stage = match self.stage {
            Stage::Authorize => Stage::Redeem,
            Stage::Redeem => Stage::Refresh,
            Stage::Refresh => Stage::Revoke,
            Stage::Revoke => Stage::Authorize,
        };
        match self.stage {
            Stage::Authorize => Step::Done,
            _ => Step::More,
        }
    }
}

/// Flows for as many connections as there are sessions.
pub(crate) fn works(server: &Server, seeded: &Seeded) -> Vec<AnyWork> {
    let work = |cookie: &String| -> AnyWork { Box::new(Flow::new(server, seeded, cookie)) };
    seeded.sessions.iter().map(work).collect()
}

/// Flows on each Valetkey, beside `client_credentials` of the same round to compare with.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    let connections = round.args.width();
    for (server, seeded) in servers.iter().filter(|(server, _)| !server.is_floor()) {
        if !round.has(issue::ISSUE, connections, server) {
            let works = issue::works(server, seeded, connections);
            round.load(issue::ISSUE, server, works)?;
        }
        round.load(FLOW, server, works(server, seeded))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::answer;

    fn flow() -> Flow {
        let basic = ("id".to_owned(), "secret".to_owned());
        Flow {
            line: "GET /authorize?state=".to_owned(),
            headers: " HTTP/1.1\r\nCookie: c=1\r\n\r\n".to_owned(),
            token: Post::new("/token", "localhost:1", &basic),
            revoke: Post::new("/revoke", "localhost:1", &basic),
            stage: Stage::Authorize,
            number: 0,
            pkce: Pkce::random(),
            held: String::new(),
            bytes: Vec::new(),
        }
    }

    fn asked(flow: &mut Flow) -> String {
        String::from_utf8(flow.request().to_vec()).unwrap()
    }

    #[test]
    fn a_flow_goes_from_authorize_to_revoke_and_begins_anew() {
        let mut flow = flow();
        let first = asked(&mut flow);
        let challenge = flow.pkce.challenge.clone();
        let line = format!("GET /authorize?state=1&code_challenge={challenge} HTTP/1.1\r\n");
        assert!(first.starts_with(&line), "{first}");
        let head =
            "HTTP/1.1 303 See Other\r\nlocation: http://a/cb?code=ac_1&state=1&iss=x\r\n\r\n";
        assert_eq!(flow.answered(&answer(303, head, "")), Step::More);
        assert!(asked(&mut flow).ends_with("&code=ac_1"));
        assert!(asked(&mut flow).contains(&flow.pkce.verifier.clone()));
        let tokens = r#"{"access_token":"a","refresh_token":"rt_1"}"#;
        assert_eq!(flow.answered(&answer(200, "", tokens)), Step::More);
        assert!(asked(&mut flow).ends_with("grant_type=refresh_token&refresh_token=rt_1"));
        let tokens = r#"{"access_token":"a","refresh_token":"rt_2"}"#;
        assert_eq!(flow.answered(&answer(200, "", tokens)), Step::More);
        assert!(asked(&mut flow).ends_with("token=rt_2"));
        assert_eq!(flow.answered(&answer(200, "", "")), Step::Done);
        assert!(asked(&mut flow).starts_with("GET /authorize?state=2&"));
        assert_ne!(flow.pkce.challenge, challenge);
    }

    #[test]
    fn another_answer_is_wrong() {
        let other = "HTTP/1.1 303 See Other\r\nlocation: http://a/cb?code=ac_1&state=7\r\n\r\n";
        let sign_in = "HTTP/1.1 303 See Other\r\nlocation: /sign-in?request=1\r\n\r\n";
        for head in [other, sign_in] {
            let mut flow = flow();
            flow.request();
            assert_eq!(flow.answered(&answer(303, head, "")), Step::Wrong);
        }
    }
}
