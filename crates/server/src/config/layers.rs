//! The layers of a configuration (flag over environment over file over default), and where each value came from.
use super::fault::ConfigFault;
use super::known::{Known, dotted, most_alike};
use super::settings::Settings;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// What every variable of ours starts with.
const PREFIX: &str = "VALETKEY_";

/// Settings that may hold a secret: they can be read from a file, and are not shown.
pub(super) const SECRETS: [&str; 1] = ["storage.url"];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the file, from 1.
    File {
        /// The file as it was named.
        file: String,
        /// The line.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line } => write!(f, "{file}:{line}"),
            Origin::Variable(name) => f.write_str(name),
            Origin::Flag(name) => f.write_str(name),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// What the command line says in place of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// `--listen`.
    pub(crate) listen: Option<String>,
    /// `--issuer`.
    pub(crate) issuer: Option<String>,
    /// `--storage`.
    pub(crate) storage: Option<String>,
}

/// All layers, one over the other.
#[derive(Debug)]
pub(crate) struct Layers {
    /// The file, if there is one.
    pub(super) source: Option<PathBuf>,
    /// The settings that result.
    pub(super) settings: Settings,
    known: Known,
    table: Table,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// Reads the file, then lays `environment` (all variables of the process) and `overrides` over it.
    pub(super) fn read(
        file: Option<&Path>,
        overrides: &Overrides,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigFault> {
        let mut layers = Self::new(file);
        if let Some(file) = file {
            layers.read_file(file)?;
        }
        layers.lay_over(overrides, environment)
    }

    /// The same for the text of a file called `name`, which is not touched.
    pub(super) fn of_text(
        name: &str,
        text: &str,
        overrides: &Overrides,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigFault> {
        let mut layers = Self::new(Some(Path::new(name)));
        layers.read_text(name, text)?;
        layers.lay_over(overrides, environment)
    }

    fn new(file: Option<&Path>) -> Self {
        Layers {
            source: file.map(Path::to_owned),
            settings: Settings::default(),
            known: Known::new(),
            table: Table::new(),
            origins: BTreeMap::new(),
        }
    }

    fn lay_over(
        mut self,
        overrides: &Overrides,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigFault> {
        let mut environment: Vec<_> = environment.iter().collect();
        environment.sort();
        for (name, value) in environment {
            if let Some(rest) = name.strip_prefix(PREFIX) {
                self.read_variable(name, rest, value)?;
            }
        }
        for (flag, path, value) in [
            ("--listen", &["listen"][..], &overrides.listen),
            ("--issuer", &["issuer"][..], &overrides.issuer),
            ("--storage", &["storage", "url"][..], &overrides.storage),
        ] {
            if let Some(value) = value {
                let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
                self.lay(&path, vec![Value::from(value.as_str())], Origin::Flag(flag))?;
            }
        }
        Ok(self)
    }

    /// Where the value of a setting came from; `path` as TOML writes it.
    pub(super) fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or(Origin::Default)
    }

    /// A fault of the setting `path`, or of the table it stands in where it is not set itself.
    pub(super) fn fault(&self, path: &str, sentence: impl fmt::Display) -> ConfigFault {
        let mut shorter = Some(path);
        while let Some(place) = shorter {
            match self.origin(place) {
                Origin::Default => shorter = place.rsplit_once('.').map(|(parent, _)| parent),
                Origin::File { file, line } => {
                    return ConfigFault::new(
                        format!("{file}:{line}"),
                        format!("{path}: {sentence}"),
                    );
                }
                origin => return ConfigFault::new(origin.to_string(), sentence.to_string()),
            }
        }
        ConfigFault::new(path, sentence.to_string())
    }

    fn read_file(&mut self, file: &Path) -> Result<(), ConfigFault> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            ConfigFault::new(
                &name,
                format!("cannot be read ({error}): name an existing file with --config"),
            )
        })?;
        self.read_text(&name, &text)
    }

    fn read_text(&mut self, name: &str, text: &str) -> Result<(), ConfigFault> {
        let line_of_error =
            |error: &toml::de::Error| error.span().map_or(1, |span| line_of(text, span.start));
        let at = |error: toml::de::Error| {
            let line = line_of_error(&error);
            ConfigFault::new(format!("{name}:{line}"), plain(&error))
        };
        let spanned = DeTable::parse(text).map_err(at)?;
        self.walk(name, text, spanned.get_ref(), &mut Vec::new())?;
        self.settings = toml::from_str(text).map_err(|error| {
            let line = line_of_error(&error);
            match self.set_at(line) {
                Some(setting) => self.fault(setting, plain(&error)),
                None => at(error),
            }
        })?;
        self.table = text.parse().map_err(at)?;
        Ok(())
    }

    /// The innermost setting of the file that begins on `line`.
    fn set_at(&self, line: usize) -> Option<&str> {
        let on_line =
            |origin: &Origin| matches!(origin, Origin::File { line: own, .. } if *own == line);
        let found = self.origins.iter().filter(|(_, origin)| on_line(origin));
        found
            .map(|(path, _)| path.as_str())
            .max_by_key(|path| path.len())
    }

    /// Looks at every name in the file, and notes its line.
    fn walk(
        &mut self,
        file: &str,
        text: &str,
        table: &DeTable<'_>,
        path: &mut Vec<String>,
    ) -> Result<(), ConfigFault> {
        for (name, value) in table {
            path.push(name.get_ref().to_string());
            let line = line_of(text, name.span().start);
            self.check_name(path).map_err(|what| {
                ConfigFault::new(
                    format!("{file}:{line}"),
                    format!("{} is not a setting{what}", dotted(path)),
                )
            })?;
            let file_line = Origin::File {
                file: file.to_owned(),
                line,
            };
            self.origins.insert(dotted(path), file_line);
            if let DeValue::Table(inner) = value.get_ref() {
                self.walk(file, text, inner, path)?;
            }
            path.pop();
        }
        Ok(())
    }

    /// What to say of a name that is no setting.
    fn check_name(&self, path: &[String]) -> Result<(), String> {
        self.known
            .check(path)
            .map_err(|unknown| match unknown.suggestion {
                Some(meant) => format!("; did you mean {meant}?"),
                None => "; `valetkey config show` lists all there are".to_owned(),
            })
    }

    fn read_variable(&mut self, variable: &str, rest: &str, text: &str) -> Result<(), ConfigFault> {
        let path_of =
            |rest: &str| -> Vec<String> { rest.split("__").map(str::to_ascii_lowercase).collect() };
        let origin = Origin::Variable(variable.to_owned());
        if let Some(path) = rest.strip_suffix("_FILE").map(path_of)
            && SECRETS.contains(&dotted(&path).as_str())
        {
            let secret = std::fs::read_to_string(text).map_err(|error| {
                ConfigFault::new(variable, format!("{text} cannot be read: {error}"))
            })?;
            let secret = secret.trim_end_matches(['\r', '\n']);
            return self.lay(&path, vec![Value::from(secret)], origin);
        }
        let path = path_of(rest);
        if self.known.check(&path).is_err() {
            return Err(self.unknown_variable(variable));
        }
        let mut readings = vec![Value::from(text)];
        if let Ok(value) = text.parse::<Value>() {
            readings.insert(0, value);
        }
        self.lay(&path, readings, origin)
    }

    fn unknown_variable(&self, variable: &str) -> ConfigFault {
        let all: Vec<String> = self.known.all().iter().map(|path| name_of(path)).collect();
        let meant = most_alike(variable, all.iter().map(String::as_str));
        let what = match meant {
            Some(meant) => format!("did you mean {meant}?"),
            None => "unset it, or see `valetkey config show` for all settings".to_owned(),
        };
        ConfigFault::new(variable, format!("is not a setting; {what}"))
    }

    /// Lays the first of `readings` that fits over what there is.
    fn lay(
        &mut self,
        path: &[String],
        readings: Vec<Value>,
        origin: Origin,
    ) -> Result<(), ConfigFault> {
        let mut wrong = None;
        for value in readings {
            self.check_names_in(&mut path.to_vec(), &value, &origin)?;
            let mut table = self.table.clone();
            set(&mut table, path, value.clone());
            match table.clone().try_into::<Settings>() {
                Ok(settings) => {
                    (self.table, self.settings) = (table, settings);
                    self.note(&mut path.to_vec(), &value, &origin);
                    return Ok(());
                }
                Err(error) => drop(wrong.get_or_insert(error)),
            }
        }
        let why = wrong.as_ref().map_or_else(String::new, plain);
        Err(ConfigFault::new(origin.to_string(), why))
    }

    fn check_names_in(
        &self,
        path: &mut Vec<String>,
        value: &Value,
        origin: &Origin,
    ) -> Result<(), ConfigFault> {
        self.check_name(path).map_err(|what| {
            let sentence = format!("{} is not a setting{what}", dotted(path));
            ConfigFault::new(origin.to_string(), sentence)
        })?;
        for (name, inner) in value.as_table().into_iter().flatten() {
            path.push(name.clone());
            self.check_names_in(path, inner, origin)?;
            path.pop();
        }
        Ok(())
    }

    fn note(&mut self, path: &mut Vec<String>, value: &Value, origin: &Origin) {
        self.origins.insert(dotted(path), origin.clone());
        for (name, inner) in value.as_table().into_iter().flatten() {
            path.push(name.clone());
            self.note(path, inner, origin);
            path.pop();
        }
    }
}

/// The variable that sets `path`.
pub(super) fn name_of(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join("__").to_ascii_uppercase())
}

/// Puts `value` at `path`; tables are merged, all else is replaced.
fn set(table: &mut Table, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if !rest.is_empty() {
        let slot = table
            .entry(name.clone())
            .or_insert_with(|| Value::Table(Table::new()));
        if !slot.is_table() {
            *slot = Value::Table(Table::new());
        }
        if let Some(inner) = slot.as_table_mut() {
            set(inner, rest, value);
        }
        return;
    }
    match (table.get_mut(name), value) {
        (Some(Value::Table(inner)), Value::Table(new)) => {
            for (name, value) in new {
                set(inner, &[name], value);
            }
        }
        (_, value) => drop(table.insert(name.clone(), value)),
    }
}

/// What the parser says, in words of the file.
fn plain(error: &toml::de::Error) -> String {
    let words = [
        ("a sequence", "a list"),
        ("usize", "a whole number"),
        ("a boolean", "true or false"),
        ("a map", "a table"),
        ("path string", "a path"),
        ("\n", "; "),
    ];
    words
        .iter()
        .fold(error.message().to_owned(), |text, (from, to)| {
            text.replace(from, to)
        })
}

/// The line of byte `offset`, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}
