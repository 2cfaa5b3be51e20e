//! Apps that introduce themselves. What is counted or compared among them cannot be locked as a row, so whoever makes
//! another waits for a lock of all of them.
use super::app::{register, update};
use super::connection::FORGET_CONSENTS;
use super::picture::OF_APP;
use crate::facts::clients::kind_name;
use crate::steps::Steps;
use crate::value::values;
use protocol::introduce::Room;
use protocol::transition::{IntroductionChange, IntroductionRecord, LogoChange};
use protocol::types::{Client, Introduction, UnixTime};

/// Whoever makes such an app has this one lock.
const LOCK: i64 = 0x696e_7472_6f64_7563;

/// One whose document came back frees its client id first: its number is never used again, and its tokens stay dead.
const FREE: &str = "UPDATE clients SET id = 'gone ' || no || ' ' || id WHERE id = $1 AND deleted_at IS NOT NULL AND introduction <> ''";

/// Those that nobody used, counted no further than is needed.
macro_rules! unused {
    ($which:literal, $most:literal) => {
        concat!(
            "SELECT 1 WHERE (SELECT COUNT(*) FROM (SELECT 1 FROM introductions i JOIN clients c ON c.no = i.client \
             WHERE c.deleted_at IS NULL AND c.last_used_at IS NULL AND NOT EXISTS \
             (SELECT 1 FROM consents k WHERE k.client = c.no)",
            $which,
            " LIMIT ",
            $most,
            ") counted) < ",
            $most
        )
    };
}

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a IntroductionChange,
    now: UnixTime,
) -> Steps<'a> {
    match change {
        IntroductionChange::Register {
            client,
            record,
            room,
        } => introduce(steps, client, record, *room, now),
        IntroductionChange::Again { client } => steps.run(
            "UPDATE introductions SET seen_at = $2 WHERE client = $1 AND seen_at < $2",
            values![*client, now],
        ),
        IntroductionChange::Replace {
            before,
            after,
            record,
        } => replace(steps, before, after, record, now),
        IntroductionChange::KeepLogo {
            client,
            version,
            digest,
            logo,
        } => {
            let guard = "UPDATE clients SET version = version + 1, logo = $3 \
                         WHERE no = $1 AND version = $2 AND deleted_at IS NULL AND introduction <> ''";
            let steps = steps.guard(guard, values![*client, *version, digest]);
            OF_APP
                .keep(steps, *client, logo)
                .client_changed(*client)
        }
        IntroductionChange::Pin { grant, until } => steps.run(
            "INSERT INTO pinned_grants (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            values![*grant, *until],
        ),
    }
}

fn introduce<'a>(
    steps: Steps<'a>,
    client: &'a Client,
    record: &'a IntroductionRecord,
    room: Option<Room>,
    now: UnixTime,
) -> Steps<'a> {
    let steps = steps.lock("SELECT 1 FROM pg_advisory_xact_lock($1)", values![LOCK]);
    let steps = match room {
        Some(room) => has_room(steps, record, room),
        None => steps,
    };
    let steps = match record.shared {
        true => steps.exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM introductions i JOIN clients c ON c.no = i.client \
             WHERE i.digest = $1 AND i.shared AND c.deleted_at IS NULL)",
            values![&record.digest],
        ),
        false => steps,
    };
    let steps = steps.run(FREE, values![&client.id]);
    register(steps, client, None)
        .run(
            "UPDATE clients SET introduction = $2 WHERE id = $1",
            values![
                &client.id,
                Introduction::to_stored(client.introduction.as_deref())
            ],
        )
        .run(
            "INSERT INTO introductions (client, digest, software, shared, token, seen_at) \
             SELECT no, $2, $3, $4, $5, $6 FROM clients WHERE id = $1",
            values![
                &client.id,
                &record.digest,
                &record.software,
                record.shared,
                record.token.as_ref(),
                now
            ],
        )
}

fn has_room<'a>(steps: Steps<'a>, record: &'a IntroductionRecord, room: Room) -> Steps<'a> {
    let most = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    steps
        .exists(unused!("", "$1"), values![most(room.total)])
        .exists(
            unused!(" AND i.software = $1", "$2"),
            values![&record.software, most(room.per_software)],
        )
}

fn replace<'a>(
    steps: Steps<'a>,
    before: &'a Client,
    after: &'a Client,
    record: &'a IntroductionRecord,
    now: UnixTime,
) -> Steps<'a> {
    let gone = before.logo.is_some() && after.logo.is_none();
    let logo = gone.then_some(&LogoChange::Remove);
    let steps = update(steps, before, after, logo)
        .run(
            "UPDATE clients SET kind = $2, introduction = $3 WHERE no = $1",
            values![
                before.no,
                kind_name(after.kind),
                Introduction::to_stored(after.introduction.as_deref())
            ],
        )
        .run(
            "UPDATE introductions SET digest = $2, software = $3, seen_at = $4 WHERE client = $1",
            values![before.no, &record.digest, &record.software, now],
        );
    let steps = match before.secrets == after.secrets {
        true => steps,
        false => super::secret::replace_secrets(steps, before.no, &after.secrets),
    };
    steps.run(FORGET_CONSENTS, values![before.no])
}
