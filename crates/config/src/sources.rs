//! Where a configuration comes from, so that it can be read again while a server runs.
use super::layers::{Layers, Overrides};
use super::load::environment;
use super::settings::LogSettings;
use super::{CheckUrl, Config, ConfigFaults, build, storage};
use std::path::{Path, PathBuf};

/// The file with its text, and what is laid over it. From the same text the same configuration is made again, with what is
/// in the other files by then, such as secrets.
#[derive(Debug, Clone)]
pub struct Sources {
    file: Option<(PathBuf, String)>,
    overrides: Overrides,
    environment: Vec<(String, String)>,
    check_url: CheckUrl,
}

impl Sources {
    /// Reads the file; the environment is this process's.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(
        file: Option<&Path>,
        overrides: &Overrides,
        check_url: CheckUrl,
    ) -> Result<Self, ConfigFaults> {
        let text = |file: &Path| Layers::text_of(file).map(|text| (file.to_owned(), text));
        Ok(Sources {
            file: file.map(text).transpose()?,
            overrides: overrides.clone(),
            environment: environment(),
            check_url,
        })
    }

    /// The same with the text that the file has now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_again(&self) -> Result<Self, ConfigFaults> {
        let file = self.file.as_ref().map(|(file, _)| file.as_path());
        let read = Self::read(file, &self.overrides, self.check_url)?;
        Ok(Sources {
            environment: self.environment.clone(),
            ..read
        })
    }

    /// What the command line says in place of the file.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The configuration.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn config(&self) -> Result<Config, ConfigFaults> {
        build::config(&self.layers()?, self.check_url)
    }

    /// The folder of the server's key files, whatever else is wrong: by that a server that runs is found.
    ///
    /// # Errors
    /// When the file is no TOML, or the storage is none.
    pub fn keys(&self) -> Result<PathBuf, ConfigFaults> {
        let layers = self.layers()?;
        match storage::read(&layers, self.check_url) {
            Ok(storage) => Ok(storage::keys(&layers, &storage)),
            Err(what) => Err(layers.fault("storage.url", what).into()),
        }
    }

    /// The configuration that takes the place of `before` while the server runs.
    ///
    /// # Errors
    /// All that is wrong; or else every setting that only a start of the server changes.
    pub fn next(&self, before: &Config) -> Result<Config, ConfigFaults> {
        let layers = self.layers()?;
        let next = build::config(&layers, self.check_url)?;
        let faults = fixed(before, &next).into_iter().map(|path| {
            layers.fault(
                path,
                "a running server cannot change this: put back what it was, or restart the server",
            )
        });
        ConfigFaults::unless(faults.collect(), next)
    }

    fn layers(&self) -> Result<Layers, ConfigFaults> {
        match &self.file {
            Some((file, text)) => {
                let name = file.display().to_string();
                Layers::of_text(&name, text, &self.overrides, &self.environment)
            }
            None => Layers::read(None, &self.overrides, &self.environment),
        }
    }
}

/// The settings that differ although they are given once: who the provider is, where its data are, where it listens.
fn fixed(before: &Config, next: &Config) -> Vec<&'static str> {
    let log = |log: &LogSettings| (log.format, log.level);
    let differences = [
        ("issuer", before.issuer != next.issuer),
        ("listen", before.listen != next.listen),
        ("metrics.listen", before.metrics != next.metrics),
        ("storage.url", before.storage != next.storage),
        ("storage.keys", before.keys != next.keys),
        ("storage.region", before.region != next.region),
        (
            "storage.synchronous",
            before.synchronous != next.synchronous,
        ),
        (
            "accounts.id",
            before.policy.subjects != next.policy.subjects,
        ),
        ("log", log(&before.log) != log(&next.log)),
    ];
    let changed = differences.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(path, _)| path).collect()
}
