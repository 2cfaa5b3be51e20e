//! What one redeemed code gave: the unit of rotation and revocation.
use crate::types::{ClientRowId, Locator, Scope, Subject, UnixTime};

/// What a person allowed an app, handed unchanged from the code to every token that follows
/// (the `RefreshTokenFamily` of RFC 9700 §4.14). Its id is the id of the code that began it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The id of the code that was redeemed.
    pub id: Locator,
    /// The app.
    pub client: ClientRowId,
    /// The person.
    pub subject: Subject,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// The whole scope; a refresh may ask for less, never more.
    pub scope: Scope,
    /// When the person signed in.
    pub auth_time: UnixTime,
    /// When the code was redeemed.
    pub started_at: UnixTime,
    /// The absolute end: no token of this grant outlives it.
    pub expires_at: UnixTime,
    /// When it was revoked, if it was.
    pub revoked_at: Option<UnixTime>,
}
