//! The routes: machine endpoints at the profile's paths, and our own pages.
mod account;
mod assets;
mod attempt;
mod authorize;
mod bearer;
mod consent;
mod developers;
mod device;
mod device_page;
mod goal;
mod health;
mod introspect;
mod metadata;
mod own_app;
mod pending;
mod revocations;
mod revoke;
mod sign_in;
mod sign_out;
mod sign_up;
mod token;
mod token_info;

use crate::config::Config;
use crate::endpoints::metadata_paths;
use crate::form::Form;
use crate::site::Site;
use crate::state::App;
use account::{EndAllSessionsForm, EndSessionForm, PasswordForm};
use axum::Router;
use axum::routing::{get, post};
use consent::ConsentForm;
use device_page::{AnswerForm, CodeForm};
use pages::path;
use sign_in::SignInForm;
use sign_out::SignOutForm;
use sign_up::SignUpForm;

/// All routes of a provider. What its profile switches off has no route.
pub(crate) fn router(app: App) -> Router {
    site(&app.config).into_router().with_state(app)
}

/// The same, as yet without what they share.
pub(crate) fn site(config: &Config) -> Site {
    let mut site = Site::default();
    endpoints(config, &mut site);
    devices(config, &mut site);
    developers(config, &mut site);
    people(config, &mut site);
    site
}

const POST: &str = "POST, OPTIONS";
const GET: &str = "GET, HEAD, OPTIONS";

fn endpoints(config: &Config, site: &mut Site) {
    let paths = &config.paths;
    for path in &paths.authorize {
        site.entrance(path, get(authorize::get).post(authorize::post));
    }
    for path in &paths.token {
        site.endpoint(path, POST, post(token::token));
    }
    for path in &paths.revoke {
        site.endpoint(path, POST, post(revoke::revoke));
    }
    for path in &paths.introspect {
        site.endpoint(path, POST, post(introspect::introspect));
    }
    for path in &paths.revocations {
        site.endpoint(path, GET, get(revocations::revocations));
    }
    for path in &paths.token_info {
        site.endpoint(path, GET, get(token_info::token_info));
    }
    for path in &paths.app {
        let own = get(own_app::show).patch(own_app::change);
        site.endpoint(path, "GET, HEAD, PATCH, OPTIONS", own);
    }
    for path in &paths.device {
        site.endpoint(path, POST, post(device::device));
    }
    for path in metadata_paths(&config.issuer) {
        site.endpoint(&path, GET, get(metadata::metadata));
    }
}

fn devices(config: &Config, site: &mut Site) {
    if !config.paths.device.is_empty() {
        site.page(path::DEVICE, device_page::show);
        site.form::<CodeForm, _, _>(device_page::look_up);
        site.form::<AnswerForm, _, _>(device_page::answer);
        site.page(path::DEVICE_QR, device_page::qr);
    }
}

fn developers(config: &Config, site: &mut Site) {
    if config.developers.page {
        for path in [
            path::DEVELOPERS,
            path::DEVELOPERS_MARKDOWN,
            &format!("{}/{{*page}}", path::DEVELOPERS),
        ] {
            site.page(path, developers::show);
        }
    }
}

fn people(config: &Config, site: &mut Site) {
    site.page(path::HOME, account::home);
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
    site.deciding_page(ConsentForm::PATH, consent::show);
    site.form::<ConsentForm, _, _>(consent::submit);
    site.page(path::ACCOUNT, account::show);
    site.form::<PasswordForm, _, _>(account::change_password);
    site.form::<EndSessionForm, _, _>(account::end_session);
    site.form::<EndAllSessionsForm, _, _>(account::end_all_sessions);
    site.page(&format!("{}/{{client_id}}/logo", path::APPS), assets::logo);
    site.page(&format!("{}/{{name}}", path::ASSETS), assets::asset);
    site.page("/health/live", health::live);
    site.page("/health/ready", health::ready);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RESERVED;
    use crate::site::Kind;
    use std::collections::BTreeSet;

    /// A provider with everything switched on.
    fn everything() -> Config {
        let mut config = Config::for_tests();
        config.paths.device = vec!["/oauth2/device".to_owned()];
        config.paths.app = vec!["/oauth2/app".to_owned()];
        config
    }

    fn mounted(kind: Kind) -> BTreeSet<String> {
        let site = site(&everything());
        let own = site.mounted().iter().filter(|(other, _)| *other == kind);
        own.map(|(_, path)| path.clone()).collect()
    }

    /// Every form that a page shows is posted to a route that has looked where it came from, and no other route of a
    /// page takes a post.
    #[test]
    fn what_pages_post_is_taken_as_a_form() {
        let samples = pages::every_sample();
        let forms = samples
            .iter()
            .flat_map(|sample| sample.html.split("<form ").skip(1));
        let posts = forms.filter(|form| {
            form.split('>')
                .next()
                .is_some_and(|tag| tag.contains("method=\"post\""))
        });
        let action = |form: &str| {
            form.split("action=\"")
                .nth(1)?
                .split('"')
                .next()
                .map(str::to_owned)
        };
        let own = posts
            .filter_map(action)
            .filter(|path| path.starts_with('/'));
        let shown: BTreeSet<String> = own.collect();
        let demo = ["/refresh", "/revoke", "/tv"].map(str::to_owned);
        let shown: BTreeSet<String> = shown.difference(&BTreeSet::from(demo)).cloned().collect();
        assert_eq!(mounted(Kind::Form), shown);
    }

    /// Whatever else takes a post brings no cookie of ours, and is at a path that the configuration names.
    #[test]
    fn endpoints_are_those_of_the_configuration() {
        let config = everything();
        let paths = &config.paths;
        let lists = [
            &paths.token,
            &paths.revoke,
            &paths.introspect,
            &paths.revocations,
            &paths.token_info,
            &paths.app,
            &paths.device,
        ];
        let mut named: BTreeSet<String> = lists.into_iter().flatten().cloned().collect();
        named.extend(metadata_paths(&config.issuer));
        assert_eq!(mounted(Kind::Endpoint), named);
        let entrances: BTreeSet<String> = paths.authorize.iter().cloned().collect();
        assert_eq!(mounted(Kind::Entrance), entrances);
    }

    /// What a profile may not take for itself is what pages have.
    #[test]
    fn the_reserved_paths_are_those_of_pages() {
        let well_known = metadata_paths(&everything().issuer);
        let pages = [
            mounted(Kind::Page),
            mounted(Kind::Form),
            well_known.into_iter().collect(),
        ];
        let first = |path: &String| path.split('/').nth(1).unwrap_or_default().to_owned();
        let taken: BTreeSet<String> = pages.iter().flatten().map(first).collect();
        let home = BTreeSet::from([String::new()]);
        let reserved: BTreeSet<String> = RESERVED.map(str::to_owned).into();
        assert_eq!(
            taken.difference(&home).cloned().collect::<BTreeSet<_>>(),
            reserved
        );
    }
}
