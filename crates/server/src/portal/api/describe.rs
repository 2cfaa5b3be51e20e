//! The description of the API (OpenAPI 3.1), made from the table that is mounted and the types that are read and written.
use super::operation::{Operation, Place};
use super::routes::places;
use crate::http::error::ToldBody;
use crate::http::reply;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::path;
use protocol::own_api::{CLIENT_ID, REVIEWS, SCOPE};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Where the description is.
pub(crate) const DESCRIPTION: &str = "/valetkey/openapi.json";

/// `GET`: the description.
pub(super) async fn show(State(app): State<App>) -> Response {
    let token = app.config.paths.token.first();
    let token = token.map_or("", String::as_str);
    let product = &app.config.branding.product;
    reply::json_of(
        StatusCode::OK,
        &description(app.config.base(), product, token),
    )
}

fn description(base: &str, product: &str, token: &str) -> Value {
    let settings = || {
        let settings = SchemaSettings::draft2020_12();
        settings.with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut sent = settings().into_generator();
    let mut answered = settings().for_serialize().into_generator();
    let error = answered.subschema_for::<ToldBody>();
    let mut paths: Map<String, Value> = places()
        .map(|place| {
            let path = place.path.to_owned();
            (
                path,
                of_place(place, &mut sent, &mut answered, &json!(error)),
            )
        })
        .collect();
    paths.insert(path::OWN_API_DEVICE.to_owned(), signing_in());
    paths.insert(DESCRIPTION.to_owned(), itself());
    let mut schemas = answered.take_definitions(true);
    schemas.extend(sent.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Apps of {product}"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "Run your apps by program. Sign in once by device (RFC 8628): POST client_id={CLIENT_ID} to {device}, show \
                 the person the link, and ask {token} for the token. It has the scope {SCOPE} and opens this API alone. \
                 Operations on requests for review take the scope {REVIEWS}, which is asked for by name.",
                device = path::OWN_API_DEVICE,
            ),
        },
        "servers": [{ "url": base }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

fn of_place(
    place: &Place,
    sent: &mut SchemaGenerator,
    answered: &mut SchemaGenerator,
    error: &Value,
) -> Value {
    let mut all: Map<String, Value> = Map::new();
    let ids: Vec<Value> = place
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| parameter(name, "path", "As the list shows it", true))
        .collect();
    if !ids.is_empty() {
        all.insert("parameters".to_owned(), ids.into());
    }
    for operation in place.operations {
        let one = of_operation(operation, sent, answered, error);
        all.insert(operation.method.to_owned(), one);
    }
    all.into()
}

fn of_operation(
    operation: &Operation,
    sent: &mut SchemaGenerator,
    answered: &mut SchemaGenerator,
    error: &Value,
) -> Value {
    let answer = match operation.answer {
        Some(shape) => json!(shape(answered)),
        None => json!({ "type": "object" }),
    };
    let query = operation.query.iter();
    let query = query.map(|(name, meaning)| parameter(name, "query", meaning, false));
    let key = "A request that comes again with the key is answered as before, for a day";
    let key = operation
        .once
        .then(|| parameter("Idempotency-Key", "header", key, false));
    let parameters: Vec<Value> = query.chain(key).collect();
    let told = |what: &str| json!({ "description": what, "content": in_json(error.clone()) });
    let mut responses =
        json!({ "default": told("Why nothing is done, where, and what to do next") });
    responses[operation.status] =
        json!({ "description": operation.summary, "content": in_json(answer.clone()) });
    if operation.once {
        responses["200"] = json!({ "description": "It came again", "content": in_json(answer) });
    }
    let mut one = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses,
    });
    if !parameters.is_empty() {
        one["parameters"] = parameters.into();
    }
    if operation.picture {
        let file = json!({ "schema": {} });
        let kinds = ["image/png", "image/jpeg", "image/webp"];
        let content: Map<String, Value> = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), file.clone()))
            .collect();
        one["requestBody"] = json!({ "required": true, "content": content });
    }
    if let Some(shape) = operation.body {
        one["requestBody"] = json!({ "content": in_json(json!(shape(sent))) });
    }
    one
}

fn in_json(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn parameter(name: &str, place: &str, meaning: &str, required: bool) -> Value {
    json!({
        "name": name,
        "in": place,
        "description": meaning,
        "required": required,
        "schema": { "type": "string" },
    })
}

/// The way to a token, which is a form as OAuth has them.
fn signing_in() -> Value {
    let codes = [
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
    ];
    let mut members: Map<String, Value> = codes
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect();
    for name in ["expires_in", "interval"] {
        members.insert(name.to_owned(), json!({ "type": "integer" }));
    }
    let required: Vec<String> = members.keys().cloned().collect();
    json!({ "post": {
        "operationId": "signIn",
        "summary": "Asks for the code by which a person signs a program in (RFC 8628)",
        "security": [],
        "requestBody": { "required": true, "content": { "application/x-www-form-urlencoded": { "schema": {
            "type": "object",
            "properties": {
                "client_id": { "type": "string", "const": CLIENT_ID },
                "scope": { "type": "string", "description": format!("{SCOPE} without; {REVIEWS}, or both") },
            },
            "required": ["client_id"],
        } } } },
        "responses": { "200": {
            "description": "The code, and where it is typed",
            "content": in_json(json!({ "type": "object", "properties": members, "required": required })),
        } },
    } })
}

fn itself() -> Value {
    json!({ "get": {
        "operationId": "describe",
        "summary": "This description",
        "security": [],
        "responses": { "200": {
            "description": "This description",
            "content": in_json(json!({ "type": "object" })),
        } },
    } })
}

/// The paths that are described.
#[cfg(test)]
pub(in crate::portal) fn described() -> std::collections::BTreeSet<String> {
    let all = description("https://id.example", "Example", "/oauth2/token");
    let paths = all["paths"].as_object().cloned().unwrap_or_default();
    paths.into_iter().map(|(path, _)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_referred_to_is_there() {
        let all = description("https://id.example", "Example", "/oauth2/token");
        let text = all.to_string();
        let mut found = 0;
        for part in text.split("\"$ref\":\"").skip(1) {
            let pointer = part.split('"').next().unwrap_or_default();
            let at = pointer.strip_prefix('#').unwrap_or_default();
            assert!(all.pointer(at).is_some(), "{pointer}");
            found += 1;
        }
        assert!(found > 10, "{text}");
    }

    #[test]
    fn a_path_says_its_methods_to_a_preflight() {
        for place in places() {
            let mut told: Vec<_> = place.methods.split(", ").collect();
            told.retain(|method| !["HEAD", "OPTIONS"].contains(method));
            let own = place.operations.iter().map(|one| one.method.to_uppercase());
            assert_eq!(told, own.collect::<Vec<_>>(), "{}", place.path);
            assert!(place.path.starts_with(path::OWN_API), "{}", place.path);
        }
    }
}
