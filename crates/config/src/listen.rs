//! Where the server listens: addresses, Unix sockets, and sockets that systemd hands over.
use super::address::listen_address;
use super::checks::Checks;
use super::settings::ListenSetting;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The mode of a Unix socket for which none is given: its user and group may connect.
const MODE: u32 = 0o660;
/// The longest path that the system takes for a Unix socket, in bytes.
const MAX_PATH: usize = 107;

/// One place to listen at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port. `[::]` takes both families unless an IPv4 address with the same port is listened at too.
    Tcp(SocketAddr),
    /// A Unix socket, which is made with this mode.
    Unix {
        /// Where it is.
        path: PathBuf,
        /// Its mode, such as `0o660`.
        mode: u32,
    },
    /// A socket that systemd opened, by its `FileDescriptorName=`; all that have no other place if there is none.
    Systemd(Option<String>),
}

impl Listen {
    /// Reads one place, in the words of the configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str, resolved: impl Fn(&Path) -> PathBuf) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("unix:") {
            return unix(text, rest, resolved);
        }
        if text == "systemd" {
            return Ok(Listen::Systemd(None));
        }
        if let Some(name) = text.strip_prefix("systemd:") {
            return match name.is_empty() {
                true => Err(format!(
                    "{text:?} names no socket: write it like systemd:web"
                )),
                false => Ok(Listen::Systemd(Some(name.to_owned()))),
            };
        }
        listen_address(text).map(Listen::Tcp).ok_or_else(|| {
            format!(
                "{text:?} is not an address with a port: write it like 127.0.0.1:8080 or [::]:443, unix:/run/valetkey.sock for a Unix socket, or systemd for one of systemd's"
            )
        })
    }

    /// Whether only this machine reaches it, as far as can be known here.
    pub fn is_local(&self) -> bool {
        match self {
            Listen::Tcp(address) => address.ip().is_loopback(),
            Listen::Unix { .. } => true,
            Listen::Systemd(_) => false,
        }
    }

    /// Whether the system refuses one of them beside the other. `[::]` leaves the addresses of IPv4 to others.
    fn leaves_no_room(&self, other: &Self) -> bool {
        let (Listen::Tcp(one), Listen::Tcp(other)) = (self, other) else {
            return self == other;
        };
        let (own, others) = (one.ip(), other.ip());
        one.port() == other.port()
            && one.port() != 0
            && own.is_ipv4() == others.is_ipv4()
            && (own == others || own.is_unspecified() || others.is_unspecified())
    }

    /// Its address, if it has one.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Listen::Tcp(address) => Some(*address),
            Listen::Unix { .. } | Listen::Systemd(_) => None,
        }
    }
}

fn unix(text: &str, rest: &str, resolved: impl Fn(&Path) -> PathBuf) -> Result<Listen, String> {
    let (path, mode) = rest.split_once("?mode=").unwrap_or((rest, ""));
    let mode = match mode {
        "" => Some(MODE),
        digits => u32::from_str_radix(digits, 8)
            .ok()
            .filter(|mode| *mode <= 0o777),
    };
    let Some(mode) = mode else {
        return Err(format!(
            "{text:?} has a mode that is none: write it like unix:{path}?mode=0660"
        ));
    };
    if path.is_empty() || path.ends_with('/') || path.contains('\0') {
        return Err(format!(
            "{text:?} names no file: write it like unix:/run/valetkey.sock"
        ));
    }
    let path = resolved(Path::new(path));
    match path.as_os_str().len() {
        0..=MAX_PATH => Ok(Listen::Unix { path, mode }),
        _ => Err(format!(
            "{} is longer than the {MAX_PATH} bytes that a Unix socket's path may have",
            path.display()
        )),
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp(address) => write!(f, "{address}"),
            Listen::Unix { path, mode } if *mode == MODE => write!(f, "unix:{}", path.display()),
            Listen::Unix { path, mode } => write!(f, "unix:{}?mode={mode:04o}", path.display()),
            Listen::Systemd(None) => f.write_str("systemd"),
            Listen::Systemd(Some(name)) => write!(f, "systemd:{name}"),
        }
    }
}

/// Checks `listen`.
pub(super) fn listen(checks: &mut Checks<'_>) -> Vec<Listen> {
    let texts: Vec<String> = match &checks.settings().listen {
        ListenSetting::One(text) => text.split(',').map(|text| text.trim().to_owned()).collect(),
        ListenSetting::Several(texts) => texts.clone(),
    };
    if texts.is_empty() {
        checks.fault("listen", "names no address: write it like 127.0.0.1:8080");
    }
    let mut found = Vec::new();
    for text in texts {
        match one(checks, "listen", &text) {
            Some(listen) if found.contains(&listen) => {
                checks.fault("listen", format!("{text:?} appears more than once"));
            }
            Some(listen) => found.push(listen),
            None => {}
        }
    }
    for (at, listen) in found.iter().enumerate() {
        if let Some(other) = found[..at]
            .iter()
            .find(|other| listen.leaves_no_room(other))
        {
            let what = format!(
                "{listen} and {other} take the same port of an address: leave one of them out"
            );
            checks.fault("listen", what);
        }
    }
    if found.is_empty() {
        found.push(Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 8080))));
    }
    found
}

fn one(checks: &mut Checks<'_>, path: &str, text: &str) -> Option<Listen> {
    let layers = checks.layers;
    match Listen::parse(text, |file| layers.resolved(path, file)) {
        Ok(listen) => Some(listen),
        Err(what) => {
            checks.fault(path, what);
            None
        }
    }
}

/// Checks `metrics.listen`.
pub(super) fn metrics(checks: &mut Checks<'_>, people: &[Listen]) -> Option<Listen> {
    let text = checks.settings().metrics.listen.clone()?;
    let listen = one(checks, "metrics.listen", &text)?;
    if people.contains(&listen) {
        checks.fault(
            "metrics.listen",
            "is where people come in: give metrics a port of their own",
        );
    } else if let Some(other) = people.iter().find(|other| listen.leaves_no_room(other)) {
        let what = format!(
            "takes the port at which people come in by {other}: give metrics a port of their own"
        );
        checks.fault("metrics.listen", what);
    } else if listen == Listen::Systemd(None) {
        checks.fault(
            "metrics.listen",
            "does not say which socket: write systemd: and its FileDescriptorName, such as systemd:metrics",
        );
    } else if let Some(address) = listen.address()
        && !address.ip().is_loopback()
    {
        checks.warn(format!(
            "metrics.listen is {address}: whoever reaches it reads how many sign in and how often tokens are refused, so let only those in who watch the server"
        ));
    }
    Some(listen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        Listen::parse(text, |file| Path::new("/etc").join(file)).map(|listen| listen.to_string())
    }

    #[test]
    fn places_are_written_as_they_are_read() {
        for text in [
            "127.0.0.1:8080",
            "[::]:443",
            "unix:/run/v.sock",
            "unix:/run/v.sock?mode=0666",
            "systemd",
            "systemd:web",
        ] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
        assert_eq!(parse("unix:v.sock").as_deref(), Ok("unix:/etc/v.sock"));
    }

    #[test]
    fn what_is_no_place_is_told() {
        for (text, what) in [
            ("8080", "is not an address with a port"),
            ("unix:", "names no file"),
            ("unix:/run/", "names no file"),
            ("unix:/run/v?mode=9", "has a mode that is none"),
            ("unix:/run/v?mode=1777", "has a mode that is none"),
            ("systemd:", "names no socket"),
        ] {
            let told = parse(text).unwrap_err();
            assert!(told.contains(what), "{text}: {told}");
        }
        let long = parse(&format!("unix:/{}", "a".repeat(107))).unwrap_err();
        assert!(long.contains("107 bytes"), "{long}");
    }
}
