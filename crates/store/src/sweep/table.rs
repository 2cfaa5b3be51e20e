//! Which rows may go: one table of all that expires, the same on both engines.
use super::{REPLAY_MEMORY, SweepRules};
use protocol::accounts::handover::CODE_LIFE;
use protocol::accounts::mail_link::{EARLIER_KEPT, LONGEST_LINK};
use protocol::accounts::passkeys::ceremony;
use protocol::accounts::sign_in::WINDOW;
use protocol::apps::RESTORABLE;
use protocol::apps::playground::LASTS;
use protocol::apps::transfer::OFFER;
use protocol::daily::DAY;
use protocol::handoff::CHALLENGE_LIFE;
use protocol::organizations::INVITATION;
use protocol::outbox::DEAD_KEPT;
use protocol::request_log;
use protocol::types::{Lifetime, Locator, UnixTime};
use std::sync::LazyLock;

/// What nobody answered or redeemed is kept this long after it expired, so that whoever asks is told that it has.
const EXPIRED_MEMORY: Lifetime = Lifetime::from_minutes(1);
/// A secret that came to its end is listed this long.
const SECRETS_KEPT: Lifetime = Lifetime::from_days(30);
/// How far back what nobody redeemed is looked for among those that were; a server that was away for longer leaves
/// the rest until [`REPLAY_MEMORY`] is over.
const LOOK_BACK: Lifetime = Lifetime::from_minutes(60);
/// How far ids may be ahead of the clock before it is taken to have been wrong: a little is usual, since no two
/// clocks are the same.
const CLOCK_MAY_BE_AHEAD: Lifetime = Lifetime::from_minutes(60);

/// Which rows of a table are looked at: those whose key is between two numbers, judged at a moment.
pub(super) struct Range {
    pub(super) above: i64,
    pub(super) below: i64,
    pub(super) at: UnixTime,
}

/// Rows that may go: of a table, by its key, with a condition on a row `r` at the moment `$3`.
pub(super) struct Sweep {
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    /// The table that the keys are looked up in, and its column: mostly the same.
    pub(super) from: (&'static str, &'static str),
    pub(super) may_go: &'static str,
    pub(super) range: fn(&SweepRules, UnixTime) -> Range,
}

/// From the left edge: rows older than they live. A shortened lifetime leaves rows that live on; they are stepped over,
/// and never deleted early.
fn older(than: Lifetime, now: UnixTime) -> Range {
    Range {
        above: i64::MIN,
        below: Locator::first_at(now.minus(than)).0,
        at: now,
    }
}

/// Rows whose ids are ahead of time. They were made while the clock was wrong, or after that, since ids go on rising;
/// by their ids they would be looked at when that time has come. There are none otherwise, so this costs nothing.
fn ahead(_: &SweepRules, now: UnixTime) -> Range {
    Range {
        above: Locator::first_at(now.plus(CLOCK_MAY_BE_AHEAD)).0,
        below: i64::MAX,
        at: now,
    }
}

/// The same for codes.
fn ahead_and_replayable_no_more(rules: &SweepRules, now: UnixTime) -> Range {
    Range {
        at: now.minus(REPLAY_MEMORY),
        ..ahead(rules, now)
    }
}

/// Rows that expired a moment ago, and some older ones.
fn lately(lifetime: Lifetime, now: UnixTime) -> Range {
    let at = now.minus(EXPIRED_MEMORY);
    let end = at.minus(lifetime);
    Range {
        above: Locator::first_at(end.minus(LOOK_BACK)).0,
        below: Locator::first_at(end).0,
        at,
    }
}

/// Rows of apps that are not brought back any more.
fn long_deleted(_: &SweepRules, now: UnixTime) -> Range {
    Range {
        above: 0,
        below: i64::MAX,
        at: now.minus(RESTORABLE),
    }
}

/// An app that nobody used, and that was deleted before the moment.
macro_rules! never_used {
    () => {
        "r.client > $1 AND r.client < $2 AND EXISTS (SELECT 1 FROM clients c WHERE c.no = r.client \
         AND c.deleted_at <= $3 AND c.last_used_at IS NULL) AND NOT EXISTS (SELECT 1 FROM consents k WHERE k.client = r.client) \
         AND r.client < (SELECT MAX(no) FROM clients)"
    };
}

fn forgotten(_: &SweepRules, now: UnixTime) -> Range {
    Range {
        above: 0,
        below: i64::MAX,
        at: now.minus(DAY),
    }
}

fn all(_: &SweepRules, now: UnixTime) -> Range {
    Range {
        above: i64::MIN,
        below: i64::MAX,
        at: now,
    }
}

const EXPIRED: &str = "r.expires_at <= $3";
/// A used-record outlives its token, whatever lifetimes are configured now: without it the token would be fresh again.
const TOKEN_IS_GONE: &str =
    "$3 > 0 AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.id = r.id)";
const NEVER_REDEEMED: &str =
    "r.expires_at <= $3 AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = r.id)";
/// A grant is the guard of its code: it stays as long as the code does.
const GRANT_IS_OVER: &str = "r.expires_at <= $3 AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.id = r.id) \
     AND NOT EXISTS (SELECT 1 FROM device_codes d WHERE d.id = r.id)";

/// A message that is not dead is not forgotten, however old it is.
const LONG_DEAD: &str = "r.dead_at IS NOT NULL AND r.dead_at <= $3";

const fn sweep(
    table: &'static str,
    may_go: &'static str,
    range: fn(&SweepRules, UnixTime) -> Range,
) -> Sweep {
    Sweep {
        table,
        key: "id",
        from: (table, "id"),
        may_go,
        range,
    }
}

/// What follows another table comes after it. Access tokens come first: they are told apart.
pub(super) const SWEEPS: [Sweep; 55] = [
    sweep("access_tokens", EXPIRED, |rules, now| {
        older(rules.access, now)
    }),
    sweep("access_tokens", EXPIRED, ahead),
    sweep("refresh_replies", "$3 > 0", |rules, now| {
        older(rules.grace, now)
    }),
    sweep("refresh_tokens", EXPIRED, |rules, now| {
        older(rules.refresh, now)
    }),
    sweep("refresh_tokens", EXPIRED, ahead),
    sweep("used_refresh_tokens", TOKEN_IS_GONE, |rules, now| {
        older(rules.refresh, now)
    }),
    sweep("used_refresh_tokens", TOKEN_IS_GONE, ahead),
    sweep("refresh_replies", TOKEN_IS_GONE, ahead),
    sweep("codes", NEVER_REDEEMED, |rules, now| {
        lately(rules.code, now)
    }),
    sweep("codes", EXPIRED, |rules, now| {
        older(rules.code, now.minus(REPLAY_MEMORY))
    }),
    sweep("codes", EXPIRED, ahead_and_replayable_no_more),
    sweep("device_codes", NEVER_REDEEMED, |rules, now| {
        lately(rules.device, now)
    }),
    sweep("device_codes", EXPIRED, |rules, now| {
        older(rules.device, now.minus(REPLAY_MEMORY))
    }),
    sweep("device_codes", EXPIRED, ahead_and_replayable_no_more),
    sweep("grants", GRANT_IS_OVER, |rules, now| {
        older(rules.grant, now)
    }),
    sweep("grants", GRANT_IS_OVER, ahead),
    sweep("authentications", EXPIRED, |rules, now| {
        older(rules.grant, now)
    }),
    sweep("authentications", EXPIRED, ahead),
    sweep("interactions", EXPIRED, |rules, now| {
        older(rules.interaction, now)
    }),
    sweep("interactions", EXPIRED, ahead),
    sweep("login_answers", EXPIRED, |_, now| {
        older(CHALLENGE_LIFE, now)
    }),
    sweep("login_answers", EXPIRED, ahead),
    sweep("sessions", EXPIRED, |rules, now| older(rules.session, now)),
    sweep("sessions", EXPIRED, ahead),
    sweep(
        "portal_sessions",
        "r.cookie IS NULL AND r.expires_at <= $3",
        |_, now| lately(CODE_LIFE, now),
    ),
    sweep("portal_sessions", EXPIRED, |rules, now| {
        older(rules.session, now)
    }),
    sweep("portal_sessions", EXPIRED, ahead),
    sweep("playground_runs", EXPIRED, |_, now| older(LASTS, now)),
    sweep("playground_runs", EXPIRED, ahead),
    // A ceremony that is over by its time is remembered for a while, in case the clock goes back; and one of a time that is
    // still to come until then, since it could be answered until then.
    sweep("used_ceremonies", "$3 > 0", |_, now| {
        older(ceremony::LIFETIME, now.minus(REPLAY_MEMORY))
    }),
    sweep("mail_links", EXPIRED, |_, now| older(LONGEST_LINK, now)),
    sweep("mail_links", EXPIRED, ahead),
    sweep("earlier_passwords", "$3 > 0", |_, now| {
        older(EARLIER_KEPT, now)
    }),
    sweep("earlier_passwords", "$3 > 0", ahead),
    sweep("invitations", EXPIRED, |_, now| older(INVITATION, now)),
    sweep("invitations", EXPIRED, ahead),
    sweep("transfers", EXPIRED, |_, now| older(OFFER, now)),
    // Only what was written with an id: several that an earlier release wrote share none.
    sweep(
        "client_secrets",
        "(r.expires_at IS NOT NULL AND r.expires_at <= $3) OR EXISTS \
         (SELECT 1 FROM clients c WHERE c.no = r.client AND c.deleted_at <= $3)",
        |_, now| Range {
            above: 0,
            below: i64::MAX,
            at: now.minus(SECRETS_KEPT),
        },
    ),
    // The picture of an app that is not brought back any more.
    Sweep {
        table: "client_logos",
        key: "client",
        from: ("client_logos", "client"),
        may_go: "EXISTS (SELECT 1 FROM clients c WHERE c.no = r.client AND c.deleted_at <= $3)",
        range: long_deleted,
    },
    sweep("refused_requests", "$3 > 0", |_, now| {
        older(request_log::KEPT, now)
    }),
    sweep("refused_requests", "$3 > 0", ahead),
    sweep("granted_requests", "$3 > 0", |_, now| {
        older(request_log::KEPT, now)
    }),
    sweep("granted_requests", "$3 > 0", ahead),
    Sweep {
        table: "request_counts",
        key: "hour",
        from: ("request_counts", "hour"),
        may_go: "$3 > 0",
        range: |_, now| Range {
            above: i64::MIN,
            below: now.minus(request_log::KEPT).0 / 3_600,
            at: now,
        },
    },
    // What was asked and said about an app that is not brought back any more: messages first, which follow requests.
    sweep(
        "review_messages",
        "EXISTS (SELECT 1 FROM review_requests q JOIN clients c ON c.no = q.client \
         WHERE q.id = r.request AND c.deleted_at <= $3)",
        long_deleted,
    ),
    sweep(
        "review_requests",
        "EXISTS (SELECT 1 FROM clients c WHERE c.no = r.client AND c.deleted_at <= $3)",
        long_deleted,
    ),
    sweep("outbox", LONG_DEAD, |_, now| {
        older(Lifetime::from_seconds(0), now.minus(DEAD_KEPT))
    }),
    // The window of attempts. One that has not begun yet was opened by a clock that has been set back since.
    Sweep {
        table: "attempts",
        key: "key",
        from: ("attempts", "key"),
        may_go: "(r.since <= $1 OR r.since > $2) AND $3 > 0",
        range: |_, now| Range {
            above: now.minus(WINDOW).0,
            below: now.plus(WINDOW).0,
            at: now,
        },
    },
    Sweep {
        table: "daily_counts",
        key: "key",
        from: ("daily_counts", "key"),
        may_go: "(r.since <= $1 OR r.since > $2) AND $3 > 0",
        range: |_, now| Range {
            above: now.minus(DAY).0,
            below: now.plus(DAY).0,
            at: now,
        },
    },
    Sweep {
        table: "used_assertions",
        key: "key",
        from: ("used_assertions", "key"),
        may_go: "r.expires_at <= $1 AND $2 > 0 AND $3 > 0",
        range: |_, now| Range {
            above: now.0,
            below: i64::MAX,
            at: now,
        },
    },
    // Apps that introduced themselves, that nobody used, and that were forgotten a day ago: nothing names their numbers. The
    // last app stays, so that numbers go on rising. What hangs on them goes first.
    Sweep {
        table: "client_secrets",
        key: "client",
        from: ("introductions", "client"),
        may_go: never_used!(),
        range: forgotten,
    },
    Sweep {
        table: "clients",
        key: "no",
        from: ("introductions", "client"),
        may_go: never_used!(),
        range: forgotten,
    },
    Sweep {
        table: "introductions",
        key: "client",
        from: ("introductions", "client"),
        may_go: "r.client > $1 AND r.client < $2 AND $3 > 0 AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.no = r.client)",
        range: forgotten,
    },
    sweep("pinned_grants", EXPIRED, |rules, now| {
        older(rules.grant, now)
    }),
    // The last line stays, so that numbers go on rising.
    Sweep {
        table: "changes",
        key: "seq",
        from: ("changes", "seq"),
        may_go: "r.until <= $3 AND r.kind <> 'grant' AND r.seq < (SELECT MAX(seq) FROM changes)",
        range: all,
    },
];

/// Revoked grants that no token is left of, since all that are have higher ids than `$1`; then what remembers them; and ends
/// in organizations before `$2`, which are older than all tokens by then.
pub(super) const REVOKED: [Sweep; 3] = [
    Sweep {
        table: "grants",
        key: "id",
        from: ("changes", "ref"),
        may_go: "r.kind = 'grant' AND r.above <= $1 AND $2 > 0 AND $3 > 0 \
                 AND EXISTS (SELECT 1 FROM grants g WHERE g.id = r.ref) \
                 AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.id = r.ref) \
                 AND NOT EXISTS (SELECT 1 FROM device_codes d WHERE d.id = r.ref)",
        range: all,
    },
    Sweep {
        table: "changes",
        key: "seq",
        from: ("changes", "seq"),
        may_go: "r.kind = 'grant' AND r.above <= $1 AND $2 > 0 AND $3 > 0 \
                 AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = r.ref) \
                 AND r.seq < (SELECT MAX(seq) FROM changes)",
        range: all,
    },
    Sweep {
        table: "workspace_ends",
        key: "not_before",
        from: ("workspace_ends", "not_before"),
        may_go: "r.not_before < $2 AND $1 > 0 AND $3 > 0",
        range: all,
    },
];

impl Sweep {
    /// The text of one slice. PostgreSQL plans an array of keys as so many look-ups, and a sub-select perhaps as a
    /// walk through the whole table.
    fn sql(&self, postgres: bool) -> String {
        let Sweep {
            table, key, may_go, ..
        } = self;
        let (from, column) = self.from;
        // What says for itself which rows are looked at has an index for that; in another order it would be a walk.
        let (between, order) = match may_go.contains("$1") {
            true => (String::new(), String::new()),
            false => (
                format!("r.{key} > $1 AND r.{key} < $2 AND "),
                format!(" ORDER BY r.{key}"),
            ),
        };
        let keys =
            format!("SELECT r.{column} FROM {from} r WHERE {between}({may_go}){order} LIMIT $4");
        match postgres {
            true => format!("DELETE FROM {table} WHERE {key} = ANY(ARRAY({keys}))"),
            false => format!("DELETE FROM {table} WHERE {key} IN ({keys})"),
        }
    }
}

/// The texts of [`SWEEPS`] and of [`REVOKED`] for an engine, put together once.
fn texts(postgres: bool) -> Vec<String> {
    let sweeps = SWEEPS.iter().chain(&REVOKED);
    sweeps.map(|sweep| sweep.sql(postgres)).collect()
}

pub(super) static SQLITE: LazyLock<Vec<String>> = LazyLock::new(|| texts(false));
pub(super) static POSTGRES: LazyLock<Vec<String>> = LazyLock::new(|| texts(true));
