//! Accounts of people.
use super::session::end_all;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::AccountChange;
use protocol::types::email::email_key;
use protocol::types::{NewPerson, UnixTime};

/// Kills what was issued so far, also for an account that is off already.
const CUT_OFF: &str = "UPDATE people SET cutoff = $2 WHERE subject = $1 AND cutoff < $2";

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a AccountChange, now: UnixTime) -> Steps<'a> {
    match change {
        AccountChange::Create(person) => create(steps, person, now),
        AccountChange::SetPassword {
            subject,
            proved,
            password,
            keep,
        } => {
            let guard = "UPDATE people SET password = $2 WHERE subject = $1 AND ($3 IS NULL OR password = $3)";
            let guarded = steps.guard(guard, values![*subject, password, proved.as_deref()]);
            end_all(guarded, *subject, *keep)
        }
        AccountChange::Disable { subject, cutoff } => {
            let off =
                "UPDATE people SET disabled_at = $2 WHERE subject = $1 AND disabled_at IS NULL";
            let steps = steps
                .event(off, values![*subject, now])
                .run(CUT_OFF, values![*subject, *cutoff]);
            end_all(steps, *subject, None).person_changed(*subject)
        }
        AccountChange::Enable { subject, cutoff } => {
            let on = "UPDATE people SET disabled_at = NULL, \
                      cutoff = CASE WHEN cutoff > $2 THEN cutoff ELSE $2 END \
                      WHERE subject = $1 AND disabled_at IS NOT NULL";
            steps
                .event(on, values![*subject, *cutoff])
                .person_changed(*subject)
        }
    }
}

fn create<'a>(steps: Steps<'a>, person: &'a NewPerson, now: UnixTime) -> Steps<'a> {
    // A number that another node counted at the same moment is counted again.
    const COUNTED: &str = "INSERT INTO people (subject, email, email_key, name, admin, password, disabled_at, cutoff, \
         created_at, test_app) SELECT MAX(n) + 1, $1, $2, $3, $4, $5, NULL, 0, $6, $7 FROM \
         (SELECT MAX(subject) AS n FROM people WHERE subject < 9007199254740991 UNION ALL \
         SELECT MAX(subjects_above) FROM epochs UNION ALL SELECT 0) AS numbers WHERE TRUE \
         ON CONFLICT (email_key) DO NOTHING";
    const NAMED: &str = "INSERT INTO people (email, email_key, name, admin, password, disabled_at, cutoff, \
         created_at, test_app, subject) VALUES ($1, $2, $3, $4, $5, NULL, 0, $6, $7, $8) ON CONFLICT DO NOTHING";
    let mut values = Vec::from(values![
        &person.email,
        email_key(&person.email),
        &person.name,
        person.admin,
        &person.password,
        now,
        person.test_app,
    ]);
    match person.subject {
        None => steps.guard(COUNTED, values),
        Some(subject) => {
            values.push(subject.into());
            steps.guard(NAMED, values)
        }
    }
}
