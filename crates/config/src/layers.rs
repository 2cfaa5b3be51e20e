//! The layers of a configuration (flag over environment over file over default), and where each value came from.
use super::fault::{ConfigFault, ConfigFaults, MOST_FAULTS};
use super::known::{Known, dotted, most_alike};
use super::origin::{Origin, PREFIX};
use super::service_links::is_service_link;
use super::settings::Settings;
use super::shape::{Misfit, is_list_of_tables, misfits};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// The variable, without that, which names the file itself.
pub(super) const CONFIG: &str = "CONFIG";

/// Settings that may hold a secret: they can be read from a file, and are not shown.
pub(super) const SECRETS: [&str; 6] = [
    "storage.url",
    "mail.password",
    "mail.bounces.secret",
    "introductions.initial_token",
    "login.handoff.secrets",
    "sealing.keys",
];

/// What the command line says in place of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`.
    pub listen: Option<String>,
    /// `--issuer`.
    pub issuer: Option<String>,
    /// `--storage`.
    pub storage: Option<String>,
}

/// All layers, one over the other.
#[derive(Debug)]
pub(crate) struct Layers {
    /// The file, if there is one.
    pub(super) source: Option<PathBuf>,
    /// The settings that result; what is wrong has its default.
    pub(super) settings: Settings,
    /// What is wrong with names and kinds of values.
    pub(super) faults: Vec<ConfigFault>,
    /// What was left aside.
    pub(super) notes: Vec<String>,
    /// Files from which values were read that variables named.
    pub(super) files: Vec<PathBuf>,
    known: Known,
    table: Table,
    origins: BTreeMap<String, Origin>,
    /// Settings with such a fault.
    unsound: Vec<String>,
}

impl Layers {
    /// Reads the file, then lays `environment` (all variables of the process) and `overrides` over it.
    ///
    /// # Errors
    /// When there is no file to be read, or none in TOML. All else that is wrong is noted.
    pub(super) fn read(
        file: Option<&Path>,
        overrides: &Overrides,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigFaults> {
        let mut layers = Self::new(file);
        if let Some(file) = file {
            layers.read_file(file)?;
        }
        Ok(layers.lay_over(overrides, environment))
    }

    /// The same for the text of a file called `name`, which is not touched.
    pub(super) fn of_text(
        name: &str,
        text: &str,
        overrides: &Overrides,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigFaults> {
        let mut layers = Self::new(Some(Path::new(name)));
        layers.read_text(name, text)?;
        Ok(layers.lay_over(overrides, environment))
    }

    fn new(file: Option<&Path>) -> Self {
        Layers {
            source: file.map(Path::to_owned),
            settings: Settings::default(),
            faults: Vec::new(),
            notes: Vec::new(),
            files: Vec::new(),
            known: Known::new(),
            table: Table::new(),
            origins: BTreeMap::new(),
            unsound: Vec::new(),
        }
    }

    fn lay_over(mut self, overrides: &Overrides, environment: &[(String, String)]) -> Self {
        self.read_environment(environment);
        for (flag, path, value) in [
            ("--listen", &["listen"][..], &overrides.listen),
            ("--issuer", &["issuer"][..], &overrides.issuer),
            ("--storage", &["storage", "url"][..], &overrides.storage),
        ] {
            if let Some(value) = value {
                let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
                self.lay(&path, Value::from(value.as_str()), &Origin::Flag(flag));
            }
        }
        self.settle();
        self
    }

    /// Whether it is said which provider this is, rightly or wrongly.
    pub(super) fn names_a_provider(&self) -> bool {
        let named = |path: &str| self.origins.contains_key(path);
        named("storage.url") || named("issuer") || !self.faults.is_empty()
    }

    /// Where the value of a setting came from; `path` as TOML writes it.
    pub(super) fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or(Origin::Default)
    }

    /// A path of the file is relative to the file; one from elsewhere is relative to where we run.
    pub(super) fn resolved(&self, path: &str, value: &Path) -> PathBuf {
        let folder = self.source.as_deref().and_then(Path::parent);
        match (self.origin(path), folder) {
            (Origin::File { .. } | Origin::Default, Some(folder)) => folder.join(value),
            _ => value.to_owned(),
        }
    }

    /// Whether the setting has no value of its own because what was written is wrong, or the table around it.
    pub(super) fn is_unsound(&self, path: &str) -> bool {
        let inside = |outer: &str, inner: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.unsound
            .iter()
            .any(|wrong| inside(wrong, path) || inside(path, wrong))
    }

    /// A fault of the setting `path`, or of the table it stands in where it is not set itself.
    pub(super) fn fault(&self, path: &str, sentence: impl fmt::Display) -> ConfigFault {
        let mut shorter = Some(path);
        while let Some(place) = shorter {
            match self.origin(place) {
                Origin::Default => shorter = place.rsplit_once('.').map(|(parent, _)| parent),
                origin => return ConfigFault::at(&origin, path, &sentence.to_string()),
            }
        }
        ConfigFault::new(path, sentence.to_string())
    }

    /// A fault of one value of the list `path`.
    pub(super) fn fault_in(&self, path: &str, item: usize, sentence: &str) -> ConfigFault {
        match self.origin(&item_of(path, item)) {
            Origin::Default => self.fault(path, sentence),
            origin => ConfigFault::at(&origin, path, sentence),
        }
    }

    fn read_file(&mut self, file: &Path) -> Result<(), ConfigFaults> {
        self.read_text(&file.display().to_string(), &Self::text_of(file)?)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn text_of(file: &Path) -> Result<String, ConfigFaults> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            ConfigFault::new(
                file.display().to_string(),
                format!("cannot be read ({error}): name an existing file with --config"),
            )
        })?;
        Ok(text)
    }

    fn read_text(&mut self, name: &str, text: &str) -> Result<(), ConfigFaults> {
        let (spanned, errors) = DeTable::parse_recoverable(text);
        let at = |error: &toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let twice = error.span().filter(|_| error.message() == "duplicate key");
            let twice = twice.and_then(|span| text.get(span));
            let what = twice.map_or_else(
                || plain(error),
                |key| format!("{} is set twice: leave one of them", key.trim()),
            );
            ConfigFault::new(format!("{name}:{line}"), what)
        };
        ConfigFaults::unless(errors.iter().take(MOST_FAULTS).map(at).collect(), ())?;
        self.table = text
            .parse()
            .map_err(|error| ConfigFaults::from(at(&error)))?;
        self.walk(name, text, spanned.get_ref(), &mut Vec::new());
        Ok(())
    }

    /// Looks at every name in the file, and notes its line; names that are no settings are taken out.
    fn walk(&mut self, file: &str, text: &str, table: &DeTable<'_>, path: &mut Vec<String>) {
        let origin = |span: std::ops::Range<usize>| Origin::File {
            file: file.to_owned(),
            line: line_of(text, span.start),
        };
        for (name, value) in table {
            path.push(name.get_ref().to_string());
            let line = origin(name.span());
            match self.check_name(path) {
                Ok(()) => {
                    self.origins.insert(dotted(path), line);
                    match value.get_ref() {
                        // Its members are told with it.
                        DeValue::Table(_) if self.is_list_of_tables(path) => {}
                        DeValue::Table(inner) => self.walk(file, text, inner, path),
                        DeValue::Array(items) => {
                            for (item, value) in items.iter().enumerate() {
                                let name = item_of(&dotted(path), item);
                                self.origins.insert(name, origin(value.span()));
                            }
                        }
                        _ => {}
                    }
                }
                Err(what) => {
                    let name = dotted(path);
                    self.faults.push(ConfigFault::unknown(&line, &name, &what));
                    remove(&mut self.table, path);
                    self.unsound.push(name);
                }
            }
            path.pop();
        }
    }

    fn is_list_of_tables(&self, path: &[String]) -> bool {
        self.known.at(path).is_some_and(is_list_of_tables)
    }

    /// What to say of a name that is no setting; what it may have meant has no fault of its own then.
    fn check_name(&mut self, path: &[String]) -> Result<(), String> {
        let Err(unknown) = self.known.check(path) else {
            return Ok(());
        };
        let Some(meant) = unknown.suggestion else {
            return Err("; `valetkey config show` lists all there are".to_owned());
        };
        let told = format!("; did you mean {meant}?");
        self.unsound.push(meant);
        Err(told)
    }

    fn read_environment(&mut self, environment: &[(String, String)]) {
        let own = environment
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value.as_str())));
        let mut own: Vec<_> = own.filter(|(name, _)| *name != CONFIG).collect();
        own.sort_unstable();
        let mut links = Vec::new();
        for &(rest, value) in &own {
            let name = format!("{PREFIX}{rest}");
            match is_service_link(rest, value, &own) {
                true => links.push(name),
                false => self.read_variable(&name, rest, value),
            }
        }
        if !links.is_empty() {
            self.notes.push(format!(
                "left aside what Kubernetes or Docker sets for a service of this name (enableServiceLinks: false stops it): {}",
                links.join(", ")
            ));
        }
    }

    fn read_variable(&mut self, variable: &str, rest: &str, text: &str) {
        let path_of =
            |rest: &str| -> Vec<String> { rest.split("__").map(str::to_ascii_lowercase).collect() };
        let origin = Origin::Variable(variable.to_owned());
        let path = path_of(rest);
        // A setting of that name, such as `mail.password_file`, is itself.
        if self.known.at(&path).is_none()
            && let Some(path) = rest.strip_suffix("_FILE").map(path_of)
            && SECRETS.contains(&dotted(&path).as_str())
        {
            self.files.push(PathBuf::from(text));
            match std::fs::read_to_string(text) {
                Ok(secret) => {
                    let secret = secret.trim_end_matches(['\r', '\n']);
                    self.lay(&path, Value::from(secret), &origin);
                }
                Err(error) => self.faults.push(ConfigFault::new(
                    variable,
                    format!("{text} cannot be read: {error}"),
                )),
            }
            return;
        }
        let schema = self.known.at(&path);
        match schema.map(|schema| reading(schema, &path, text)) {
            Some(value) => self.lay(&path, value, &origin),
            None => self.faults.push(self.unknown_variable(variable)),
        }
    }

    fn unknown_variable(&self, variable: &str) -> ConfigFault {
        // What all of them begin with says nothing of which is meant.
        let rest = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
        let all = self.known.all();
        let all: Vec<String> = all.iter().map(|path| rest(&name_of(path))).collect();
        let meant = most_alike(&rest(variable), all.iter().map(String::as_str));
        let what = match meant {
            Some(meant) => format!("did you mean {PREFIX}{meant}?"),
            None => "unset it, or see `valetkey config show` for all settings".to_owned(),
        };
        ConfigFault::new(variable, format!("is not a setting; {what}"))
    }

    /// Lays a value over what there is; whether the whole fits is seen when all are laid.
    fn lay(&mut self, path: &[String], mut value: Value, origin: &Origin) {
        self.take_unknown(&mut path.to_vec(), &mut value, origin);
        self.note(&mut path.to_vec(), &value, origin);
        set(&mut self.table, path, value);
    }

    /// Takes names that are no settings out of a table from a variable.
    fn take_unknown(&mut self, path: &mut Vec<String>, value: &mut Value, origin: &Origin) {
        let Value::Table(table) = value else { return };
        if self.is_list_of_tables(path) {
            return;
        }
        let names: Vec<String> = table.keys().cloned().collect();
        for name in names {
            path.push(name.clone());
            match (self.check_name(path), table.get_mut(&name)) {
                (Ok(()), Some(inner)) => self.take_unknown(path, inner, origin),
                (Ok(()), None) => {}
                (Err(what), _) => {
                    let whole = dotted(path);
                    self.faults
                        .push(ConfigFault::unknown(origin, &whole, &what));
                    table.remove(&name);
                }
            }
            path.pop();
        }
    }

    fn note(&mut self, path: &mut Vec<String>, value: &Value, origin: &Origin) {
        let name = dotted(path);
        let items = format!("{name}[");
        self.origins.retain(|other, _| !other.starts_with(&items));
        self.origins.insert(name, origin.clone());
        for (name, inner) in value.as_table().into_iter().flatten() {
            path.push(name.clone());
            self.note(path, inner, origin);
            path.pop();
        }
    }

    /// Takes out of the table what is of the wrong kind.
    fn take_misfits(&mut self) -> Vec<Misfit> {
        let whole = Value::Table(self.table.clone());
        let schema = self.known.at(&[]);
        let found = schema.map_or_else(Vec::new, |schema| misfits(schema, &[], &whole, false));
        for misfit in &found {
            remove(&mut self.table, &misfit.path);
        }
        found
    }

    /// Makes settings of the table; what is of the wrong kind is told, and taken out.
    fn settle(&mut self) {
        for misfit in self.take_misfits() {
            let name = dotted(&misfit.path);
            let fault = match misfit.item {
                Some(item) => self.fault_in(&name, item, &misfit.sentence),
                None => self.fault(&name, &misfit.sentence),
            };
            self.faults.push(fault);
            self.unsound.push(name);
        }
        // A table may be of no use without what was taken out of it.
        while !self.take_misfits().is_empty() {}
        match self.table.clone().try_into() {
            Ok(settings) => self.settings = settings,
            Err(error) => self
                .faults
                .push(ConfigFault::new("configuration", plain(&error))),
        }
    }
}

/// The place of one value of a list.
fn item_of(path: &str, item: usize) -> String {
    format!("{path}[{item}]")
}

/// What a variable's text means: TOML where that fits the setting, else the text itself.
fn reading(schema: &serde_json::Value, path: &[String], text: &str) -> Value {
    let plain = Value::from(text);
    let fits = |value: &Value| misfits(schema, path, value, true).is_empty();
    match text.parse::<Value>() {
        Ok(value) if fits(&value) || !fits(&plain) => value,
        _ => plain,
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

/// Takes out what is at `path`.
fn remove(table: &mut Table, path: &[String]) {
    match path {
        [] => table.clear(),
        [name] => drop(table.remove(name)),
        [name, rest @ ..] => {
            if let Some(inner) = table.get_mut(name).and_then(Value::as_table_mut) {
                remove(inner, rest);
            }
        }
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
