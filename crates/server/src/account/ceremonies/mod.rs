//! Ceremonies: what pages ask authenticators, and what the answers are worth. What is done with them is done elsewhere.
mod ask;
mod begin;
mod check;
mod own;

pub(super) use ask::{new_password, second_factor, sign_in};
pub(super) use begin::{Answered, handle_of, may_have};
pub(super) use check::{Checked, Refused, check};
pub(super) use own::{section, set_up, to_add, to_set_up};
