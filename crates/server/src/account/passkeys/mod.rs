//! What is done with passkeys: a person adds them to their account, signs in with them, and proves the second factor with them.
mod own;
mod second;
mod sign_in;
mod well_known;

use crate::http::site::Site;
use own::{AddForm, RemoveForm, RenameForm};
use second::SecondForm;
use sign_in::SignInForm;

/// Mounts what has to do with them.
pub(super) fn mount(site: &mut Site) {
    site.form::<SignInForm, _, _>(sign_in::submit);
    site.form::<SecondForm, _, _>(second::submit);
    site.form::<AddForm, _, _>(own::add);
    site.form::<RenameForm, _, _>(own::rename);
    site.form::<RemoveForm, _, _>(own::remove);
    well_known::mount(site);
}

/// A form by which a passkey is proved.
macro_rules! answers {
    ($form:ident, $path:expr) => {
        /// What an authenticator answered.
        pub(crate) struct $form(crate::account::ceremonies::Answered);

        impl Form for $form {
            const PATH: &'static str = $path;
            const NONCE: NonceScope = NonceScope::Browser;
            type Page = Carried;

            fn page(fields: &Params) -> Carried {
                Carried::of(fields)
            }

            fn read(fields: &Params) -> Self {
                $form(crate::account::ceremonies::Answered::of(fields))
            }
        }
    };
}
use answers;
