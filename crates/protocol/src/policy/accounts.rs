//! Who has an account, and how they sign in.
use crate::accounts::mail_link::LinkPurpose;
use crate::types::Lifetime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accounts.
#[derive(Debug, Clone, Copy)]
pub struct AccountPolicy {
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The shortest password, in characters.
    pub min_password: usize,
    /// How long a browser stays signed in.
    pub session: Lifetime,
    /// After which time without a request of its browser it ends before; at most `session`.
    pub session_idle: Lifetime,
    /// Whether people let apps in for an organization that they belong to.
    pub workspaces: bool,
    /// How long a pending authorization request is kept.
    pub interaction: Lifetime,
    /// Who signs in with a second factor.
    pub second_factor: SecondFactorRule,
}

/// Who may make an account by themselves. Operators may at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Anyone.
    Open,
    /// Those who were sent an invitation.
    Invited,
    /// Nobody.
    Off,
}

impl SignUp {
    /// As a file names it.
    pub fn as_str(self) -> &'static str {
        match self {
            SignUp::Open => "open",
            SignUp::Invited => "invited",
            SignUp::Off => "off",
        }
    }

    /// Whether a link that was sent for this purpose makes an account. One that was sent under other rules does not.
    pub fn admits(self, purpose: LinkPurpose) -> bool {
        match purpose {
            LinkPurpose::SignUp => self == SignUp::Open,
            LinkPurpose::Invitation => self != SignUp::Off,
            LinkPurpose::Recovery
            | LinkPurpose::AddressProof
            | LinkPurpose::AddressChange
            | LinkPurpose::AddressChanged
            | LinkPurpose::PasswordChanged
            | LinkPurpose::NameChanged
            | LinkPurpose::SignInsChanged
            | LinkPurpose::NewDevice
            | LinkPurpose::AppConnected
            | LinkPurpose::SecondFactorBegun
            | LinkPurpose::SecondFactorAdded
            | LinkPurpose::SecondFactorRemoved
            | LinkPurpose::PasskeysChanged
            | LinkPurpose::PasskeyCopied
            | LinkPurpose::RecoveryCodeUsed => false,
        }
    }
}

/// Who signs in with a second factor: with whoever has one, who is asked for it at every sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactorRule {
    /// Nobody else must.
    Optional,
    /// Whoever allows an app a restricted scope.
    Restricted,
    /// Everybody.
    Required,
}
