//! What is done with an app once it is registered, by itself, by its owner and by operators: one rule for each act,
//! whoever asks.
pub mod developers;
mod ownership;
pub mod playground;
pub mod review;
pub mod secrets;
pub mod test_side;
pub mod transfer;
mod update;

pub use ownership::{
    Closed, ManagedApp, RESTORABLE, RestoreError, Restorer, Standing, delete, may_register,
    restore, role_of, signed_in_lately,
};
pub use update::{AppUpdate, Editor, LogoUpdate, update, when_contended};
