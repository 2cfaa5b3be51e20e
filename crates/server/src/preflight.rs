//! What must be in order around a configuration before anything is made or announced: files it names, and routes.
use crate::http::site::Site;
use crate::http::tls;
use crate::ops::access::may_write;
use crate::ops::lost_key;
use crate::ops::sealing::{self, Sealing};
use crate::ops::server_key;
use crate::ops::{outbound, upstream};
use crate::rooms;
use crate::storage;
use config::{Config, Listen, SealingKeys};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use store::Location;

/// What is not in order, one sentence a line.
#[derive(Debug)]
pub(crate) struct NotReady(Vec<String>);

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for NotReady {}

/// Looks at everything; makes and changes nothing.
///
/// # Errors
/// All that is not in order.
pub(crate) fn check(config: &Config) -> Result<(), NotReady> {
    let checks = [
        routes(config),
        sockets(config),
        certificate(config),
        storage(config),
        key(config),
        sealing_keys(config),
        authorities(config),
        upstream::load(config).map(drop),
    ];
    let faults = checks.into_iter().filter_map(Result::err);
    let faults: Vec<_> = faults.chain(pictures(config)).collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(NotReady(faults)),
    }
}

/// Whether the paths can be routed: the router knows rules of its own, and panics.
fn routes(config: &Config) -> Result<(), String> {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let built = catch_unwind(AssertUnwindSafe(|| {
        let (site, portal) = rooms::sites(config);
        drop((site.into_router(), portal.map(Site::into_router)));
    }));
    std::panic::set_hook(told);
    built.map_err(|why| {
        let text = why.downcast_ref::<String>().cloned();
        let why = text.unwrap_or_else(|| "two of them collide".to_owned());
        format!(
            "paths: these paths cannot be served together ({}): choose others",
            why.replace('\n', " ")
        )
    })
}

/// Whether the folders of Unix sockets are there.
fn sockets(config: &Config) -> Result<(), String> {
    let people = config.listen.iter().map(|listen| ("listen", listen));
    let metrics = config
        .metrics
        .iter()
        .map(|listen| ("metrics.listen", listen));
    let faults = people.chain(metrics).filter_map(|(setting, listen)| {
        let Listen::Unix { path, .. } = listen else {
            return None;
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let what = match (folder.is_dir(), path.is_dir()) {
            (false, _) => "its folder does not exist: make it, or name another place",
            (true, true) => "there is a folder of that name: name another place",
            (true, false) if !may_write(folder) => {
                "its folder cannot be written to: correct its owner or its mode, or name another place"
            }
            (true, false) => return None,
        };
        Some(format!("{setting} {listen}: {what}"))
    });
    let faults: Vec<_> = faults.collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

/// Whether certificate and key can be read, and belong together.
///
/// # Errors
/// One sentence.
pub(crate) fn certificate(config: &Config) -> Result<(), String> {
    let Some(files) = &config.tls else {
        return Ok(());
    };
    tls::acceptor(files)
        .map(drop)
        .map_err(|error| format!("{error:#}"))
}

/// The hosts of this provider that its certificate is not for: browsers and apps refuse it there.
pub(crate) fn hosts_without_certificate(config: &Config) -> Vec<String> {
    let Some(files) = &config.tls else {
        return Vec::new();
    };
    let mut hosts: Vec<_> = [&*config.issuer, &config.portal_base]
        .into_iter()
        .filter_map(|base| url::Url::parse(base).ok()?.host_str().map(str::to_owned))
        .collect();
    hosts.dedup();
    hosts.retain(|host| tls::is_for(&files.cert, host).is_ok_and(|is_for| !is_for));
    hosts
}

/// Whether the authorities that are believed beside those of the machine can be read.
///
/// # Errors
/// One sentence.
pub(crate) fn authorities(config: &Config) -> Result<(), String> {
    let own = outbound::trust(config).own();
    own.map(drop)
        .map_err(|fault| format!("outbound.ca_file: {fault}"))
}

/// What is wrong with the pictures of the brand, a sentence each.
pub(crate) fn pictures(config: &Config) -> Vec<String> {
    let named = [&config.branding.logo, &config.branding.icon];
    let named = named.into_iter().flatten();
    named.filter_map(|file| file.read().err()).collect()
}

/// Whether the database can be where it shall be.
///
/// # Errors
/// One sentence.
pub(crate) fn storage(config: &Config) -> Result<(), String> {
    match storage::location(config).map_err(|error| format!("{error:#}"))? {
        Location::Postgres(url) => url
            .check_files()
            .map_err(|error| format!("storage.url: {error}")),
        Location::Sqlite(path) => sqlite(&path),
    }
}

fn sqlite(path: &Path) -> Result<(), String> {
    let about = |what: String| Err(format!("storage.url: {what}"));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return about(format!(
            "the folder of {} does not exist: make it, or name another under [storage]",
            path.display()
        ));
    }
    if path.is_dir() {
        return about(format!(
            "{} is a folder: name a file, such as {}",
            path.display(),
            path.join("valetkey.db").display()
        ));
    }
    if let Err(error) = store::refuse_network(path) {
        return about(format!("cannot serve {}: {error}", path.display()));
    }
    let written = match path.exists() {
        true => [path, folder],
        false => [folder, folder],
    };
    let refused = written.into_iter().find(|place| !may_write(place));
    match refused {
        Some(place) => about(format!(
            "{} cannot be written to: correct its owner or its mode, or name another under [storage]",
            place.display()
        )),
        None => Ok(()),
    }
}

/// Whether the key is sound, or can be made.
fn key(config: &Config) -> Result<(), String> {
    let file = server_key::path(&config.keys);
    if file.exists() {
        return server_key::read(&file)
            .map(drop)
            .map_err(|error| format!("{error:#}"));
    }
    if config.keys.exists() && !config.keys.is_dir() {
        return Err(format!(
            "storage.keys: {} is a file: name a folder",
            config.keys.display()
        ));
    }
    Ok(())
}

/// Whether the sealing keys are sound, or can be made.
///
/// # Errors
/// One sentence.
pub(crate) fn sealing_keys(config: &Config) -> Result<(), String> {
    if config.sealing == SealingKeys::Own && !sealing::path(&config.keys).exists() {
        return Ok(());
    }
    Sealing::read(config)
        .map(drop)
        .map_err(|error| format!("{error:#}"))
}

/// What is in order and deserves a look all the same.
pub(crate) fn remarks(config: &Config) -> Vec<String> {
    let no_scopes = config.policy.scopes.is_empty().then(|| {
        "there are no scopes, so apps can ask people for nothing: name what your API lets them do under [scopes]".to_owned()
    });
    // Both are made by a server that starts, so it is not the first start that comes.
    let ran =
        sealing::path(&config.keys).exists() || server_key::control_folder(&config.keys).exists();
    let lost = ran && !server_key::path(&config.keys).exists();
    let lost = lost.then(|| lost_key::missing(config));
    no_scopes.into_iter().chain(lost).collect()
}

#[cfg(test)]
mod tests {
    use super::{Config, check, storage};
    use config::Overrides;
    use std::path::Path;

    #[test]
    fn every_profile_can_be_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles");
        for name in ["opsduty", "appexample", "miwa", "digitalocean", "sqowey"] {
            let file = folder.join(format!("{name}.toml"));
            let overrides = Overrides::default();
            let config = Config::read(Some(&file), &overrides, &[], storage::check_url).unwrap();
            assert_eq!(check(&config).map_err(|error| error.to_string()), Ok(()));
        }
    }

    #[test]
    fn paths_that_the_router_would_not_take_are_told_rather_than_panicked_about() {
        for path in ["/:x", "/{x", "/a/{*rest}/b", "/consent"] {
            let mut config = Config::for_tests();
            config.paths.token = vec![path.to_owned()];
            let told = check(&config).map_err(|error| error.to_string());
            let told = told.expect_err(path);
            assert!(
                told.starts_with("paths: these paths cannot be served"),
                "{told}"
            );
        }
        assert!(check(&Config::for_tests()).is_ok());
    }
}
