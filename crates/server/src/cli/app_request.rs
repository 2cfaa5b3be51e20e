//! `valetkey app request …`: what developers asked administrators to look at.
use super::failure::Failure;
use super::output::{Output, sheet, table};
use super::place::{Opened, Page, Place, id};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::apps::review::{
    Conversation, Judged, ReviewError, ReviewMessage, ReviewRequest, ReviewState, Reviewer,
    Snapshot, Verdict, judge,
};
use protocol::types::text::escaped;
use protocol::types::{Client, ClientStatus, Locator, MailAddress};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use store::{ListedReview, ReviewQuery, StoreError};

/// Requests for review.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the requests: those that wait, unless another state is named.
    List(List),
    /// Show a request: what is asked, the app as it was then, and what was said.
    Show(One),
    /// Approve a request: the app may start if it waited for that, and ask for the scopes.
    Approve(Approve),
    /// Refuse a request.
    Refuse(Reply),
    /// Ask the developer something.
    AskBack(Reply),
}

/// Which requests.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// Those in this state: open, asked_back, approved, refused, withdrawn, or all.
    #[arg(long, default_value = "open", value_parser = state)]
    state: Which,
    #[command(flatten)]
    page: Page,
}

/// A state, or all.
#[derive(Debug, Clone, Copy)]
struct Which(Option<ReviewState>);

fn state(text: &str) -> Result<Which, &'static str> {
    match (text, ReviewState::parse(text)) {
        ("all", _) => Ok(Which(None)),
        (_, Some(state)) => Ok(Which(Some(state))),
        (_, None) => Err("there are open, asked_back, approved, refused, withdrawn and all"),
    }
}

/// Which request.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The request's id, as `app request list` prints it.
    #[arg(value_name = "ID", value_parser = id)]
    id: i64,
}

/// A request to approve.
#[derive(Debug, Args)]
pub(super) struct Approve {
    #[command(flatten)]
    one: One,
    /// The version that you have looked at, as `app request show` prints it: refused when something was said or done
    /// since.
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// What the developer is told.
    #[arg(long)]
    text: Option<String>,
}

/// A request to answer.
#[derive(Debug, Args)]
pub(super) struct Reply {
    #[command(flatten)]
    one: One,
    /// What the developer is told.
    #[arg(long)]
    text: String,
}

impl Verb {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(list) => list.run(output).await,
            Verb::Show(one) => one.show(output).await,
            Verb::Approve(approve) => {
                let text = approve.text.unwrap_or_default();
                let judged = (Verdict::Approve, &*text, approve.version);
                approve.one.judge(output, judged).await
            }
            Verb::Refuse(reply) => {
                let judged = (Verdict::Refuse, &*reply.text, None);
                reply.one.judge(output, judged).await
            }
            Verb::AskBack(reply) => {
                let judged = (Verdict::AskBack, &*reply.text, None);
                reply.one.judge(output, judged).await
            }
        }
    }
}

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let limit = usize::from(self.page.limit);
        let after = self.page.after.as_deref().map(|id| id.parse().map(Locator));
        let query = ReviewQuery {
            state: self.state.0,
            after: after
                .transpose()
                .map_err(|_| Failure::usage("--after takes the id of a request"))?,
            limit: limit + 1,
        };
        let mut found = at.store.reviews(query).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.request.id.0);
        let all: Vec<_> = found.iter().map(|listed| as_json(listed, &at)).collect();
        output.show(&json!({ "requests": all, "next": next }), || {
            let rows: Vec<_> = found.iter().map(as_row).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => "There are none.".to_owned(),
                false => table(["ID", "APP", "ASKS FOR", "STATE"], &rows) + &more,
            }
        });
        Ok(())
    }
}

impl One {
    async fn show(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let found = Found::of(&at, self.id).await?;
        found.show(output, &at);
        Ok(())
    }

    async fn judge(
        self,
        output: Output,
        (verdict, text, seen): (Verdict, &str, Option<i64>),
    ) -> Result<(), Failure> {
        let at = self.place.open()?;
        let found = Found::of(&at, self.id).await?;
        let judged = Judged {
            verdict,
            text,
            seen,
        };
        found.judge(&at, judged).await?;
        Found::of(&at, self.id).await?.show(output, &at);
        Ok(())
    }
}

/// The open request of an app that asks for it as a whole, and for nothing else: approving the app answers it.
pub(super) async fn about_whole(at: &Opened, app: &Client) -> Result<Option<Asked>, Failure> {
    let open = open_request(at, app).await?;
    let whole = open.filter(|request| request.whole && request.scopes.is_empty());
    let Some(request) = whole.filter(|_| app.status != ClientStatus::Disabled) else {
        return Ok(None);
    };
    Ok(at.store.review(request.id).await?.map(Asked))
}

/// Says which request of an app waits still, since a command did less than it asks for.
pub(super) async fn tell_open(at: &Opened, app: &Client) -> Result<(), Failure> {
    if let Some(request) = open_request(at, app).await? {
        let id = request.id.0;
        eprintln!(
            "warning: request {id} of its developer is open still, since it asks for more: `valetkey app request approve {id}` or `refuse {id}` answers it"
        );
    }
    Ok(())
}

async fn open_request(at: &Opened, app: &Client) -> Result<Option<ReviewRequest>, StoreError> {
    // An app has one that is open, and it is the newest.
    let newest = at.store.reviews_of(app.no, 1).await?;
    Ok(newest.into_iter().find(|request| request.state.is_open()))
}

/// See [`about_whole`].
pub(super) struct Asked((ListedReview, Conversation));

impl Asked {
    /// Approves the app as it is now, and the request with it: its developer is told.
    pub(super) async fn approve(self, at: &Opened, app: &Arc<Client>) -> Result<(), Failure> {
        let (listed, mut talk) = self.0;
        talk.request.snapshot = Snapshot::of(app);
        let found = Found {
            listed,
            talk,
            app: app.clone(),
        };
        let judged = Judged {
            verdict: Verdict::Approve,
            text: "",
            seen: None,
        };
        found.judge(at, judged).await
    }
}

/// A request with its app.
struct Found {
    listed: ListedReview,
    talk: Conversation,
    app: Arc<Client>,
}

impl Found {
    async fn of(at: &Opened, id: i64) -> Result<Self, Failure> {
        let found = at.store.review(Locator(id)).await?;
        let (listed, talk) = found.ok_or_else(|| {
            Failure::failed(format!(
                "there is no request {id}: `valetkey app request list --state all` shows all"
            ))
        })?;
        let app = at.app(&listed.client_id).await?;
        Ok(Found { listed, talk, app })
    }

    async fn judge(&self, at: &Opened, judged: Judged<'_>) -> Result<(), Failure> {
        let to = self.developer(at).await?;
        let with = (&at.config.policy, clock::now(), &at.mint);
        let by = Reviewer::operator();
        let decision = judge(by, &self.talk, &self.app, judged, to.as_ref(), with);
        at.decide(decision, |error: ReviewError| error.sentence())
            .await
    }

    /// Where the developer reads mail, if that is proved and mail is sent.
    async fn developer(&self, at: &Opened) -> Result<Option<MailAddress>, Failure> {
        if at.config.mail.is_none() {
            return Ok(None);
        }
        let person = at.store.person(self.listed.request.asked_by).await?;
        Ok(person.and_then(|person| MailAddress::parse(person.proved_email()?)))
    }

    fn show(&self, output: Output, at: &Opened) {
        let request = &self.listed.request;
        let now = Snapshot::of(&self.app);
        let changed = request.snapshot.differs(&now);
        let changed: Vec<_> = changed.iter().map(|part| part.as_str()).collect();
        let mut json = as_json(&self.listed, at);
        let looked_at = request.snapshot.parts();
        json["looked_at"] = looked_at
            .map(|(part, text)| (part.as_str().to_owned(), Value::from(text)))
            .collect::<Map<_, _>>()
            .into();
        json["changed_since"] = json!(changed);
        json["messages"] = self.talk.messages.iter().map(message_json).collect();
        output.show(&json, || self.as_sheet(&changed));
    }

    fn as_sheet(&self, changed: &[&str]) -> String {
        let request = &self.listed.request;
        let reasons = request.reasons.iter();
        let reasons: Vec<_> = reasons
            .map(|(scope, reason)| format!("{scope}: {reason}"))
            .collect();
        let said = self.talk.messages.iter().map(message_line);
        let mut rows = vec![
            ("id", request.id.0.to_string()),
            ("state", request.state.as_str().to_owned()),
            ("version", request.version.to_string()),
            ("client id", self.listed.client_id.clone()),
            ("asks for", asks_for(&self.listed)),
            ("reasons", reasons.join("\n")),
            ("asked", clock::rfc3339(request.created_at)),
        ];
        let looked_at = request.snapshot.parts();
        rows.extend(looked_at.map(|(part, text)| (part.as_str(), text.to_owned())));
        rows.push(("changed since", changed.join(", ")));
        rows.push(("said", said.collect::<Vec<_>>().join("\n")));
        sheet(&rows)
    }
}

fn message_json(message: &ReviewMessage) -> Value {
    let (kind, _) = message.by.as_stored();
    json!({ "by": kind, "at": clock::rfc3339(message.at), "text": message.text })
}

fn message_line(message: &ReviewMessage) -> String {
    let (kind, _) = message.by.as_stored();
    let lines: Vec<_> = message.text.lines().map(escaped).collect();
    format!("{kind}: {}", lines.join(" / "))
}

fn asks_for(listed: &ListedReview) -> String {
    let whole = listed.request.whole.then_some("the whole app");
    let all = whole.into_iter().chain(listed.request.scopes.names());
    all.collect::<Vec<_>>().join(", ")
}

fn as_row(listed: &ListedReview) -> [String; 4] {
    [
        listed.request.id.0.to_string(),
        listed.name.clone(),
        asks_for(listed),
        listed.request.state.as_str().to_owned(),
    ]
}

fn as_json(listed: &ListedReview, at: &Opened) -> Value {
    let request = &listed.request;
    json!({
        "id": request.id.0,
        "client_id": listed.client_id,
        "name": listed.name,
        "state": request.state.as_str(),
        "version": request.version,
        "asked_by": at.config.policy.subjects.write(request.asked_by),
        "whole_app": request.whole,
        "scopes": request.scopes.names().collect::<Vec<_>>(),
        "reasons": request.reasons.iter().map(|(scope, reason)| (scope.to_owned(), Value::from(reason)))
            .collect::<Map<_, _>>(),
        "asked_at": clock::rfc3339(request.created_at),
        "changed_at": clock::rfc3339(request.changed_at),
    })
}
