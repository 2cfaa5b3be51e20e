//! What an app asks people for, between what a form carries, what a rule takes and what a page shows.
use crate::state::App;
use pages::Text;
use pages::portal::{MAX_SCOPES, ScopeBox, ScopeChoice};
use protocol::Params;
use protocol::types::asks::is_reason;
use protocol::types::{Asks, Client, Language, Scope, ScopeFault};

/// What was chosen.
#[derive(Clone)]
pub(super) struct Chosen {
    /// What the app may ask for; `None`: every scope that is not restricted.
    pub(super) scopes: Option<Scope>,
    /// What it tells of them.
    pub(super) asks: Asks,
    /// What was typed of each scope, also of those that it may not ask for.
    typed: Vec<TypedAsk>,
}

/// What was typed of a scope.
#[derive(Clone)]
struct TypedAsk {
    name: String,
    reason: String,
    optional: bool,
}

impl Chosen {
    /// What an app has.
    pub(super) fn of(client: &Client) -> Self {
        Chosen {
            scopes: client.scopes.clone(),
            asks: client.asks.clone(),
            typed: Vec::new(),
        }
    }

    /// What one has that is not there yet.
    pub(super) fn nothing() -> Self {
        Chosen {
            scopes: None,
            asks: Asks::default(),
            typed: Vec::new(),
        }
    }

    /// What is shown of a scope: why it is asked for, and whether the app can do without it.
    fn told_of(&self, name: &str) -> (&str, bool) {
        match self.typed.iter().find(|typed| typed.name == name) {
            Some(typed) => (&typed.reason, typed.optional),
            None => (
                self.asks.reasons.of(name).unwrap_or_default(),
                self.asks.optional.contains(name),
            ),
        }
    }
}

/// Reads what was chosen; `None`: the page did not ask.
///
/// # Errors
/// When what was ticked are no scopes.
pub(super) fn read(params: &Params) -> Result<Option<Chosen>, ScopeFault> {
    let Some(which) = params.get("scopes") else {
        return Ok(None);
    };
    let ticked = |what: &str| {
        let all = (1..=MAX_SCOPES).map(|number| params.get(&format!("{what}-{number}")));
        let names: Vec<&str> = all.flatten().collect();
        Scope::parse(&names.join(" "))
    };
    let scopes = match which {
        "every" => None,
        _ => Some(ticked("scope")?),
    };
    let own = |name: &str| scopes.as_ref().is_none_or(|scopes| scopes.contains(name));
    let optional = ticked("optional")?;
    let mut asks = Asks {
        optional: optional.names().filter(|name| own(name)).collect(),
        ..Asks::default()
    };
    let mut typed = Vec::new();
    for number in 1..=MAX_SCOPES {
        let name = params.get(&format!("scope-name-{number}"));
        let reason = params.get(&format!("reason-{number}"));
        let (Some(name), Some(reason)) = (name, reason) else {
            continue;
        };
        if own(name) {
            asks.reasons.set(name, reason);
        }
        typed.push(TypedAsk {
            name: name.to_owned(),
            reason: reason.to_owned(),
            optional: optional.contains(name),
        });
    }
    Ok(Some(Chosen {
        scopes,
        asks,
        typed,
    }))
}

/// The scopes that an app may be set to ask for: those that are not restricted, and those that were approved for it.
pub(super) fn choice(
    app: &App,
    client: Option<&Client>,
    chosen: &Chosen,
    language: Language,
) -> ScopeChoice {
    let approved = |name: &str| client.is_some_and(|client| client.approved.contains(name));
    let entries = app.policy().scopes.iter();
    let offered = entries.filter(|entry| !entry.restricted || approved(&entry.name));
    let scopes = chosen.scopes.as_ref();
    let boxes = offered.take(MAX_SCOPES).map(|entry| {
        let (reason, optional) = chosen.told_of(&entry.name);
        ScopeBox {
            name: entry.name.clone(),
            sentence: Text::of_others(entry.sentence.in_language(language)),
            foreign: entry.sentence.foreign_to(language),
            ticked: scopes.is_some_and(|scope| scope.contains(&entry.name)),
            optional,
            reason: reason.to_owned(),
            wrong: !is_reason(reason),
        }
    });
    ScopeChoice {
        every: scopes.is_none(),
        boxes: boxes.collect(),
    }
}
