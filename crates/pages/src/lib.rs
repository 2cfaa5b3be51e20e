//! HTML pages. A page is a struct, a template and its `samples()`.
//!
//! Pages carry no script and no inline style: they are complete under
//! `default-src 'none'; style-src 'self'; img-src 'self' data:`. Everything a
//! page shows is a public field; whatever has to be worked out from the fields
//! (which input gets the focus, which sentence belongs to which field) is
//! worked out here, so that routes only fill in values.

mod account;
mod asset;
mod brand;
mod consent;
mod demo;
mod demo_mail;
pub mod developers;
mod device;
mod field;
mod frame;
mod link;
mod mail;
mod mailbox;
mod notice;
pub mod path;
mod risk;
mod samples;
mod sign_in;
mod sign_out;
mod sign_up;
mod television;

pub use account::{Account, SessionLine};
pub use asset::stylesheet;
pub use brand::brand_stylesheet;
pub use consent::{AppCard, AsksFrom, Consent, ScopeGroup, ScopeLine};
pub use demo::{DemoError, DemoHome, DemoResult, DemoStep, DemoTask};
pub use demo_mail::{DemoMail, DemoMails};
pub use device::DeviceCode;
pub use field::Problem;
pub use frame::Frame;
pub use mail::Mail;
pub use mailbox::{AskAddress, Asks, ChoosePassword};
pub use notice::{Next, Notice};
pub use samples::{HOSTILE, Sample, every_sample};
pub use sign_in::SignIn;
pub use sign_out::SignOut;
pub use sign_up::SignUp;
pub use television::{DemoTelevision, OnScreen};

/// One HTML page.
pub trait Page: askama::Template + Sized {
    /// Short kebab-case name, used for the files of [`every_sample`].
    const NAME: &'static str;

    /// The page in its ordinary, empty, long, hostile and failed states.
    fn samples() -> Vec<Self>;

    /// The whole document.
    fn html(&self) -> String {
        self.render()
            .expect("rendering writes to a String, which cannot fail")
    }
}
