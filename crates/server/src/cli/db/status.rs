//! `valetkey db status`.
use super::figures::{grouped, size};
use crate::cli::failure::Failure;
use crate::cli::output::{Output, sheet, table};
use crate::cli::place::Place;
use crate::ops::clock;
use clap::Args;
use serde_json::{Value, json};
use store::operator::{Database, Node, Status as Facts, Table};

/// Which database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    place: Place,
}

impl Status {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let location = self.place.location()?;
        let database = Database::look(&location).await?;
        let facts = database.status(&location).await?;
        output.show(&as_json(&facts), || as_text(&facts));
        Ok(())
    }
}

fn as_json(facts: &Facts) -> Value {
    let time = |time| clock::rfc3339(time);
    let now = clock::now();
    json!({
        "engine": facts.engine,
        "storage": facts.place,
        "served_by": facts.served_by,
        "schema": {
            "known": facts.schema.known,
            "applied": facts.schema.applied,
            "pending": facts.schema.pending,
        },
        "bytes": facts.bytes,
        "wal_bytes": facts.wal_bytes,
        "pages": facts.pages.map(|pages| json!({
            "size": pages.size,
            "count": pages.count,
            "free": pages.free,
        })),
        "tables": facts.tables.iter().map(|table| json!({
            "name": table.name,
            "rows": table.rows,
            "exact": table.exact,
        })).collect::<Vec<_>>(),
        "access_tokens": facts.access_tokens.map(|(oldest, newest)| json!({
            "oldest": time(oldest),
            "newest": time(newest),
        })),
        "nodes": facts.nodes.iter().map(|node| json!({
            "number": node.number,
            "holder": node.holder,
            "until": time(node.until),
            "live": node.until > now,
        })).collect::<Vec<_>>(),
        "feed": facts.feed.map(|feed| json!({ "last": feed.last, "lines": feed.lines })),
        "outbox": facts.outbox.map(|outbox| json!({
            "waiting": outbox.waiting,
            "dead": outbox.dead,
            "oldest": outbox.oldest.map(time),
        })),
        "cut_off_at": facts.cut_off_at.map(time),
    })
}

fn as_text(facts: &Facts) -> String {
    let feed = |feed: store::operator::Feed| format!("at line {}, {} kept", feed.last, feed.lines);
    let span = |(oldest, newest)| {
        let (oldest, newest) = (clock::rfc3339(oldest), clock::rfc3339(newest));
        format!("made from {oldest} to {newest}")
    };
    let rows: Vec<_> = facts.tables.iter().map(rows).collect();
    // A command that was killed has its number for a while, and is no process any more.
    let now = clock::now();
    let live = facts.nodes.iter().filter(|node| node.until > now);
    let sheet = sheet(&[
        ("engine", facts.engine.clone()),
        ("storage", facts.place.clone()),
        ("served by", facts.served_by.clone().unwrap_or_default()),
        ("schema", schema(facts)),
        ("size", bytes(facts)),
        ("pages", pages(facts)),
        (
            "access tokens",
            facts.access_tokens.map(span).unwrap_or_default(),
        ),
        ("processes", live.map(node).collect::<Vec<_>>().join("\n")),
        ("outbox", facts.outbox.map(outbox).unwrap_or_default()),
        ("feed", facts.feed.map(feed).unwrap_or_default()),
        (
            "cut off",
            facts.cut_off_at.map(clock::rfc3339).unwrap_or_default(),
        ),
    ]);
    match rows.is_empty() {
        true => sheet,
        false => format!("{sheet}\n\n{}", table(["TABLE", "ROWS", ""], &rows)),
    }
}

fn outbox(outbox: store::operator::Outbox) -> String {
    let oldest = outbox.oldest.map(clock::rfc3339);
    let since = oldest.map_or_else(String::new, |oldest| format!(" since {oldest}"));
    format!(
        "{} wait{since}, {} dead letters",
        outbox.waiting, outbox.dead
    )
}

fn schema(facts: &Facts) -> String {
    let schema = &facts.schema;
    match (schema.pending.is_empty(), schema.applied > schema.known) {
        (_, true) => format!(
            "{}, of a newer version of Valetkey than this, which knows {}",
            schema.applied, schema.known
        ),
        (true, _) => format!("{}, up to date", schema.applied),
        (false, _) => format!(
            "{} of {}: pending {}; run `valetkey db migrate`, or start the server",
            schema.applied,
            schema.known,
            schema.pending.join(", ")
        ),
    }
}

fn bytes(facts: &Facts) -> String {
    match facts.wal_bytes {
        Some(wal) => format!("{}, and {} of log", size(facts.bytes), size(wal)),
        None => size(facts.bytes),
    }
}

fn pages(facts: &Facts) -> String {
    facts.pages.map_or_else(String::new, |pages| {
        let free = size((pages.free * pages.size).unsigned_abs());
        format!(
            "{} of {}, {free} free for new rows",
            pages.count,
            size(pages.size.unsigned_abs())
        )
    })
}

fn node(node: &Node) -> String {
    let until = clock::rfc3339(node.until);
    match node.number {
        -1 => format!("process {} sweeps, until {until}", node.holder),
        -2 => format!("process {} delivers messages, until {until}", node.holder),
        number => format!("number {number}: process {}, until {until}", node.holder),
    }
}

fn rows(table: &Table) -> [String; 3] {
    let note = if table.exact { "" } else { "estimated" };
    let count = grouped(table.rows.unsigned_abs());
    [table.name.clone(), count, note.to_owned()]
}
