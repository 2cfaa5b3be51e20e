//! What transitions are called where they are counted.
use super::{
    AccountChange, AddressChange, AppChange, AssertionChange, AuthorizeChange, BounceChange,
    ConnectionChange, ConnectionStep, DeviceChange, GrantChange, HandoffChange, IntroductionChange,
    OpenIdChange, OrganizationChange, OutboxChange, ReviewChange, SecondFactorChange,
    SessionChange, SigningKeyChange, ThrottleChange, TransferChange, Transition, UpstreamChange,
};

/// Each transition under a name: the family, a dot, what is done.
macro_rules! names {
    ($($place:ident $pattern:pat => $name:literal,)*) => {
        /// Where each stands in [`Transition::NAMES`].
        enum Place {
            $($place,)*
        }

        impl Transition {
            /// The names of all transitions.
            pub const NAMES: &[&str] = &[$($name,)*];

            /// Where its name stands in [`NAMES`](Self::NAMES).
            pub fn place(&self) -> usize {
                match self {
                    $($pattern => Place::$place as usize,)*
                }
            }
        }
    };
}

names! {
    Keep Transition::Authorize(AuthorizeChange::Keep(_)) => "authorize.keep",
    IssueCode Transition::Authorize(AuthorizeChange::IssueCode { .. }) => "authorize.issue_code",
    Deny Transition::Authorize(AuthorizeChange::Deny { .. }) => "authorize.deny",
    Redeem Transition::Grant(GrantChange::Redeem { .. }) => "grant.redeem",
    Rotate Transition::Grant(GrantChange::Rotate { .. }) => "grant.rotate",
    IssueAccessToken Transition::Grant(GrantChange::IssueAccessToken(_)) => "grant.issue_access_token",
    Revoke Transition::Grant(GrantChange::Revoke { .. }) => "grant.revoke",
    RevokeAccessToken Transition::Grant(GrantChange::RevokeAccessToken { .. }) => "grant.revoke_access_token",
    UseAssertion Transition::Assertion(AssertionChange::Use { .. }) => "assertion.use",
    KeepDevice Transition::Device(DeviceChange::Keep(_)) => "device.keep",
    Poll Transition::Device(DeviceChange::Poll { .. }) => "device.poll",
    AnswerDevice Transition::Device(DeviceChange::Answer { .. }) => "device.answer",
    SendLink Transition::Account(AccountChange::SendLink { .. }) => "account.send_link",
    HandOutLink Transition::Account(AccountChange::HandOutLink { .. }) => "account.hand_out_link",
    CreatePerson Transition::Account(AccountChange::Create { .. }) => "account.create",
    ImportPeople Transition::Account(AccountChange::Import(_)) => "account.import",
    SetPassword Transition::Account(AccountChange::SetPassword { .. }) => "account.set_password",
    Rehash Transition::Account(AccountChange::Rehash { .. }) => "account.rehash",
    SetPreferences Transition::Account(AccountChange::SetPreferences { .. }) => "account.set_preferences",
    Recover Transition::Account(AccountChange::Recover(_)) => "account.recover",
    ProveAddress Transition::Account(AccountChange::Address(AddressChange::Prove { .. })) => "account.prove_address",
    ChangeAddress Transition::Account(AccountChange::Address(AddressChange::Change { .. })) => "account.change_address",
    SetAddress Transition::Account(AccountChange::Address(AddressChange::Set { .. })) => "account.set_address",
    RestoreAddress Transition::Account(AccountChange::Address(AddressChange::Restore { .. })) => "account.restore_address",
    ReleaseAddress Transition::Account(AccountChange::Address(AddressChange::Release { .. })) => "account.release_address",
    SetName Transition::Account(AccountChange::SetName { .. }) => "account.set_name",
    DisablePerson Transition::Account(AccountChange::Disable { .. }) => "account.disable",
    DeletePerson Transition::Account(AccountChange::Delete(_)) => "account.delete",
    EnablePerson Transition::Account(AccountChange::Enable { .. }) => "account.enable",
    AcceptHandoff Transition::Handoff(HandoffChange::Accept { .. }) => "handoff.accept",
    RefuseHandoff Transition::Handoff(HandoffChange::Refuse { .. }) => "handoff.refuse",
    ReturnFromUpstream Transition::Upstream(UpstreamChange::Return { .. }) => "upstream.return",
    SignInUpstream Transition::Upstream(UpstreamChange::SignIn { .. }) => "upstream.sign_in",
    LinkIdentity Transition::Upstream(UpstreamChange::Link { .. }) => "upstream.link",
    UnlinkIdentity Transition::Upstream(UpstreamChange::Unlink { .. }) => "upstream.unlink",
    StartSession Transition::Session(SessionChange::Start { .. }) => "session.start",
    NoteSessionUse Transition::Session(SessionChange::NoteUse(_)) => "session.note_use",
    OfferPortal Transition::Session(SessionChange::OfferPortal(_)) => "session.offer_portal",
    EnterPortal Transition::Session(SessionChange::EnterPortal { .. }) => "session.enter_portal",
    EndSession Transition::Session(SessionChange::End { .. }) => "session.end",
    EndAllSessions Transition::Session(SessionChange::EndAll { .. }) => "session.end_all",
    EndByLink Transition::Session(SessionChange::EndByLink { .. }) => "session.end_by_link",
    AddSecondFactor Transition::SecondFactor(SecondFactorChange::Add { .. }) => "second_factor.add",
    UseCode Transition::SecondFactor(SecondFactorChange::UseCode { .. }) => "second_factor.use_code",
    UseRecoveryCode Transition::SecondFactor(SecondFactorChange::UseRecoveryCode { .. }) => "second_factor.use_recovery_code",
    ReplaceRecoveryCodes Transition::SecondFactor(SecondFactorChange::ReplaceCodes { .. }) => "second_factor.replace_codes",
    RemoveSecondFactor Transition::SecondFactor(SecondFactorChange::Remove { .. }) => "second_factor.remove",
    ResealSeed Transition::SecondFactor(SecondFactorChange::Reseal { .. }) => "second_factor.reseal",
    CountAttempt Transition::Throttle(ThrottleChange::Count { .. }) => "throttle.count",
    SpendDaily Transition::Throttle(ThrottleChange::Spend { .. }) => "throttle.spend",
    ClearAttempts Transition::Throttle(ThrottleChange::Clear { .. }) => "throttle.clear",
    RegisterApp Transition::App(AppChange::Register { .. }) => "app.register",
    UpdateApp Transition::App(AppChange::Update { .. }) => "app.update",
    SetAppStatus Transition::App(AppChange::SetStatus { .. }) => "app.set_status",
    ApproveApp Transition::App(AppChange::Approve { .. }) => "app.approve",
    ApproveScopes Transition::App(AppChange::ApproveScopes { .. }) => "app.approve_scopes",
    ReplaceSecrets Transition::App(AppChange::ReplaceSecrets { .. }) => "app.replace_secrets",
    AddSecret Transition::App(AppChange::AddSecret { .. }) => "app.add_secret",
    RevokeSecret Transition::App(AppChange::RevokeSecret { .. }) => "app.revoke_secret",
    RotateSecrets Transition::App(AppChange::RotateSecrets { .. }) => "app.rotate_secrets",
    WarnOfEnd Transition::App(AppChange::WarnOfEnd { .. }) => "app.warn_of_end",
    NoteAppUse Transition::App(AppChange::NoteUse { .. }) => "app.note_use",
    NoteConnections Transition::App(AppChange::NoteConnections(_)) => "app.note_connections",
    LogRequests Transition::App(AppChange::LogRequests(_)) => "app.log_requests",
    DeleteApp Transition::App(AppChange::Delete { .. }) => "app.delete",
    RestoreApp Transition::App(AppChange::Restore { .. }) => "app.restore",
    OfferTransfer Transition::App(AppChange::Transfer(TransferChange::Offer { .. })) => "app.offer_transfer",
    EndTransfer Transition::App(AppChange::Transfer(TransferChange::End { .. })) => "app.end_transfer",
    TransferApp Transition::App(AppChange::Transfer(TransferChange::Accept { .. })) => "app.transfer",
    FoundOrganization Transition::Organization(OrganizationChange::Found { .. }) => "organization.found",
    MirrorOrganization Transition::Organization(OrganizationChange::Mirror { .. }) => "organization.mirror",
    AdmitMember Transition::Organization(OrganizationChange::Admit { .. }) => "organization.admit",
    RenameOrganization Transition::Organization(OrganizationChange::Rename { .. }) => "organization.rename",
    InviteMember Transition::Organization(OrganizationChange::Invite { .. }) => "organization.invite",
    EndInvitation Transition::Organization(OrganizationChange::EndInvitation { .. }) => "organization.end_invitation",
    JoinOrganization Transition::Organization(OrganizationChange::Join { .. }) => "organization.join",
    SetMemberRole Transition::Organization(OrganizationChange::SetRole { .. }) => "organization.set_role",
    RemoveMember Transition::Organization(OrganizationChange::Remove { .. }) => "organization.remove",
    DissolveOrganization Transition::Organization(OrganizationChange::Dissolve { .. }) => "organization.dissolve",
    JudgeOrganizationApp Transition::Organization(OrganizationChange::JudgeApp { .. }) => "organization.judge_app",
    JudgeNewApps Transition::Organization(OrganizationChange::JudgeNewApps { .. }) => "organization.judge_new_apps",
    EndOrganizationApp Transition::Organization(OrganizationChange::EndApp { .. }) => "organization.end_app",
    RestoreOrganizationApp Transition::Organization(OrganizationChange::RestoreApp { .. }) => "organization.restore_app",
    AskReview Transition::Review(ReviewChange::Ask { .. }) => "review.ask",
    ReplyToReview Transition::Review(ReviewChange::Reply { .. }) => "review.reply",
    TestMail Transition::Outbox(OutboxChange::TestMail(_)) => "outbox.test_mail",
    Delivered Transition::Outbox(OutboxChange::Delivered { .. }) => "outbox.delivered",
    Defer Transition::Outbox(OutboxChange::Defer { .. }) => "outbox.defer",
    GiveUp Transition::Outbox(OutboxChange::GiveUp { .. }) => "outbox.give_up",
    Retry Transition::Outbox(OutboxChange::Retry { .. }) => "outbox.retry",
    RetryAll Transition::Outbox(OutboxChange::RetryAll) => "outbox.retry_all",
    Drop Transition::Outbox(OutboxChange::Drop { .. }) => "outbox.drop",
    NoteBounce Transition::Bounce(BounceChange::Note { .. }) => "bounce.note",
    PauseConnection Transition::Connection(ConnectionChange { step: ConnectionStep::Pause(_), .. }) => "connection.pause",
    ResumeConnection Transition::Connection(ConnectionChange { step: ConnectionStep::Resume, .. }) => "connection.resume",
    NarrowConnection Transition::Connection(ConnectionChange { step: ConnectionStep::Narrow(_), .. }) => "connection.narrow",
    EndConnection Transition::Connection(ConnectionChange { step: ConnectionStep::End(_), .. }) => "connection.end",
    RestoreConnection Transition::Connection(ConnectionChange { step: ConnectionStep::Restore { .. }, .. }) => "connection.restore",
    ForgetBounce Transition::Bounce(BounceChange::Forget { .. }) => "bounce.forget",
    TakeTurn Transition::Bounce(BounceChange::TakeTurn { .. }) => "bounce.take_turn",
    MakeSigningKey Transition::SigningKey(SigningKeyChange::Make(_)) => "signing_key.make",
    UseSigningKey Transition::SigningKey(SigningKeyChange::Sign { .. }) => "signing_key.sign",
    RetireSigningKey Transition::SigningKey(SigningKeyChange::Retire { .. }) => "signing_key.retire",
    RemoveSigningKey Transition::SigningKey(SigningKeyChange::Remove { .. }) => "signing_key.remove",
    ResealSigningKey Transition::SigningKey(SigningKeyChange::Reseal { .. }) => "signing_key.reseal",
    TellOfLogout Transition::OpenId(OpenIdChange::TellOfLogout { .. }) => "openid.tell_of_logout",
    SetClaims Transition::OpenId(OpenIdChange::SetClaims { .. }) => "openid.set_claims",
    Introduce Transition::Introduction(IntroductionChange::Register { .. }) => "introduction.register",
    IntroduceAgain Transition::Introduction(IntroductionChange::Again { .. }) => "introduction.again",
    ReplaceIntroduction Transition::Introduction(IntroductionChange::Replace { .. }) => "introduction.replace",
    KeepLogo Transition::Introduction(IntroductionChange::KeepLogo { .. }) => "introduction.keep_logo",
    PinGrant Transition::Introduction(IntroductionChange::Pin { .. }) => "introduction.pin",
}
