//! Where the links in mails lead. A link acts when its page is posted, once; programs that follow every link in a mail
//! do nothing with it.
mod followed;
mod page;
mod submit;

pub(crate) use page::show;
pub(crate) use submit::{
    ConfirmForm, JoinForm, NewPasswordForm, submit_confirm, submit_join, submit_password,
};
