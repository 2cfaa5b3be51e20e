//! `valetkey organization …`.
use super::failure::Failure;
use super::output::{Output, sheet, table};
use super::place::{CHANGED, Opened, Page, Place};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::organizations::{OrganizationError, OrganizationFacts, Seat};
use protocol::transition::OrganizationChange;
use protocol::types::{Locator, Organization, Role};
use serde_json::{Value, json};

/// Organizations, and who belongs to them. What changes one is done in the name of its longest owner.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the organizations.
    List(List),
    /// Show an organization: its members, and who is asked to join.
    Show(One),
    /// Ask somebody to join.
    Invite(Invite),
    /// Take an invitation back.
    Withdraw(Withdraw),
    /// Let a member do more, or less.
    SetRole(SetRole),
    /// Take a member out.
    Remove(Member),
}

/// Which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    page: Page,
}

/// Which organization.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The organization's id, as `organization list` prints it.
    #[arg(value_name = "ID")]
    id: String,
}

/// Whom to ask.
#[derive(Debug, Args)]
pub(super) struct Invite {
    #[command(flatten)]
    one: One,
    /// Their e-mail address.
    #[arg(value_name = "ADDRESS")]
    email: String,
    /// What they may do once they join: viewer, developer or owner.
    #[arg(long, default_value = "developer", value_parser = role)]
    role: Role,
}

/// Whose invitation goes.
#[derive(Debug, Args)]
pub(super) struct Withdraw {
    #[command(flatten)]
    one: One,
    /// The address that was asked.
    #[arg(value_name = "ADDRESS")]
    email: String,
}

/// Which member.
#[derive(Debug, Args)]
pub(super) struct Member {
    #[command(flatten)]
    one: One,
    /// The member: their e-mail address or id.
    #[arg(value_name = "USER")]
    who: String,
}

/// What a member may do from now on.
#[derive(Debug, Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    member: Member,
    /// viewer, developer or owner.
    #[arg(value_parser = role)]
    role: Role,
}

fn role(text: &str) -> Result<Role, &'static str> {
    Role::parse(text).ok_or("there are viewer, developer and owner")
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(list) => list.run(output).await,
            Verb::Show(one) => one.show(output).await,
            Verb::Invite(invite) => invite.run(output).await,
            Verb::Withdraw(withdraw) => withdraw.run(output).await,
            Verb::SetRole(set) => set.run(output).await,
            Verb::Remove(member) => member.remove(output).await,
        }
    }
}

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let after = match &self.page.after {
            Some(id) => Some(at.organization(id).await?.id),
            None => None,
        };
        let limit = usize::from(self.page.limit);
        let mut all = at.store.organizations(after, limit + 1).await?;
        let more = all.len() > limit;
        all.truncate(limit);
        let mut rows = Vec::new();
        for one in &all {
            rows.push((at.named(one.id).await?, one));
        }
        let next = rows.last().filter(|_| more).map(|(id, _)| id.clone());
        let shown: Vec<Value> = rows.iter().map(|(id, one)| short_json(id, one)).collect();
        output.show(&json!({ "organizations": shown, "next": next }), || {
            let rows: Vec<_> = rows
                .iter()
                .map(|(id, one)| [id.clone(), one.name.clone(), clock::rfc3339(one.created_at)])
                .collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => "There are none.".to_owned(),
                false => table(["ID", "NAME", "SINCE"], &rows) + &more,
            }
        });
        Ok(())
    }
}

impl One {
    async fn seat(&self, at: &Opened) -> Result<Seat, Failure> {
        let facts = self.facts(at).await?;
        let name = facts.organization.name.clone();
        let seat = Seat::operator(facts);
        seat.ok_or_else(|| {
            Failure::failed(format!("{name} has no owner, in whose name this is done"))
        })
    }

    async fn facts(&self, at: &Opened) -> Result<OrganizationFacts, Failure> {
        let id = at.organization(&self.id).await?.id;
        let facts = at.store.organization(id).await?;
        facts.ok_or_else(|| Failure::failed(CHANGED))
    }

    async fn show(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        self.shown(&at, output).await
    }

    async fn shown(&self, at: &Opened, output: Output) -> Result<(), Failure> {
        let facts = self.facts(at).await?;
        let id = at.named(facts.organization.id).await?;
        output.show(&as_json(&facts, &id, at), || as_sheet(&facts, &id));
        Ok(())
    }

    /// Makes a change, if there is one, and shows the organization as it is then.
    async fn change(
        &self,
        at: &Opened,
        output: Output,
        change: Result<Option<OrganizationChange>, OrganizationError>,
    ) -> Result<(), Failure> {
        if let Some(change) = change.map_err(|error| Failure::failed(sentence(error)))? {
            at.commit(change.into(), CHANGED).await?;
        }
        self.shown(at, output).await
    }
}

impl Invite {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let seat = self.one.seat(&at).await?;
        let (mails, now) = (at.config.mail.is_some(), clock::now());
        let change = seat.invite(&self.email, self.role, mails, now, &at.mint);
        self.one.change(&at, output, change.map(Some)).await
    }
}

impl Withdraw {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let seat = self.one.seat(&at).await?;
        let mut open = seat.facts().invitations.iter();
        let found = open.find(|open| open.email.as_str().eq_ignore_ascii_case(&self.email));
        let id = found.map_or(Locator(0), |open| open.id);
        let change = seat.withdraw(id);
        self.one.change(&at, output, change.map(Some)).await
    }
}

impl SetRole {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let Member { one, who } = self.member;
        let at = one.place.open()?;
        let person = at.person(&who).await?;
        let change = one.seat(&at).await?.set_role(person.subject, self.role);
        one.change(&at, output, change).await
    }
}

impl Member {
    async fn remove(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let person = at.person(&self.who).await?;
        let seat = self.one.seat(&at).await?;
        let change = seat.remove(person.subject, &at.mint);
        self.one.change(&at, output, change.map(Some)).await
    }
}

/// Why nothing is done.
fn sentence(error: OrganizationError) -> &'static str {
    match error {
        OrganizationError::Email => "this is no e-mail address: write it like ada@example.com",
        OrganizationError::Member => "whoever has this address belongs to it already",
        OrganizationError::Full => "there is room for no more",
        OrganizationError::Unknown => {
            "no such member or invitation: `organization show` lists them"
        }
        OrganizationError::LastOwner => "it would have no owner: make somebody else one first",
        OrganizationError::OfCompany => "your own login says who belongs to it: change it there",
        OrganizationError::ForOwners
        | OrganizationError::Name
        | OrganizationError::ProvidersName
        | OrganizationError::ReviewMark
        | OrganizationError::TakenName
        | OrganizationError::Logo
        | OrganizationError::Domain
        | OrganizationError::DomainTwice
        | OrganizationError::ManyDomains
        | OrganizationError::HasApps
        | OrganizationError::Unproved
        | OrganizationError::SecondFactor => "this is done on its page",
    }
}

fn short_json(id: &str, one: &Organization) -> Value {
    json!({
        "id": id,
        "name": one.name,
        "of_company": one.external_id.is_some(),
        "created_at": clock::rfc3339(one.created_at),
    })
}

fn as_json(facts: &OrganizationFacts, id: &str, at: &Opened) -> Value {
    let mut json = short_json(id, &facts.organization);
    json["apps"] = json!(facts.apps);
    json["second_factor_required"] = json!(facts.organization.second_factor);
    json["members"] = facts
        .members
        .iter()
        .map(|member| {
            json!({
                "id": at.config.policy.subjects.write(member.subject),
                "email": member.email,
                "name": member.name,
                "role": member.role.as_str(),
                "since": clock::rfc3339(member.since),
            })
        })
        .collect();
    json["invitations"] = facts
        .invitations
        .iter()
        .map(|open| {
            json!({
                "email": open.email.as_str(),
                "role": open.role.as_str(),
                "expires_at": clock::rfc3339(open.expires_at),
            })
        })
        .collect();
    json
}

fn as_sheet(facts: &OrganizationFacts, id: &str) -> String {
    let members = facts.members.iter();
    let members = members.map(|member| format!("{} ({})", member.email, member.role.as_str()));
    let open = facts.invitations.iter();
    let open = open.map(|open| format!("{} ({})", open.email, open.role.as_str()));
    sheet(&[
        ("id", id.to_owned()),
        ("name", facts.organization.name.clone()),
        ("apps", facts.apps.to_string()),
        ("members", members.collect::<Vec<_>>().join("\n")),
        ("invited", open.collect::<Vec<_>>().join("\n")),
    ])
}
