//! Where the pages are: the one place that knows, for links, forms, redirects and routes.

/// The way to whatever is a visitor's own.
pub const HOME: &str = "/";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";
/// Making an account.
pub const SIGN_UP: &str = "/sign-up";
/// Asking for a new password.
pub const RECOVER: &str = "/recover";
/// Tells that a mail is on its way.
pub const MAIL_SENT: &str = "/mail-sent";
/// Where the links in mails lead; the link itself is `?t=`.
pub const LINK: &str = "/link";
/// Makes the account that a link was sent for.
pub const LINK_JOIN: &str = "/link/join";
/// Sets the password that a link was sent for.
pub const LINK_PASSWORD: &str = "/link/password";
/// Does what a link says, where that needs no field.
pub const LINK_CONFIRM: &str = "/link/confirm";
/// Signing out of this browser.
pub const SIGN_OUT: &str = "/sign-out";
/// What an app asks for.
pub const CONSENT: &str = "/consent";
/// Where the code of a device is typed (RFC 8628 §3.3).
pub const DEVICE: &str = protocol::device::VERIFICATION_PATH;
/// Looks a device's code up.
pub const DEVICE_CODE: &str = "/device/code";
/// Answers what a device asks for.
pub const DEVICE_ANSWER: &str = "/device/answer";
/// A device's code as a picture.
pub const DEVICE_QR: &str = "/device/qr.svg";
/// A person's own page.
pub const ACCOUNT: &str = "/account";
/// Changes the password.
pub const PASSWORD: &str = "/account/password";
/// Changes what a person is called.
pub const NAME: &str = "/account/name";
/// Asks for another address.
pub const EMAIL: &str = "/account/email";
/// Asks for the link that proves the address.
pub const PROVE_EMAIL: &str = "/account/email/prove";
/// Where password managers look for the page that changes a password.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// Signs one browser out.
pub const END_SESSION: &str = "/account/sessions/end";
/// Signs every browser out.
pub const END_ALL_SESSIONS: &str = "/account/sessions/end-all";
/// The pages for developers, and what each of their paths begins with.
pub const DEVELOPERS: &str = "/developers";
/// All of them as one Markdown document.
pub const DEVELOPERS_MARKDOWN: &str = "/developers.md";
/// Style sheets, by their names.
pub const ASSETS: &str = "/assets";
/// What is public of an app, by its client id.
pub const APPS: &str = "/apps";
