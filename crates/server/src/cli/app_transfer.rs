//! `valetkey app transfer …`: apps that change hands.
use super::failure::Failure;
use super::one_app::One;
use super::output::{Output, sheet};
use super::place::{CHANGED, Opened};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::apps::ManagedApp;
use protocol::apps::transfer::{self, Accepter, TransferError};
use protocol::types::{
    Client, MailAddress, Membership, Owner, Person, Receiver, Role, Subject, Transfer,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Handing an app over to another owner. What its owner would do is done in their name.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Offer an app to somebody, in place of an earlier offer: whoever has confirmed the address, or an owner of the
    /// organization, accepts it within seven days.
    Offer(Offer),
    /// Show the offer of an app that is open.
    Show(One),
    /// Take the offer back.
    Withdraw(One),
    /// Accept the offer, in the name of whom it was made to. Its secrets end after a day.
    Accept(One),
}

/// To whom.
#[derive(Debug, Args)]
pub(super) struct Offer {
    #[command(flatten)]
    one: One,
    /// The e-mail address of whoever is to have it.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "organization")]
    to: Option<String>,
    /// The id of the organization that is to have it.
    #[arg(long, value_name = "ID", conflicts_with = "to")]
    organization: Option<String>,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Offer(offer) => offer.run(output).await,
            Verb::Show(one) => {
                let at = one.place.look()?;
                let client = at.app(&one.client_id).await?;
                shown(&at, &client, &open(&at, &client).await?, output);
                Ok(())
            }
            Verb::Withdraw(one) => withdraw(one, output).await,
            Verb::Accept(one) => accept(one, output).await,
        }
    }
}

impl Offer {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let client = at.app(&self.one.client_id).await?;
        let to = match (&self.to, &self.organization) {
            (Some(email), _) => Receiver::Address(MailAddress::parse(email).ok_or_else(|| {
                Failure::usage(format!(
                    "{email:?} is no e-mail address: write it like ada@example.com"
                ))
            })?),
            (None, Some(id)) => Receiver::Organization(at.organization(id).await?.id),
            (None, None) => return Err(Failure::usage("say --to or --organization")),
        };
        let (owner, managed) = owners(&at, &client).await?;
        let (mails, now) = (at.config.mail.is_some(), clock::now());
        let change = transfer::offer(&managed, &owner, to, mails, now, &at.mint);
        at.commit(change.map_err(failed)?, CHANGED).await?;
        shown(&at, &client, &open(&at, &client).await?, output);
        Ok(())
    }
}

/// Whoever made the app, and the app in their hands.
async fn owners(at: &Opened, client: &Arc<Client>) -> Result<(Person, ManagedApp), Failure> {
    let id = &client.id;
    let owner = at.store.person(client.owner).await?;
    let owner = owner.ok_or_else(|| Failure::failed(format!("nobody runs {id}")))?;
    let managed = ManagedApp::of(Some(client.clone()), &owner, Some(Role::Owner));
    let managed = managed.ok_or_else(|| Failure::failed(format!("{id} is everyone's")))?;
    Ok((owner, managed))
}

async fn open(at: &Opened, client: &Client) -> Result<Transfer, Failure> {
    let open = at.store.transfer_of(client.no, clock::now()).await?;
    open.ok_or_else(|| Failure::failed(format!("{} is offered to nobody", client.id)))
}

async fn withdraw(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.open()?;
    let client = at.app(&one.client_id).await?;
    let open = open(&at, &client).await?;
    let (_, managed) = owners(&at, &client).await?;
    let change = transfer::withdraw(&managed, &open).map_err(failed)?;
    at.commit(change, CHANGED).await?;
    output.show(&json!({ "client_id": client.id, "offered": false }), || {
        format!("{} is offered to nobody any more.", client.id)
    });
    Ok(())
}

async fn accept(one: One, output: Output) -> Result<(), Failure> {
    let at = one.place.open()?;
    let client = at.app(&one.client_id).await?;
    let open = open(&at, &client).await?;
    let (person, memberships) = receiver(&at, &open).await?;
    let now = clock::now();
    let neighbours = at
        .store
        .neighbours_once_accepted(&client, person.subject, &open.to, now);
    let by = Accepter {
        person: &person,
        memberships: &memberships,
        neighbours: neighbours.await?,
    };
    let with = (&at.config.policy, now, &at.mint);
    let change = transfer::accept(&client, &open, by, with);
    at.commit(change.map_err(failed)?, CHANGED).await?;
    let client = at.app(&one.client_id).await?;
    let owner = owner_json(&at, &client);
    output.show(&json!({ "client_id": client.id, "owner": owner }), || {
        format!("{} is run by {} now.", client.id, client.publisher)
    });
    Ok(())
}

/// Whoever an offer was made to: of an organization, its longest owner.
async fn receiver(at: &Opened, open: &Transfer) -> Result<(Person, Vec<Membership>), Failure> {
    match &open.to {
        Receiver::Address(email) => Ok((at.person(email.as_str()).await?, Vec::new())),
        Receiver::Organization(id) => {
            let facts = at.store.organization(*id).await?;
            let gone = || Failure::failed("the organization has no owner any more");
            let facts = facts.ok_or_else(gone)?;
            let mut members = facts.members.iter();
            let owner: Subject = members
                .find(|member| member.role == Role::Owner)
                .ok_or_else(gone)?
                .subject;
            let person = at.store.person(owner).await?.ok_or_else(gone)?;
            let own = Membership {
                organization: facts.organization,
                role: Role::Owner,
            };
            Ok((person, vec![own]))
        }
    }
}

fn failed(error: TransferError) -> Failure {
    Failure::failed(match error {
        TransferError::ForOwners => "its owner hands an app over",
        TransferError::TestSide => "the test side of an app goes with that app: offer that one",
        TransferError::Same => "whoever is to have it runs it already",
        TransferError::Unknown => {
            "whom it was offered to cannot accept it: their address is not confirmed, or the offer has come to its end"
        }
        TransferError::Full(error) => {
            return Failure::failed(format!(
                "{}: raise apps.max_per_person, or apps.max_per_organization for an organization, then accept the offer",
                error.sentence
            ));
        }
        TransferError::Name(error) => {
            return Failure::failed(format!(
                "{}: write valetkey app update --name, then accept the offer",
                error.sentence
            ));
        }
    })
}

fn owner_json(at: &Opened, client: &Client) -> Value {
    match client.run_by() {
        Owner::Person(subject) => json!({ "user": at.config.policy.subjects.write(subject) }),
        Owner::Organization(id) => json!({ "organization": id.0.to_string() }),
    }
}

fn shown(at: &Opened, client: &Client, open: &Transfer, output: Output) {
    let (email, organization) = match &open.to {
        Receiver::Address(email) => (Some(email.to_string()), None),
        Receiver::Organization(id) => (None, Some(id.0.to_string())),
    };
    let json = json!({
        "client_id": client.id,
        "email": email,
        "organization": organization,
        "offered_by": at.config.policy.subjects.write(open.offered_by),
        "offered_at": clock::rfc3339(open.created_at),
        "expires_at": clock::rfc3339(open.expires_at),
    });
    output.show(&json, || {
        sheet(&[
            ("app", client.id.clone()),
            ("offered to", email.or(organization).unwrap_or_default()),
            ("until", clock::rfc3339(open.expires_at)),
        ])
    });
}
