//! How much is taken at the door.
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// How much is taken from one address, of one app and in all; what is more is answered with 429 and when to try again. An
/// address is an IPv4 address or the /64 network of an IPv6 one, behind `trusted_proxies` that which they name. Several nodes
/// on one database share each budget evenly.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitSettings {
    /// Connections at once, in all: 16 to 65536. Further ones wait to be accepted.
    pub(crate) connections: u32,
    /// Connections at once from one address: 0 to 65536, 0 for any number. When places become few it has a quarter of those
    /// that are free, and one in any case. `trusted_proxies` have as many as they like.
    pub(crate) connections_per_address: u32,
    /// Addresses or networks that are not limited: neither their connections nor their requests. A proxy that is not among
    /// `trusted_proxies` would make all of its people one address.
    pub(crate) exempt: Vec<String>,
    /// Requests from one address at endpoints for programs: tokens, introspection, revocation, metadata.
    #[serde(deserialize_with = "programs")]
    pub(crate) programs: RateSettings,
    /// Requests from one address at the API for apps, and to register an app by a program.
    #[serde(deserialize_with = "api")]
    pub(crate) api: RateSettings,
    /// Requests from one address for pages, and forms that are sent.
    #[serde(deserialize_with = "pages")]
    pub(crate) pages: RateSettings,
    /// Requests of one app from all addresses, counted when it has proved who it is.
    #[serde(deserialize_with = "app")]
    pub(crate) app: RateSettings,
    /// Wrong secrets of one app from one address. Then no more are compared for a moment that come from there; the app at
    /// other addresses notices nothing.
    #[serde(deserialize_with = "failures")]
    pub(crate) failures: RateSettings,
    /// Wrong passwords in a day, of all accounts together, from browsers in which their people have never signed in: 0 to
    /// 1000000, 0 for any number. Once there are so many, passwords are taken in known browsers alone for the rest of the day;
    /// everybody else has a link mailed to them. Default: 5 for every 100 accounts, at least 50; any number where no mail is
    /// sent.
    pub(crate) guesses: Option<u32>,
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            connections: 8_192,
            connections_per_address: 1_024,
            exempt: vec!["127.0.0.0/8".to_owned(), "::1".to_owned()],
            programs: RateSettings::of(60_000, 6_000),
            api: RateSettings::of(6_000, 1_000),
            pages: RateSettings::of(6_000, 1_000),
            app: RateSettings::of(60_000, 6_000),
            failures: RateSettings::of(60, 120),
            guesses: None,
        }
    }
}

/// A budget: so many requests in the long run, and so many at once after a pause. What is left out has its own default.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "per_minute": 600, "burst": 100 }], "required" = []))]
pub(crate) struct RateSettings {
    /// Requests a minute: 0 to 300000, 0 for any number.
    pub(crate) per_minute: u32,
    /// Requests at once after a pause: 1 to 1000000.
    pub(crate) burst: u32,
}

impl RateSettings {
    const fn of(per_minute: u32, burst: u32) -> Self {
        RateSettings { per_minute, burst }
    }
}

/// What is written of a budget.
#[derive(Deserialize)]
struct Written {
    per_minute: Option<u32>,
    burst: Option<u32>,
}

/// A budget of which a part is written, the rest as it is by default.
fn written<'de, D: Deserializer<'de>>(
    from: D,
    default: impl Fn(&LimitSettings) -> RateSettings,
) -> Result<RateSettings, D::Error> {
    let (written, default) = (
        Written::deserialize(from)?,
        default(&LimitSettings::default()),
    );
    Ok(RateSettings {
        per_minute: written.per_minute.unwrap_or(default.per_minute),
        burst: written.burst.unwrap_or(default.burst),
    })
}

fn programs<'de, D: Deserializer<'de>>(from: D) -> Result<RateSettings, D::Error> {
    written(from, |limits| limits.programs)
}

fn api<'de, D: Deserializer<'de>>(from: D) -> Result<RateSettings, D::Error> {
    written(from, |limits| limits.api)
}

fn pages<'de, D: Deserializer<'de>>(from: D) -> Result<RateSettings, D::Error> {
    written(from, |limits| limits.pages)
}

fn app<'de, D: Deserializer<'de>>(from: D) -> Result<RateSettings, D::Error> {
    written(from, |limits| limits.app)
}

fn failures<'de, D: Deserializer<'de>>(from: D) -> Result<RateSettings, D::Error> {
    written(from, |limits| limits.failures)
}
