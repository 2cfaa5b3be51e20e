//! The steps of the schema: forward only, compiled in, looked at in every start.
//!
//! The table `refinery_schema_history` of a database names those that it has. The name and the checksums of the
//! first two are those of the library that ran them once; earlier binaries compare them.

/// The table that names the steps a database has.
pub(crate) const HISTORY: &str = "refinery_schema_history";

/// One step.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Its number; steps are applied in the order of their numbers.
    pub(crate) version: i64,
    /// What it adds. A name that begins with `contract_` tells that it takes something away.
    pub(crate) name: &'static str,
    /// What is written down beside the name.
    pub(crate) checksum: &'static str,
    /// The statements.
    pub(crate) sql: &'static str,
}

/// The same steps for an engine, each in its own words.
macro_rules! steps {
    ($engine:literal: $($version:literal $name:literal $checksum:literal,)*) => {
        [$(Migration {
            version: $version,
            name: $name,
            checksum: $checksum,
            sql: include_str!(concat!("../migrations/", $engine, "/V", $version, "__", $name, ".sql")),
        }),*]
    };
}

/// All steps on SQLite.
pub(crate) const SQLITE: [Migration; 38] = steps!("sqlite":
    1 "initial" "728948790923703149",
    2 "devices_and_test_mode" "8578770225967760945",
    3 "epochs" "0",
    4 "events" "0",
    5 "outbox" "0",
    6 "mail_links" "0",
    7 "bounces" "0",
    8 "languages" "0",
    9 "apps" "0",
    10 "organizations" "0",
    11 "secret_ends" "0",
    12 "known_devices_and_consents" "0",
    13 "request_log" "0",
    14 "reviews" "0",
    15 "connections" "0",
    16 "app_bounds" "0",
    17 "test_sides" "0",
    18 "skipped_scopes" "0",
    19 "signing_keys" "0",
    20 "sessions_and_deletion" "0",
    21 "contract_workspaces" "0",
    22 "openid" "0",
    23 "client_keys" "0",
    24 "connection_uses" "0",
    25 "dpop" "0",
    26 "introductions" "0",
    27 "handoff" "0",
    28 "portal_sessions" "0",
    29 "second_factors" "0",
    30 "upstream" "0",
    32 "company_organizations" "0",
    33 "passkeys" "0",
    34 "organization_second_factor" "0",
    37 "publishers" "0",
    38 "earlier_passwords" "0",
    39 "developers" "0",
    41 "login_answers" "0",
    43 "playground_runs" "0",
);

/// All steps on PostgreSQL.
pub(crate) const POSTGRES: [Migration; 38] = steps!("postgres":
    1 "initial" "728948790923703149",
    2 "devices_and_test_mode" "8578770225967760945",
    3 "epochs" "0",
    4 "events" "0",
    5 "outbox" "0",
    6 "mail_links" "0",
    7 "bounces" "0",
    8 "languages" "0",
    9 "apps" "0",
    10 "organizations" "0",
    11 "secret_ends" "0",
    12 "known_devices_and_consents" "0",
    13 "request_log" "0",
    14 "reviews" "0",
    15 "connections" "0",
    16 "app_bounds" "0",
    17 "test_sides" "0",
    18 "skipped_scopes" "0",
    19 "signing_keys" "0",
    20 "sessions_and_deletion" "0",
    21 "contract_workspaces" "0",
    22 "openid" "0",
    23 "client_keys" "0",
    24 "connection_uses" "0",
    25 "dpop" "0",
    26 "introductions" "0",
    27 "handoff" "0",
    28 "portal_sessions" "0",
    29 "second_factors" "0",
    30 "upstream" "0",
    32 "company_organizations" "0",
    33 "passkeys" "0",
    34 "organization_second_factor" "0",
    37 "publishers" "0",
    38 "earlier_passwords" "0",
    39 "developers" "0",
    41 "login_answers" "0",
    43 "playground_runs" "0",
);

#[cfg(test)]
mod tests {
    use super::*;
    use jose::Digest;

    /// The digest of each step that databases have by now.
    const FROZEN: [(&str, i64, &str); 6] = [
        ("sqlite", 1, "869d4bc8328583de"),
        ("sqlite", 2, "28beb44717c15239"),
        ("sqlite", 3, "060d70987833f0a8"),
        ("postgres", 1, "104414ec93de7dc8"),
        ("postgres", 2, "2f84a6cd0b7658d3"),
        ("postgres", 3, "8e1f85d9f7c04ac5"),
    ];

    #[test]
    fn a_step_that_databases_have_is_not_changed() {
        for (engine, version, digest) in FROZEN {
            let steps = if engine == "sqlite" {
                &SQLITE
            } else {
                &POSTGRES
            };
            let step = steps.iter().find(|step| step.version == version).unwrap();
            let found: String = Digest::of(step.sql.as_bytes()).as_bytes()[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(
                found, digest,
                "{engine} {version}: write a new step instead"
            );
        }
    }

    #[test]
    fn both_engines_have_the_same_steps_in_order() {
        let names = |steps: &[Migration]| -> Vec<(i64, &str)> {
            steps.iter().map(|step| (step.version, step.name)).collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        let numbers = SQLITE.iter().map(|step| step.version);
        assert!(numbers.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn every_file_is_a_step() {
        for engine in ["sqlite", "postgres"] {
            let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), SQLITE.len());
        }
    }

    #[test]
    fn both_engines_have_the_same_tables_and_columns() {
        // Types aside, and how a table is kept.
        let same = |sql: &str| {
            let mut sql = sql
                .replace(" STRICT", "")
                .replace(", WITHOUT ROWID", "")
                .replace(" DEFAULT FALSE", " DEFAULT 0");
            for kind in ["BIGINT", "BOOLEAN", "INTEGER", "BYTEA", "BLOB"] {
                sql = sql.replace(kind, "_");
            }
            sql.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for (sqlite, postgres) in SQLITE.iter().zip(&POSTGRES) {
            assert_eq!(same(sqlite.sql), same(postgres.sql), "{}", sqlite.name);
        }
    }
}
