//! Connections: how they begin, pause and end.
use super::mail_link::{tell, use_up};
use super::{ANSWER, ISSUE, code_values};
use crate::steps::Steps;
use crate::value::values;
use protocol::accounts::mail_link::LinkMail;
use protocol::transition::{ConnectionChange, ConnectionStep};
use protocol::types::{
    AHEAD, AuthorizationCode, ClientNo, Consent, Locator, Scope, Subject, UnixTime,
};

/// A code, with what its person is remembered to have allowed.
pub(super) fn allow<'a>(
    steps: Steps<'a>,
    (code, interaction): (&'a AuthorizationCode, Option<Locator>),
    (consent, notice): (&'a Consent, Option<&'a LinkMail>),
    now: UnixTime,
) -> Steps<'a> {
    let steps = match interaction {
        Some(interaction) => steps.guard(ANSWER, values![interaction, now, code.id]),
        None => steps,
    };
    let values = values![
        consent.subject,
        consent.client,
        &consent.scope,
        consent.redirect_uris.join("\n"),
        consent.granted_at,
        code.id,
        interaction.unwrap_or(code.id),
        AHEAD,
        &consent.earlier,
        &consent.skipped,
    ];
    let steps = steps
        .run(ISSUE, code_values(code))
        .guard(REMEMBER, values)
        .connection_changed(consent.subject, consent.client);
    tell(steps, notice)
}

/// What begins as `$6` is good, and all before it stays as it was: an end takes with it what begins a little later by
/// the clock, for the clocks of others, and whoever is let in again need not wait for that. An answer to what was asked as
/// `$7`, before an end or before something was taken away, does not count: it is asked again.
const REMEMBER: &str = concat!(
    "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since, earlier_scope, skipped) \
     VALUES ($1, $2, $3, $4, $5, $5, $9, $10) ON CONFLICT (subject, client) DO UPDATE SET scope = excluded.scope, \
     redirect_uris = excluded.redirect_uris, granted_at = excluded.granted_at, ",
    "earlier_scope = excluded.earlier_scope, skipped = excluded.skipped, \
     since = CASE WHEN consents.ended_as IS NULL THEN consents.since ELSE excluded.since END, \
     not_before = CASE WHEN $6 > consents.ended_as AND $6 < consents.not_before THEN $6 ELSE consents.not_before END, \
     narrowed_before = CASE WHEN $6 < consents.narrowed_before THEN $6 ELSE consents.narrowed_before END, \
     kept_at = 0, paused_at = NULL, ended_as = NULL \
     WHERE (consents.ended_as IS NULL OR consents.ended_as < $7) AND consents.narrowed_before - $8 < $7"
);

/// What a device is allowed is not remembered: the next one asks again. One that asked before an end is of what ended
/// there.
pub(super) fn allow_device<'a>(
    steps: Steps<'a>,
    (subject, client): (Subject, ClientNo),
    device: Locator,
    (scope, notice): (&'a Scope, Option<&'a LinkMail>),
    now: UnixTime,
) -> Steps<'a> {
    let steps = steps
        .guard(
            CONNECTED,
            values![subject, client, now, scope, device, AHEAD],
        )
        .connection_changed(subject, client);
    tell(steps, notice)
}

const CONNECTED: &str = "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since, earlier_scope) \
     VALUES ($1, $2, '', '', $3, $3, $4) ON CONFLICT (subject, client) DO UPDATE SET \
     earlier_scope = excluded.earlier_scope, \
     scope = CASE WHEN consents.ended_as IS NULL THEN consents.scope ELSE '' END, \
     skipped = CASE WHEN consents.ended_as IS NULL THEN consents.skipped ELSE '' END, \
     redirect_uris = CASE WHEN consents.ended_as IS NULL THEN consents.redirect_uris ELSE '' END, \
     since = CASE WHEN consents.ended_as IS NULL THEN consents.since ELSE excluded.since END, \
     granted_at = CASE WHEN consents.ended_as IS NULL AND consents.paused_at IS NULL THEN consents.granted_at \
     WHEN consents.ended_as IS NULL THEN consents.kept_at ELSE excluded.granted_at END, \
     not_before = CASE WHEN $5 > consents.ended_as AND $5 < consents.not_before THEN $5 ELSE consents.not_before END, \
     narrowed_before = CASE WHEN $5 < consents.narrowed_before THEN $5 ELSE consents.narrowed_before END, \
     kept_at = 0, paused_at = NULL, ended_as = NULL \
     WHERE (consents.ended_as < $5 OR (consents.ended_as IS NULL AND consents.not_before <= $5)) \
     AND consents.narrowed_before - $6 < $5";

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a ConnectionChange,
    now: UnixTime,
) -> Steps<'a> {
    let (subject, client) = (change.subject, change.client);
    let steps = match change.link {
        Some(link) => use_up(steps, link, now),
        None => steps,
    };
    let steps = match &change.step {
        ConnectionStep::Pause(at) => steps.event(
            "UPDATE consents SET paused_at = $3, kept_at = granted_at, granted_at = 0 \
             WHERE subject = $1 AND client = $2 AND paused_at IS NULL AND ended_as IS NULL",
            values![subject, client, *at],
        ),
        ConnectionStep::Resume => steps.event(
            "UPDATE consents SET paused_at = NULL, granted_at = kept_at, kept_at = 0 \
             WHERE subject = $1 AND client = $2 AND paused_at IS NOT NULL AND ended_as IS NULL",
            values![subject, client],
        ),
        ConnectionStep::Narrow(narrowing) => steps.guard(
            "UPDATE consents SET scope = $4, earlier_scope = $5, narrowed_to = $6, narrowed_before = $7, \
             not_before = CASE WHEN not_before > $8 THEN not_before ELSE $8 END \
             WHERE subject = $1 AND client = $2 AND scope = $3 AND ended_as IS NULL",
            values![
                subject,
                client,
                &narrowing.was,
                &narrowing.scope,
                &narrowing.earlier,
                &narrowing.narrowed.scope,
                narrowing.narrowed.before,
                narrowing.not_before,
            ],
        ),
        ConnectionStep::End(end) => steps.event(
            "UPDATE consents SET ended_as = $3, not_before = CASE WHEN not_before > $4 THEN not_before ELSE $4 END, \
             kept_at = CASE WHEN paused_at IS NULL THEN granted_at ELSE kept_at END, granted_at = 0, paused_at = NULL \
             WHERE subject = $1 AND client = $2 AND ended_as IS NULL",
            values![subject, client, end.0, end.not_before()],
        ),
        ConnectionStep::Restore { end, at } => steps.event(
            "UPDATE consents SET ended_as = NULL, granted_at = kept_at, kept_at = 0, \
             not_before = CASE WHEN not_before > $4 THEN $4 ELSE not_before END \
             WHERE subject = $1 AND client = $2 AND ended_as = $3",
            values![subject, client, end.0, *at],
        ),
    };
    steps.connection_changed(subject, client)
}

/// An app's people are asked again; their connections go on.
pub(super) const FORGET_CONSENTS: &str =
    "UPDATE consents SET granted_at = 0, kept_at = 0 WHERE client = $1";
