//! Refresh chains: each request presents what the reply before gave.

use crate::connection::Answer;
use crate::round::Round;
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Post, Step, Work, text_member};

pub(crate) const REFRESH: &str = "refresh_token";

/// Rotations of one refresh token after another.
pub(crate) struct Chain {
    post: Post,
    token: String,
}

impl Chain {
    /// A chain that starts from `token`, which needs no encoding in a form.
    pub(crate) fn new(post: Post, token: &str) -> Self {
        Chain {
            post,
            token: token.to_owned(),
        }
    }
}

impl Work for Chain {
    fn request(&mut self) -> &[u8] {
        self.post
            .with(&["grant_type=refresh_token&refresh_token=", &self.token])
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        match text_member(answer.body, "refresh_token") {
            Some(token) if answer.is_success() => {
                self.token.clear();
                self.token.push_str(token);
                Step::Done
            }
            _ => Step::Wrong,
        }
    }
}

/// One chain for each of `tokens`, which nobody has used.
pub(crate) fn works(server: &Server, seeded: &Seeded, tokens: &[String]) -> Vec<AnyWork> {
    let chain = |token: &String| -> AnyWork {
        let post = Post::new(&seeded.paths.token, &server.host(), &seeded.refresher);
        Box::new(Chain::new(post, token))
    };
    tokens.iter().map(chain).collect()
}

/// Rotates on each server.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers {
        let tokens = &seeded.refresh_tokens[..round.args.width()];
        round.load(REFRESH, server, works(server, seeded, tokens))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::answer;

    #[test]
    fn a_chain_presents_what_it_got() {
        let basic = ("id".to_owned(), "secret".to_owned());
        let post = Post::new("/oauth/token", "localhost:1", &basic);
        let mut chain = Chain::new(post, "first");
        assert!(chain.request().ends_with(b"&refresh_token=first"));
        let reply = r#"{"access_token":"a","refresh_token": "second"}"#;
        assert_eq!(chain.answered(&answer(200, "", reply)), Step::Done);
        assert!(chain.request().ends_with(b"=second"));
        assert_eq!(chain.answered(&answer(200, "", "{}")), Step::Wrong);
        assert_eq!(chain.answered(&answer(400, "", reply)), Step::Wrong);
    }
}
