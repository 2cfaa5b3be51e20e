//! What is counted because it is limited.
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::daily::DAY;
use protocol::transition::ThrottleChange;
use protocol::types::{Lifetime, Locator, UnixTime};

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a ThrottleChange,
    now: UnixTime,
    receipt: Locator,
) -> Steps<'a> {
    match change {
        ThrottleChange::Count {
            keys,
            window,
            in_a_day,
        } => {
            let counted = count(once(steps, now, receipt), keys, *window, now);
            let mut in_a_day: Vec<_> = in_a_day.iter().collect();
            in_a_day.sort_by_key(|(key, _)| *key.as_bytes());
            in_a_day
                .into_iter()
                .fold(counted, |steps, (key, most)| spend(steps, key, *most, now))
        }
        ThrottleChange::Spend { key, most } => spend(once(steps, now, receipt), key, *most, now),
        ThrottleChange::Clear {
            own,
            shared,
            in_a_day,
            as_many_as,
        } => {
            let mut in_a_day: Vec<_> = in_a_day.iter().collect();
            in_a_day.sort_by_key(|key| *key.as_bytes());
            let steps = in_a_day
                .into_iter()
                .fold(once(steps, now, receipt), |steps, key| {
                    give_back(steps, key, as_many_as.as_ref())
                });
            clear(steps, own, shared)
        }
    }
}

/// Adding to a number and taking from it leave nothing that tells whose doing it was. So each leaves a row of its own
/// among the attempts, which is swept with them: a try whose commit was not answered is not made twice.
fn once(steps: Steps<'_>, now: UnixTime, receipt: Locator) -> Steps<'_> {
    let key = Digest::of(format!("receipt {}", receipt.0).as_bytes());
    steps.once(
        "INSERT INTO attempts (key, count, since) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
        values![key, now],
    )
}

/// Counting is the guard: a count that has reached its limit is not raised, and takes back the others. Keys are taken
/// in one order, so that attempts made at once wait for each other instead of locking each other out.
fn count<'a>(
    steps: Steps<'a>,
    keys: &'a [(Digest, u32)],
    window: Lifetime,
    now: UnixTime,
) -> Steps<'a> {
    let mut keys: Vec<_> = keys.iter().collect();
    keys.sort_by_key(|(key, _)| *key.as_bytes());
    keys.into_iter().fold(steps, |steps, (key, limit)| {
        let guard = "INSERT INTO attempts (key, count, since) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET \
             count = CASE WHEN attempts.since > $3 AND attempts.since < $4 THEN attempts.count + 1 ELSE 1 END, \
             since = CASE WHEN attempts.since > $3 AND attempts.since < $4 \
                     THEN attempts.since ELSE excluded.since END \
             WHERE attempts.since <= $3 OR attempts.since >= $4 OR attempts.count < $5";
        let (begins_after, begins_before) = (now.minus(window), now.plus(window));
        steps.guard(guard, values![key, now, begins_after, begins_before, *limit])
    })
}

/// The same of what there is so much of a day, in a table of its own, whose rows are kept so long.
fn spend<'a>(steps: Steps<'a>, key: &'a Digest, most: u32, now: UnixTime) -> Steps<'a> {
    let guard = "INSERT INTO daily_counts (key, count, since) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET \
         count = CASE WHEN daily_counts.since > $3 AND daily_counts.since < $4 THEN daily_counts.count + 1 ELSE 1 END, \
         since = CASE WHEN daily_counts.since > $3 AND daily_counts.since < $4 \
                 THEN daily_counts.since ELSE excluded.since END \
         WHERE daily_counts.since <= $3 OR daily_counts.since >= $4 OR daily_counts.count < $5";
    let (begins_after, begins_before) = (now.minus(DAY), now.plus(DAY));
    steps.guard(guard, values![key, now, begins_after, begins_before, most])
}

/// Takes back of a day's count what is counted under another key, or one; nothing if that is more, since then a new day has begun.
fn give_back<'a>(steps: Steps<'a>, key: &'a Digest, own: Option<&'a Digest>) -> Steps<'a> {
    let Some(own) = own else {
        let one = "UPDATE daily_counts SET count = count - 1 WHERE key = $1 AND count > 0";
        return steps.run(one, values![key]);
    };
    let sql = "UPDATE daily_counts SET count = count - (SELECT a.count FROM attempts a WHERE a.key = $2) \
               WHERE key = $1 AND count >= (SELECT a.count FROM attempts a WHERE a.key = $2)";
    steps.run(sql, values![key, own])
}

fn clear<'a>(steps: Steps<'a>, own: &'a [Digest], shared: &'a [Digest]) -> Steps<'a> {
    let own = own.iter().map(|key| (key, true));
    let mut keys: Vec<_> = own.chain(shared.iter().map(|key| (key, false))).collect();
    keys.sort_by_key(|(key, _)| *key.as_bytes());
    keys.into_iter().fold(steps, |steps, (key, own)| {
        let sql = match own {
            true => "DELETE FROM attempts WHERE key = $1",
            false => "UPDATE attempts SET count = count - 1 WHERE key = $1 AND count > 0",
        };
        steps.run(sql, values![key])
    })
}
