//! What people are asked while an app or a device waits for them.
pub(crate) mod consent;
pub(crate) mod continuation;
mod device_page;
pub(crate) mod pending;
pub(crate) mod question;
mod room;
pub(crate) mod workspace;

use crate::http::form::Form;
use crate::http::site::Site;
use config::Config;
use consent::ConsentForm;
use device_page::{AnswerForm, CodeForm};
use pages::path;

/// Mounts those pages.
pub(crate) fn mount(config: &Config, site: &mut Site) {
    site.deciding_page(ConsentForm::PATH, consent::show);
    site.form::<ConsentForm, _, _>(consent::submit);
    if !config.paths.device.is_empty() || config.portal.api {
        site.page(path::DEVICE, device_page::show);
        site.form::<CodeForm, _, _>(device_page::look_up);
        site.form::<AnswerForm, _, _>(device_page::answer);
        site.page(path::DEVICE_QR, device_page::qr);
    }
}
