//! HTML pages. A page is a struct, a template and its `samples()`; the file of its subject lists it.
//!
//! Pages carry no inline script or style: they are complete under
//! `default-src 'none'; style-src 'self'; img-src 'self' data:`, and those that
//! ask for a password link one script that may be left out. Everything a
//! page shows is a public field; whatever has to be worked out from the fields
//! (which input gets the focus, which sentence belongs to which field) is
//! worked out here, so that routes only fill in values.

mod account;
pub mod admin;
mod asset;
mod brand;
mod connections;
mod consent;
mod demo;
mod demo_mail;
mod demo_your_app;
pub mod developers;
mod device;
mod field;
mod form_post;
mod frame;
mod link;
mod mail;
mod mailbox;
mod notice;
mod own_data;
mod passkeys;
pub mod path;
pub mod portal;
mod preferences;
mod review;
mod risk;
mod samples;
mod second_factor;
mod sign_in;
mod sign_ins;
mod sign_out;
mod sign_up;
mod television;
mod text;
mod workspaces;

use protocol::types::Language;

pub use account::*;
pub use asset::{copy_script, passkey_script, show_password_script, stylesheet, submit_script};
pub use brand::{Brand, BrandLinks, brand_stylesheet};
pub use connections::*;
pub use consent::*;
pub use demo::*;
pub use demo_mail::*;
pub use demo_your_app::*;
pub use device::*;
pub use field::Problem;
pub use form_post::*;
pub use frame::Frame;
pub use mail::{Mail, MailFoot};
pub use mailbox::*;
pub use notice::*;
pub use own_data::*;
pub use passkeys::*;
pub use preferences::*;
pub use review::{AskedScope, Saying, part_text};
pub use samples::{HOSTILE, SAMPLE_DATA, Sample};
pub use second_factor::*;
pub use sign_in::*;
pub use sign_ins::*;
pub use sign_out::*;
pub use sign_up::*;
pub use television::*;
pub use text::{Argument, Arguments, Html, Speak, Text};
pub use workspaces::*;

/// Every sample of every page, rendered in a language: those that are not translated are in English.
#[must_use]
pub fn every_sample(language: Language) -> Vec<Sample> {
    [
        sign_in::samples_of_pages(language),
        second_factor::samples_of_pages(language),
        sign_ins::samples_of_pages(language),
        sign_up::samples_of_pages(language),
        mailbox::samples_of_pages(language),
        connections::samples_of_pages(language),
        consent::samples_of_pages(language),
        device::samples_of_pages(language),
        notice::samples_of_pages(language),
        form_post::samples_of_pages(language),
        account::samples_of_pages(language),
        own_data::samples_of_pages(language),
        preferences::samples_of_pages(language),
        portal::samples_of_pages(language),
        admin::samples_of_pages(language),
        sign_out::samples_of_pages(language),
        developers::samples_of_pages(language),
        demo::samples_of_pages(language),
        demo_mail::samples_of_pages(language),
        demo_your_app::samples_of_pages(language),
        television::samples_of_pages(language),
    ]
    .concat()
}

/// One HTML page.
pub trait Page: askama::Template + samples::Listed + Sized {
    /// Short kebab-case name, used for the files of [`every_sample`].
    const NAME: &'static str;

    /// Whether it has a field for a password, and so links the script that shows one.
    const ASKS_PASSWORD: bool = false;

    /// Whether it shows what people copy, and so links the script that does.
    const COPIES: bool = false;
    /// Whether passkeys can be used on it, so that it may link [`passkey_script`].
    const PASSKEYS: bool = false;

    /// Whether it sends its form by itself, and so links the script that does.
    const SUBMITS: bool = false;

    /// Whether it speaks the language of whoever reads it. What is for developers, and what plays a third party, is in
    /// English.
    const TRANSLATED: bool = true;

    /// The language that it is in.
    fn language(&self) -> Language {
        Language::English
    }

    /// The page in its ordinary, empty, long, hostile and failed states.
    fn samples(language: Language) -> Vec<Self>;

    /// The whole document.
    fn html(&self) -> String {
        self.render()
            .expect("rendering writes to a String, which cannot fail")
    }
}
