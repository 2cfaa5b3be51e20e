//! Connections: how they begin, pause and end.
use super::mail_link::{tell, use_up};
use super::{ANSWER, ISSUE, code_values};
use crate::connections::{named, stored};
use crate::steps::Steps;
use crate::value::values;
use protocol::accounts::mail_link::LinkMail;
use protocol::transition::{ConnectionChange, ConnectionStep};
use protocol::types::{
    AuthorizationCode, ClientRowId, ConnectionKey, ConnectionUse, Consent, End, LOCATORS_AHEAD,
    Locator, Scope, Subject, UnixTime,
};

/// Ends connections; which ones follows on it.
macro_rules! end_all {
    () => {
        "UPDATE consents SET ended_as = $1, kept_at = 0, granted_at = 0, paused_at = NULL WHERE ended_as IS NULL"
    };
}

/// A code, with what its person is remembered to have allowed, if that is new.
pub(super) fn allow<'a>(
    steps: Steps<'a>,
    (code, interaction): (&'a AuthorizationCode, Option<Locator>),
    (consent, notice): (Option<&'a Consent>, Option<&'a LinkMail>),
    now: UnixTime,
) -> Steps<'a> {
    let steps = match interaction {
        Some(interaction) => steps.guard(ANSWER, values![interaction, now, code.id]),
        None => steps,
    };
    match consent {
        Some(consent) => remember(steps, (code, interaction), consent, notice),
        None => steps.run(ISSUE, code_values(code)),
    }
}

fn remember<'a>(
    steps: Steps<'a>,
    (code, interaction): (&'a AuthorizationCode, Option<Locator>),
    consent: &'a Consent,
    notice: Option<&'a LinkMail>,
) -> Steps<'a> {
    let values = values![
        consent.subject,
        consent.client,
        &consent.scope,
        consent.redirect_uris.join("\n"),
        consent.granted_at,
        code.id,
        interaction.unwrap_or(code.id),
        LOCATORS_AHEAD,
        &consent.earlier,
        &consent.skipped,
        stored(consent.organization),
    ];
    let key = ConnectionKey {
        subject: consent.subject,
        client: consent.client,
        organization: consent.organization,
    };
    let steps = belonging(steps, key)
        .run(ISSUE, code_values(code))
        .guard(REMEMBER, values)
        .connection_changed(key);
    tell(steps, notice)
}

/// Guards that whoever lets an app in for an organization belongs to it, and that it does not block the app. Whoever leaves at this very moment takes what is
/// written here with them: see [`end_of_member`].
fn belonging(steps: Steps<'_>, key: ConnectionKey) -> Steps<'_> {
    match key.organization {
        Some(organization) => steps.exists(
            "SELECT 1 FROM members WHERE organization = $1 AND subject = $2 AND NOT EXISTS \
             (SELECT 1 FROM workspace_apps WHERE organization = $1 AND client = $3 AND standing = 'blocked')",
            values![organization, key.subject, key.client],
        ),
        None => steps,
    }
}

/// What begins as `$6` is good, and all before it stays as it was: an end takes with it what begins a little later by
/// the clock, for the clocks of others, and whoever is let in again need not wait for that. An answer to what was asked as
/// `$7`, before an end or before something was taken away, does not count: it is asked again.
const REMEMBER: &str = concat!(
    "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since, earlier_scope, skipped, organization) \
     VALUES ($1, $2, $3, $4, $5, $5, $9, $10, $11) \
     ON CONFLICT (subject, client, organization) DO UPDATE SET scope = excluded.scope, \
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
    key: ConnectionKey,
    device: Locator,
    (scope, notice): (&'a Scope, Option<&'a LinkMail>),
    now: UnixTime,
) -> Steps<'a> {
    let values = values![
        key.subject,
        key.client,
        now,
        scope,
        device,
        LOCATORS_AHEAD,
        stored(key.organization),
    ];
    let steps = belonging(steps, key)
        .guard(CONNECTED, values)
        .connection_changed(key);
    tell(steps, notice)
}

const CONNECTED: &str = "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since, earlier_scope, organization) \
     VALUES ($1, $2, '', '', $3, $3, $4, $7) ON CONFLICT (subject, client, organization) DO UPDATE SET \
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
    let [subject, client, organization] = named(change.key);
    let steps = match change.link {
        Some(link) => use_up(steps, link, now),
        None => steps,
    };
    let steps = match &change.step {
        ConnectionStep::Pause(at) => steps.event(
            "UPDATE consents SET paused_at = $3, kept_at = granted_at, granted_at = 0 \
             WHERE subject = $1 AND client = $2 AND organization = $4 AND paused_at IS NULL AND ended_as IS NULL",
            [subject, client, (*at).into(), organization],
        ),
        ConnectionStep::Resume => steps.event(
            "UPDATE consents SET paused_at = NULL, granted_at = kept_at, kept_at = 0 \
             WHERE subject = $1 AND client = $2 AND organization = $3 AND paused_at IS NOT NULL AND ended_as IS NULL",
            [subject, client, organization],
        ),
        ConnectionStep::Narrow(narrowing) => steps.guard(
            "UPDATE consents SET scope = $4, earlier_scope = $5, narrowed_to = $6, narrowed_before = $7, \
             not_before = CASE WHEN not_before > $8 THEN not_before ELSE $8 END \
             WHERE subject = $1 AND client = $2 AND organization = $9 AND scope = $3 AND ended_as IS NULL",
            [
                subject,
                client,
                (&narrowing.was).into(),
                (&narrowing.scope).into(),
                (&narrowing.earlier).into(),
                (&narrowing.narrowed.scope).into(),
                narrowing.narrowed.before.into(),
                narrowing.not_before.into(),
                organization,
            ],
        ),
        ConnectionStep::End(end) => steps.event(
            "UPDATE consents SET ended_as = $3, not_before = CASE WHEN not_before > $4 THEN not_before ELSE $4 END, \
             kept_at = CASE WHEN paused_at IS NULL THEN granted_at ELSE kept_at END, granted_at = 0, paused_at = NULL \
             WHERE subject = $1 AND client = $2 AND organization = $5 AND ended_as IS NULL",
            [
                subject,
                client,
                end.0.into(),
                end.not_before().into(),
                organization,
            ],
        ),
        ConnectionStep::Restore { end, at } => steps.event(
            "UPDATE consents SET ended_as = NULL, granted_at = kept_at, kept_at = 0, \
             not_before = CASE WHEN not_before > $4 THEN $4 ELSE not_before END \
             WHERE subject = $1 AND client = $2 AND organization = $5 AND ended_as = $3",
            [subject, client, end.0.into(), (*at).into(), organization],
        ),
    };
    steps.connection_changed(change.key)
}

/// A member leaves: all that they allowed for the organization is over, with one row for all of its tokens.
pub(super) fn end_of_member(
    steps: Steps<'_>,
    organization: Locator,
    subject: Subject,
    end: End,
) -> Steps<'_> {
    let ended = steps.run(
        concat!(end_all!(), " AND organization = $2 AND subject = $3"),
        values![end.0, organization, subject],
    );
    over(ended, organization, (subject, ClientRowId(0)), end)
}

/// An organization ends, and with it all that was allowed for it.
pub(super) fn end_of_organization(steps: Steps<'_>, organization: Locator, end: End) -> Steps<'_> {
    let ended = steps.run(
        concat!(end_all!(), " AND organization = $2"),
        values![end.0, organization],
    );
    over(ended, organization, (Subject(0), ClientRowId(0)), end)
}

/// An app is ended for all members of an organization, in a way that can be taken back.
pub(super) fn end_of_app(
    steps: Steps<'_>,
    organization: Locator,
    client: ClientRowId,
    end: End,
) -> Steps<'_> {
    let ended = steps.run(
        "UPDATE consents SET ended_as = $1, kept_at = CASE WHEN paused_at IS NULL THEN granted_at ELSE kept_at END, \
         granted_at = 0, paused_at = NULL \
         WHERE ended_as IS NULL AND organization = $2 AND organization > 0 AND client = $3",
        values![end.0, organization, client],
    );
    over(ended, organization, (Subject(0), client), end).run(
        "UPDATE workspace_ends SET ended_as = $3 WHERE organization = $1 AND subject = 0 AND client = $2",
        values![organization, client, end.0],
    )
}

/// That is taken back.
pub(super) fn restore_app(
    steps: Steps<'_>,
    organization: Locator,
    client: ClientRowId,
    end: End,
    at: Locator,
) -> Steps<'_> {
    steps
        .guard(
            "UPDATE workspace_ends SET ended_as = NULL, not_before = CASE WHEN not_before > $4 THEN $4 ELSE not_before END \
             WHERE organization = $1 AND subject = 0 AND client = $2 AND ended_as = $3",
            values![organization, client, end.0, at],
        )
        .run(
            "UPDATE consents SET ended_as = NULL, granted_at = kept_at, kept_at = 0 \
             WHERE organization = $1 AND organization > 0 AND client = $2 AND ended_as = $3",
            values![organization, client, end.0],
        )
        .workspace_ended(organization)
}

fn over(
    steps: Steps<'_>,
    organization: Locator,
    (subject, client): (Subject, ClientRowId),
    end: End,
) -> Steps<'_> {
    steps
        .run(
            "INSERT INTO workspace_ends (organization, subject, client, not_before) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (organization, subject, client) DO UPDATE SET not_before = excluded.not_before",
            values![organization, subject, client, end.not_before()],
        )
        .workspace_ended(organization)
}

/// When they were used last.
pub(super) fn note_uses<'a>(steps: Steps<'a>, uses: &'a [ConnectionUse]) -> Steps<'a> {
    let note = "UPDATE consents SET used_at = $4 \
                WHERE subject = $1 AND client = $2 AND organization = $3 AND used_at < $4";
    uses.iter().fold(steps, |steps, used| {
        let [subject, client, organization] = named(used.key);
        steps.run(note, [subject, client, organization, used.at.into()])
    })
}

/// An app's people are asked again; their connections go on.
pub(super) const FORGET_CONSENTS: &str =
    "UPDATE consents SET granted_at = 0, kept_at = 0 WHERE client = $1";
