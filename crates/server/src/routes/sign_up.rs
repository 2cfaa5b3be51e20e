//! Making an account.
use super::attempt::admit;
use super::goal::Goal;
use super::pending::{self, posted};
use super::problem;
use super::sign_in::{after_url, failed};
use crate::reply;
use crate::request::Whole;
use crate::state::App;
use crate::visitor::{self, Form, Visitor};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Problem, SignUp};
use protocol::accounts::people::{FieldFault, MAX_EMAIL, MAX_NAME, NewAccount, Role};
use protocol::accounts::sign_in::Attempt;

/// `GET`: the form.
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    if !app.policy().accounts.sign_up {
        return problem::page_not_found(&app, visitor.id);
    }
    let params = match pending::query(&app, query.as_deref(), visitor.id) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let (request, client_id) = (params.get("request"), params.get("app"));
    match Goal::load(&app, request, client_id, visitor.id).await {
        Ok(Goal::Over(over)) => over.page(&app, &visitor),
        Ok(goal) if goal.is_for_tests() => reply::see_other(&goal.with("/sign-in")),
        Ok(goal) => {
            let blank = account(&protocol::Params::default());
            form(&app, &goal, visitor, StatusCode::OK, &blank, Vec::new())
        }
        Err(response) => response,
    }
}

/// `POST`: makes the account. The answer is the same whether or not the address had an account already:
/// whoever owns it signs in, whoever does not learns nothing.
pub(crate) async fn submit(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    if !app.policy().accounts.sign_up {
        return problem::page_not_found(&app, visitor.id);
    }
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let (request, client_id) = (params.get("request"), params.get("app"));
    let goal = match Goal::load(&app, request, client_id, visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    // Test users are made with their app; nobody signs up as one.
    if goal.is_for_tests() {
        return reply::see_other(&goal.with("/sign-in"));
    }
    let account = account(&params);
    let product = &app.config.branding.product;
    let mut faults = account.faults(product, &app.policy().accounts);
    if !visitor.has_nonce(&app, Form::Anonymous, params.get("nonce")) {
        let sentence = visitor.distrust(&app, "This form was out of date. Please send it again.");
        faults.insert(0, whole_form(&sentence));
    }
    if !faults.is_empty() {
        return form(
            &app,
            &goal,
            visitor,
            StatusCode::BAD_REQUEST,
            &account,
            faults,
        );
    }
    match create(&app, account.clone(), &visitor).await {
        Err(response) => response,
        Ok(false) => {
            let faults = vec![whole_form(
                "Too many accounts were made from here. Try again in a quarter of an hour.",
            )];
            let status = StatusCode::TOO_MANY_REQUESTS;
            form(&app, &goal, visitor, status, &account, faults)
        }
        Ok(true) => {
            let next = after_url(&goal.with("/sign-in"), "sign-up");
            let mut response = reply::see_other(&next);
            visitor::keep_address(&app, &mut response, account.email.trim());
            response
        }
    }
}

/// Makes the account, unless the address has one; false when this source has made too many.
async fn create(app: &App, account: NewAccount, visitor: &Visitor) -> Result<bool, Response> {
    let unavailable = |error| problem::unavailable(app, &error, visitor.id);
    let source = visitor.address.source();
    let attempt = Attempt::sign_up(&source);
    if admit(app, &attempt).await.map_err(unavailable)?.is_err() {
        return Ok(false);
    }
    let hashed = app.hasher.hash(&source, account.password.clone()).await;
    let hashed = hashed.map_err(|fault| failed(app, &fault, visitor.id))?;
    // An earlier release may have stored the address in another spelling, which no guard would find.
    let found = app.store.person_by_email(&account.email).await;
    if found.map_err(unavailable)?.is_some() {
        return Ok(true);
    }
    let transition = account.into_person(hashed, Role::Person, app.policy(), &app.mint);
    // A lost guard means that the address is taken, which is not told.
    let act = app.act_now(visitor.address);
    app.settle_one(transition, act).await.map_err(unavailable)?;
    Ok(true)
}

fn account(params: &protocol::Params) -> NewAccount {
    let field = |name: &str| params.get(name).unwrap_or_default().to_owned();
    NewAccount {
        email: field("email"),
        name: field("name"),
        password: field("password"),
    }
}

fn whole_form(sentence: &str) -> FieldFault {
    FieldFault {
        field: "",
        sentence: sentence.to_owned(),
    }
}

/// Faults as the page shows them.
pub(crate) fn problems(faults: Vec<FieldFault>) -> Vec<Problem> {
    let problem = |fault: FieldFault| Problem::new(fault.field, &fault.sentence);
    faults.into_iter().map(problem).collect()
}

fn form(
    app: &App,
    goal: &Goal,
    mut visitor: Visitor,
    status: StatusCode,
    account: &NewAccount,
    faults: Vec<FieldFault>,
) -> Response {
    let nonce = visitor.nonce(app, Form::Anonymous);
    let page = SignUp {
        frame: visitor.frame(app),
        request: goal.carried(),
        client_id: goal.client_id(),
        nonce,
        name: account.name.chars().take(MAX_NAME).collect(),
        email: account.email.chars().take(MAX_EMAIL).collect(),
        app_name: goal.waiting(),
        problems: problems(faults),
        min_password: app.policy().accounts.min_password,
    };
    visitor.keep_form(app, goal.page(status, &page))
}
