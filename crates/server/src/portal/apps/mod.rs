//! The pages on which developers run their apps. Each act is a rule of `protocol::apps`, the same that commands call.
mod change;
mod check;
mod fields;
mod key_lines;
mod keys;
mod list;
mod log;
mod logo;
mod name_refused;
mod offers;
mod openid;
mod openid_shown;
mod playground;
mod register;
mod review;
mod scopes;
mod secrets;
mod show;
mod terms;
mod test_side;
mod transfer;
mod try_it;

pub(in crate::portal) use check::checked;
pub(in crate::portal) use log::write_down;

use crate::http::form::Form;
use crate::http::site::Site;
use change::{DeleteForm, RestoreForm, UpdateForm};
use config::Config;
use keys::{DropKeysForm, SetKeysForm};
use logo::{LogoForm, RemoveLogoForm};
use openid::SetOpenIdForm;
use pages::portal::PORTAL;
use playground::{EndForm, StartForm, StepForm};
use protocol::apps::test_side::PLAYGROUND;
use register::NewAppForm;
use review::{AnswerForm, AskForm, TakeBackForm};
use secrets::{AddSecretForm, RevokeForm, RotateForm};
use terms::TermsForm;
use test_side::{AddPersonForm, RemovePersonForm, SwitchOffForm, SwitchOnForm};
use transfer::{AcceptForm, DeclineForm, OfferForm, WithdrawForm};

/// Mounts them, unless there are none.
pub(super) fn mount(config: &Config, site: &mut Site) {
    if !config.portal.page {
        return;
    }
    site.page(PORTAL, list::show);
    if let Some(path) = &config.portal.path {
        site.page(path, list::show);
    }
    site.page(NewAppForm::PATH, register::show);
    site.form::<NewAppForm, _, _>(register::submit);
    site.page(&format!("{PORTAL}/{{client_id}}"), show::show);
    site.page(&format!("{PORTAL}/{{client_id}}/log"), log::show);
    site.page(&format!("{PORTAL}/{{client_id}}/review"), review::show);
    site.page(&format!("{PORTAL}/{{client_id}}/test"), test_side::show);
    site.page(&format!("{PORTAL}/{{client_id}}/try"), try_it::show);
    site.page(
        &format!("{PORTAL}/{{client_id}}/playground"),
        playground::show,
    );
    site.page(PLAYGROUND, playground::back);
    site.form::<StartForm, _, _>(playground::start);
    site.form::<StepForm, _, _>(playground::step);
    site.form::<EndForm, _, _>(playground::end);
    site.form::<SwitchOnForm, _, _>(test_side::on);
    site.form::<SwitchOffForm, _, _>(test_side::off);
    site.form::<AddPersonForm, _, _>(test_side::add);
    site.form::<RemovePersonForm, _, _>(test_side::remove);
    site.form::<AskForm, _, _>(review::ask);
    site.form::<AnswerForm, _, _>(review::answer);
    site.form::<TakeBackForm, _, _>(review::withdraw);
    site.form::<TermsForm, _, _>(terms::accept);
    site.form::<UpdateForm, _, _>(change::update);
    site.upload::<LogoForm, _, _>(logo::upload);
    site.form::<RemoveLogoForm, _, _>(logo::remove);
    site.form::<DeleteForm, _, _>(change::delete);
    site.form::<RestoreForm, _, _>(change::restore);
    site.form::<AddSecretForm, _, _>(secrets::add);
    site.form::<RotateForm, _, _>(secrets::rotate);
    site.form::<RevokeForm, _, _>(secrets::revoke);
    site.form::<SetKeysForm, _, _>(keys::set);
    site.form::<DropKeysForm, _, _>(keys::drop_keys);
    site.form::<SetOpenIdForm, _, _>(openid::set);
    site.form::<OfferForm, _, _>(transfer::offer);
    site.form::<WithdrawForm, _, _>(transfer::withdraw);
    site.form::<AcceptForm, _, _>(transfer::accept);
    site.form::<DeclineForm, _, _>(transfer::decline);
}
