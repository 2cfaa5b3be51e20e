//! A removal against all that its app and its person do at the same moment, a hundred at a time: nothing that was given
//! lives once the removal was acknowledged.

use crate::support::{ANN, CALLBACK, PASSWORD, Scene, Tokens, consent_form, form_to, long};
use acceptance::{App, AppSpec, Browser, Redirect, Reply, Request};
use std::sync::Barrier;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Of each kind of request: four kinds are a hundred.
const EACH: usize = 25;

/// One of what races, and what its answer may hold.
struct Racer {
    request: Request,
    /// Whether it is answered with tokens, or with a redirect that has a code.
    tokens: bool,
}

/// A person's browser and their app, with what both will do.
struct Stage<'a> {
    scene: &'a Scene,
    app: App,
    browser: Browser,
}

impl<'a> Stage<'a> {
    fn of(scene: &'a Scene) -> Self {
        let app = scene.app(&AppSpec {
            redirect_uris: &[CALLBACK],
            grants: &["authorization_code", "refresh_token", "device_code"],
            ..AppSpec::default()
        });
        let mut browser = scene.browser();
        browser.sign_in(ANN, PASSWORD);
        // Remembered from here on, so that codes come without a question.
        scene.tokens_of(&mut browser, &app, "tasks:read");
        Stage {
            scene,
            app,
            browser,
        }
    }

    fn post(&self, fields: &[(&str, &str)]) -> Racer {
        Racer {
            request: Request::post(&self.scene.token())
                .basic(&self.app.client_id, &self.app.client_secret)
                .form(fields),
            tokens: true,
        }
    }

    fn redemption(&mut self) -> Racer {
        let code = self
            .browser
            .authorize(&self.scene.question(&self.app, &[]))
            .code();
        self.post(&[("grant_type", "authorization_code"), ("code", &code)])
    }

    fn refresh(&mut self) -> Racer {
        let tokens = self
            .scene
            .tokens_of(&mut self.browser, &self.app, "tasks:read");
        self.post(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &tokens.refresh),
        ])
    }

    /// A device that was let in and asks for its tokens.
    fn poll(&mut self) -> Racer {
        let path = self.scene.endpoint("device_authorization_endpoint");
        let codes = self
            .scene
            .api()
            .post_form_as(&path, &self.app, &[])
            .expect(200);
        let page = self.browser.open("/device").expect(200);
        let typed = [("user_code", &*codes.member("user_code"))];
        let page = self.browser.submit(&form_to(&page, "/device/code"), &typed);
        let answer = [("answer", "allow")];
        let form = form_to(&page, "/device/answer");
        self.browser.submit(&form, &answer).expect(200);
        self.post(&[
            ("grant_type", DEVICE),
            ("device_code", &codes.member("device_code")),
        ])
    }

    /// A consent page that was shown before, whose *Allow* is pressed now.
    fn consent(&mut self, state: usize) -> Racer {
        let state = state.to_string();
        let more = [("scope", "tasks:read tasks:write"), ("state", &*state)];
        let page = self.browser.open(&self.scene.question(&self.app, &more));
        let request = self.form(
            "/consent",
            &consent_form(&page).filled(&[("answer", "allow")]),
        );
        Racer {
            request,
            tokens: false,
        }
    }

    fn removal(&mut self) -> Request {
        let page = self
            .browser
            .open(&format!("/account/apps/{}", self.app.client_id));
        let form = form_to(&page.expect(200), "/account/apps/change");
        self.form("/account/apps/change", &form.filled(&[("wish", "end")]))
    }

    fn form(&self, target: &str, filled: &[(String, String)]) -> Request {
        let fields = filled
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let cookies = self.browser.cookies.header().unwrap_or_default();
        Request::post(target)
            .form(&fields.collect::<Vec<_>>())
            .header("Cookie", &cookies)
    }
}

/// Sends all at the same moment, the removal among them.
fn at_once(scene: &Scene, racers: &[Racer], removal: &Request) -> Vec<Reply> {
    let (api, start) = (scene.api(), Barrier::new(racers.len() + 1));
    let send = |request| {
        start.wait();
        api.send(request)
    };
    std::thread::scope(|scope| {
        let removing = scope.spawn(|| send(removal).expect(303));
        let all: Vec<_> = racers
            .iter()
            .map(|racer| scope.spawn(|| send(&racer.request)))
            .collect();
        removing.join().expect("it is acknowledged");
        all.into_iter()
            .map(|one| one.join().expect("it replies"))
            .collect()
    })
}

#[test]
fn nothing_lives_once_a_removal_was_acknowledged() {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    let mut given = 0;
    let rounds = if long() { 10 } else { 2 };
    for _ in 0..rounds {
        let mut stage = Stage::of(&scene);
        let mut racers = Vec::new();
        for state in 0..EACH {
            racers.extend([stage.redemption(), stage.refresh(), stage.poll()]);
            racers.push(stage.consent(state));
        }
        let removal = stage.removal();
        let replies = at_once(&scene, &racers, &removal);
        for (racer, reply) in racers.iter().zip(&replies) {
            assert!(reply.status < 500, "{reply}");
            given += usize::from(lives(&stage, racer, reply));
        }
        let question = scene.question(&stage.app, &[]);
        consent_form(&stage.browser.open(&question));
    }
    let all = 4 * EACH * rounds;
    eprintln!("{given} answers of {all} were given before the removal");
}

/// Whether something was given, of which nothing lives.
fn lives(stage: &Stage<'_>, racer: &Racer, reply: &Reply) -> bool {
    let (scene, app) = (stage.scene, &stage.app);
    if racer.tokens && reply.status == 200 {
        let tokens = Tokens::of(reply);
        for token in [&tokens.access, &tokens.refresh] {
            assert!(
                !scene.is_active(app, token),
                "it outlived the removal: {reply}"
            );
        }
        return true;
    }
    let code = reply.location().filter(|_| !racer.tokens);
    let code = code
        .filter(|to| to.starts_with(CALLBACK))
        .map(Redirect::parse);
    code.is_some_and(|back| {
        let late = scene.redeem(app, &back.code(), &[]);
        assert_eq!(late.status, 400, "a code outlived the removal: {late}");
        true
    })
}
