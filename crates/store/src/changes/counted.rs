//! What a transition makes under a number that the database counts: its event names it, once it is there.
use crate::row::Query;
use crate::value::Value;
use protocol::Transition;
use protocol::events::{Actor, Happened};
use protocol::transition::{AccountChange, AppChange, IntroductionChange};
use protocol::types::email::email_key;
use protocol::types::{ClientRowId, Subject};

/// An app or a person that was just made.
#[derive(Clone, Copy)]
pub(crate) enum Counted {
    App(ClientRowId),
    Person(Subject),
}

const APP: Query<Counted> = Query {
    sql: "SELECT no FROM clients WHERE id = $1",
    read: |row| row.client(0).map(Counted::App),
};

const PERSON: Query<Counted> = Query {
    sql: "SELECT subject FROM people WHERE email_key = $1",
    read: |row| row.subject(0).map(Counted::Person),
};

/// How the number is read, inside the transaction that counted it; `None` where nothing is counted.
pub(crate) fn counted(transition: &Transition) -> Option<(Query<Counted>, Value<'_>)> {
    match transition {
        Transition::App(AppChange::Register { client, .. })
        | Transition::Introduction(IntroductionChange::Register { client, .. }) => {
            Some((APP, (&client.id).into()))
        }
        Transition::Account(AccountChange::Create { person, .. }) if person.subject.is_none() => {
            Some((PERSON, email_key(&person.email).into()))
        }
        _ => None,
    }
}

impl Counted {
    /// The event with the number in it. Whoever signs up is the one who did it.
    pub(crate) fn named_in(self, happened: Happened) -> Happened {
        match self {
            Counted::App(client) => Happened {
                client: Some(client),
                ..happened
            },
            Counted::Person(subject) => Happened {
                subject: Some(subject),
                actor: happened.actor.or(Some(Actor::Person(subject))),
                ..happened
            },
        }
    }
}
