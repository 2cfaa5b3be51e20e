//! What a person is asked, as the consent page shows it, and what a form of that page says.
use super::pending::{Pending, app_card};
use super::room;
use super::workspace::{OWN_API, Workspaces};
use crate::http::session::BrowserContext;
use crate::state::App;
use pages::{AppCard, AsksFrom, BreadthChoice, Consent, ScopeGroup, ScopeLine, Speak, Text, Tick};
use protocol::Params;
use protocol::consent::{
    Asked, Breadth, Choice, ChoiceFault, Chosen, Layout, Offer, Ticks, choice, groups,
};
use protocol::facts::SessionFacts;
use protocol::introduce::{document_host, is_trusted};
use protocol::own_api;
use protocol::policy::{self, Policy, Risk};
use protocol::types::asks::MAX_REASON;
use protocol::types::text::shortened;
use protocol::types::{Client, GrantType, Language, Lifetime, Scope};
use std::sync::Arc;

/// What the fields of boxes begin with.
const BOX: &str = "scope-";

/// What a form says of the choice that its page gave.
pub(super) fn ticks(fields: &Params) -> Ticks {
    let boxes = fields.names().filter(|name| name.starts_with(BOX));
    let ticked = boxes.filter_map(|name| fields.get(name));
    Ticks {
        breadth: fields.get("breadth").and_then(Breadth::parse),
        scopes: ticked.map(str::to_owned).collect(),
    }
}

/// What a person is asked.
pub(super) struct Question<'a> {
    /// The app.
    pub(super) client: &'a Arc<Client>,
    /// What it asks for.
    pub(super) asked: Asked<'a>,
    /// The organizations that the person can pick.
    pub(super) workspaces: &'a Workspaces,
    /// What the form carries, see [`Continuation`](crate::interaction::continuation::Continuation).
    pub(super) carried: String,
    /// The URI that the answer goes to; none for a device.
    pub(super) answer_to: &'a str,
    /// Where that is, as people are told.
    pub(super) asks_from: AsksFrom,
}

/// Why a page is shown again, and what was ticked on it.
pub(super) struct Again {
    /// Why.
    pub(super) notice: Text,
    /// Nothing of what was ticked, if the page shows something else now.
    pub(super) ticks: Option<Ticks>,
}

impl Again {
    /// The page as it is first shown, and why.
    pub(super) fn with(notice: Text) -> Self {
        let ticks = None;
        Again { notice, ticks }
    }
}

impl<'a> Question<'a> {
    /// What a request asks somebody who has not allowed `new` before.
    pub(super) fn new(
        pending: &'a Pending,
        (new, skipped): (&'a Scope, &'a Scope),
        workspaces: &'a Workspaces,
        policy: &Policy,
    ) -> Self {
        let request = &pending.request;
        // What is new depends on the workspace: where one is picked, all is asked.
        let (new, skipped) = match workspaces.is_empty() {
            true => (new, skipped),
            false => (&request.scope, Scope::NONE),
        };
        let host = request.redirect_uri.host();
        Question {
            client: &request.client,
            asked: request.asked(new, skipped, policy),
            workspaces,
            carried: pending.handle.clone(),
            answer_to: request.redirect_uri.as_str(),
            asks_from: match request.redirect_uri.is_loopback() {
                true => AsksFrom::ThisComputer { host },
                false => AsksFrom::Website { host },
            },
        }
    }

    /// What they may choose.
    pub(super) fn choice(&self, policy: &Policy) -> Choice<'a> {
        choice(&self.asked, policy)
    }

    /// The page.
    pub(super) fn page(
        self,
        app: &App,
        session: &SessionFacts,
        nonce: String,
        browser: &BrowserContext,
        again: Option<Again>,
    ) -> Consent {
        let language = browser.language;
        let words = app.config.branding.consent_button.as_ref();
        let (notice, ticks) = again.map(|again| (again.notice, again.ticks)).unzip();
        let choice = self.choice(app.policy());
        let ticks = ticks.flatten();
        let breadth = ticks.as_ref().and_then(|ticks| ticks.breadth);
        let (earlier, groups) = self.groups(app, (&choice, ticks.as_ref()), language);
        let card = app_card(self.client, app.policy());
        Consent {
            frame: browser.frame(app),
            client_id: self.client.id.clone(),
            nonce,
            shown: browser.proof_of(app, &self.shown(app)),
            notice,
            caution: room::told(app, self.client, language),
            host: document_host(self.client).map(str::to_owned),
            app: AppCard {
                reviewed: card.reviewed || is_trusted(self.client, app.policy()),
                domains: self.workspaces.domains.clone(),
                publisher_logo: self.workspaces.publisher_logo.clone(),
                ..card
            },
            account_name: session.person.name.clone(),
            account_email: session.person.label().to_owned(),
            breadth: (choice.layout == Layout::Broad).then(|| BreadthChoice {
                chosen: breadth.unwrap_or(Breadth::Everything),
                reading: some_look_and_some_do_not(&groups),
            }),
            groups,
            earlier,
            workspaces: self
                .workspaces
                .shown(self.asked.scope, app.policy(), language),
            lasts: lasts((self.client, self.asked.scope), app.policy(), language),
            is_told_of_person: app.policy().tokens.tells_of_person(),
            request: self.carried,
            asks_from: self.asks_from,
            allow: words.map_or_else(
                || language.text("consent-allow"),
                |words| Text::of_others(words.in_language(language)),
            ),
            allow_foreign: words.and_then(|words| words.foreign_to(language)),
        }
    }

    /// All that an answer rests on, as the page shows it: who asks, for what, in which words of every language, what of it
    /// can be left out, and where the answer goes. What was allowed before is no part of it, since another tab may have been
    /// answered meanwhile.
    fn shown(&self, app: &App) -> String {
        let scope = self.asked.scope;
        let all = groups(scope, app.policy());
        let words = all.iter().flat_map(|group| &group.scopes);
        let words: Vec<_> = words
            .map(|entry| {
                let reason = reason(self.client, &entry.name);
                (
                    &entry.name,
                    &entry.group,
                    &entry.sentence,
                    entry.risk,
                    reason,
                )
            })
            .collect();
        format!(
            "{:?}",
            (
                &self.carried,
                &self.client.id,
                (
                    app_card(self.client, app.policy()),
                    &self.workspaces.domains
                ),
                words,
                own_api::is_own(scope),
                (self.choice(app.policy()).layout, &self.client.asks.optional),
                app.policy().tokens.tells_of_person(),
                self.answer_to,
                self.workspaces.proof(scope, app.policy()),
            )
        )
    }

    /// Whether a form proves that its page showed this very question.
    fn was_shown(&self, app: &App, browser: &BrowserContext, proof: Option<&str>) -> bool {
        browser.was_shown(app, &self.shown(app), proof)
    }

    /// What ticks allow of it; `None`: nothing.
    ///
    /// # Errors
    /// What the page is to be shown again with.
    pub(super) fn chosen(
        &self,
        app: &App,
        browser: &BrowserContext,
        (proof, ticks): (Option<&str>, &Ticks),
    ) -> Result<Option<Chosen>, Again> {
        let (policy, language) = (app.policy(), browser.language);
        let changed = || Again::with(language.text("consent-changed"));
        if !self.was_shown(app, browser, proof) {
            return Err(changed());
        }
        let fault = match self.choice(policy).read(ticks, policy) {
            Ok(chosen) => return Ok(chosen),
            Err(fault) => fault,
        };
        Err(match fault {
            ChoiceFault::NotShown => changed(),
            ChoiceFault::Unclear => Again::with(language.text("consent-unclear")),
            ChoiceFault::Missing(scope) => Again {
                notice: missing(&scope, policy, language),
                ticks: Some(ticks.clone()),
            },
        })
    }

    /// What was allowed before, and what is new: all, if nothing is.
    fn groups(
        &self,
        app: &App,
        (choice, ticks): (&Choice<'_>, Option<&Ticks>),
        language: Language,
    ) -> (Vec<ScopeGroup>, Vec<ScopeGroup>) {
        let had = |(name, offer): &(&str, Offer)| match offer {
            Offer::Had | Offer::Box { had: true, .. } => Some(name.to_string()),
            Offer::Locked | Offer::Box { had: false, .. } => None,
        };
        let earlier: Scope = choice.offers.iter().filter_map(had).collect();
        let in_words = |scope: &Scope, hidden| {
            let mut groups = in_words(app, self.client, scope, language);
            for line in groups.iter_mut().flat_map(|group| &mut group.scopes) {
                line.tick = tick(choice, &line.name, ticks).map(|tick| Tick { hidden, ..tick });
            }
            groups
        };
        match earlier.covers(self.asked.scope) {
            true => (Vec::new(), in_words(self.asked.scope, false)),
            false => (in_words(&earlier, true), in_words(self.asked.new, false)),
        }
    }
}

/// The box of a scope, as it was ticked if the page is shown again.
fn tick(choice: &Choice<'_>, name: &str, ticks: Option<&Ticks>) -> Option<Tick> {
    let mut offers = choice.offers.iter().zip(1..);
    let ((_, offer), number) = offers.find(|((own, _), _)| *own == name)?;
    let Offer::Box {
        ticked, required, ..
    } = *offer
    else {
        return None;
    };
    let again = ticks.map(|ticks| ticks.scopes.iter().any(|scope| scope == name));
    Some(Tick {
        number,
        ticked: again.unwrap_or(ticked),
        required,
        hidden: false,
    })
}

fn some_look_and_some_do_not(groups: &[ScopeGroup]) -> bool {
    let mut lines = groups.iter().flat_map(|group| &group.scopes);
    let looks = |line: &ScopeLine| line.risk == Risk::Read;
    lines.clone().any(looks) && !lines.all(looks)
}

/// What an app cannot do without, in words.
fn missing(scope: &Scope, policy: &Policy, language: Language) -> Text {
    let entries = policy.scopes.iter().filter(|e| scope.contains(&e.name));
    let sentences: Vec<&str> = entries
        .map(|entry| entry.sentence.in_language(language))
        .collect();
    let sentences = Text::of_others(sentences.join(" · "));
    language.text_of("consent-missing", &[("scopes", &sentences)])
}

/// How long an app has what it is allowed.
fn lasts((client, scope): (&Client, &Scope), policy: &Policy, language: Language) -> Text {
    let grant = GrantType::RefreshToken;
    let (id, lifetime) = match client.may_use(grant) && policy.allows(grant) {
        true => ("consent-lasts", policy.tokens.grant),
        false => ("consent-lasts-once", policy.access_lifetime(scope)),
    };
    language.text_of(id, &[("time", &in_time_words(lifetime, language))])
}

/// A lifetime in its largest whole unit.
pub(crate) fn in_time_words(lifetime: Lifetime, language: Language) -> Text {
    let seconds = lifetime.seconds();
    let (unit, one, many) = match seconds {
        31_536_000.. if seconds % 31_536_000 == 0 => (31_536_000, "time-year", "time-years"),
        86_400.. => (86_400, "time-day", "time-days"),
        3_600.. => (3_600, "time-hour", "time-hours"),
        _ => (60, "time-minute", "time-minutes"),
    };
    match (seconds + unit - 1) / unit {
        1 => language.text(one),
        count => language.text_of(many, &[("count", &count.to_string())]),
    }
}

/// Why an app asks for a scope, in its own words.
fn reason(client: &Client, scope: &str) -> Option<String> {
    let reason = client.asks.reasons.of(scope);
    reason.map(|reason| shortened(reason, MAX_REASON))
}

/// Scopes in plain words.
pub(crate) fn in_words(
    app: &App,
    client: &Client,
    scope: &Scope,
    language: Language,
) -> Vec<ScopeGroup> {
    let line = |entry: &&policy::ScopeEntry| ScopeLine {
        name: entry.name.clone(),
        sentence: entry.sentence.in_language(language).to_owned(),
        foreign: entry.sentence.foreign_to(language),
        reason: reason(client, &entry.name),
        risk: entry.risk,
        tick: None,
    };
    let groups = groups(scope, app.policy());
    let shown = groups.iter().map(|group| ScopeGroup {
        title: group.title.in_language(language).to_owned(),
        foreign: group.title.foreign_to(language),
        scopes: group.scopes.iter().map(line).collect(),
    });
    shown.chain(own_api_in_words(scope, language)).collect()
}

/// What it means that an app runs the apps of a person, or decides on those of others for them.
fn own_api_in_words(scope: &Scope, language: Language) -> impl Iterator<Item = ScopeGroup> {
    let asked = OWN_API.iter().filter(|(name, _, _)| scope.contains(name));
    asked.map(move |(name, title, sentence)| ScopeGroup {
        title: language.text(title).to_string(),
        foreign: None,
        scopes: vec![ScopeLine {
            name: (*name).to_owned(),
            sentence: language.text(sentence).to_string(),
            foreign: None,
            reason: None,
            risk: Risk::Delete,
            tick: None,
        }],
    })
}
