//! Making an account.
use super::attempt::admit;
use super::goal::Goal;
use super::pending::{self, posted, with_handle};
use super::problem;
use super::sign_in::failed;
use crate::app::App;
use crate::reply;
use crate::request::Whole;
use crate::visitor::{Form, Visitor};
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
    match Goal::load(&app, params.get("request"), visitor.id).await {
        Ok(goal) if goal.is_for_tests() => reply::see_other(&sign_in_instead(&goal)),
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
    let goal = match Goal::load(&app, params.get("request"), visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    if goal.is_for_tests() {
        return reply::see_other(&sign_in_instead(&goal));
    }
    let account = account(&params);
    let mut faults = account.faults(&app.policy().accounts);
    if !visitor.has_nonce(&app, Form::Anonymous, params.get("nonce")) {
        faults.insert(
            0,
            whole_form("This form was out of date. Please send it again."),
        );
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
            let carried = goal.carried().map(|goal| format!("&request={goal}"));
            reply::see_other(&format!(
                "/sign-in?after=sign-up{}",
                carried.unwrap_or_default()
            ))
        }
    }
}

/// Test users are made with their app; nobody signs up as one.
fn sign_in_instead(goal: &Goal) -> String {
    with_handle("/sign-in", goal.carried().as_deref())
}

/// Makes the account, unless the address has one; false when this source has made too many.
async fn create(app: &App, account: NewAccount, visitor: &Visitor) -> Result<bool, Response> {
    let unavailable = |error| problem::unavailable(app, &error, visitor.id);
    let attempt = Attempt::sign_up(&visitor.address.source());
    if admit(app, &attempt).await.map_err(unavailable)?.is_err() {
        return Ok(false);
    }
    let hashed = app.hasher.hash(account.password.clone()).await;
    let hashed = hashed.map_err(|error| failed(app, &error, visitor.id))?;
    let transition = account.into_person(hashed, Role::Person, app.policy(), &app.mint);
    // A lost guard means that the address is taken, which is not told.
    app.settle_one(transition).await.map_err(unavailable)?;
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
        nonce,
        name: account.name.chars().take(MAX_NAME).collect(),
        email: account.email.chars().take(MAX_EMAIL).collect(),
        app_name: goal.waiting(),
        problems: problems(faults),
        min_password: app.policy().accounts.min_password,
    };
    visitor.keep_form(app, goal.page(status, &page))
}
