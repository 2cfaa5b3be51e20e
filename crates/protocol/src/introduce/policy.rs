//! What the configuration decides of apps that introduce themselves.
use super::client_url::host_name;
use super::logo::Logos;
use crate::types::Lifetime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who may register an app by program (RFC 7591 §3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Nobody.
    #[default]
    Off,
    /// Whoever shows an initial access token.
    Token,
    /// Anybody.
    Open,
}

/// How far the documents of a host are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HostStanding {
    /// Its apps are as those that were reviewed.
    Trusted,
    /// Its apps are shown with a warning, and nothing is ticked.
    Limited,
    /// Its apps are unknown here.
    Blocked,
}

/// How many apps that introduced themselves may be there without having been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of all together.
    pub total: usize,
    /// Of one software: by its `software_id`, else by its name; by its host, where it came by a document.
    pub per_software: usize,
}

/// Which part of the time after which an app is forgotten it is there in any case, though it crowds out others: ten minutes of
/// a day.
const IN_ANY_CASE: i64 = 144;

/// Apps that introduce themselves.
#[derive(Debug, Clone)]
pub struct IntroductionPolicy {
    /// Who may register one.
    pub registration: RegistrationMode,
    /// Whether a `client_id` may be the URL of a document.
    pub documents: bool,
    /// Whether such documents may be on this machine, by plain http: the issuer is on loopback.
    pub loopback: bool,
    /// How far a host is trusted that is not listed.
    pub unknown: HostStanding,
    /// Hosts, in lower case, without a port.
    pub hosts: Vec<(String, HostStanding)>,
    /// Of which apps the picture is shown.
    pub logos: Logos,
    /// How many may be there unused.
    pub room: Room,
    /// After how long one is forgotten that nobody used.
    pub unused: Lifetime,
}

impl Default for IntroductionPolicy {
    /// Nothing of it.
    fn default() -> Self {
        IntroductionPolicy {
            registration: RegistrationMode::Off,
            documents: false,
            loopback: false,
            unknown: HostStanding::Limited,
            hosts: Vec::new(),
            logos: Logos::All,
            room: Room {
                total: 10_000,
                per_software: 500,
            },
            unused: Lifetime::from_days(1),
        }
    }
}

impl IntroductionPolicy {
    /// How far the document at a URL is trusted.
    pub fn standing(&self, url: &str) -> HostStanding {
        let name = host_name(url).unwrap_or_default();
        let own = self.hosts.iter().find(|(host, _)| host == name);
        own.map_or(self.unknown, |(_, standing)| *standing)
    }

    /// How long an app is there in any case that nobody used.
    #[must_use]
    pub fn in_any_case(&self) -> Lifetime {
        let seconds = self.unused.seconds() / IN_ANY_CASE;
        Lifetime::from_seconds(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// How many may be there unused before the oldest of them crowd out others.
    #[must_use]
    pub fn comfortable(&self) -> usize {
        self.room.total / 2
    }

    /// Which are to be forgotten: those that are `due`, or so many of the `crowd` (all that were there long enough, the oldest
    /// first) that what is left is [comfortable](Self::comfortable), so that a flood locks newcomers out for minutes.
    #[must_use]
    pub fn forgotten<T>(&self, due: Vec<T>, crowd: Vec<T>) -> Vec<T> {
        let beyond = crowd.len().saturating_sub(self.comfortable());
        match beyond > due.len() {
            true => crowd.into_iter().take(beyond).collect(),
            false => due,
        }
    }

    /// How many may be there unused besides; `None`: any number, since somebody vouches for its host.
    pub(super) fn room_for(&self, standing: HostStanding) -> Option<Room> {
        (standing != HostStanding::Trusted).then_some(self.room)
    }
}
