//! What programs are shown and send of what people do together, each as JSON.
use crate::ops::clock;
use protocol::apps::review::{Part, ReviewMessage, Snapshot};
use protocol::organizations::Seat;
use protocol::types::{Invitation, Member, Membership, Receiver, Role, Transfer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::ListedReview;

/// To whom an app is offered: one of the two.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTransfer {
    /// The e-mail address of whoever is to have it.
    #[serde(default)]
    pub(super) email: Option<String>,
    /// The id of an organization that you belong to.
    #[serde(default)]
    pub(super) organization: Option<String>,
}

/// An app that is offered to somebody.
#[derive(Serialize, JsonSchema)]
pub(super) struct TransferView {
    id: String,
    client_id: String,
    /// The name of the app.
    name: String,
    /// The address that it is offered to; null: to an organization.
    email: Option<String>,
    /// The id of the organization that it is offered to; null: to an address.
    organization: Option<String>,
    offered_at: String,
    /// Until when it can be accepted.
    expires_at: String,
}

impl TransferView {
    pub(super) fn of(open: &Transfer, client_id: &str, name: &str) -> Self {
        let (email, organization) = match &open.to {
            Receiver::Address(email) => (Some(email.to_string()), None),
            Receiver::Organization(id) => (None, Some(id.0.to_string())),
        };
        TransferView {
            id: open.id.0.to_string(),
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            email,
            organization,
            offered_at: clock::rfc3339(open.created_at),
            expires_at: clock::rfc3339(open.expires_at),
        }
    }
}

/// What is offered to you.
#[derive(Serialize, JsonSchema)]
pub(super) struct TransfersView {
    pub(super) transfers: Vec<TransferView>,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleName {
    /// Looks at its apps.
    Viewer,
    /// Makes and changes apps.
    Developer,
    /// Says who belongs to it.
    Owner,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Role::Viewer,
            RoleName::Developer => Role::Developer,
            RoleName::Owner => Role::Owner,
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => RoleName::Viewer,
            Role::Developer => RoleName::Developer,
            Role::Owner => RoleName::Owner,
        }
    }
}

/// An organization that you belong to.
#[derive(Serialize, JsonSchema)]
pub(super) struct OrganizationRow {
    id: String,
    name: String,
    /// What you may do there.
    role: RoleName,
}

impl OrganizationRow {
    pub(super) fn of(own: &Membership) -> Self {
        OrganizationRow {
            id: own.organization.id.0.to_string(),
            name: own.organization.name.clone(),
            role: own.role.into(),
        }
    }
}

/// An organization that you are asked to join.
#[derive(Serialize, JsonSchema)]
pub(super) struct OwnInvitation {
    id: String,
    /// What the organization is called.
    organization_name: String,
    role: RoleName,
    expires_at: String,
}

impl OwnInvitation {
    pub(super) fn of(open: &Invitation, name: &str) -> Self {
        OwnInvitation {
            id: open.id.0.to_string(),
            organization_name: name.to_owned(),
            role: open.role.into(),
            expires_at: clock::rfc3339(open.expires_at),
        }
    }
}

/// The organizations that you belong to, and those that you are asked to join.
#[derive(Serialize, JsonSchema)]
pub(super) struct OrganizationsView {
    pub(super) organizations: Vec<OrganizationRow>,
    pub(super) invitations: Vec<OwnInvitation>,
}

/// Somebody who belongs to an organization.
#[derive(Serialize, JsonSchema)]
pub(super) struct MemberView {
    id: String,
    name: String,
    email: String,
    role: RoleName,
    /// Whether it is you.
    you: bool,
}

/// Somebody who is asked to join.
#[derive(Serialize, JsonSchema)]
pub(super) struct InvitationView {
    id: String,
    email: String,
    role: RoleName,
    expires_at: String,
}

/// An organization, with who belongs to it.
#[derive(Serialize, JsonSchema)]
pub(super) struct OrganizationView {
    id: String,
    name: String,
    /// What you may do there.
    role: RoleName,
    /// How many apps it runs.
    apps: usize,
    members: Vec<MemberView>,
    /// Who is asked to join: owners are told.
    invitations: Vec<InvitationView>,
}

impl OrganizationView {
    pub(super) fn of(seat: &Seat) -> Self {
        let facts = seat.facts();
        let member = |own: &Member| MemberView {
            id: own.subject.0.to_string(),
            name: own.name.clone(),
            email: own.email.clone(),
            role: own.role.into(),
            you: own.subject == seat.subject(),
        };
        let owns = seat.role() == Role::Owner;
        let now = clock::now();
        let open = facts.invitations.iter();
        let open = open.filter(|open| owns && open.expires_at > now);
        OrganizationView {
            id: facts.organization.id.0.to_string(),
            name: facts.organization.name.clone(),
            role: seat.role().into(),
            apps: facts.apps,
            members: facts.members.iter().map(member).collect(),
            invitations: open
                .map(|open| InvitationView {
                    id: open.id.0.to_string(),
                    email: open.email.to_string(),
                    role: open.role.into(),
                    expires_at: clock::rfc3339(open.expires_at),
                })
                .collect(),
        }
    }
}

/// Somebody to ask.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// Their e-mail address.
    pub(super) email: String,
    /// What they may do once they join.
    pub(super) role: RoleName,
}

/// What a member may do from now on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRole {
    pub(super) role: RoleName,
}

/// A request for review, in the list.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReviewRow {
    id: String,
    client_id: String,
    /// The name of the app.
    name: String,
    /// `open`, `asked_back`, `approved`, `refused` or `withdrawn`.
    state: &'static str,
    /// Raised by each change.
    version: i64,
    /// Whether the app as a whole is to be looked at.
    whole_app: bool,
    /// Restricted scopes that are asked for.
    scopes: Vec<String>,
    /// Why, by the name of the scope.
    reasons: BTreeMap<String, String>,
    asked_at: String,
}

impl ReviewRow {
    pub(super) fn of(listed: &ListedReview) -> Self {
        let request = &listed.request;
        let reasons = request.reasons.iter();
        ReviewRow {
            id: request.id.0.to_string(),
            client_id: listed.client_id.clone(),
            name: listed.name.clone(),
            state: request.state.as_str(),
            version: request.version,
            whole_app: request.whole,
            scopes: request.scopes.names().map(str::to_owned).collect(),
            reasons: reasons
                .map(|(scope, reason)| (scope.to_owned(), reason.to_owned()))
                .collect(),
            asked_at: clock::rfc3339(request.created_at),
        }
    }
}

/// Requests for review.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReviewsView {
    pub(super) reviews: Vec<ReviewRow>,
    /// The `after` of the next page, if there is one.
    pub(super) next: Option<String>,
}

/// What somebody said about a request.
#[derive(Serialize, JsonSchema)]
pub(super) struct MessageView {
    /// What kind of somebody: `person`, `administrator` or `operator`.
    by: &'static str,
    at: String,
    text: String,
}

impl MessageView {
    pub(super) fn of(message: &ReviewMessage) -> Self {
        MessageView {
            by: message.by.as_stored().0,
            at: clock::rfc3339(message.at),
            text: message.text.clone(),
        }
    }
}

/// A request for review, with everything that is looked at.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReviewView {
    #[serde(flatten)]
    pub(super) request: ReviewRow,
    /// The app as it was when it was asked, by the name of the part.
    pub(super) looked_at: BTreeMap<String, String>,
    /// The parts that are others by now.
    pub(super) changed_since: Vec<String>,
    pub(super) messages: Vec<MessageView>,
}

/// The parts of an app by their names.
pub(super) fn parts(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let parts = snapshot.parts();
    parts
        .map(|(part, text): (Part, &str)| (part.as_str().to_owned(), text.to_owned()))
        .collect()
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerdictName {
    /// It is approved.
    Approve,
    /// It is refused.
    Refuse,
    /// The developer is asked something.
    AskBack,
}

/// How a request is judged.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVerdict {
    pub(super) verdict: VerdictName,
    /// What the developer is told: why it is refused, or what is asked.
    #[serde(default)]
    pub(super) text: String,
    /// The version that you have looked at: refused when something was said or done since.
    pub(super) version: i64,
}
