//! The vocabulary: one family of types per file, parsed at the edge, named as the RFCs name them.

pub mod asks;
pub mod authentication;
pub mod client;
pub mod client_keys;
pub mod code;
pub mod colour;
pub mod connection;
pub mod consent;
pub mod developer;
pub mod device;
pub mod domain;
pub mod email;
pub mod grant;
pub mod ids;
pub mod introduction;
pub mod language;
pub mod local_text;
pub mod name;
pub mod organization;
pub mod person;
pub mod picture;
pub mod redirect_uri;
pub mod relying_party;
pub mod scope;
pub mod session;
pub mod side;
pub mod text;
pub mod time;
pub mod token;

pub use asks::{Asks, Reasons};
pub use authentication::Authentication;
pub use client::{AppLinks, AuthMethod, Client, ClientKind, ClientStatus, GrantType, StoredSecret};
pub use client_keys::{ClientKeys, KeySource, RegisteredKeys};
pub use code::{AuthorizationCode, CodeChallenge};
pub use colour::{Colour, Theme};
pub use connection::{
    Connection, ConnectionKey, ConnectionStanding, ConnectionState, ConnectionUse, End,
    LOCATORS_AHEAD, Narrowed,
};
pub use consent::{Consent, Interaction};
pub use developer::{AcceptedTerms, DeveloperTerms, InvitedDeveloper};
pub use device::{DeviceAnswer, DeviceAuthorization, Pace, UserCode};
pub use domain::{Domain, DomainFault, DomainName};
pub use email::MailAddress;
pub use grant::Grant;
pub use ids::{ClientRowId, Locator, Subject};
pub use introduction::{Introduction, Way};
pub use language::Language;
pub use local_text::LocalText;
pub use organization::{
    AppStanding, Invitation, Member, Membership, Organization, Owner, Receiver, Role, Transfer,
    WorkspaceApp,
};
pub use person::{NewPerson, Person, Preferences};
pub use picture::PictureKind;
pub use redirect_uri::{RedirectUri, RedirectUriFault, VerifiedRedirectUri};
pub use relying_party::RelyingParty;
pub use scope::{Scope, ScopeFault};
pub use session::{PortalSession, Session};
pub use side::{Side, TEST_MARK};
pub use time::{Lifetime, UnixTime};
pub use token::{AccessToken, RefreshToken, SealedReply};
