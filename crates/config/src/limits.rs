//! Checks `[limits]`: how much is taken at the door.
use super::checks::Checks;
use super::settings::RateSettings;
use ipnet::IpNet;
use protocol::limits::{Budget, MOST_PER_MINUTE};
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// How much is taken at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once.
    pub connections: u32,
    /// Connections at once from one address, if they are limited.
    pub connections_per_address: Option<u32>,
    /// Who is not limited.
    pub exempt: Vec<IpNet>,
    /// Requests from one address at endpoints for programs.
    pub programs: Option<Budget>,
    /// Requests from one address at the API for apps.
    pub api: Option<Budget>,
    /// Requests from one address for pages.
    pub pages: Option<Budget>,
    /// Requests of one app.
    pub app: Option<Budget>,
    /// Wrong secrets of one app from one address.
    pub failures: Option<Budget>,
    /// Wrong passwords a day from strangers, if the operator chose a number.
    pub guesses: Option<u32>,
}

impl Limits {
    /// Whether what comes from this address is not limited.
    pub fn exempts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.exempt.iter().any(|net| net.contains(&address))
    }
}

/// Checks the table.
pub(super) fn limits(checks: &mut Checks<'_>) -> Limits {
    let settings = checks.settings().limits.clone();
    within(
        checks,
        "limits.connections",
        settings.connections,
        16..=65_536,
    );
    let per_address = settings.connections_per_address;
    within(
        checks,
        "limits.connections_per_address",
        per_address,
        0..=65_536,
    );
    if let Some(guesses) = settings.guesses {
        within(checks, "limits.guesses", guesses, 0..=1_000_000);
    }
    Limits {
        connections: settings.connections.max(16),
        connections_per_address: (per_address > 0).then_some(per_address),
        exempt: exempt(checks, &settings.exempt),
        programs: budget(checks, "limits.programs", settings.programs),
        api: budget(checks, "limits.api", settings.api),
        pages: budget(checks, "limits.pages", settings.pages),
        app: budget(checks, "limits.app", settings.app),
        failures: budget(checks, "limits.failures", settings.failures),
        guesses: settings.guesses,
    }
}

fn exempt(checks: &mut Checks<'_>, texts: &[String]) -> Vec<IpNet> {
    let mut found = Vec::new();
    for (item, text) in texts.iter().enumerate() {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        match text.parse::<IpNet>().or_else(|_| address()) {
            Ok(net) => found.push(net),
            Err(_) => {
                let what = format!(
                    "{text:?} is neither an address nor a network: write it like 10.0.0.7 or 10.0.0.0/8"
                );
                checks.fault_in("limits.exempt", item, what);
            }
        }
    }
    found
}

fn budget(checks: &mut Checks<'_>, path: &str, rate: RateSettings) -> Option<Budget> {
    let per_minute = format!("{path}.per_minute");
    within(checks, &per_minute, rate.per_minute, 0..=MOST_PER_MINUTE);
    within(checks, &format!("{path}.burst"), rate.burst, 1..=1_000_000);
    Budget::new(rate.per_minute, rate.burst)
}

fn within(checks: &mut Checks<'_>, path: &str, value: u32, range: RangeInclusive<u32>) {
    if !range.contains(&value) {
        let (least, most) = (range.start(), range.end());
        checks.fault(path, format!("{value} is not between {least} and {most}"));
    }
}
