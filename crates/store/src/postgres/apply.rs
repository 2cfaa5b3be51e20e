//! Transitions that run by their steps, each in a transaction of its own. The guard comes first and locks its row, so
//! that racers queue there; when it is lost nothing has been written. What many ask for at once is in
//! [`super::batch`].
use super::conn::Conn;
use super::feed;
use super::row::{Ran, plain};
use super::value::{each, values_of};
use super::writer::{Effect, Settle};
use crate::Outcome;
use crate::changes::counted;
use crate::facts::clients::TEST_SIDE_NO;
use crate::facts::feed::About;
use crate::feed::FED;
use crate::steps::{Kind, Steps};
use crate::value::{Value as One, values};
use protocol::Transition;
use protocol::events::{Act, Happened};
use protocol::outbox::Message;
use protocol::types::Locator;

/// Runs the steps of a transition inside an open transaction; what memory must learn once it is committed.
pub(super) async fn apply(
    conn: &Conn,
    job: &Settle,
    steps: &Steps<'_>,
) -> Ran<(Outcome, Vec<Effect>)> {
    let mut happened = true;
    for step in &steps.steps {
        let values = each(&step.values);
        let rows = match step.kind {
            Kind::Guard | Kind::Event | Kind::Run | Kind::Once => {
                conn.execute(step.sql, &values).await?
            }
            Kind::Exists | Kind::Lock => conn.query(step.sql, &values).await?.len() as u64,
        };
        match step.kind {
            Kind::Guard | Kind::Exists if rows == 0 => return Ok((Outcome::Conflict, Vec::new())),
            Kind::Once if rows == 0 => return Ok((Outcome::Committed, Vec::new())),
            Kind::Event if rows == 0 => happened = false,
            _ => {}
        }
    }
    // An event that is there already was written by an earlier try, and its messages with it; they may be delivered by
    // now.
    let told = with_test_sides(conn, &steps.told).await?;
    let mut effects: Vec<Effect> = told.iter().map(effect).collect();
    if happened && write_event(conn, &job.transition, &job.act, job.receipt).await? {
        post(conn, job.transition.messages(), &job.act).await?;
    }
    effects.extend(job.transition.messages().iter().map(|_| Effect::Message));
    // Last, so that other nodes wait for little more than the commit. What was so before is no news to them, only
    // perhaps to this one's memory.
    if happened {
        let until = job.act.at.plus(FED);
        let lines = told
            .into_iter()
            .map(|about| (about, until, about.beside()))
            .collect();
        feed::tell(conn, lines).await?;
    }
    Ok((Outcome::Committed, effects))
}

/// What is told, and the test side of each app that is told of.
async fn with_test_sides(conn: &Conn, told: &[About]) -> Ran<Vec<About>> {
    let mut all = told.to_vec();
    for about in told {
        if let About::Client(client) = about {
            let rows = conn
                .query(TEST_SIDE_NO.sql, &each(&values![*client]))
                .await?;
            for row in &rows {
                all.push(About::Client((TEST_SIDE_NO.read)(plain(row))?));
            }
        }
    }
    Ok(all)
}

fn effect(about: &About) -> Effect {
    match about {
        About::Person(subject) => Effect::Person(*subject),
        About::Client(client) => Effect::Client(*client),
        About::Connection(key) => Effect::Connection(*key),
        About::Workspace(organization) => Effect::Workspace(*organization),
        About::Grant(_) | About::Token(_) => Effect::Token,
    }
}

/// Writes messages to the outbox.
async fn post(conn: &Conn, messages: &[Message], act: &Act) -> Ran<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO outbox (id, kind, destination, payload, created_at, due_at, attempts) \
               SELECT id, kind, destination, payload, $5, $5, 0 \
               FROM UNNEST($1::int8[], $2::text[], $3::text[], $4::text[]) AS t (id, kind, destination, payload)";
    let id: Vec<i64> = messages.iter().map(|message| message.id().0).collect();
    let kind: Vec<&str> = messages
        .iter()
        .map(|message| message.kind().name())
        .collect();
    let to = messages
        .iter()
        .map(|message| message.destination().as_str());
    let to: Vec<&str> = to.collect();
    let payload: Vec<&str> = messages.iter().map(Message::payload).collect();
    let at = One::from(act.at);
    conn.execute(sql, values_of![id, kind, to, payload, at])
        .await
        .map(drop)
}

/// Writes what happened; whether it was not there yet.
async fn write_event(
    conn: &Conn,
    transition: &Transition,
    act: &Act,
    receipt: Locator,
) -> Ran<bool> {
    let Some(mut happened) = transition.event() else {
        return Ok(false);
    };
    if let Some((query, value)) = counted(transition) {
        let rows = conn.query(query.sql, &each(&[value])).await?;
        if let Some(row) = rows.first() {
            happened = (query.read)(plain(row))?.named_in(happened);
        }
    }
    let sql = "INSERT INTO events (id, at, event, actor, actor_id, client, subject, grant_id, address, organization) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let (actor, actor_id) = actor(act, &happened);
    let values = values![
        receipt,
        act.at,
        happened.event.name(),
        actor,
        actor_id,
        happened.client,
        happened.subject,
        happened.grant,
        act.address.map(|address| address.to_string()),
        happened.organization,
    ];
    Ok(conn.execute(sql, &each(&values)).await? > 0)
}

/// Who did it: whoever settled it says so, or it is whom the change is about.
pub(super) fn actor(act: &Act, happened: &Happened) -> (Option<&'static str>, Option<i64>) {
    let actor = act.actor.or(happened.actor);
    let (kind, id) = actor.map(|actor| actor.as_stored()).unzip();
    (kind, id.flatten())
}
