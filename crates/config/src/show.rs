//! Every setting with its value and its source, for `config show`.
use super::Config;
use super::known::dotted;
use super::layers::{Layers, SECRETS};
use super::values::Span;
use serde_json::Value;

/// One setting: its value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its name, with dots as TOML writes it.
    pub name: String,
    /// Its value, without secrets; `null` where there is none.
    pub value: Value,
    /// `file:line`, a variable, a flag, or `default`.
    pub source: String,
}

/// Every setting, in the order of names; what was derived is filled in.
pub(super) fn all(layers: &Layers, config: &Config) -> Vec<Shown> {
    let host = |base: &str| {
        let (_, rest) = base.split_once("://")?;
        rest.split('/').next().map(str::to_owned)
    };
    let mut settings = layers.settings.clone();
    settings.issuer = Some(config.issuer.clone());
    settings.hosts.api = host(&config.api_base);
    settings.hosts.portal = host(&config.portal_base);
    settings.token.lifetimes.code_personal = Some(Span(config.policy.tokens.code_personal));
    settings.storage.keys = Some(config.keys.clone());
    let tree = serde_json::to_value(&settings).unwrap_or_default();
    let mut out = Vec::new();
    flatten(&tree, &mut Vec::new(), &mut |path, value| {
        let name = dotted(path);
        let value = match SECRETS.contains(&name.as_str()) {
            true => hidden(&name, value),
            false => without_secrets(value),
        };
        let source = layers.origin(&name).to_string();
        out.push(Shown {
            name,
            value,
            source,
        });
    });
    out
}

fn flatten(tree: &Value, path: &mut Vec<String>, each: &mut impl FnMut(&[String], &Value)) {
    match tree.as_object() {
        Some(table) => {
            for (name, inner) in table {
                path.push(name.clone());
                flatten(inner, path, each);
                path.pop();
            }
        }
        None => each(path, tree),
    }
}

/// The tables of a list, each without its secret.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(without_secrets).collect(),
        Value::Object(table) => {
            let shown = table.iter().map(|(name, value)| {
                let value = match name.as_str() {
                    "secret" => unseen(value),
                    _ => value.clone(),
                };
                (name.clone(), value)
            });
            Value::Object(shown.collect())
        }
        _ => value.clone(),
    }
}

/// A secret as it is shown: of a URL, what is none.
pub(super) fn hidden(name: &str, value: &Value) -> Value {
    match name {
        "storage.url" => without_password(value),
        _ => unseen(value),
    }
}

/// That there is a text, or how many there are.
fn unseen(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::from("…"),
        Value::Array(list) => list.iter().map(unseen).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.clone(),
    }
}

/// A URL without the user name, the password and the parameters in it. Whatever reads as one is shown so; what does
/// not is a path.
fn without_password(value: &Value) -> Value {
    let hidden = |text: &str| {
        let (scheme, rest) = text.split_once("//")?;
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        let (_, host) = rest.rsplit_once('@')?;
        Some(format!("{scheme}//…@{host}"))
    };
    let shown = value.as_str().and_then(hidden);
    shown.map_or_else(|| value.clone(), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_hidden() {
        let shown = without_password(&Value::from("postgres://me:secret@db/valetkey"));
        assert_eq!(shown, "postgres://…@db/valetkey");
        let shown = without_password(&Value::from("postgres://me:p@ss@db/valetkey?password=x"));
        assert_eq!(shown, "postgres://…@db/valetkey");
        assert_eq!(without_password(&Value::from("sqlite:a.db")), "sqlite:a.db");
    }

    #[test]
    fn a_secret_in_a_table_of_a_list_is_hidden() {
        let table = serde_json::json!([{ "id": "acme", "secret": "shh" }, { "secret": null }]);
        let shown = serde_json::json!([{ "id": "acme", "secret": "…" }, { "secret": null }]);
        assert_eq!(without_secrets(&table), shown);
    }

    #[test]
    fn every_other_secret_is_hidden() {
        for name in SECRETS.into_iter().filter(|name| *name != "storage.url") {
            assert_eq!(hidden(name, &Value::from("a//b@c")), "…", "{name}");
        }
        let two = Value::from(vec!["one", "two"]);
        let shown = Value::from(vec!["…", "…"]);
        assert_eq!(hidden("login.handoff.secrets", &two), shown);
        assert_eq!(hidden("mail.password", &Value::Null), Value::Null);
    }
}
