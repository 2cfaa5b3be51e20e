//! A portal on a host of its own, before two nodes of one provider: each request may come to either.

use super::own_host::OPEN;
use super::visitor::Visitor;
use super::{APPS, FIELDS, NEW, UPDATE, credentials, href, says};
use crate::support::client::tool;
use crate::support::told::TOLD;
use crate::support::{ANN, PLAIN, Scene, apart, form_to, portal_of, within};
use acceptance::postgres::Database;
use acceptance::{Setup, Url};
use std::sync::Arc;

/// Two nodes of one provider whose portal has a host of its own.
fn nodes() -> [Scene; 2] {
    let server = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let setup = Setup::toml(PLAIN).with(OPEN);
    let one = Scene::peopled(apart(setup.clone().postgres(database.clone())));
    let keys = one.provider.folder().join("valetkey.keys");
    let keys = format!("[storage]\nkeys = {:?}", keys.display().to_string());
    let two = setup.with(&keys).postgres(database);
    let mut two = two.issuer(one.provider.issuer()).prepare();
    let portal = portal_of(&one.provider);
    let host = Url::parse(&portal).expect("a URL").authority().to_owned();
    two.env("VALETKEY_HOSTS__PORTAL", &host);
    two.start();
    let two = Scene {
        provider: two,
        metadata: one.metadata.clone(),
        ann: one.ann.clone(),
    };
    [one, two]
}

impl Visitor {
    /// The same browser, sent to another node.
    fn moved(&self, to: &Scene) -> Self {
        let mut moved = Visitor::of(to);
        moved.issuer.cookies = self.issuer.cookies.clone();
        moved.portal.cookies = self.portal.cookies.clone();
        moved
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_developer_may_come_to_either_node_at_every_step() {
    let [one, two] = nodes();
    // Sets out at one, signs in at the other, and is handed over to the one.
    let mut ann = Visitor::of(&one);
    let asked = ann.set_out(APPS);
    let mut ann = ann.moved(&two);
    let page = ann.issuer.get(&asked);
    let page = ann.follow(page);
    let typed = [("email", ANN), ("password", crate::support::PASSWORD)];
    let sent = ann.issuer.submit(&form_to(&page, "/sign-in"), &typed);
    sent.expect(303);
    let back = ann.way_back(&asked);
    let mut ann = ann.moved(&one);
    let arrived = ann.portal.get(&back);
    let arrived = ann.follow_from(true, arrived).expect(200);
    assert!(arrived.text().contains(NEW), "{arrived}");
    // A form of one node is taken by the other, once.
    let form = form_to(&ann.portal.get(NEW), NEW);
    let fields: Vec<_> = FIELDS
        .iter()
        .chain(&[("kind", "confidential")])
        .copied()
        .collect();
    let mut ann = ann.moved(&two);
    let app = credentials(&ann.portal.submit(&form, &fields).expect(200));
    let mut ann = ann.moved(&one);
    ann.portal.submit(&form, &fields).expect(303);
    let page = ann.portal.get(&href(&app)).expect(200);
    let mut ann = ann.moved(&two);
    let change = [("description", "Notes on a wall")];
    ann.portal
        .submit(&form_to(&page, UPDATE), &change)
        .expect(303);
    let mut ann = ann.moved(&one);
    let told = || {
        let page = ann.portal.get(&href(&app));
        page.status == 200 && page.text().contains("Notes on a wall")
    };
    assert!(within(TOLD, told), "the other node has not heard of it");
    // Who signs out at the issuer on one node is signed out of the portal on both.
    let mut ann = ann.moved(&two);
    ann.issuer.sign_out().expect(200);
    for node in [&one, &two] {
        let mut ann = ann.moved(node);
        let gone = || ann.portal.get(APPS).status == 303;
        assert!(within(TOLD, gone), "the portal's session goes on");
    }
    says(&ann.open(APPS), "Sign in");
}
