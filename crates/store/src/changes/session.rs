//! Browsers that are signed in.
use super::authentication::{all_end, device_ends, ends, followed_by};
use super::mail_link::{may_take_back, tell, use_up};
use super::playground::{end_with_session, end_with_sessions};
use super::second_factor;
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::transition::SessionChange;
use protocol::types::{Locator, Session, Subject, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a SessionChange, now: UnixTime) -> Steps<'a> {
    match change {
        SessionChange::Start {
            password,
            session,
            ends_at,
            alone_since,
            ends,
            answer,
            passkey,
            notice,
        } => {
            let checked = checked(steps, password, session);
            let locked = still_has(checked, session.subject, *passkey);
            let locked = match answer {
                Some(answer) => locked.guard(USE_ANSWER, values![*answer, session.subject, now]),
                None => locked,
            };
            let alone = alone(locked, session, *alone_since, *ends);
            let started = start(alone, session, *ends_at, *ends);
            tell(begun_at(started, session, *answer), notice.as_deref())
        }
        SessionChange::NoteUse(uses) => uses.iter().fold(steps, |steps, used| {
            steps.run(NOTE_USE, values![used.session, used.at, used.idle_at])
        }),
        SessionChange::OfferPortal(offered) => steps.run(
            "INSERT INTO portal_sessions (id, session, code, challenge, expires_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            values![
                offered.id,
                offered.session,
                &offered.code,
                offered.challenge.as_str(),
                offered.expires_at
            ],
        ),
        SessionChange::EnterPortal {
            id,
            cookie,
            expires_at,
            ends,
        } => enter_portal(steps, *id, (cookie, *expires_at), *ends),
        SessionChange::End { subject, session } => {
            let steps = ends(steps, *session).guard(END, values![*session, *subject]);
            end_with_sessions(steps, *subject)
        }
        SessionChange::EndAll { subject, keep } => {
            let keep = keep.unwrap_or(Locator(0));
            let steps = answers_end(steps, *subject, None);
            let steps = all_end(steps, *subject, keep).event(END_ALL, values![*subject, keep]);
            end_with_sessions(steps, *subject)
        }
        SessionChange::EndByLink {
            link,
            subject,
            session,
            device,
            takes_back,
        } => {
            let steps = forget_devices(use_up(steps, *link, now), *subject);
            match takes_back {
                true => take_back(steps, *subject, *link),
                false => end_by_link(steps, *subject, *link, (*session, device.as_deref())),
            }
        }
    }
}

/// What an earlier try of this very transition wrote is its own.
fn enter_portal<'a>(
    steps: Steps<'a>,
    id: Locator,
    (cookie, expires_at): (&'a Digest, UnixTime),
    ends: Option<Locator>,
) -> Steps<'a> {
    let enter = "UPDATE portal_sessions SET cookie = $2, expires_at = $3 \
         WHERE id = $1 AND (cookie IS NULL OR cookie = $2) \
         AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = portal_sessions.session)";
    let steps = steps.guard(enter, values![id, cookie, expires_at]);
    match ends {
        Some(ends) => steps.run("DELETE FROM portal_sessions WHERE id = $1", values![ends]),
        None => steps,
    }
}

fn end_by_link<'a>(
    steps: Steps<'a>,
    subject: Subject,
    link: Locator,
    (session, device): (Option<Locator>, Option<&'a str>),
) -> Steps<'a> {
    let steps = steps.run(TAKE_AWAY, values![subject, link]);
    let steps = answers_end(steps, subject, None);
    let steps = match session {
        Some(session) => device_ends(steps, session, subject, device)
            .event(END_DEVICE, values![session, subject, device]),
        None => all_end(steps, subject, Locator(0)).event(END_ALL, values![subject, Locator(0)]),
    };
    end_with_sessions(steps, subject)
}

/// Whoever signs in at the same moment locks the person too, and finds the second factor gone that they proved; or comes first,
/// and is signed out.
fn take_back(steps: Steps<'_>, subject: Subject, link: Locator) -> Steps<'_> {
    let steps = steps.lock(
        "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
        values![subject],
    );
    let steps = second_factor::forget(may_take_back(steps, subject, link), subject);
    end_all(steps, subject, None)
}

/// The mail that tells of a sign-in elsewhere which was added takes it away.
const TAKE_AWAY: &str = "DELETE FROM identities WHERE subject = $1 AND created_at >= \
    (SELECT created_at FROM mail_links WHERE id = $2 AND purpose = 'sign_ins_changed')";

/// Whether the passkey that signs somebody in is theirs still.
pub(super) fn still_has(steps: Steps<'_>, subject: Subject, passkey: Option<Locator>) -> Steps<'_> {
    match passkey {
        Some(passkey) => steps.exists(HAS_PASSKEY, values![passkey, subject]),
        None => steps,
    }
}

/// Whoever removes a passkey locks the person first, and ends the session that began with it; or comes first.
const HAS_PASSKEY: &str = "SELECT 1 FROM passkeys WHERE id = $1 AND subject = $2";

/// What the company's own login said of this person works once.
const USE_ANSWER: &str = "UPDATE login_answers SET used_at = $3 WHERE id = $1 AND subject = $2 AND used_at IS NULL AND expires_at > $3";

/// Notes at which other provider they proved who they are, if at one.
fn begun_at<'a>(steps: Steps<'a>, session: &Session, answer: Option<Locator>) -> Steps<'a> {
    const AT: &str = "UPDATE sessions SET source = (SELECT source FROM login_answers WHERE id = $2) WHERE id = $1";
    match answer {
        Some(answer) => steps.run(AT, values![session.id, answer]),
        None => steps,
    }
}

/// The person's row is locked first, so a password or an account that changes meanwhile waits, and then finds this
/// session to end.
fn checked<'a>(steps: Steps<'a>, password: &'a str, session: &'a Session) -> Steps<'a> {
    let subject = session.subject;
    // One factor is not enough for who has a second one.
    let enough = match session.has_second_factor() {
        false => {
            "SELECT 1 FROM people WHERE subject = $1 AND password = $2 AND disabled_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = $1) \
                 AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = $1)"
        }
        true => "SELECT 1 FROM people WHERE subject = $1 AND password = $2 AND disabled_at IS NULL",
    };
    steps
        .lock(
            "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
            values![subject],
        )
        .exists(enough, values![subject, password])
}

/// Whether this browser has begun no session of the same person since, but for the one that ends now.
fn alone<'a>(
    steps: Steps<'a>,
    session: &'a Session,
    since: Option<Locator>,
    ends: Option<Locator>,
) -> Steps<'a> {
    match since {
        Some(since) => steps.exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE subject = $1 AND id >= $2 AND id <> $3 AND id <> $4 AND device = $5)",
            values![
                session.subject,
                since,
                ends.unwrap_or(Locator(0)),
                session.id,
                session.device.as_deref()
            ],
        ),
        None => steps,
    }
}

fn start<'a>(
    steps: Steps<'a>,
    session: &'a Session,
    ends_at: UnixTime,
    before: Option<Locator>,
) -> Steps<'a> {
    let steps = match before {
        Some(before) => end_with_session(followed_by(steps, before, session), before)
            .run("DELETE FROM sessions WHERE id = $1", values![before]),
        None => steps,
    };
    steps.run(
        "INSERT INTO sessions (id, digest, subject, auth_time, expires_at, browser, device, ends_at, methods) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        values![
            session.id,
            &session.digest,
            session.subject,
            session.auth_time,
            session.expires_at,
            &session.browser,
            session.device.as_deref(),
            ends_at,
            session.methods.as_deref(),
        ],
    )
}

/// One that was over when it was used stays over, and one that an earlier release began ends when that said.
const NOTE_USE: &str = "UPDATE sessions SET active_at = $2, \
     expires_at = CASE WHEN ends_at = 0 THEN expires_at WHEN ends_at < $3 THEN ends_at ELSE $3 END \
     WHERE id = $1 AND active_at < $2 AND expires_at > $2";

const END: &str = "DELETE FROM sessions WHERE id = $1 AND subject = $2";

/// A session, and those that the same browser has begun since.
const END_DEVICE: &str = "DELETE FROM sessions WHERE subject = $2 AND (id = $1 OR device = $3)";

const END_ALL: &str = "DELETE FROM sessions WHERE subject = $1 AND id <> $2";

/// Ends all sessions of a person, but for one, along with another change.
pub(super) fn end_all(steps: Steps<'_>, subject: Subject, keep: Option<Locator>) -> Steps<'_> {
    end_all_but(steps, subject, keep, None)
}

/// The same, in a sign-in by this `answer`, which goes on.
pub(super) fn end_all_but(
    steps: Steps<'_>,
    subject: Subject,
    keep: Option<Locator>,
    answer: Option<Locator>,
) -> Steps<'_> {
    let keep = keep.unwrap_or(Locator(0));
    let steps = answers_end(steps, subject, answer);
    let steps = all_end(steps, subject, keep).run(END_ALL, values![subject, keep]);
    end_with_sessions(steps, subject)
}

/// What was said of a person elsewhere and began no session begins none any more, but for one. It comes before the sessions:
/// whoever uses an answer at the same moment is waited for, and their session is found.
fn answers_end(steps: Steps<'_>, subject: Subject, but: Option<Locator>) -> Steps<'_> {
    // When it was used up nobody asks: that it was is told by there being a time.
    const USE_UP: &str = "UPDATE login_answers SET used_at = expires_at \
         WHERE subject = $1 AND used_at IS NULL AND id <> $2";
    steps.run(USE_UP, values![subject, but.unwrap_or(Locator(0))])
}

/// Whoever signs in by this `answer` does so only as long as it was not used up.
pub(super) fn still_holds(
    steps: Steps<'_>,
    subject: Subject,
    answer: Option<Locator>,
) -> Steps<'_> {
    match answer {
        Some(answer) => steps.exists(
            "SELECT 1 FROM login_answers WHERE id = $1 AND subject = $2 AND used_at IS NULL",
            values![answer, subject],
        ),
        None => steps,
    }
}

/// Forgets which browsers knew the account, along with another change.
pub(super) fn forget_devices(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.run(
        "UPDATE people SET device_epoch = device_epoch + 1 WHERE subject = $1",
        values![subject],
    )
}
