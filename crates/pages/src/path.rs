//! Where the pages are to which several others lead: the one place that knows, for links, forms, redirects and
//! routes. Where the forms of one page go is said by that page.

/// The way to whatever is a visitor's own.
pub const HOME: &str = "/";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";
/// The second step of it.
pub const SECOND_FACTOR: &str = "/sign-in/second-factor";
/// Where the company's own login asks what a challenge is for.
pub const LOGIN_CHALLENGE: &str = "/login/challenge";
/// Where it says who signed in.
pub const LOGIN_ACCEPT: &str = "/login/accept";
/// Where it says that nobody did.
pub const LOGIN_REFUSE: &str = "/login/refuse";
/// Where it says that somebody signed out.
pub const LOGIN_END: &str = "/login/end-sessions";
/// Where browsers come back from there; the ticket is `?login_ticket=`.
pub const LOGIN_RETURN: &str = "/login/return";
/// Where a browser is sent to another provider, as a route.
pub const UPSTREAM: &str = "/sign-in/with/{provider}";
/// Where it comes back from there.
pub const UPSTREAM_RETURN: &str = "/sign-in/with/{provider}/return";
/// Making an account.
pub const SIGN_UP: &str = "/sign-up";
/// Asking for a new password.
pub const RECOVER: &str = "/recover";
/// Tells that a mail is on its way.
pub const MAIL_SENT: &str = "/mail-sent";
/// Where the links in mails lead; the link itself is `?t=`.
pub const LINK: &str = "/link";
/// Signing out of this browser.
pub const SIGN_OUT: &str = "/sign-out";
/// What an app asks for.
pub const CONSENT: &str = "/consent";
/// Where the code of a device is typed (RFC 8628 §3.3).
pub const DEVICE: &str = protocol::device::VERIFICATION_PATH;
/// A device's code as a picture.
pub const DEVICE_QR: &str = "/device/qr.svg";
/// A person's own page.
pub const ACCOUNT: &str = "/account";
/// Where password managers look for the page that changes a password.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The pages for developers, and what each of their paths begins with.
pub const DEVELOPERS: &str = "/developers";
/// All of them as one Markdown document.
pub const DEVELOPERS_MARKDOWN: &str = "/developers.md";
/// Style sheets, by their names.
pub const ASSETS: &str = "/assets";
/// What is public of an app, by its client id.
pub const APPS: &str = "/apps";
/// What the pages of organizations begin with.
pub const ORGANIZATIONS: &str = "/organizations";
/// Our own API, by which programs run apps: what each of its paths begins with.
pub const OWN_API: &str = "/valetkey";
/// Where a program asks for the code that signs its person in to that API (RFC 8628 §3.1).
pub const OWN_API_DEVICE: &str = "/valetkey/device";
/// What agents are told that come here first.
pub const LLMS: &str = "/llms.txt";

/// Where a browser is sent to this provider.
#[must_use]
pub fn upstream(id: &str) -> String {
    UPSTREAM.replace("{provider}", id)
}

/// Where it comes back from there.
#[must_use]
pub fn upstream_return(id: &str) -> String {
    UPSTREAM_RETURN.replace("{provider}", id)
}

/// Where the picture of an app is; `version` differs for each. A client id may be a URL.
#[must_use]
pub fn logo(client_id: &str, version: &str) -> String {
    let client_id = crate::link::percent_encoded(client_id);
    format!("{APPS}/{client_id}/logo?v={version}")
}

/// Where the picture of an organization is; `version` differs for each.
#[must_use]
pub fn organization_logo(id: &str, version: &str) -> String {
    format!("{ORGANIZATIONS}/{id}/logo?v={version}")
}
