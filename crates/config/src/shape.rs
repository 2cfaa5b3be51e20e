//! Whether values are of the kind that the schema asks for, and what to say of those that are not.
use super::known::{dotted, most_alike};
use protocol::types::Lifetime;
use serde_json::Value as Schema;
use toml::{Table, Value};

/// How to write a length of time.
const LENGTH: &str =
    "a number and a unit in quotes, such as \"90s\", \"5m\", \"1h\", \"30d\" or \"2y\"";

/// A value of the wrong kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// The setting.
    pub(super) path: Vec<String>,
    /// Which value of a list it is.
    pub(super) item: Option<usize>,
    /// What to write.
    pub(super) sentence: String,
}

/// All values in `value`, the setting `path`, that do not fit `schema`. Where only a part is looked at, what is
/// required may be missing.
pub(super) fn misfits(schema: &Schema, path: &[String], value: &Value, part: bool) -> Vec<Misfit> {
    let mut look = Look {
        part,
        found: Vec::new(),
    };
    look.at(schema, &mut path.to_vec(), value);
    look.found
}

struct Look {
    part: bool,
    found: Vec<Misfit>,
}

impl Look {
    fn at(&mut self, schema: &Schema, path: &mut Vec<String>, value: &Value) {
        let kinds = kinds(schema);
        if kinds.is_empty() || kinds.iter().any(|form| fits_form(form, value)) {
            return;
        }
        let table = kinds.iter().find(|form| is_table(form));
        let list = kinds.iter().find(|form| form["items"].is_object());
        match (value, table, list) {
            (Value::Table(members), Some(form), _) => self.in_table(form, path, members),
            (Value::Array(items), _, Some(form)) => {
                for (item, value) in items.iter().enumerate() {
                    if let (Some(table), Value::Table(members)) = (table_of(&form["items"]), value)
                    {
                        self.in_item(table, (path, item), members);
                    } else if !fits(&form["items"], value) {
                        let sentence = told(&form["items"], path, value);
                        self.tell(path, Some(item), sentence);
                    }
                }
            }
            _ => self.tell(path, None, told(schema, path, value)),
        }
    }

    fn in_table(&mut self, schema: &Schema, path: &mut Vec<String>, members: &Table) {
        for (name, value) in members {
            if let Some(inner) = member(schema, name) {
                path.push(name.clone());
                self.at(inner, path, value);
                path.pop();
            }
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Schema::as_str) {
            if !self.part && !members.contains_key(name) {
                let value = placeholder(&schema["properties"][name]);
                let sentence = format!("{name} is missing: write {name} = {value}");
                self.tell(path, None, sentence);
            }
        }
    }

    /// A table that is one of a list: what is wrong in it is told of its place, first what is no setting of it.
    fn in_item(&mut self, schema: &Schema, (path, item): (&[String], usize), members: &Table) {
        let names = schema["properties"].as_object().into_iter().flatten();
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        for (name, value) in members {
            let sentence = match member(schema, name) {
                Some(inner) if fits(inner, value) => continue,
                Some(inner) => {
                    let place = [path, std::slice::from_ref(name)].concat();
                    format!("{name}: {}", told(inner, &place, value))
                }
                None => {
                    let meant = most_alike(name, names.iter().copied());
                    let meant =
                        meant.map_or_else(String::new, |own| format!("; did you mean {own}?"));
                    format!("{name} is not a setting of it{meant}")
                }
            };
            self.tell(path, Some(item), sentence);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Schema::as_str) {
            if !members.contains_key(name) {
                let value = placeholder(&schema["properties"][name]);
                let sentence = format!("{name} is missing: write {name} = {value}");
                self.tell(path, Some(item), sentence);
            }
        }
    }

    fn tell(&mut self, path: &[String], item: Option<usize>, sentence: String) {
        self.found.push(Misfit {
            path: path.to_vec(),
            item,
            sentence,
        });
    }
}

fn member<'a>(schema: &'a Schema, name: &str) -> Option<&'a Schema> {
    let any = Some(&schema["additionalProperties"]).filter(|any| any.is_object());
    schema["properties"].get(name).or(any)
}

/// The schema itself where it says which values fit, and each of its alternatives that does.
fn kinds(schema: &Schema) -> Vec<&Schema> {
    let says = ["type", "const", "enum"]
        .iter()
        .any(|word| !schema[*word].is_null());
    let alternatives = ["anyOf", "oneOf"].map(|word| schema[word].as_array());
    let inner = alternatives.into_iter().flatten().flatten().flat_map(kinds);
    says.then_some(schema).into_iter().chain(inner).collect()
}

/// The form of a schema that is a table.
fn table_of(schema: &Schema) -> Option<&Schema> {
    kinds(schema).into_iter().find(|form| is_table(form))
}

fn is_table(form: &Schema) -> bool {
    form["properties"].is_object() || form["additionalProperties"].is_object()
}

fn has_type(form: &Schema, name: &str) -> bool {
    let kind = &form["type"];
    kind == name
        || kind
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == name))
}

/// The only values that a form takes.
fn words(form: &Schema) -> Vec<&str> {
    let several = form["enum"].as_array().into_iter().flatten();
    several
        .chain(Some(&form["const"]))
        .filter_map(Schema::as_str)
        .collect()
}

/// Whether a value fits a schema that has no alternatives, or one of those it has.
fn fits(schema: &Schema, value: &Value) -> bool {
    kinds(schema).iter().any(|form| fits_form(form, value))
}

fn fits_form(form: &Schema, value: &Value) -> bool {
    let words = words(form);
    match value {
        Value::String(text) if !words.is_empty() => words.contains(&text.as_str()),
        Value::String(text) if form["pattern"].is_string() => Lifetime::parse(text).is_some(),
        Value::String(_) => has_type(form, "string"),
        Value::Boolean(_) => has_type(form, "boolean"),
        Value::Integer(number) => {
            (has_type(form, "integer") || has_type(form, "number")) && *number >= 0
        }
        Value::Float(_) => has_type(form, "number"),
        Value::Array(items) => {
            has_type(form, "array") && items.iter().all(|item| fits(&form["items"], item))
        }
        Value::Table(members) => is_table(form) && table_fits(form, members),
        Value::Datetime(_) => false,
    }
}

fn table_fits(form: &Schema, members: &Table) -> bool {
    let required = form["required"].as_array().into_iter().flatten();
    let mut names = required.filter_map(Schema::as_str);
    let known = |(name, value): (&String, &Value)| {
        member(form, name).is_some_and(|inner| fits(inner, value))
    };
    names.all(|name| members.contains_key(name)) && members.iter().all(known)
}

/// What to write in the place of `value`.
fn told(schema: &Schema, path: &[String], value: &Value) -> String {
    let mut words_taken: Vec<&str> = Vec::new();
    let mut ways: Vec<String> = Vec::new();
    for form in kinds(schema) {
        let words = words(form);
        match words.is_empty() {
            true => ways.extend(way(form, path)),
            false => words_taken.extend(words),
        }
    }
    if !words_taken.is_empty() {
        ways.insert(0, alternatives(&words_taken));
    }
    let meant = value
        .as_str()
        .and_then(|text| most_alike(text, words_taken.iter().copied()));
    let meant = meant.map_or_else(String::new, |word| format!("; did you mean \"{word}\"?"));
    format!(
        "write {}, not {}{meant}",
        ways.join(", or "),
        shown(path, value)
    )
}

/// `"a", "b" or "c"`.
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// How a value of this form is written.
fn way(form: &Schema, path: &[String]) -> Option<String> {
    if form["pattern"].is_string() {
        return Some(LENGTH.to_owned());
    }
    if is_table(form) {
        return Some(match example(form) {
            Some(example) => format!("a table such as {{ {example} }}"),
            None => format!("a table: [{}]", dotted(path)),
        });
    }
    let simple = [
        ("boolean", "true or false"),
        ("integer", "a whole number"),
        ("number", "a number such as 0.1"),
        ("string", "a text in quotes"),
    ];
    let simple = simple.iter().find(|(kind, _)| has_type(form, kind));
    if let Some((_, way)) = simple {
        return Some((*way).to_owned());
    }
    has_type(form, "array").then(|| {
        if table_of(&form["items"]).is_some() {
            return format!("[[{}]], once for each", dotted(path));
        }
        let words: Vec<&str> = kinds(&form["items"]).into_iter().flat_map(words).collect();
        match words.first() {
            Some(word) => format!("a list such as [\"{word}\"]"),
            None => "a list such as [\"…\"]".to_owned(),
        }
    })
}

/// One member of a table, as an example.
fn example(form: &Schema) -> Option<String> {
    if let Some(examples) = form["examples"][0].as_object() {
        let members = examples
            .iter()
            .map(|(name, value)| format!("{name} = {value}"));
        return Some(members.collect::<Vec<_>>().join(", "));
    }
    let required = form["required"][0].as_str();
    let only = form["properties"].as_object().filter(|all| all.len() == 1);
    let name = required.or_else(|| only?.keys().next().map(String::as_str))?;
    let value = placeholder(&form["properties"][name]);
    Some(format!("{name} = {value}"))
}

/// What stands for a value of this schema in an example: quoted where the value is.
fn placeholder(schema: &Schema) -> String {
    let kinds = kinds(schema);
    if kinds.iter().any(|form| form["pattern"].is_string()) {
        return "\"1h\"".to_owned();
    }
    if let Some(word) = kinds.iter().flat_map(|form| words(form)).next() {
        return format!("\"{word}\"");
    }
    let written = [
        ("string", "\"…\""),
        ("integer", "100"),
        ("number", "0.1"),
        ("boolean", "true"),
        ("array", "[\"…\"]"),
    ];
    let is_of = |name: &str| kinds.iter().any(|form| has_type(form, name));
    let found = written.into_iter().find(|(name, _)| is_of(name));
    found.map_or("{ … }", |(_, text)| text).to_owned()
}

/// Whether a setting is a list of tables, each under a heading in two brackets.
pub(super) fn is_list_of_tables(schema: &Schema) -> bool {
    let all = kinds(schema);
    let list = all.iter().any(|form| table_of(&form["items"]).is_some());
    list && !all.iter().any(|form| is_table(form))
}

/// The value as it was written, unless it is long or may be a secret: a URL of a database, or published credentials
/// that were written in the wrong place.
fn shown(path: &[String], value: &Value) -> String {
    let may_hide = ["secret", "password", "url", "storage", "credentials"];
    let is_secret = path
        .iter()
        .any(|name| may_hide.iter().any(|word| name.contains(word)));
    match value {
        Value::Table(_) => "a table".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Integer(_) | Value::Float(_) if is_secret => "a number".to_owned(),
        Value::String(_) if is_secret => "a text".to_owned(),
        Value::Boolean(_) | Value::Datetime(_) if is_secret => "such a value".to_owned(),
        _ => value.to_string(),
    }
}
