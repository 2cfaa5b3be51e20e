//! Sites whose library needs a web framework around it: a person's browser walks them.

use crate::flows::{Refusal, assert_tokens};
use crate::support::Scene;
use crate::talk::{Library, Talk, order};
use acceptance::{Api, App, Browser, Json, Redirect, Reply, Url, free_port};
use std::net::{Ipv4Addr, SocketAddr};

/// A site under way, of an app that is registered for it.
pub(crate) struct Site<'a> {
    scene: &'a Scene,
    /// The app that the site is.
    pub(crate) app: App,
    /// A browser on the site.
    pub(crate) browser: Browser,
    _program: Talk,
}

impl<'a> Site<'a> {
    /// Registers an app with a callback at `path`, and starts its site.
    #[track_caller]
    pub(crate) fn start(scene: &'a Scene, library: &Library, auth: &str, path: &str) -> Self {
        Self::told(scene, library, path, |app, callback| {
            order(scene, app, "site", auth, callback)
        })
    }

    /// The same, with what it is to be told.
    #[track_caller]
    pub(crate) fn told(
        scene: &'a Scene,
        library: &Library,
        path: &str,
        order: impl FnOnce(&App, &str) -> Json,
    ) -> Self {
        let port = free_port();
        let url = format!("http://localhost:{port}");
        let callback = format!("{url}{path}");
        let app = scene.confidential(&callback);
        let mut told = order(&app, &callback);
        told["port"] = port.into();
        let mut program = library.start(scene, &told);
        program.hear("site");
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Site {
            scene,
            app,
            browser: Browser::at(Api::new(addr, &format!("localhost:{port}")), &url),
            _program: program,
        }
    }

    /// Where the site's `/login` sends its visitor: an authorization request.
    #[track_caller]
    pub(crate) fn question(&mut self) -> String {
        let login = self.browser.get("/login").expect(302);
        self.question_of(&login)
    }

    /// The authorization request that a redirect holds.
    #[track_caller]
    pub(crate) fn question_of(&self, login: &Reply) -> String {
        let url = login.location().and_then(Url::parse).expect("a redirect");
        assert_eq!(url.origin, self.scene.provider.issuer());
        let target = url.target();
        assert!(target.contains("code_challenge_method=S256"), "{target}");
        target
    }

    /// Ann allows it.
    #[track_caller]
    pub(crate) fn allow(&self, question: &str) -> Redirect {
        self.scene.browser().authorize(question)
    }

    /// Opens the callback at the site.
    #[track_caller]
    pub(crate) fn come_back(&mut self, location: &str) -> Reply {
        let url = Url::parse(location).expect("a callback");
        self.browser.get(&url.target())
    }

    /// Logs in at `/login`, renews the tokens at `/renew`, and returns the callback that was used up.
    #[track_caller]
    pub(crate) fn log_in_and_renew(&mut self) -> Redirect {
        let question = self.question();
        let back = self.allow(&question);
        let first = self.come_back(&back.location).expect(200).json();
        let renewed = self.browser.get("/renew").expect(200).json();
        let tokens: Vec<String> = [first, renewed]
            .iter()
            .flat_map(|said| self.check(said))
            .collect();
        assert_eq!(tokens.len(), 2);
        assert_ne!(tokens[0], tokens[1]);
        back
    }

    /// Checks that the tokens the site tells of work for it and for Ann.
    #[track_caller]
    pub(crate) fn check(&self, said: &Json) -> Vec<String> {
        assert_tokens(self.scene, &self.app, said, Some(&self.scene.ann))
    }

    /// Logs in again, but with a code that was used before.
    #[track_caller]
    pub(crate) fn replay(&mut self, used: &Redirect) -> Refusal {
        let question = self.question();
        let back = self.allow(&question);
        let location = back.location.replace(&back.code(), &used.code());
        Refusal::of(&self.come_back(&location).expect(403).json())
    }

    /// Logs in, but Ann says no; returns what the site says to the callback.
    #[track_caller]
    pub(crate) fn deny(&mut self) -> Reply {
        let question = self.question();
        let back = self.scene.browser().deny(&question);
        assert_eq!(back.param("error"), Some("access_denied"), "{back:?}");
        self.come_back(&back.location)
    }
}
