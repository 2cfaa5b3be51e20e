//! A person who removes apps while the server is killed, and holds it to each removal that was acknowledged.

use super::{OWNER, PASSWORD, Scene, Tokens, form_to, long};
use acceptance::{Api, App, AppSpec, Browser, Request};

/// Apps that are let in and removed in one round.
const APPS: usize = 8;

/// A person, the apps they let in, and what became of those that they removed.
pub(crate) struct Removals {
    apps: Vec<App>,
    browser: Browser,
    acknowledged: usize,
    alive: usize,
}

/// An app that its person let in, and the request that removes it.
pub(crate) struct Connected {
    app: usize,
    tokens: Tokens,
    remove: Request,
}

impl Removals {
    #[track_caller]
    pub(crate) fn begin(scene: &Scene) -> Self {
        let app = |_| {
            scene.app(&AppSpec {
                redirect_uris: &[super::CALLBACK],
                ..AppSpec::default()
            })
        };
        let mut browser = scene.provider.browser();
        browser.sign_in(OWNER, PASSWORD);
        Removals {
            apps: (0..APPS).map(app).collect(),
            browser,
            acknowledged: 0,
            alive: 0,
        }
    }

    /// Lets all of them in, and gives them tokens.
    #[track_caller]
    pub(crate) fn connect(&mut self, scene: &Scene) -> Vec<Connected> {
        let mut browser = Browser::at(scene.api(), scene.provider.issuer());
        browser.cookies = self.browser.cookies.clone();
        let connect = |(at, app): (usize, &App)| {
            let tokens = scene.tokens_of(&mut browser, app, "tasks:read");
            let page = browser.open(&format!("/account/apps/{}", app.client_id));
            let form = form_to(&page.expect(200), "/account/apps/change");
            let filled = form.filled(&[("wish", "end")]);
            let filled: Vec<(&str, &str)> = filled
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let cookies = browser.cookies.header().unwrap_or_default();
            Connected {
                app: at,
                tokens,
                remove: Request::post("/account/apps/change")
                    .form(&filled)
                    .header("Cookie", &cookies),
            }
        };
        self.apps.iter().enumerate().map(connect).collect()
    }

    /// Removes them one after the other, until nobody answers. Those whose removal was acknowledged.
    pub(crate) fn remove(api: &Api, connected: Vec<Connected>) -> Vec<Connected> {
        let acknowledged = |one: &Connected| {
            let reply = api.try_send(&one.remove);
            reply.is_ok_and(|reply| reply.status == 303)
        };
        connected.into_iter().take_while(acknowledged).collect()
    }

    /// Counts the tokens that work though their app was removed.
    #[track_caller]
    pub(crate) fn verify_on(&mut self, nodes: &[&Scene], removed: &[Connected]) {
        for one in removed {
            let app = &self.apps[one.app];
            self.acknowledged += 1;
            for node in nodes {
                let works = |token: &String| node.is_active(app, token);
                self.alive += [&one.tokens.access, &one.tokens.refresh]
                    .into_iter()
                    .filter(|token| works(token))
                    .count();
            }
        }
        assert_eq!(self.alive, 0, "{}", self.counts());
    }

    /// Tells what came of all.
    #[track_caller]
    pub(crate) fn tell(&self) {
        eprintln!("{}", self.counts());
        assert!(self.acknowledged > 0 || !long(), "nothing was removed");
    }

    fn counts(&self) -> String {
        let (acknowledged, alive) = (self.acknowledged, self.alive);
        format!("removals acknowledged {acknowledged}, tokens alive after {alive}")
    }
}
