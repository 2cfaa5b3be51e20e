//! The one guarded way out: whatever is fetched from a host that a stranger named is fetched by [`Outbound`].
//!
//! Strangers choose the URL, so they must not be able to choose what this machine can reach and they cannot: the network
//! behind the firewall, the machine itself, the metadata service of a cloud. A fetch goes these steps, and no caller can
//! leave one out: the URL is read ([`Place`]), its name resolved once, every address judged ([`Rules`]), one of those
//! very addresses connected to, TLS spoken with the name of the URL, and one answer read that is short and in time. No
//! redirect is followed, no proxy asked, no cookie sent, no body but a form that is told somebody
//! ([`Outbound::post`]), and no credential but one for a host that the operator named ([`Outbound::ask_as`]).
//!
//! What the operator named altogether, for us to hand messages to, is [`Named`]: no rule judges where it is.
mod error;
mod exchange;
mod fetch;
mod named;
mod place;
mod resolve;
mod rules;
mod special;
mod trust;

pub use error::{FetchError, Outcome};
pub use exchange::Wanted;
pub use fetch::{Count, Fetched, Outbound, Queue};
pub use named::Named;
pub use place::{Place, UrlFault};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use rules::{Refusal, Rules};
pub use special::{SpecialUse, special_use};
pub use trust::{Trust, TrustFault};
