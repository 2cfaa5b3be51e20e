//! Facts: one query each, the same on both engines.

/// The columns of a person, which [`people::person`] reads.
macro_rules! person_columns {
    () => {
        "p.subject, p.email, p.name, p.admin, p.password, p.disabled_at, p.cutoff, p.created_at, p.test_app, p.verified_at, p.device_epoch, p.external_id"
    };
}

/// The same for those who judge tokens, and have no use for the hash of a password.
macro_rules! person_without_password {
    () => {
        "p.subject, p.email, p.name, p.admin, '', p.disabled_at, p.cutoff, p.created_at, p.test_app, p.verified_at, p.device_epoch, p.external_id"
    };
}

/// Who is signed in with a session, without what tells of them: an app that asks again is answered without it.
macro_rules! visitor_columns {
    () => {
        "s.id, s.digest, s.subject, s.auth_time, s.expires_at, '', NULL, s.methods, \
         p.subject, '', '', p.admin, '', p.disabled_at, p.cutoff, p.created_at, p.test_app, p.verified_at, p.device_epoch, p.external_id, NULL, NULL"
    };
}

/// The columns of a session, which [`sessions::session`] reads.
macro_rules! session_columns {
    () => {
        "s.id, s.digest, s.subject, s.auth_time, s.expires_at, s.browser, s.device, s.methods"
    };
}

pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod connections;
pub(crate) mod developers;
pub(crate) mod devices;
pub(crate) mod domains;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod handoff;
pub(crate) mod introductions;
pub(crate) mod mail_links;
pub(crate) mod openid;
pub(crate) mod organizations;
pub(crate) mod outbox;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod playground;
pub(crate) mod request_log;
pub(crate) mod reviews;
pub(crate) mod second_factors;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod tokens;
pub(crate) mod upstream;
pub(crate) mod workspaces;
