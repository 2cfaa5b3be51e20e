//! The second step of a sign-in: what is owed after the password, where it is proved, and where a person sets it up.
mod before;
mod check;
mod enter;
mod prove;
mod security;
mod set_up;
mod standing;
mod told;

pub(in crate::account) use before::Before;
pub(in crate::account) use check::{Checked, check};
pub(in crate::account) use enter::enter;
pub(in crate::account) use prove::{CodeForm, again, show, submit};
pub(in crate::account) use security::{NewCodesForm, RemoveForm, Said, of_here, page, proved};
pub(in crate::account) use security::{new_codes, remove, show as show_security};
pub(in crate::account) use set_up::{SetUpForm, again as first_again};
pub(in crate::account) use set_up::{shown as shown_codes, submit as submit_set_up};
pub(in crate::account) use standing::{Newcomer, Standing, elsewhere as second_factor_elsewhere};
pub(in crate::account) use told::tells;
