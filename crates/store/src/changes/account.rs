//! Accounts of people.
use super::mail_link::{
    keep, keep_link, may_take_back, remember_password, remember_unless_proved, tell, use_up,
    withdraw, withdraw_of, withdraw_to,
};
use super::session::{end_all, still_has};
use super::{deletion, second_factor};
use crate::steps::Steps;
use crate::value::values;
use protocol::accounts::import::Newcomer;
use protocol::accounts::mail_link::LinkMail;
use protocol::accounts::mailbox::A_DAY;
use protocol::handoff::SOURCE;
use protocol::transition::{AccountChange, AddressChange, Recovery};
use protocol::types::{Language, Locator, NewPerson, Subject, UnixTime};

/// Kills what was issued so far, also for an account that is off already.
const CUT_OFF: &str = "UPDATE people SET cutoff = $2 WHERE subject = $1 AND cutoff < $2";

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a AccountChange, now: UnixTime) -> Steps<'a> {
    match change {
        AccountChange::SendLink { mail, at_most, .. } => keep(seldom(steps, mail, *at_most), mail),
        AccountChange::HandOutLink {
            subject,
            email,
            link,
        } => {
            let guard =
                "SELECT 1 FROM people WHERE subject = $1 AND email = $2 AND disabled_at IS NULL";
            keep_link(steps.exists(guard, values![*subject, email]), link)
        }
        AccountChange::Create { person, link } => create(used(steps, *link, now), person, now),
        AccountChange::Import(newcomers) => newcomers
            .iter()
            .fold(steps, |steps, newcomer| import(steps, newcomer, now)),
        AccountChange::SetPassword {
            subject,
            proved,
            password,
            keep,
            notice,
        } => {
            let guard = "UPDATE people SET password = $2, device_epoch = device_epoch + 1 \
                         WHERE subject = $1 AND ($3 IS NULL OR password = $3)";
            let steps = remember_password(steps, *subject, notice.as_ref());
            let guarded = steps.guard(guard, values![*subject, password, proved.as_deref()]);
            let steps = withdraw(end_all(guarded, *subject, *keep), *subject);
            tell(steps, notice.as_ref())
        }
        AccountChange::Rehash {
            subject,
            before,
            password,
        } => {
            let guard = "UPDATE people SET password = $3 WHERE subject = $1 AND password = $2";
            steps.guard(guard, values![*subject, before, password])
        }
        AccountChange::Recover(recovery) => recover(steps, recovery, now),
        AccountChange::Address(change) => address(steps, change, now),
        AccountChange::SetName {
            subject,
            name,
            notice,
        } => {
            let name_it = "UPDATE people SET name = $2 WHERE subject = $1";
            tell(
                steps.guard(name_it, values![*subject, name]),
                notice.as_ref(),
            )
        }
        AccountChange::SetPreferences {
            subject,
            preferences,
        } => {
            let language = preferences.language.map(Language::tag);
            steps.run(
                "UPDATE people SET language = $2, zone = $3 WHERE subject = $1",
                values![*subject, language, preferences.zone.as_deref()],
            )
        }
        AccountChange::Disable {
            subject,
            not_before,
        } => disable(steps, *subject, *not_before, now),
        AccountChange::Delete(deletion) => deletion::delete(steps, deletion, now),
        AccountChange::Enable {
            subject,
            not_before,
        } => enable(steps, *subject, *not_before),
    }
}

fn disable(steps: Steps<'_>, subject: Subject, not_before: Locator, now: UnixTime) -> Steps<'_> {
    let off = "UPDATE people SET disabled_at = $2 WHERE subject = $1 AND disabled_at IS NULL";
    let steps = steps
        .event(off, values![subject, now])
        .run(CUT_OFF, values![subject, not_before]);
    withdraw(end_all(steps, subject, None), subject).person_changed(subject)
}

fn enable(steps: Steps<'_>, subject: Subject, not_before: Locator) -> Steps<'_> {
    let on = "UPDATE people SET disabled_at = NULL, \
              cutoff = CASE WHEN cutoff > $2 THEN cutoff ELSE $2 END \
              WHERE subject = $1 AND disabled_at IS NOT NULL AND deleted_at IS NULL";
    steps
        .event(on, values![subject, not_before])
        .person_changed(subject)
}

/// Two at the same moment may both be the last: how many come at once is limited where they are asked for.
fn seldom<'a>(steps: Steps<'a>, mail: &'a LinkMail, at_most: Option<u32>) -> Steps<'a> {
    let Some(at_most) = at_most else {
        return steps;
    };
    let guard = "SELECT 1 WHERE (SELECT COUNT(*) FROM mail_links WHERE email_key = $1 AND created_at > $2 \
                 AND purpose IN ('sign_up', 'recovery', 'address_change') AND id <> $4) < $3";
    let since = mail.link.created_at.minus(A_DAY);
    let values = values![mail.link.email.key(), since, at_most, mail.link.id];
    steps.exists(guard, values)
}

fn address<'a>(steps: Steps<'a>, change: &'a AddressChange, now: UnixTime) -> Steps<'a> {
    match change {
        AddressChange::Prove {
            subject,
            email,
            at,
            link,
        } => {
            let prove = "UPDATE people SET verified_at = $3 WHERE subject = $1 AND email = $2";
            used(steps, *link, now).guard(prove, values![*subject, email, *at])
        }
        AddressChange::Change {
            subject,
            before,
            email,
            at,
            link,
            notice,
        } => {
            let values = values![*subject, email.as_str(), email.key(), *at, before];
            let steps = use_up(steps, *link, now).guard(MOVE_FROM, values);
            // What was told to the earlier address acts no more; what takes the change back does.
            let told = "DELETE FROM mail_links WHERE subject = $1 AND used_at IS NULL \
                        AND purpose IN ('password_changed', 'name_changed', 'new_device', 'sign_ins_changed', \
                        'second_factor_added', 'second_factor_removed', 'recovery_code_used', 'passkeys_changed', 'passkey_copied')";
            let steps = withdraw(steps, *subject).run(told, values![*subject]);
            let steps = remember_unless_proved(steps, *subject, notice.as_deref());
            tell(steps, notice.as_deref())
        }
        AddressChange::Set {
            subject,
            before,
            email,
            verified_at,
        } => {
            let values = values![*subject, email.as_str(), email.key(), *verified_at, before];
            // The address before acts no more, not even to take this back: an operator may know why.
            let told = "DELETE FROM mail_links WHERE subject = $1 AND used_at IS NULL";
            withdraw(steps, *subject)
                .guard(SET, values)
                .run(told, values![*subject])
        }
        AddressChange::Release {
            subject,
            email,
            not_before,
            link,
            reader: _,
        } => {
            let works =
                "SELECT 1 FROM mail_links WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
            let steps = without_apps(steps.exists(works, values![*link, now]), *subject);
            let steps = steps.guard(RELEASE, values![*subject, email, now, *not_before]);
            let steps = withdraw_of(end_all(steps, *subject, None), *subject);
            forget_consents(steps, *subject, *not_before).person_changed(*subject)
        }
        AddressChange::Restore {
            subject,
            email,
            at,
            link,
            password,
            takes_back,
            notice,
        } => {
            let values = values![*subject, email.as_str(), email.key(), *at, password];
            let steps = use_up(steps, *link, now).guard(MOVE_BACK, values);
            keep(undo(steps, *subject, *link, *takes_back), notice)
        }
    }
}

/// Takes back what came with an address or after it, by the link that told of the change.
fn undo(steps: Steps<'_>, subject: Subject, link: Locator, takes_back: bool) -> Steps<'_> {
    let steps = match takes_back {
        true => second_factor::forget(may_take_back(steps, subject, link), subject),
        false => steps,
    };
    // What takes back a later change is over too; an earlier one still is whoever's mailbox it was before.
    let later = "DELETE FROM mail_links WHERE subject = $1 AND id > $2 AND used_at IS NULL \
                 AND purpose = 'address_changed'";
    let steps = withdraw(steps, subject).run(later, values![subject, link]);
    // Whoever changed the address may have added ways in of their own.
    end_all(forget_sign_ins(steps, subject), subject, None)
}

/// Forgets the sign-ins at other providers, but not what the company's own login calls somebody.
fn forget_sign_ins(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.run(
        "DELETE FROM identities WHERE subject = $1 AND source <> $2",
        values![subject, SOURCE],
    )
}

/// Takes an address that was never proved from an account, which is off from then on. What is in its place is no address.
const RELEASE: &str = "UPDATE people SET email = 'released-' || subject, email_key = 'released-' || subject, \
     disabled_at = COALESCE(disabled_at, $3), cutoff = CASE WHEN cutoff > $4 THEN cutoff ELSE $4 END \
     WHERE subject = $1 AND email = $2 AND verified_at IS NULL";
/// Gives an account an address that nobody else has, in place of this one.
const MOVE_FROM: &str = "UPDATE people SET email = $2, email_key = $3, verified_at = $4 WHERE subject = $1 \
     AND email = $5 AND disabled_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM people o WHERE o.email_key = $3 AND o.subject <> $1)";
/// The same, also of one that is off.
const SET: &str = "UPDATE people SET email = $2, email_key = $3, verified_at = $4 WHERE subject = $1 AND email = $5 \
     AND NOT EXISTS (SELECT 1 FROM people o WHERE o.email_key = $3 AND o.subject <> $1)";
/// The same, whatever it has now, with a new password.
const MOVE_BACK: &str = "UPDATE people SET email = $2, email_key = $3, verified_at = $4, password = $5, device_epoch = device_epoch + 1 \
     WHERE subject = $1 AND disabled_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM people o WHERE o.email_key = $3 AND o.subject <> $1)";

fn used(steps: Steps<'_>, link: Option<Locator>, now: UnixTime) -> Steps<'_> {
    match link {
        Some(link) => use_up(steps, link, now),
        None => steps,
    }
}

/// Forgets what was allowed to apps, also what is being allowed at this moment: that is written down after this, and is
/// told by its time.
fn forget_consents(steps: Steps<'_>, subject: Subject, not_before: Locator) -> Steps<'_> {
    let from = "UPDATE people SET consents_from = $2 WHERE subject = $1";
    steps
        .run(from, values![subject, not_before.time()])
        .run("DELETE FROM consents WHERE subject = $1", values![subject])
}

/// What its maker's apps hold, and whom they ask, would stay with an account that is somebody else's.
fn without_apps(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.exists(
        "SELECT 1 WHERE NOT EXISTS \
         (SELECT 1 FROM clients WHERE owner = $1 AND deleted_at IS NULL AND status <> 'disabled')",
        values![subject],
    )
}

/// Another spelling of an address may be kept from an earlier release, so it is compared as it is stored.
fn recover<'a>(steps: Steps<'a>, recovery: &'a Recovery, now: UnixTime) -> Steps<'a> {
    let subject = recovery.subject;
    let steps = match recovery.not_before {
        None => steps,
        Some(_) => without_apps(steps, subject),
    };
    let steps = still_has(steps, subject, recovery.passkey);
    let guard = "UPDATE people SET password = $3, verified_at = COALESCE(verified_at, $4), name = COALESCE($5, name), \
                 device_epoch = device_epoch + 1 \
                 WHERE subject = $1 AND email = $2 AND disabled_at IS NULL";
    let steps = use_up(steps, recovery.link, now).guard(
        guard,
        values![
            subject,
            &recovery.email,
            &recovery.password,
            recovery.at,
            recovery.name.as_deref()
        ],
    );
    let steps = withdraw(end_all(steps, subject, None), subject);
    let steps = withdraw_to(steps, recovery.notice.link.email.key());
    let steps = keep(steps, &recovery.notice);
    match recovery.not_before {
        None => steps,
        // A second factor of whoever had an address that was not theirs must not keep its person out, and no sign-in
        // elsewhere of theirs let them in.
        Some(not_before) => {
            let steps = forget_sign_ins(second_factor::forget(steps, subject), subject);
            let steps = steps.run(CUT_OFF, values![subject, not_before]);
            forget_consents(steps, subject, not_before).person_changed(subject)
        }
    }
}

fn import<'a>(steps: Steps<'a>, newcomer: &'a Newcomer, now: UnixTime) -> Steps<'a> {
    let (person, preferences) = (&newcomer.person, &newcomer.preferences);
    let steps = create(steps, person, newcomer.created_at);
    let steps = match &person.external_id {
        Some(id) => identify(steps, person, (SOURCE, id), now),
        None => steps,
    };
    let language = preferences.language.map(Language::tag);
    match (language, preferences.zone.as_deref()) {
        (None, None) => steps,
        (language, zone) => steps.run(
            "UPDATE people SET language = $2, zone = $3 WHERE email_key = $1",
            values![person.key(), language, zone],
        ),
    }
}

/// A person who was just made is known by an id elsewhere, by which nobody else is.
pub(super) fn identify<'a>(
    steps: Steps<'a>,
    person: &'a NewPerson,
    (source, external_id): (&'a str, &'a str),
    now: UnixTime,
) -> Steps<'a> {
    let known = "INSERT INTO identities (source, external_id, subject, created_at) \
                 SELECT $1, $2, subject, $4 FROM people WHERE email_key = $3 ON CONFLICT DO NOTHING";
    steps.guard(known, values![source, external_id, person.key(), now])
}

pub(super) fn create<'a>(steps: Steps<'a>, person: &'a NewPerson, now: UnixTime) -> Steps<'a> {
    create_as(steps, person, person.key(), now)
}

/// The same, for a person who is found by this key and no other.
pub(super) fn create_as<'a>(
    steps: Steps<'a>,
    person: &'a NewPerson,
    key: String,
    now: UnixTime,
) -> Steps<'a> {
    // A number that another node counted at the same moment is counted again.
    const COUNTED: &str = "INSERT INTO people (subject, email, email_key, name, admin, password, disabled_at, cutoff, \
         created_at, test_app, verified_at, external_id) SELECT MAX(n) + 1, $1, $2, $3, $4, $5, NULL, 0, $6, $7, $8, $9 FROM \
         (SELECT MAX(subject) AS n FROM people WHERE subject < 9007199254740991 UNION ALL \
         SELECT MAX(subjects_above) FROM epochs UNION ALL SELECT 0) AS numbers WHERE TRUE \
         ON CONFLICT (email_key) DO NOTHING";
    const NAMED: &str = "INSERT INTO people (email, email_key, name, admin, password, disabled_at, cutoff, \
         created_at, test_app, verified_at, external_id, subject) VALUES ($1, $2, $3, $4, $5, NULL, 0, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let mut values = Vec::from(values![
        &person.email,
        key,
        &person.name,
        person.admin,
        &person.password,
        now,
        person.test_app,
        person.verified_at,
        person.external_id.as_deref(),
    ]);
    match person.subject {
        None => steps.guard(COUNTED, values),
        Some(subject) => {
            values.push(subject.into());
            steps.guard(NAMED, values)
        }
    }
}
