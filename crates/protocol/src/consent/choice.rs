//! What a person may choose of what an app asks for.
use crate::introduce::{is_trusted, is_unverified};
use crate::own_api;
use crate::policy::{Policy, Risk};
use crate::types::{Client, Scope};

/// What an app asks a person for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The app.
    pub client: &'a Client,
    /// All of it.
    pub scope: &'a Scope,
    /// What of it the person has not allowed before.
    pub new: &'a Scope,
    /// What they left out before.
    pub skipped: &'a Scope,
    /// Whether it names nothing in particular, see [`is_broad`].
    pub broad: bool,
}

/// How a scope is put to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// They allowed it before, and it goes with the rest.
    Had,
    /// It is allowed with the rest, or nothing is.
    Locked,
    /// A box of its own.
    Box {
        /// Whether it is ticked to begin with.
        ticked: bool,
        /// Whether the app cannot do without it.
        required: bool,
        /// Whether they allowed it before. Its form says that too: another tab may have been answered since it was shown,
        /// and what a page showed unticked is not allowed by it.
        had: bool,
    },
}

/// How a request as a whole is put to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// What can be left out has a box, all else is as it was asked for.
    AsAsked,
    /// The app did not say what it needs: all of it, what only looks, or what is ticked.
    Broad,
    /// Nobody vouches for the app: everything has a box, and none is ticked.
    Unticked,
}

/// Scopes with how they are put to a person, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The request as a whole.
    pub layout: Layout,
    /// Each of its scopes.
    pub offers: Vec<(&'a str, Offer)>,
}

/// What of a broad request a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// All of it.
    Everything,
    /// What only looks.
    Reading,
    /// What is ticked.
    Ticked,
}

impl Breadth {
    /// All of them.
    pub const ALL: [Breadth; 3] = [Breadth::Everything, Breadth::Reading, Breadth::Ticked];

    /// The word for it in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Breadth::Everything => "everything",
            Breadth::Reading => "reading",
            Breadth::Ticked => "ticked",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What a form says of a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ticks {
    /// Of a broad request.
    pub breadth: Option<Breadth>,
    /// The scopes whose boxes are ticked.
    pub scopes: Vec<String>,
}

/// What a person allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Of what was asked for.
    pub scope: Scope,
    /// What they left out.
    pub skipped: Scope,
}

impl Chosen {
    /// All that was asked for.
    pub fn all(scope: &Scope) -> Self {
        Chosen {
            scope: scope.clone(),
            skipped: Scope::default(),
        }
    }
}

/// Why ticks are no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceFault {
    /// The app cannot do without these.
    Missing(Scope),
    /// A box is ticked that was not shown.
    NotShown,
    /// Everything is allowed and boxes are not ticked: which of both is meant?
    Unclear,
}

/// Whether a request says nothing of what the app needs: it names no scope, or every one of a catalogue that anybody may ask
/// for.
pub fn is_broad(named: bool, scope: &Scope, policy: &Policy) -> bool {
    let open: Scope = policy
        .scopes
        .iter()
        .filter(|entry| !entry.restricted)
        .map(|entry| &entry.name)
        .collect();
    let all = !open.is_empty() && scope.covers(&open);
    !own_api::is_own(scope) && (!named || all)
}

impl Asked<'_> {
    /// Whether the app can do without a scope.
    fn is_optional(&self, name: &str) -> bool {
        self.broad || self.client.asks.optional.contains(name)
    }

    /// Whether all that is new was left out before, and can be left out still: nobody is asked for it again. Something must
    /// be left to allow.
    pub(crate) fn was_skipped(&self) -> bool {
        let mut new = self.new.names();
        !self.new.covers(self.scope)
            && new.all(|name| self.skipped.contains(name) && self.is_optional(name))
    }
}

/// What a person may choose of what they are asked.
pub fn choice<'a>(asked: &Asked<'a>, policy: &Policy) -> Choice<'a> {
    let layout = layout(asked, policy);
    let offer = |name| {
        let (own, had) = (&asked.client.asks.optional, !asked.new.contains(name));
        let boxed = |ticked, required| Offer::Box {
            ticked: ticked || had,
            required,
            had,
        };
        let kept = !asked.skipped.contains(name);
        match layout {
            Layout::Unticked => boxed(false, !asked.is_optional(name)),
            Layout::Broad => boxed(kept, false),
            Layout::AsAsked if own.contains(name) => boxed(kept, false),
            Layout::AsAsked if had => Offer::Had,
            Layout::AsAsked => Offer::Locked,
        }
    };
    let offers = asked.scope.names().map(|name| (name, offer(name)));
    Choice {
        layout,
        offers: offers.collect(),
    }
}

/// It is of the request alone: what was allowed meanwhile, or taken away, does not make a page say something else.
fn layout(asked: &Asked<'_>, policy: &Policy) -> Layout {
    match asked.scope.names().nth(1) {
        _ if own_api::is_own(asked.scope) => Layout::AsAsked,
        _ if is_unvouched(asked.client, policy) => Layout::Unticked,
        Some(_) if asked.broad => Layout::Broad,
        Some(_) | None => Layout::AsAsked,
    }
}

/// Whether nobody vouches for an app, where that counts. Its test side tries what people will see.
fn is_unvouched(client: &Client, policy: &Policy) -> bool {
    let counts = policy.unreviewed_unticked && client.reviewed_at.is_none();
    let excused = client.documented || is_trusted(client, policy);
    (counts && !excused) || is_unverified(client, policy)
}

impl Choice<'_> {
    /// What the ticks allow; `None`: nothing, so the person said no.
    ///
    /// # Errors
    /// [`ChoiceFault`].
    pub fn read(&self, ticks: &Ticks, policy: &Policy) -> Result<Option<Chosen>, ChoiceFault> {
        if !ticks.scopes.iter().all(|name| self.has_box(name)) {
            return Err(ChoiceFault::NotShown);
        }
        let ticked = |name: &str| ticks.scopes.iter().any(|ticked| ticked == name);
        let looks = |name: &str| policy.scope(name).is_some_and(|e| e.risk == Risk::Read);
        let breadth = match (self.layout, ticks.breadth) {
            (Layout::Broad, None) => Breadth::Everything,
            (Layout::Broad, Some(breadth)) => breadth,
            (Layout::AsAsked | Layout::Unticked, _) => Breadth::Ticked,
        };
        let mut boxes = self.boxes();
        if ticks.breadth == Some(Breadth::Everything)
            && !ticks.scopes.is_empty()
            && !boxes.all(|(name, _)| ticked(name))
        {
            return Err(ChoiceFault::Unclear);
        }
        let allows = |(name, offer): &(&str, Offer)| match (offer, breadth) {
            (Offer::Had | Offer::Locked, _) | (Offer::Box { .. }, Breadth::Everything) => true,
            (Offer::Box { .. }, Breadth::Reading) => looks(name),
            (Offer::Box { .. }, Breadth::Ticked) => ticked(name),
        };
        let (yes, no): (Vec<_>, Vec<_>) = self.offers.iter().partition(|offer| allows(offer));
        self.judge(&names(yes), &names(no))
    }

    fn judge(&self, scope: &Scope, skipped: &Scope) -> Result<Option<Chosen>, ChoiceFault> {
        let lacks = |(name, required): &(&str, bool)| *required && skipped.contains(name);
        let missing: Scope = self.boxes().filter(lacks).map(|(name, _)| name).collect();
        if !missing.is_empty() {
            return Err(ChoiceFault::Missing(missing));
        }
        let nothing = scope.is_empty() && !skipped.is_empty();
        Ok((!nothing).then(|| Chosen {
            scope: scope.clone(),
            skipped: skipped.clone(),
        }))
    }

    /// Scopes that have a box, with whether the app cannot do without.
    fn boxes(&self) -> impl Iterator<Item = (&str, bool)> {
        let boxed = |(name, offer): &(_, Offer)| match offer {
            Offer::Box { required, .. } => Some((*name, *required)),
            Offer::Had | Offer::Locked => None,
        };
        self.offers.iter().filter_map(boxed)
    }

    fn has_box(&self, name: &str) -> bool {
        self.boxes().any(|(boxed, _)| boxed == name)
    }
}

fn names(offers: Vec<&(&str, Offer)>) -> Scope {
    offers.into_iter().map(|(name, _)| *name).collect()
}
