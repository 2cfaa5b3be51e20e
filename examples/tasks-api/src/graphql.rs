//! A tiny part of GraphQL, enough to show a second kind of API behind a scope of its own: one query that selects
//! fields of `me`, `tasks`, `projects` and `files`. No arguments, aliases, fragments, variables, mutations or
//! introspection; whoever needs those puts a real GraphQL server behind the same layer.
use crate::Api;
use crate::data::Kind;
use crate::rights::{Act, User};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use verify::Verifier;

/// `POST /graphql`, scope `api`.
pub(crate) fn route(verifier: &Verifier) -> MethodRouter<Arc<Api>> {
    post(graphql).layer(verifier.require("api"))
}

#[derive(Deserialize)]
struct Question {
    query: String,
}

async fn graphql(State(api): State<Arc<Api>>, user: User, body: Bytes) -> Response {
    if let Err(refused) = user.may(Act::Read) {
        return refused.into_response();
    }
    let question = serde_json::from_slice::<Question>(&body);
    let answer = question
        .map_err(|_| "send {\"query\": \"{ me { id } }\"} as JSON".to_owned())
        .and_then(|question| parse(&question.query))
        .and_then(|fields| resolve(&api, &user, &fields));
    match answer {
        Ok(data) => Json(json!({ "data": data })).into_response(),
        Err(message) => {
            let errors = json!({ "errors": [{ "message": message }] });
            (StatusCode::BAD_REQUEST, Json(errors)).into_response()
        }
    }
}

/// A field with the fields selected of it.
#[derive(Debug, PartialEq)]
struct Field {
    name: String,
    of: Vec<Field>,
}

fn resolve(api: &Api, user: &User, fields: &[Field]) -> Result<Value, String> {
    let mut data = Map::new();
    for field in fields {
        let value = match field.name.as_str() {
            "me" => select(
                &json!({ "id": user.subject, "role": user.role, "name": api.data.name(&user.owner) }),
                field,
            )?,
            "tasks" => things(api, user, Kind::Task, field)?,
            "projects" => things(api, user, Kind::Project, field)?,
            "files" => things(api, user, Kind::File, field)?,
            other => {
                return Err(format!(
                    "there is no field {other:?}: ask for me, tasks, projects or files"
                ));
            }
        };
        data.insert(field.name.clone(), value);
    }
    Ok(Value::Object(data))
}

fn things(api: &Api, user: &User, kind: Kind, field: &Field) -> Result<Value, String> {
    let all = api.data.list(&user.owner, kind);
    let one = |thing| select(&serde_json::to_value(thing).unwrap_or_default(), field);
    all.iter()
        .map(one)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

/// The selected members of an object.
fn select(object: &Value, field: &Field) -> Result<Value, String> {
    if field.of.is_empty() {
        return Err(format!("name the fields of {:?} that you want", field.name));
    }
    let member = |inner: &Field| match object.get(&inner.name) {
        Some(value) if inner.of.is_empty() => Ok((inner.name.clone(), value.clone())),
        Some(_) => Err(format!("{:?} has no fields of its own", inner.name)),
        None => Err(format!("{:?} has no field {:?}", field.name, inner.name)),
    };
    let members = field
        .of
        .iter()
        .map(member)
        .collect::<Result<Map<_, _>, _>>()?;
    Ok(Value::Object(members))
}

/// Reads `{ me { id } tasks { id title } }`, with `query` in front if one likes.
fn parse(text: &str) -> Result<Vec<Field>, String> {
    let words = words(text)?;
    let mut rest = words.as_slice();
    if let ["query", after @ ..] = rest {
        rest = after;
    }
    let fields = selection(&mut rest, 2)?;
    match rest {
        [] if !fields.is_empty() => Ok(fields),
        [] => Err("the query asks for nothing".to_owned()),
        [word, ..] => Err(format!("{word:?} stands where the query should end")),
    }
}

fn selection(rest: &mut &[&str], depth: usize) -> Result<Vec<Field>, String> {
    let ["{", after @ ..] = *rest else {
        return Err("a selection begins with {".to_owned());
    };
    *rest = after;
    let mut fields = Vec::new();
    loop {
        match *rest {
            ["}", after @ ..] => {
                *rest = after;
                return Ok(fields);
            }
            ["{", ..] | [] => return Err("a selection holds names and ends with }".to_owned()),
            [name, after @ ..] => {
                *rest = after;
                let of = match (*rest, depth) {
                    (["{", ..], 0 | 1) => return Err(format!("{name:?} has no fields of its own")),
                    (["{", ..], _) => selection(rest, depth - 1)?,
                    _ => Vec::new(),
                };
                fields.push(Field {
                    name: (*name).to_owned(),
                    of,
                });
            }
        }
    }
}

/// Names and braces; commas are spaces.
fn words(text: &str) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let Some(first) = rest.chars().next() else {
            return Ok(words);
        };
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = match first {
            '{' | '}' => 1,
            c if name(c) => rest.find(|c| !name(c)).unwrap_or(rest.len()),
            other => {
                return Err(format!(
                    "this API reads plain queries only, and no {other:?}"
                ));
            }
        };
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(fields: &[Field]) -> String {
        let one = |field: &Field| match field.of.is_empty() {
            true => field.name.clone(),
            false => format!("{}({})", field.name, names(&field.of)),
        };
        fields.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_plain_query_is_read() {
        for text in [
            "{ me { id } tasks { id title } }",
            "query{me{id},tasks{id,title}}",
        ] {
            assert_eq!(names(&parse(text).unwrap()), "me(id) tasks(id title)");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{",
            "{}",
            "{ me { id }",
            "{ me { id } } }",
            "{ { id } }",
            "mutation { x { y } }",
            "{ tasks(first: 1) { id } }",
            "{ me { id { id } } }",
            "{ me { ...all } }",
            "{ mé { id } }",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"{ a ".repeat(10_000)).is_err());
    }
}
