//! The rooms of the server, each with the routes that it mounts.
use crate::http::{assets, site::Site};
use crate::{account, interaction, mail, oauth, ops, portal};
use config::Config;

/// All routes of a provider. What its profile switches off has no route.
fn site(config: &Config) -> Site {
    let mut site = Site::at(config.prefix());
    oauth::mount(config, &mut site);
    interaction::mount(config, &mut site);
    portal::mount(config, &mut site);
    account::mount(config, &mut site);
    mail::mount(config, &mut site);
    assets::mount(&mut site);
    ops::mount(&mut site);
    site
}

/// The same, and what is on the portal's own host, if it has one: then the issuer's leads there.
pub(crate) fn sites(config: &Config) -> (Site, Option<Site>) {
    let mut site = site(config);
    if !config.has_portal_host() {
        return (site, None);
    }
    let mut portal = Site::at("");
    portal::mount_pages(config, &mut portal);
    portal::mount_host(config, &mut portal);
    assets::mount(&mut portal);
    site.lead_to(&portal);
    (site, Some(portal))
}

#[cfg(test)]
mod apart;
#[cfg(test)]
mod routes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::site::Kind;
    use crate::oauth::endpoints::{JWKS, metadata_names};
    use config::{BounceHook, Handoff, Mail, MailBy, Password, PathSettings, RESERVED};
    use pages::path;
    use protocol::handoff::AcrWords;
    use protocol::types::LocalText;
    use protocol::types::MailAddress;
    use protocol::upstream::{ClaimNames, Kind as UpstreamKind, Provider};
    use std::collections::BTreeSet;

    const HOOK: &str = "/mail/bounces";

    /// A provider with everything switched on.
    fn everything() -> Config {
        let mut config = Config::for_tests();
        config.signing.algorithms = vec![protocol::signing_keys::SigningAlgorithm::Es256];
        config.paths = with_every_endpoint(&config.paths);
        config.handoff = Some(Handoff {
            url: "https://app.example.com/login".parse().unwrap(),
            secrets: vec![Password("a secret".to_owned())],
            secret_files: Vec::new(),
            words: AcrWords::default(),
        });
        config.upstream = vec![elsewhere()];
        config.mail = Some(Mail {
            name: None,
            from: MailAddress::parse("no-reply@example.com").unwrap(),
            by: MailBy::Folder("mail".into()),
            bounces: Some(BounceHook {
                path: HOOK.to_owned(),
                secret: Password("a secret".to_owned()),
                secret_file: None,
            }),
        });
        config
    }

    /// Another provider at which people sign in.
    fn elsewhere() -> config::Upstream {
        let named = |name: &str| name.to_owned();
        config::Upstream {
            provider: Provider {
                trusts_mfa: true,
                id: named("acme"),
                kind: UpstreamKind::OpenId {
                    issuer: named("https://login.acme.example"),
                },
                client_id: named("us"),
                scopes: Vec::new(),
                claims: ClaimNames {
                    id: named("sub"),
                    name: named("name"),
                    email: named("email"),
                    email_verified: named("email_verified"),
                },
                sign_up: true,
            },
            name: LocalText::new("Acme"),
            secret: None,
            key_file: None,
            domains: Vec::new(),
            sign_out: false,
        }
    }

    /// What is off gets a path like the others.
    fn with_every_endpoint(paths: &PathSettings) -> PathSettings {
        let mut lists = serde_json::to_value(paths).unwrap();
        for (name, list) in lists.as_object_mut().unwrap() {
            if list.as_array().unwrap().is_empty() {
                *list = serde_json::json!([format!("/oauth2/{name}")]);
            }
        }
        serde_json::from_value(lists).unwrap()
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
        let samples = pages::every_sample(protocol::types::Language::English);
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
        // Where no mail is sent, an account is made at once, by a form at the same path.
        assert!(shown.contains(pages::path::SIGN_UP));
    }

    /// Whatever else takes a post brings no cookie of ours, and is at a path that the configuration names.
    #[test]
    fn endpoints_are_those_of_the_configuration() {
        let config = everything();
        let named = config.paths.named().into_iter();
        let (entrances, endpoints): (Vec<_>, Vec<_>) =
            named.partition(|(name, _)| ["authorize", "logout"].contains(name));
        let paths = |lists: Vec<(_, &[String])>| -> BTreeSet<String> {
            lists
                .iter()
                .flat_map(|(_, paths)| *paths)
                .cloned()
                .collect()
        };
        let mut endpoints = paths(endpoints);
        // Below where apps register themselves, each manages its registration.
        let registrations = config.paths.register.iter();
        endpoints.extend(registrations.map(|path| format!("{path}/{{client_id}}")));
        endpoints.extend(
            metadata_names(&config)
                .into_iter()
                .chain([JWKS])
                .map(str::to_owned),
        );
        endpoints.extend(protocol::protected_resource::paths(&config.policy));
        let is_ours = |path: &String| path.starts_with(&format!("{}/", pages::path::OWN_API));
        let (own, others): (Vec<_>, Vec<_>) =
            mounted(Kind::Endpoint).into_iter().partition(is_ours);
        assert_eq!(others.into_iter().collect::<BTreeSet<_>>(), endpoints);
        let described = portal::described();
        assert_eq!(own.into_iter().collect::<BTreeSet<_>>(), described);
        assert_eq!(mounted(Kind::Entrance), paths(entrances));
        let calls = [
            path::LOGIN_CHALLENGE,
            path::LOGIN_ACCEPT,
            path::LOGIN_REFUSE,
            path::LOGIN_END,
        ];
        let hooks = calls.into_iter().chain([HOOK]).map(str::to_owned);
        assert_eq!(mounted(Kind::Hook), hooks.collect::<BTreeSet<_>>());
        let without = site(&Config::for_tests());
        let mut kinds = without.mounted().iter().map(|(kind, _)| *kind);
        assert!(!kinds.any(|kind| kind == Kind::Hook));
    }

    /// The paths of a page of the reference: what its tables begin rows with.
    fn rows_of(page: &str) -> BTreeSet<String> {
        let page = format!("{}/../../docs/reference/{page}", env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(page).unwrap();
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.filter_map(|row| row.split('`').next().map(str::to_owned))
            .collect()
    }

    /// For programs each route, for people where their pages begin.
    #[test]
    fn the_page_of_routes_names_all() {
        let programs = [Kind::Endpoint, Kind::Entrance, Kind::Hook].map(mounted);
        let mut all: BTreeSet<String> = programs.into_iter().flatten().collect();
        all.insert("/.well-known/openid-configuration".to_owned());
        all.extend(RESERVED.map(|first| format!("/{first}")));
        // One for each `[[api]]`.
        all.retain(|path| !path.starts_with("/.well-known/oauth-protected-resource/"));
        assert_eq!(rows_of("http.md"), all);
    }

    /// Compared with the two structs that are written as the document.
    #[test]
    fn the_page_of_metadata_names_every_member() {
        let source = include_str!("../../protocol/src/metadata.rs");
        let of = |name: &str| {
            let fields = source.split(&format!("struct {name}<'a> {{\n")).nth(1);
            let fields = fields.and_then(|rest| rest.split("\n}").next()).unwrap();
            let named = fields.lines().filter_map(|line| line.split_once(": "));
            let named = named.map(|(name, _)| name.trim().to_owned());
            named
                .filter(|name| name != "openid" && !name.starts_with(['/', '#']))
                .collect::<BTreeSet<_>>()
        };
        let all: BTreeSet<String> = of("Metadata").union(&of("OpenId")).cloned().collect();
        assert_eq!(rows_of("metadata.md"), all);
    }

    /// What a profile may not take for itself is what pages have.
    #[test]
    fn the_reserved_paths_are_those_of_pages() {
        let well_known = metadata_names(&everything());
        let pages = [
            mounted(Kind::Page),
            mounted(Kind::Form),
            BTreeSet::from([pages::path::OWN_API.to_owned()]),
            well_known.into_iter().map(str::to_owned).collect(),
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
