//! People's accounts: signing in, up and out, and a person's own page.
mod ask;
mod ceremonies;
mod connections;
pub(crate) mod export;
mod handoff;
mod link;
mod logout;
mod own_data;
mod passkeys;
mod password;
mod preferences;
mod profile;
pub(crate) mod proof;
mod second_factor;
mod sessions;
mod sign_in;
mod sign_out;
mod sign_up;
pub(crate) mod throttle;
mod upstream;
mod welcome;

pub(crate) use logout::get as end_session;

use crate::http::error::{PageError, PageFault};
use crate::http::form::Form;
use crate::http::session::BrowserContext;
use crate::http::site::Site;
use ask::{AskForAccount, AskForRecovery};
use config::Config;
use connections::ChangeForm;
use link::{ConfirmForm, JoinForm, NewPasswordForm, PasskeyForm};
use own_data::{DeleteForm, ExportForm};
use pages::{ConnectedApp, ConnectedApps, OwnData, Security, path};
use password::PasswordForm;
use preferences::PreferencesForm;
use profile::{EmailForm, NameForm, ProveForm};
use protocol::policy::SignUp;
use second_factor::{CodeForm, NewCodesForm, RemoveForm, SetUpForm};
use sessions::{EndAllSessionsForm, EndOtherSessionsForm, EndSessionForm};
use sign_in::SignInForm;
use sign_out::SignOutForm;
use sign_up::SignUpForm;

/// Mounts those pages.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    handoff::mount(config, site);
    upstream::mount(config, site);
    passkeys::mount(site);
    site.page(path::HOME, sessions::home);
    site.page(SignInForm::PATH, sign_in::show);
    site.form::<SignInForm, _, _>(sign_in::submit);
    match (config.policy.accounts.sign_up, config.mail.is_some()) {
        (SignUp::Open, true) => {
            site.page(AskForAccount::PATH, ask::show::<false>);
            site.form::<AskForAccount, _, _>(ask::submit::<false>);
        }
        (SignUp::Open, false) => {
            site.page(SignUpForm::PATH, sign_up::show);
            site.form::<SignUpForm, _, _>(sign_up::submit);
        }
        (SignUp::Invited, _) => {
            site.page(SignUpForm::PATH, sign_up::by_invitation);
            site.form::<SignUpForm, _, _>(sign_up::not_invited);
        }
        (SignUp::Off, _) => site.switched_off::<SignUpForm>(),
    }
    match config.mail.is_some() {
        true => mount_mailbox(site),
        false => {
            site.switched_off::<AskForRecovery>();
            // Whoever follows a link in an older mail is told so by a page.
            for path in [path::LINK, path::MAIL_SENT] {
                site.page(path, async |_: BrowserContext| {
                    PageError::from(PageFault::NotFound)
                });
            }
        }
    }
    site.page(SignOutForm::PATH, sign_out::show);
    site.form::<SignOutForm, _, _>(sign_out::submit);
    site.page(CodeForm::PATH, second_factor::show);
    site.form::<CodeForm, _, _>(second_factor::submit);
    site.form::<SetUpForm, _, _>(second_factor::submit_set_up);
    site.page(Security::PATH, second_factor::show_security);
    site.form::<NewCodesForm, _, _>(second_factor::new_codes);
    site.form::<RemoveForm, _, _>(second_factor::remove);
    site.page(path::ACCOUNT, sessions::show);
    site.root_page(path::CHANGE_PASSWORD, profile::change_password);
    site.form::<PasswordForm, _, _>(password::submit);
    site.form::<NameForm, _, _>(profile::rename);
    site.page(PreferencesForm::PATH, preferences::show);
    site.form::<PreferencesForm, _, _>(preferences::submit);
    site.page(OwnData::PATH, own_data::show);
    site.form::<ExportForm, _, _>(own_data::send);
    site.form::<DeleteForm, _, _>(own_data::end);
    site.page(ConnectedApps::PATH, connections::list);
    site.page(ConnectedApp::PATH, connections::show);
    site.form::<ChangeForm, _, _>(connections::change);
    site.form::<EndSessionForm, _, _>(sessions::end);
    site.form::<EndOtherSessionsForm, _, _>(sessions::end_others);
    site.form::<EndAllSessionsForm, _, _>(sessions::end_all);
}

/// Mounts what rests on mails that are sent.
fn mount_mailbox(site: &mut Site) {
    site.page(AskForRecovery::PATH, ask::show::<true>);
    site.form::<AskForRecovery, _, _>(ask::submit::<true>);
    site.page(path::MAIL_SENT, ask::show_sent);
    site.page(path::LINK, link::show);
    site.form::<JoinForm, _, _>(link::submit_join);
    site.form::<NewPasswordForm, _, _>(link::submit_password);
    site.form::<PasskeyForm, _, _>(link::submit_passkey);
    site.form::<ConfirmForm, _, _>(link::submit_confirm);
    site.form::<EmailForm, _, _>(profile::change_email);
    site.form::<ProveForm, _, _>(profile::prove_email);
}
