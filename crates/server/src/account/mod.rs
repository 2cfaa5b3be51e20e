//! People's accounts: signing in, up and out, and a person's own page.
mod password;
mod sessions;
mod sign_in;
mod sign_out;
mod sign_up;
pub(crate) mod throttle;

use crate::http::form::Form;
use crate::http::site::Site;
use config::Config;
use pages::path;
use password::PasswordForm;
use sessions::{EndAllSessionsForm, EndSessionForm};
use sign_in::SignInForm;
use sign_out::SignOutForm;
use sign_up::SignUpForm;

/// Mounts those pages.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    site.page(path::HOME, sessions::home);
    site.page(SignInForm::PATH, sign_in::show);
    site.form::<SignInForm, _, _>(sign_in::submit);
    match config.policy.accounts.sign_up {
        true => {
            site.page(SignUpForm::PATH, sign_up::show);
            site.form::<SignUpForm, _, _>(sign_up::submit);
        }
        false => site.switched_off::<SignUpForm>(),
    }
    site.page(SignOutForm::PATH, sign_out::show);
    site.form::<SignOutForm, _, _>(sign_out::submit);
    site.page(path::ACCOUNT, sessions::show);
    site.form::<PasswordForm, _, _>(password::submit);
    site.form::<EndSessionForm, _, _>(sessions::end);
    site.form::<EndAllSessionsForm, _, _>(sessions::end_all);
}
