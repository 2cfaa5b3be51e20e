//! Settings that say something about what is switched off.
use super::checks::Checks;
use super::settings::Settings;
use protocol::introduce::RegistrationMode;
use protocol::policy::Registration;
use protocol::types::GrantType;

/// Settings that have no effect while something is so.
struct Idle {
    settings: &'static [&'static str],
    /// What is so, in the words of the configuration.
    because: &'static str,
    is_so: fn(&Settings) -> bool,
}

/// All there are. One whose value may be left empty to switch something off is among [`PATHS`].
const IDLE: &[Idle] = &[
    Idle {
        settings: &[
            "telemetry.headers_file",
            "telemetry.service",
            "telemetry.sample",
            "telemetry.callers",
            "telemetry.metrics_every",
        ],
        because: "telemetry.endpoint names no collector",
        is_so: |settings| settings.telemetry.endpoint.is_none(),
    },
    Idle {
        settings: &[
            "openid.id_token",
            "openid.algorithm",
            "openid.acr",
            "openid.second_factor_acr",
            "openid.claims",
        ],
        because: "openid.enabled is false",
        is_so: |settings| !settings.openid.enabled,
    },
    Idle {
        settings: &["introductions.hosts", "introductions.unknown_hosts"],
        because: "introductions.documents is false",
        is_so: |settings| !settings.introductions.documents,
    },
    Idle {
        settings: &[
            "introductions.initial_token",
            "introductions.initial_token_file",
        ],
        because: "introductions.registration is \"off\"",
        is_so: |settings| settings.introductions.registration == RegistrationMode::Off,
    },
    Idle {
        settings: &[
            "introductions.logos",
            "introductions.unused",
            "introductions.most_unused",
            "introductions.most_unused_of_one",
        ],
        because: "introductions.registration is \"off\" and introductions.documents is false",
        is_so: |settings| {
            let introductions = &settings.introductions;
            introductions.registration == RegistrationMode::Off && !introductions.documents
        },
    },
    Idle {
        settings: &["device.lifetime", "device.interval"],
        because: "grants.device_code is false",
        is_so: |settings| !settings.grants.is_on(GrantType::DeviceCode),
    },
    Idle {
        settings: &["token.lifetimes.refresh", "token.rotate"],
        because: "no refresh token is given by what [grants] says",
        is_so: |settings| !settings.grants.is_on(GrantType::RefreshToken),
    },
    Idle {
        settings: &["token.lifetimes.code", "token.lifetimes.code_personal"],
        because: "grants.authorization_code is false",
        is_so: |settings| !settings.grants.is_on(GrantType::AuthorizationCode),
    },
    Idle {
        settings: &["passkeys.rp_id"],
        because: "passkeys.enabled is false",
        is_so: |settings| !settings.passkeys.enabled,
    },
    Idle {
        settings: &[
            "portal.path",
            "portal.trail",
            "portal.new_app",
            "portal.labels",
        ],
        because: "portal.page is false",
        is_so: |settings| !settings.portal.page,
    },
    Idle {
        settings: &[
            "developers.intro",
            "developers.support",
            "developers.aliases",
        ],
        because: "developers.page is false",
        is_so: |settings| !settings.developers.page,
    },
    Idle {
        settings: &["developers.terms_version"],
        because: "developers.terms names no page",
        is_so: |settings| settings.developers.terms.is_none(),
    },
    Idle {
        settings: &["apps.unreviewed_people"],
        because: "apps.registration is not \"review\"",
        is_so: |settings| settings.apps.registration != Registration::Review,
    },
    Idle {
        settings: &["request_log.entries_per_app", "request_log.entries"],
        because: "request_log.enabled is false",
        is_so: |settings| !settings.request_log.enabled,
    },
    Idle {
        settings: &["storage.synchronous"],
        because: "storage.url names a PostgreSQL database, which has a setting of its own (synchronous_commit)",
        is_so: |settings| settings.storage.url.starts_with("postgres"),
    },
    Idle {
        settings: &["branding.mail_footer"],
        because: "no mail is sent: there is no [mail]",
        is_so: |settings| settings.mail.smtp.is_none() && settings.mail.folder.is_none(),
    },
    Idle {
        settings: &["hosts.api"],
        because: "paths.token_info is empty: nothing else is published on that host",
        is_so: |settings| settings.paths.token_info.is_empty(),
    },
    Idle {
        settings: &["hosts.portal"],
        because: "portal.page and developers.page are false: there is nothing on that host",
        is_so: |settings| !settings.portal.page && !settings.developers.page,
    },
];

/// Paths of endpoints that are off.
const PATHS: &[Idle] = &[
    Idle {
        settings: &["paths.userinfo", "paths.logout"],
        because: "openid.enabled is false",
        is_so: |settings| !settings.openid.enabled,
    },
    Idle {
        settings: &["paths.device"],
        because: "grants.device_code is false",
        is_so: |settings| !settings.grants.is_on(GrantType::DeviceCode),
    },
    Idle {
        settings: &["paths.authorize"],
        because: "grants.authorization_code is false",
        is_so: |settings| !settings.grants.is_on(GrantType::AuthorizationCode),
    },
    Idle {
        settings: &["paths.register"],
        because: "introductions.registration is \"off\"",
        is_so: |settings| settings.introductions.registration == RegistrationMode::Off,
    },
    Idle {
        settings: &["paths.revocations"],
        because: "paths.introspect is empty",
        is_so: |settings| settings.paths.introspect.is_empty(),
    },
];

/// Warns of each that somebody set for nothing.
pub(super) fn warn(checks: &mut Checks<'_>) {
    let settings = checks.settings();
    let named = settings.paths.named();
    let has_paths = |setting: &str| {
        let own = named
            .iter()
            .find(|(name, _)| setting.strip_prefix("paths.") == Some(*name));
        own.is_some_and(|(_, paths)| !paths.is_empty())
    };
    let so = |all: &'static [Idle]| all.iter().filter(move |idle| (idle.is_so)(settings));
    let each = |idle: &'static Idle| {
        let named = idle.settings.iter();
        named.map(move |setting| (*setting, idle.because))
    };
    let paths = so(PATHS).flat_map(each);
    let paths = paths.filter(|(setting, _)| has_paths(setting));
    let all: Vec<_> = so(IDLE).flat_map(each).chain(paths).collect();
    for (setting, because) in all {
        if checks.is_set(setting) {
            checks.warn(format!("{setting} has no effect while {because}"));
        }
    }
}

/// Every setting that is looked at.
#[cfg(test)]
pub(super) fn settings() -> impl Iterator<Item = &'static str> {
    let all = IDLE.iter().chain(PATHS);
    all.flat_map(|idle| idle.settings.iter().copied())
}
