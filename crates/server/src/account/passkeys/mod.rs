//! What is done with passkeys: a person adds them to their account, signs in with them, and proves the second factor with them.
mod answers;
mod made;
mod own;
mod second;
mod set_up;
mod sign_in;
mod well_known;

use crate::http::site::Site;
use own::{AddForm, RemoveForm, RenameForm};
use second::SecondForm;
use set_up::SetUpForm;
use sign_in::SignInForm;

/// Mounts what has to do with them.
pub(super) fn mount(site: &mut Site) {
    site.form::<SignInForm, _, _>(sign_in::submit);
    site.form::<SecondForm, _, _>(second::submit);
    site.form::<SetUpForm, _, _>(set_up::submit);
    site.form::<AddForm, _, _>(own::add);
    site.form::<RenameForm, _, _>(own::rename);
    site.form::<RemoveForm, _, _>(own::remove);
    well_known::mount(site);
}
