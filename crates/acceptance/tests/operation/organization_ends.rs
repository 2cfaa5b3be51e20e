//! What an organization takes back is refused by an API within a second: on the same server, and behind another node.

use crate::support::nodes::Nodes;
use crate::support::tasks_api::TasksApi;
use crate::support::told::TOLD;
use crate::support::{
    ANN, CALLBACK, PASSWORD, PLAIN, Scene, Tokens, consent_form, form_to, within,
};
use acceptance::postgres::Database;
use acceptance::{App, Browser, Redirect, Setup};
use std::sync::Arc;
use std::time::Instant;

const ON: &str = "[accounts]\nworkspaces = true";
const JUDGE: &str = "/organizations/connections/change";

/// An owner of an organization, in a browser at one of the nodes.
struct Owner {
    browser: Browser,
    organization: String,
}

impl Owner {
    /// Ann, who founds one.
    fn at(node: &Scene) -> Self {
        let mut browser = node.provider.browser_of(ANN, PASSWORD);
        browser.sign_in(ANN, PASSWORD);
        let form = form_to(&browser.open("/organizations"), "/organizations/found");
        let founded = browser.submit(&form, &[("name", "Acme")]).expect(303);
        let location = founded.location().unwrap_or_default();
        let id = location.strip_prefix("/organizations/");
        let id = id.and_then(|rest| rest.split('?').next());
        Owner {
            organization: id.unwrap_or_default().to_owned(),
            browser,
        }
    }

    /// The same one at another node.
    fn moved(&self, to: &Scene) -> Self {
        let mut browser = Browser::at(to.api(), to.provider.issuer());
        browser.cookies = self.browser.cookies.clone();
        Owner {
            organization: self.organization.clone(),
            browser,
        }
    }

    /// Lets an app in for the organization.
    fn allows(&mut self, node: &Scene, app: &App) -> String {
        let question = node.question(app, &[("prompt", "consent")]);
        let form = consent_form(&self.browser.authorize_until_consent(&question));
        let organization = self.organization.as_str();
        let typed = [("answer", "allow"), ("organization", organization)];
        let back = self.browser.submit(&form, &typed).expect(303);
        let code = Redirect::parse(back.location().unwrap_or_default()).code();
        Tokens::of(&node.redeem(app, &code, &[])).access
    }

    fn decides(&mut self, app: &App, typed: &[(&str, &str)]) {
        let page = format!("/organizations/{}/apps", self.organization);
        let form = form_to(&self.browser.open(&page).expect(200), JUDGE);
        let typed = [&[("app", app.client_id.as_str())], typed].concat();
        self.browser.submit(&form, &typed).expect(303);
    }

    fn dissolves(&mut self) {
        let page = format!("/organizations/{}", self.organization);
        let page = self.browser.open(&page).expect(200);
        let form = form_to(&page, "/organizations/dissolve");
        self.browser
            .submit(&form, &[("confirm", "Acme")])
            .expect(303);
    }
}

/// An API asks `here`; the owner acts at `there`.
fn an_api_refuses_what_an_owner_takes_back(here: &Scene, there: &Scene) {
    let (ended, blocked) = (here.confidential(CALLBACK), here.confidential(CALLBACK));
    let api = here.resource_server();
    let tasks = TasksApi::start(&here.provider, &api, &serde_json::json!({}));
    let mut owner = Owner::at(here);
    let [of_ended, of_blocked] = [&ended, &blocked].map(|app| owner.allows(here, app));
    let mut owner = owner.moved(there);
    let answers = |token: &str, status: u16| tasks.get("/v1/tasks", token) == status;
    let soon = |what: &str, is_so: &dyn Fn() -> bool| {
        let since = Instant::now();
        let told = within(TOLD, is_so);
        assert!(told, "{what} after {:?}", since.elapsed());
    };
    assert!(answers(&of_ended, 200) && answers(&of_blocked, 200));
    owner.decides(&ended, &[("wish", "end")]);
    soon("ended for all members", &|| answers(&of_ended, 401));
    assert!(answers(&of_blocked, 200), "the other goes on");
    let judge = |standing| [("wish", "judge"), ("standing", standing)];
    owner.decides(&blocked, &judge("blocked"));
    soon("blocked", &|| answers(&of_blocked, 401));
    owner.decides(&blocked, &judge("trusted"));
    soon("trusted again", &|| answers(&of_blocked, 200));
    assert!(answers(&of_ended, 401), "what ended never works again");
    owner.dissolves();
    soon("the organization is gone", &|| answers(&of_blocked, 401));
}

#[test]
fn on_one_server() {
    let scene = Scene::start(Setup::toml(PLAIN).with(ON));
    an_api_refuses_what_an_owner_takes_back(&scene, &scene);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn behind_another_node() {
    let server = crate::support::client::tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(server.to_str().expect("a URL")));
    let nodes = Nodes::on([database.clone(), database], ON);
    an_api_refuses_what_an_owner_takes_back(&nodes.one, &nodes.two);
}
