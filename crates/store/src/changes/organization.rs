//! Organizations. Each change raises the version; what rests on how one was read has that version in its guard.
use super::app_bounds::has_own_name;
use super::connection::{end_of_app, end_of_member, end_of_organization, restore_app};
use super::deletion::is_there;
use super::picture::OF_ORGANIZATION;
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::transition::{LogoChange, OrganizationChange};
use protocol::types::name::skeleton;
use protocol::types::{
    AppStanding, ClientRowId, End, Invitation, Locator, Organization, Role, Subject, UnixTime,
};

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a OrganizationChange,
    now: UnixTime,
) -> Steps<'a> {
    match change {
        OrganizationChange::Found {
            organization,
            founder,
            once,
            own_name,
        } => found(steps, organization, (*founder, *own_name), once),
        OrganizationChange::Mirror { organization, once } => insert(steps, organization, once),
        OrganizationChange::Admit {
            before,
            subject,
            role,
        } => {
            let steps = next_version(is_there(steps, *subject), before);
            add(steps, before.id, *subject, *role, now)
        }
        OrganizationChange::Rename {
            before,
            name,
            taken_by,
        } => rename(steps, before, name, *taken_by),
        OrganizationChange::SetLogo { before, logo } => set_logo(steps, before, logo),
        OrganizationChange::RequireSecondFactor { before, required } => {
            require_second_factor(steps, before, *required)
        }
        OrganizationChange::Invite {
            before, invitation, ..
        } => invite(next_version(steps, before), invitation),
        OrganizationChange::EndInvitation { invitation, .. } => uninvite(steps, *invitation),
        OrganizationChange::Join {
            invitation,
            subject,
        } => join(is_there(steps, *subject), invitation, *subject, now),
        OrganizationChange::SetRole {
            before,
            subject,
            role,
        } => next_version(steps, before).guard(
            "UPDATE members SET role = $3 WHERE organization = $1 AND subject = $2",
            values![before.id, *subject, role.as_str()],
        ),
        OrganizationChange::Remove {
            before,
            subject,
            end,
        } => remove(next_version(steps, before), before.id, *subject, *end),
        OrganizationChange::JudgeApp {
            before,
            client,
            standing,
        } => judge(next_version(steps, before), before.id, *client, *standing),
        OrganizationChange::JudgeNewApps { before, standing } => next_version(steps, before).run(
            "UPDATE organizations SET new_apps = $2 WHERE id = $1",
            values![before.id, standing.as_str()],
        ),
        OrganizationChange::EndApp {
            before,
            client,
            end,
        } => end_of_app(next_version(steps, before), before.id, *client, *end),
        OrganizationChange::RestoreApp {
            before,
            client,
            end,
            at,
        } => restore_app(next_version(steps, before), before.id, *client, *end, *at),
        OrganizationChange::Dissolve { before, end } => {
            end_of_organization(dissolve(steps, before), before.id, *end)
        }
    }
}

fn set_logo<'a>(steps: Steps<'a>, before: &Organization, logo: &'a LogoChange) -> Steps<'a> {
    let steps = steps.guard(
        "UPDATE organizations SET version = version + 1, logo = $3 WHERE id = $1 AND version = $2",
        values![before.id, before.version, logo.digest()],
    );
    OF_ORGANIZATION.change(steps, before.id, logo)
}

fn require_second_factor<'a>(steps: Steps<'a>, before: &Organization, required: bool) -> Steps<'a> {
    steps.guard(
        "UPDATE organizations SET version = version + 1, second_factor = $3 WHERE id = $1 AND version = $2",
        values![before.id, before.version, required],
    )
}

fn rename<'a>(
    steps: Steps<'a>,
    before: &Organization,
    name: &'a str,
    taken_by: Option<Subject>,
) -> Steps<'a> {
    let steps = match taken_by {
        Some(person) => has_own_name(steps, name, before.id, person),
        None => steps,
    };
    steps.guard(
        "UPDATE organizations SET version = version + 1, name = $3, skeleton = $4 WHERE id = $1 AND version = $2",
        values![before.id, before.version, name, skeleton(name)],
    )
}

fn uninvite(steps: Steps<'_>, invitation: Locator) -> Steps<'_> {
    steps.guard("DELETE FROM invitations WHERE id = $1", values![invitation])
}

/// `founder`: who, and whether they chose its name.
fn found<'a>(
    steps: Steps<'a>,
    organization: &'a Organization,
    (founder, own_name): (Subject, bool),
    once: &'a Digest,
) -> Steps<'a> {
    let steps = is_there(steps, founder);
    let steps = match own_name {
        true => has_own_name(steps, &organization.name, organization.id, founder),
        false => steps,
    };
    let steps = insert(steps, organization, once);
    let since = organization.created_at;
    add(steps, organization.id, founder, Role::Owner, since)
}

fn insert<'a>(steps: Steps<'a>, organization: &'a Organization, once: &'a Digest) -> Steps<'a> {
    let guard = "INSERT INTO organizations (id, version, name, created_at, once, external_id, second_factor, skeleton) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let values = values![
        organization.id,
        organization.version,
        &organization.name,
        organization.created_at,
        once,
        organization.external_id.as_deref(),
        organization.second_factor,
        skeleton(&organization.name),
    ];
    steps.guard(guard, values)
}

fn add(
    steps: Steps<'_>,
    organization: Locator,
    subject: Subject,
    role: Role,
    since: UnixTime,
) -> Steps<'_> {
    steps.run(
        "INSERT INTO members (organization, subject, role, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        values![organization, subject, role.as_str(), since],
    )
}

/// Guards that an organization is still as it was read. Whoever changes it waits here for whoever does at the same time.
pub(super) fn next_version<'a>(steps: Steps<'a>, before: &Organization) -> Steps<'a> {
    steps.guard(
        "UPDATE organizations SET version = version + 1 WHERE id = $1 AND version = $2",
        values![before.id, before.version],
    )
}

/// With all that they let in for it.
fn remove(steps: Steps<'_>, organization: Locator, subject: Subject, end: End) -> Steps<'_> {
    let removed = steps.guard(
        "DELETE FROM members WHERE organization = $1 AND subject = $2",
        values![organization, subject],
    );
    // Tokens of the organization's drafts are no longer theirs, which APIs that keep answers must hear.
    end_of_member(removed, organization, subject, end).person_changed(subject)
}

fn judge(
    steps: Steps<'_>,
    organization: Locator,
    client: ClientRowId,
    standing: AppStanding,
) -> Steps<'_> {
    steps
        .run(
            "INSERT INTO workspace_apps (organization, client, standing) VALUES ($1, $2, $3) \
             ON CONFLICT (organization, client) DO UPDATE SET standing = excluded.standing",
            values![organization, client, standing.as_str()],
        )
        .workspace_ended(organization)
}

fn invite<'a>(steps: Steps<'a>, invitation: &'a Invitation) -> Steps<'a> {
    steps
        .run(
            "DELETE FROM invitations WHERE organization = $1 AND email_key = $2",
            values![invitation.organization, invitation.email.key()],
        )
        .run(
            "INSERT INTO invitations (id, organization, email, email_key, role, invited_by, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                invitation.id,
                invitation.organization,
                invitation.email.as_str(),
                invitation.email.key(),
                invitation.role.as_str(),
                invitation.invited_by,
                invitation.created_at,
                invitation.expires_at,
            ],
        )
}

/// The organization comes first, as everywhere, so that it cannot end meanwhile.
fn join<'a>(
    steps: Steps<'a>,
    invitation: &'a Invitation,
    subject: Subject,
    now: UnixTime,
) -> Steps<'a> {
    let steps = steps
        .guard(
            "UPDATE organizations SET version = version + 1 WHERE id = $1",
            values![invitation.organization],
        )
        .guard(
            "DELETE FROM invitations WHERE id = $1 AND expires_at > $2",
            values![invitation.id, now],
        );
    add(
        steps,
        invitation.organization,
        subject,
        invitation.role,
        now,
    )
}

/// The lock keeps out an app that is registered for it at the same moment.
fn dissolve<'a>(steps: Steps<'a>, before: &Organization) -> Steps<'a> {
    let steps = OF_ORGANIZATION.remove(next_version(steps, before), before.id);
    steps
        .guard(
            "DELETE FROM organizations WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM clients WHERE organization = $1 AND deleted_at IS NULL)",
            values![before.id],
        )
        .run(
            "DELETE FROM members WHERE organization = $1",
            values![before.id],
        )
        .run(
            "DELETE FROM invitations WHERE organization = $1",
            values![before.id],
        )
        .run(
            "DELETE FROM domains WHERE organization = $1",
            values![before.id],
        )
        .run(
            "DELETE FROM transfers WHERE organization = $1",
            values![before.id],
        )
}
