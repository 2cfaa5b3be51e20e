//! Where the links in mails lead. A link acts when its page is posted, once; programs that follow every link in a mail
//! do nothing with it.
mod confirm;
mod followed;
mod forms;
mod page;
mod passkey;
mod submit;

pub(crate) use confirm::{ConfirmForm, submit_confirm};
pub(crate) use page::show;
pub(crate) use passkey::{PasskeyForm, submit as submit_passkey};
pub(crate) use submit::{JoinForm, NewPasswordForm, submit_join, submit_password};
