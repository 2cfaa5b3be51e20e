//! Which settings exist, told by the schema of [`Settings`], and what a wrong name may have meant.
use super::settings::Settings;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The JSON schema of the configuration file, without references.
pub fn schema() -> Value {
    let inline = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    inline
        .into_generator()
        .into_root_schema_for::<Settings>()
        .to_value()
}

/// All settings there are. The schema is read at a start and at a reload alone, so it is made for each, and nobody keeps it:
/// that is 0.2 MiB less in a server that idles.
#[derive(Debug)]
pub(super) struct Known(Value);

/// A name that is no setting.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The setting that may have been meant, with dots.
    pub(super) suggestion: Option<String>,
}

impl Known {
    /// Reads the schema.
    pub(super) fn new() -> Self {
        Known(schema())
    }

    /// Whether `path` names a setting or a table of settings.
    ///
    /// # Errors
    /// [`Unknown`] with a suggestion.
    pub(super) fn check(&self, path: &[String]) -> Result<(), Unknown> {
        let mut schema = &self.0;
        for (depth, name) in path.iter().enumerate() {
            match child(schema, name) {
                Some(found) => schema = found,
                None => {
                    let suggestion = self.nearest(schema, &path[..depth], name);
                    return Err(Unknown { suggestion });
                }
            }
        }
        Ok(())
    }

    /// The schema of a setting or a table of settings.
    pub(super) fn at(&self, path: &[String]) -> Option<&Value> {
        path.iter()
            .try_fold(&self.0, |schema, name| child(schema, name))
    }

    /// Every setting, as a path.
    pub(super) fn all(&self) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        collect(&self.0, &mut Vec::new(), &mut out);
        out
    }

    /// A sibling spelled alike, else a setting of the same name elsewhere, else one spelled alike elsewhere.
    fn nearest(&self, level: &Value, parents: &[String], name: &str) -> Option<String> {
        if let Some(sibling) = most_alike(name, names(level)) {
            let path: Vec<&str> = parents
                .iter()
                .map(String::as_str)
                .chain([sibling])
                .collect();
            return Some(dotted(&path));
        }
        let all = self.all();
        let last = |path: &&Vec<String>| path.last().is_some_and(|own| own == name);
        if let Some(path) = all.iter().find(last) {
            return Some(dotted(path));
        }
        let lasts = all
            .iter()
            .filter_map(|path| path.last())
            .map(String::as_str);
        let alike = most_alike(name, lasts)?;
        let path = all
            .iter()
            .find(|path| path.last().is_some_and(|own| own == alike))?;
        Some(dotted(path))
    }
}

/// The one of `names` that differs from `name` by few keystrokes.
pub(super) fn most_alike<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let strokes = |other: &str| strsim::damerau_levenshtein(name, other);
    let limit = ((name.chars().count() + 1) / 3).max(1);
    let best = names.into_iter().min_by_key(|other| strokes(other))?;
    (strokes(best) <= limit).then_some(best)
}

/// A path as TOML writes it: names joined by dots, quoted where they must be.
pub(super) fn dotted(path: &[impl AsRef<str>]) -> String {
    let bare = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    let names = path.iter().map(AsRef::as_ref);
    let quoted = names.map(|name| match bare(name) {
        true => name.to_owned(),
        false => format!("{name:?}"),
    });
    quoted.collect::<Vec<_>>().join(".")
}

/// The schema itself and, where a value may take several forms, each form.
fn forms(schema: &Value) -> Vec<&Value> {
    let alternatives = ["anyOf", "oneOf"].map(|word| schema[word].as_array());
    let inner = alternatives.into_iter().flatten().flatten().flat_map(forms);
    std::iter::once(schema).chain(inner).collect()
}

/// The names of the settings in a table.
fn names(schema: &Value) -> impl Iterator<Item = &str> {
    let tables = forms(schema)
        .into_iter()
        .filter_map(|form| form["properties"].as_object());
    tables.flat_map(|table| table.keys().map(String::as_str))
}

fn child<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    forms(schema).into_iter().find_map(|form| {
        let any = Some(&form["additionalProperties"]).filter(|any| any.is_object());
        form["properties"].get(name).or(any)
    })
}

fn collect(schema: &Value, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    let children: Vec<&str> = names(schema).collect();
    if children.is_empty() && !path.is_empty() {
        out.push(path.clone());
    }
    for name in children {
        if let Some(found) = child(schema, name) {
            path.push(name.to_owned());
            collect(found, path, out);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    fn suggestion(text: &str) -> Option<String> {
        Known::new().check(&path(text)).unwrap_err().suggestion
    }

    #[test]
    fn settings_are_known_at_every_depth() {
        for known in [
            "issuer",
            "token",
            "token.lifetimes.access",
            "token.rotate.grace",
            "accounts.id.prefix",
            "scopes.anything.sentence",
            "tls.cert",
        ] {
            assert_eq!(Known::new().check(&path(known)), Ok(()), "{known}");
        }
    }

    #[test]
    fn a_wrong_name_brings_a_suggestion() {
        assert_eq!(suggestion("isuer").as_deref(), Some("issuer"));
        assert_eq!(
            suggestion("token.lifetimes.acess").as_deref(),
            Some("token.lifetimes.access")
        );
        assert_eq!(
            suggestion("token.access").as_deref(),
            Some("token.lifetimes.access")
        );
        assert_eq!(suggestion("pkce").as_deref(), Some("apps.pkce"));
        assert_eq!(suggestion("zzzzzzzz"), None);
        assert_eq!(
            suggestion("scopes.tasks.sentense").as_deref(),
            Some("scopes.tasks.sentence")
        );
    }

    #[test]
    fn names_are_quoted_where_toml_wants_it() {
        assert_eq!(
            dotted(&["scopes", "tasks:read", "group"]),
            "scopes.\"tasks:read\".group"
        );
    }
}
