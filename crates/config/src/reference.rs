//! The reference page of all settings, made from their schema.
use super::known::{Known, schema};
use super::layers::name_of;
use super::settings::Settings;
use serde_json::Value;
use std::fmt::Write as _;

const HEAD: &str = "\
# Configuration

This page is made from the code: `valetkey reference configuration > docs/reference/configuration.md`.

One TOML file configures one issuer: `valetkey serve --config FILE`. A flag stands above the environment, the
environment above the file, the file above the default. The variable of a setting is `VALETKEY_` and its name in
capitals, tables joined by two underscores; its value is read as TOML if it can be, else as text. A setting that
may hold a secret can be read from a file instead, by the variable with `_FILE` at its end. A table may be set by
several variables, and a file's table by some: what counts is the whole. A name that is no setting is an error, but
for what Kubernetes and Docker links set for a service called `valetkey` (`VALETKEY_PORT=tcp://…`,
`VALETKEY_SERVICE_HOST` …), which is left aside with one line in the log. Paths in the file are relative to the file. A
length of time is a number and a unit: `90s`, `5m`, `1h`, `30d`, `2y`.

`valetkey config check` tests a file and all that it names (certificate and key, pictures, the database's folder), and
tells all that is wrong at once, each with its line; `valetkey serve` does the same before it makes or announces anything.
`valetkey config show` tells every value and its source, and `valetkey config schema` prints the JSON schema for
editors.
";

const COLUMNS: &str = "\n| Setting | Default | Meaning | Variable |\n|---|---|---|---|\n";

/// The page.
pub fn reference() -> String {
    let schema = schema();
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let mut out = format!("{HEAD}\n## Top level\n{COLUMNS}");
    let paths = rows(&schema);
    let mut section: &[String] = &[];
    for path in &paths {
        let table = &path[..path.len() - 1];
        if table != section {
            let _ = write!(
                out,
                "\n## `[{}]`\n\n{}\n{COLUMNS}",
                table.join("."),
                meaning(at(&schema, table))
            );
            section = table;
        }
        let default = path.iter().try_fold(&defaults, |tree, name| tree.get(name));
        out.push_str(&row(path, default, at(&schema, path)));
    }
    out + &scopes(&schema) + &apis(&schema) + &upstream(&schema)
}

/// Every setting but those of scopes and APIs, table by table; a value that may be one of several forms is one row.
fn rows(schema: &Value) -> Vec<Vec<String>> {
    let mut paths = Known::new().all();
    paths.retain(|path| {
        path.first()
            .is_some_and(|name| name != "scopes" && name != "api")
            && path.join(".") != "login.upstream"
    });
    for path in &mut paths {
        let parent = &path[..path.len() - 1];
        if at(schema, parent)["anyOf"].is_array() {
            path.pop();
        }
    }
    let table = |path: &[String]| path[..path.len() - 1].to_vec();
    paths.sort_by(|one, two| (table(one), one).cmp(&(table(two), two)));
    paths.dedup();
    paths
}

fn scopes(schema: &Value) -> String {
    let all = &schema["properties"]["scopes"];
    let one = &all["additionalProperties"];
    let mut out = format!(
        "\n## `[scopes]`\n\n{} {}\n\n```toml\n[scopes]\n\"tasks:read\" = {{ group = \"Tasks\", sentence = \"See your tasks\", default = true }}\n```\n{COLUMNS}",
        meaning(all),
        meaning(one),
    );
    for (name, setting) in one["properties"].as_object().into_iter().flatten() {
        let path = ["scopes".to_owned(), "NAME".to_owned(), name.clone()];
        let default = Some(&setting["default"]).filter(|value| **value != "");
        out.push_str(&row(&path, default, setting));
    }
    out
}

fn apis(schema: &Value) -> String {
    let one = &schema["properties"]["api"]["items"];
    let out = format!(
        "\n## `[[api]]`\n\n{} All of them together are read from the variable `VALETKEY_API`, as a list of tables.\n\n```toml\n[[api]]\nidentifier = \"https://api.example.com\"\nscopes = [\"tasks:read\", \"tasks:write\"]\ntoken = \"jwt\"\n```\n\n| Setting | Default | Meaning |\n|---|---|---|\n",
        meaning(one),
    );
    out + &tables(one)
}

fn upstream(schema: &Value) -> String {
    let one = &schema["properties"]["login"]["properties"]["upstream"]["items"];
    let out = format!(
        "\n## `[[login.upstream]]`\n\n{} All of them together are read from the variable `VALETKEY_LOGIN__UPSTREAM`, as a list of tables.\n\n```toml\n[[login.upstream]]\nid = \"acme\"\nname = \"Acme\"\nissuer = \"https://login.acme.example\"\nclient_id = \"valetkey\"\nsecret_file = \"acme-secret\"\n```\n\n| Setting | Default | Meaning |\n|---|---|---|\n",
        meaning(one),
    );
    out + &tables(one)
}

/// The settings of a table that is one of a list.
fn tables(one: &Value) -> String {
    let mut out = String::new();
    for (name, setting) in one["properties"].as_object().into_iter().flatten() {
        let default = match setting["default"].as_str() {
            Some(default) => format!("`\"{default}\"`"),
            None => String::new(),
        };
        out.push_str(&format!(
            "| `{name}` | {default} | {} |\n",
            meaning(setting)
        ));
    }
    out
}

fn row(path: &[String], default: Option<&Value>, schema: &Value) -> String {
    let name = path.last().map_or("", String::as_str);
    let default = match default {
        None | Some(Value::Null) => String::new(),
        Some(value) => match toml::Value::try_from(value) {
            Ok(value) => format!("`{value}`"),
            Err(_) => format!("`{value}`"),
        },
    };
    format!(
        "| `{name}` | {default} | {} | `{}` |\n",
        meaning(schema).replace('|', "\\|"),
        name_of(path)
    )
}

/// The comment of a setting, on one line.
fn meaning(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push(' ');
        out.push_str(line);
    }
    out
}

/// The schema of a setting or table.
fn at<'a>(schema: &'a Value, path: &[String]) -> &'a Value {
    let inner = |schema: &'a Value, name: &String| &schema["properties"][name];
    path.iter().fold(schema, inner)
}
