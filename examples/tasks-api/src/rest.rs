//! REST: the same resources twice, behind a scope for each kind of thing or behind one for all.
use crate::Api;
use crate::data::{Draft, Kind, Thing};
use crate::reply::Refused;
use crate::rights::{Act, User};
use crate::settings::StepUp;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use verify::{Require, Scopes, Verifier};

type Shared = State<Arc<Api>>;
type Answer<T> = Result<Json<T>, Refused>;

/// `/v1`: `tasks:read`, `files:delete` and so on; `admin:*` stands in for each of them. Who deletes must have signed in as
/// `step_up` says.
pub(crate) fn by_thing(verifier: &Verifier, step_up: &StepUp) -> Router<Arc<Api>> {
    resources("/v1", (verifier, step_up), |thing, act| {
        let names = match act {
            Act::Read => format!("{thing}:read"),
            Act::Write => format!("{thing}:write"),
            Act::Delete => format!("{thing}:delete"),
            Act::Administer => "admin:*".to_owned(),
        };
        Scopes::all(&names).or("admin:*")
    })
}

/// `/api/v1`: `api:v1` opens all of it.
pub(crate) fn by_one_scope(verifier: &Verifier, step_up: &StepUp) -> Router<Arc<Api>> {
    resources("/api/v1", (verifier, step_up), |_, _| Scopes::all("api:v1"))
}

/// What is asked of how the person signed in who deletes.
fn stepped_up(require: Require, step_up: &StepUp) -> Require {
    let require = match step_up.within {
        Some(age) => require.max_age(age),
        None => require,
    };
    match &step_up.acr {
        Some(acr) => require.acr(acr),
        None => require,
    }
}

/// `below`: where they are mounted, for what their layer sees begins behind it.
fn resources(
    below: &str,
    (verifier, step_up): (&Verifier, &StepUp),
    scopes: impl Fn(&str, Act) -> Scopes,
) -> Router<Arc<Api>> {
    let guard = |thing: &str, act: Act, routes: MethodRouter<Arc<Api>>| {
        let require = verifier.require(scopes(thing, act)).below(below);
        routes.layer(match act {
            Act::Delete => stepped_up(require, step_up),
            Act::Read | Act::Write | Act::Administer => require,
        })
    };
    let mut router = Router::new();
    for kind in [Kind::Task, Kind::Project, Kind::File] {
        let thing = kind.plural();
        let all = guard(
            thing,
            Act::Read,
            get(move |state, user| list(kind, state, user)),
        );
        let all = all.merge(guard(
            thing,
            Act::Write,
            post(move |state, user, body| add(kind, state, user, body)),
        ));
        let one = guard(
            thing,
            Act::Read,
            get(move |state, user, id| show(kind, state, user, id)),
        );
        let one = one.merge(guard(
            thing,
            Act::Write,
            put(move |state, user, id, body| change(kind, state, user, id, body)),
        ));
        let one = one.merge(guard(
            thing,
            Act::Delete,
            delete(move |state, user, id| remove(kind, state, user, id)),
        ));
        router = router.route(&format!("/{thing}"), all);
        router = router.route(&format!("/{thing}/{{id}}"), one);
    }
    let me = guard("users", Act::Read, get(me)).merge(guard("users", Act::Write, patch(rename)));
    router.route("/users/me", me).route(
        "/admin/counts",
        guard("admin", Act::Administer, get(counts)),
    )
}

async fn list(kind: Kind, State(api): Shared, user: User) -> Answer<Vec<Thing>> {
    user.may(Act::Read)?;
    Ok(Json(api.data.list(&user.owner, kind)))
}

async fn add(
    kind: Kind,
    State(api): Shared,
    user: User,
    body: Bytes,
) -> Result<(StatusCode, Json<Thing>), Refused> {
    user.may(Act::Write)?;
    let added = api.data.add(&user.owner, kind, draft(&body)?)?;
    Ok((StatusCode::CREATED, Json(added)))
}

async fn show(kind: Kind, State(api): Shared, user: User, Path(id): Path<u64>) -> Answer<Thing> {
    user.may(Act::Read)?;
    api.data.get(&user.owner, kind, id).map(Json)
}

async fn change(
    kind: Kind,
    State(api): Shared,
    user: User,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answer<Thing> {
    user.may(Act::Write)?;
    api.data.put(&user.owner, kind, id, draft(&body)?).map(Json)
}

async fn remove(
    kind: Kind,
    State(api): Shared,
    user: User,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refused> {
    user.may(Act::Delete)?;
    api.data.delete(&user.owner, kind, id)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(State(api): Shared, user: User) -> Answer<Value> {
    user.may(Act::Read)?;
    let name = api.data.name(&user.owner);
    Ok(Json(
        json!({ "id": user.subject, "role": user.role, "name": name }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

async fn rename(State(api): Shared, user: User, body: Bytes) -> Answer<Value> {
    user.may(Act::Write)?;
    let named = serde_json::from_slice::<Named>(&body).ok();
    let named = named.filter(|named| is_short(&named.name));
    let name = named.ok_or(Refused::Body("{\"name\": \"…\"}"))?.name;
    api.data.rename(&user.owner, name.clone())?;
    Ok(Json(
        json!({ "id": user.subject, "role": user.role, "name": name }),
    ))
}

async fn counts(State(api): Shared, user: User) -> Answer<Value> {
    user.may(Act::Administer)?;
    let (users, things) = api.data.count();
    Ok(Json(json!({ "users": users, "things": things })))
}

fn draft(body: &[u8]) -> Result<Draft, Refused> {
    let draft = serde_json::from_slice::<Draft>(body).ok();
    let draft = draft.filter(|draft| is_short(&draft.title) && draft.content.len() <= 10_000);
    draft.ok_or(Refused::Body(
        "{\"title\": \"…\"}, with \"done\" or \"content\" if you like",
    ))
}

fn is_short(text: &str) -> bool {
    (1..=200).contains(&text.chars().count())
}
