//! Apps that change hands.

use super::{
    ACCEPT, APPS, DECLINE, Developer, EVE, OFFER, OPEN, SET_KEYS, UPDATE, WITHDRAW, found, href,
    listed, names, open, says, works,
};
use crate::own_api::{access, signed_in};
use crate::support::assertions::Signer;
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, assert_refused, form_to, within};
use acceptance::{App, Request};
use std::time::Duration;

#[test]
fn an_app_is_handed_over_to_whoever_accepts_it() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    scene.cli(&["app", "approve", &app.client_id]);
    let reviewed = || ann.page(&app).text().contains("Reviewed");
    assert!(within(Duration::from_secs(2), reviewed));
    let mut person = scene.provider.browser_of(OWNER, PASSWORD);
    let tokens = scene.tokens_of(&mut person, &app, "tasks:read");
    ann.act(&app, OFFER, &[("transfer-email", "Eve@Example.com")])
        .expect(303);
    says(&ann.page(&app), "It is offered to Eve@Example.com");
    assert_eq!(listed(&eve.browser.open(APPS)), [""; 0], "not yet");
    assert_page(&eve.browser.get(&href(&app)), 404);
    let list = eve.browser.open(APPS).expect(200);
    says(&list, "Task Board");
    says(&list, "offers it to you");
    let accept = form_to(&list, ACCEPT);
    let taken = eve.browser.submit(&accept, &[]).expect(303);
    says(&eve.browser.follow(taken), "Make a secret of your own");
    assert_page(&ann.browser.get(&href(&app)), 404);
    assert_eq!(listed(&ann.browser.open(APPS)), [""; 0]);
    // Its secret works for another day; its tokens go on, and who is new to it is asked again.
    assert!(works(&scene, &app));
    let shown = scene.cli(&["app", "show", &app.client_id]);
    let secrets = scene.cli(&["app", "secret", "list", &app.client_id]);
    assert!(secrets["secrets"][0]["expires_at"].is_string(), "{secrets}");
    assert_eq!(shown["reviewed_at"], acceptance::Json::Null, "{shown}");
    assert_eq!(scene.introspect(&app, &tokens.access)["active"], true);
    // Who had allowed it is told, until they allow whoever runs it now.
    let told = "Somebody else has run it since";
    says(&person.open("/account/apps"), told);
    let one = format!("/account/apps/{}", app.client_id);
    says(&person.open(&one), told);
    let asked = person.authorize_until_consent(&scene.question(&app, &[]));
    says(&asked, "Eve Else");
    let form = crate::support::consent_form(&asked);
    person.submit(&form, &[("answer", "allow")]).expect(303);
    assert!(!person.open("/account/apps").text().contains(told));
    // Answered, it is no offer any more.
    let again = eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(again.location(), Some("/apps?done=gone"));
    let events = scene.cli(&[
        "audit",
        "--app",
        &app.client_id,
        "--event",
        "app.transferred",
    ]);
    assert_eq!(events["events"].as_array().map(Vec::len), Some(1));
}

#[test]
fn keys_end_like_secrets_unless_the_new_owner_registers_others() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let set = |developer: &mut Developer, signer: &Signer| {
        let typed = signer.set().to_string();
        let done = developer.act(&app, SET_KEYS, &[("jwks", &typed)]);
        done.expect(303);
    };
    let proves = |signer: &Signer| {
        let assertion = signer.assertion(&app.client_id, scene.provider.issuer(), |_| {});
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
        let reply = scene.post_asserted("token_endpoint", &assertion, &fields);
        reply.member("error") == "invalid_grant"
    };
    let end = || scene.cli(&["app", "show", &app.client_id])["keys_end_at"].clone();
    set(&mut ann, &old);
    assert!(end().is_null());
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    eve.browser.submit(&accept, &[]).expect(303);
    assert!(end().is_string(), "{}", end());
    assert!(proves(&old), "for a day");
    set(&mut eve, &new);
    assert!(end().is_null());
    assert!(proves(&new) && !proves(&old));
}

#[test]
fn an_offer_is_for_one_person_until_it_is_taken_back_or_declined() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let mut other = Developer::of(&scene, OWNER);
    let app = ann.register(&[]);
    let offer = |ann: &mut Developer| {
        ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    };
    offer(&mut ann);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    let id = accept.value("transfer").expect("its number").to_owned();
    let nonce = other.blank().value("nonce").expect("a nonce").to_owned();
    for action in [ACCEPT, DECLINE] {
        let fields = [("nonce", &*nonce), ("transfer", &*id)];
        other.browser.post_form(action, &fields).expect(303);
    }
    ann.act(&app, WITHDRAW, &[]).expect(303);
    let gone = eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(gone.location(), Some("/apps?done=gone"));
    offer(&mut ann);
    let decline = form_to(&eve.browser.open(APPS), DECLINE);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    eve.browser.submit(&decline, &[]).expect(303);
    eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(listed(&ann.browser.open(APPS)), [&*app.client_id]);
    // A form without its nonce does nothing.
    offer(&mut ann);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    eve.browser.submit(&accept, &[("nonce", "x")]).expect(303);
    assert_eq!(listed(&ann.browser.open(APPS)), [&*app.client_id]);
    // Another offer takes the place of the one before.
    ann.act(&app, OFFER, &[("transfer-email", OWNER)])
        .expect(303);
    let gone = eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(gone.location(), Some("/apps?done=gone"));
}

#[test]
fn an_app_goes_into_an_organization_and_out_again() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let acme = found(&mut ann, "Acme");
    ann.act(&app, OFFER, &[("organization", &acme)]).expect(303);
    let list = ann.browser.open(APPS);
    says(&list, "to Acme");
    let accept = form_to(&list, ACCEPT);
    ann.browser.submit(&accept, &[]).expect(303);
    says(&ann.page(&app), "Run by Acme");
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(listed(&eve.browser.open(APPS)), [&*app.client_id]);
    assert_page(&ann.browser.get(&href(&app)), 404);
}

#[test]
fn an_offer_names_one_receiver() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let acme = found(&mut ann, "Acme");
    for typed in [
        [("transfer-email", ""), ("organization", "")],
        [("transfer-email", "no address"), ("organization", "")],
        [("transfer-email", EVE), ("organization", &*acme)],
        [("transfer-email", ""), ("organization", "7")],
    ] {
        let refused = ann.act(&app, OFFER, &typed);
        names(&refused, "transfer-email");
        let kept = form_to(&refused, OFFER);
        assert_eq!(kept.value("transfer-email"), Some(typed[0].1));
    }
    let own = ann.act(&app, OFFER, &[("transfer-email", ANN)]);
    says(&own.expect(400), "They run it already.");
}

/// What somebody is told who accepts the one offer that they have, by program and by command.
#[track_caller]
fn refused_everywhere(scene: &Scene, app: &App, [by_program, by_command]: [&str; 2]) {
    let token = signed_in(scene, EVE);
    let offers = scene
        .api()
        .get_bearer("/valetkey/transfers", access(&token));
    let offers = offers.expect(200).json();
    let id = offers["transfers"][0]["id"].as_str().expect("an offer");
    let target = format!("/valetkey/transfers/{id}/accept");
    let request = Request::post(&target).bearer(access(&token));
    let told = scene.api().send(&request.json(&serde_json::json!({})));
    assert_refused(&told, 409, "invalid_client_metadata");
    assert!(told.text().contains(by_program), "{told}");
    let told = scene
        .provider
        .cli(&["app", "transfer", "accept", &app.client_id]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.stderr.contains(by_command), "{told:?}");
}

#[test]
fn an_app_has_a_name_that_its_new_owner_could_give_it() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    // One person may call two apps alike; two may not.
    let (app, other) = (ann.register(&[]), ann.register(&[("name", "TASK-BOARD")]));
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    let accept = |eve: &mut Developer| {
        let form = form_to(&eve.browser.open(APPS), ACCEPT);
        eve.browser.submit(&form, &[])
    };
    let refused = accept(&mut eve);
    assert_page(&refused, 409);
    says(&refused, "somebody else’s app is called");
    says(&refused, "Ask the person who offers you the app");
    eve.browser.speak("de");
    says(&accept(&mut eve), "Unter diesem Namen kann die App nicht");
    eve.browser.speak("en");
    let next = [
        "ask whoever offers it to give the app another name",
        "app update --name",
    ];
    refused_everywhere(&scene, &app, next);
    let mut both = listed(&ann.browser.open(APPS));
    both.sort();
    let mut own = [app.client_id.clone(), other.client_id.clone()];
    own.sort();
    assert_eq!(both, own, "nothing went");
    // Another name, and the offer that there is is accepted.
    ann.act(&app, UPDATE, &[("name", "Night Owl")]).expect(303);
    accept(&mut eve).expect(303);
    assert_eq!(listed(&eve.browser.open(APPS)), [&*app.client_id]);
    // The name of an organization stays with it.
    let acme = found(&mut ann, "Board Makers");
    let typed = [("name", "Board Makers"), ("organization", &*acme)];
    let app = ann.register(&typed);
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    says(&accept(&mut eve).expect(409), "An organization or");
    // An administrator answers for the names that they give.
    ann.act(&app, OFFER, &[("transfer-email", OWNER)])
        .expect(303);
    let mut admin = Developer::of(&scene, OWNER);
    accept(&mut admin).expect(303);
}

#[test]
fn whoever_has_as_many_apps_as_they_may_takes_over_no_other() {
    let bounds = "max_per_person = 2\nmax_per_organization = 1";
    let scene = open(&format!("{OPEN}\n{bounds}"));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let own = ["One", "Two"].map(|name| eve.register(&[("name", name)]));
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    let accept = |developer: &mut Developer| {
        let form = form_to(&developer.browser.open(APPS), ACCEPT);
        developer.browser.submit(&form, &[])
    };
    let refused = accept(&mut eve);
    assert_page(&refused, 409);
    says(&refused, "You have as many apps as you may here");
    says(&refused, "The offer is still open");
    eve.browser.speak("de");
    says(&accept(&mut eve), "Mehr Apps können Sie hier nicht haben");
    eve.browser.speak("en");
    let next = ["hand another app over", "raise apps.max_per_person"];
    refused_everywhere(&scene, &app, next);
    assert_eq!(listed(&ann.browser.open(APPS)), [&*app.client_id]);
    // Another goes to somebody else, and there is room.
    eve.act(&own[0], OFFER, &[("transfer-email", OWNER)])
        .expect(303);
    accept(&mut Developer::of(&scene, OWNER)).expect(303);
    accept(&mut eve).expect(303);
    assert_eq!(listed(&eve.browser.open(APPS)).len(), 2);

    // An organization has room of its own.
    let acme = found(&mut eve, "Acme");
    let into = |eve: &mut Developer, app: &App| {
        eve.act(app, OFFER, &[("organization", &acme)]).expect(303);
        accept(eve)
    };
    into(&mut eve, &app).expect(303);
    let refused = into(&mut eve, &own[1]);
    assert_page(&refused, 409);
    says(&refused, "The organization has as many apps");
}
