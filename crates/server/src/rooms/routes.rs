//! The routes of the portal beside the list that the tests of rights go by.
use super::sites;
use crate::http::site::Kind;
use config::Config;
use std::collections::BTreeSet;

/// See there.
const ROUTES: &str = include_str!("../../../acceptance/portal_routes.txt");

/// A route that is added to the portal must say for whom it is, and then nobody else can use it: the tests that try it go by
/// this list.
#[test]
fn every_route_of_the_portal_says_for_whom_it_is() {
    let mut config = Config::for_tests();
    "https://id.example".clone_into(&mut config.issuer);
    "https://dev.example".clone_into(&mut config.portal_base);
    config.portal.path = Some("/my/apps".to_owned());
    let (_, portal) = sites(&config);
    let mounted: BTreeSet<String> = portal
        .unwrap()
        .mounted()
        .iter()
        .map(|(kind, path)| match kind {
            Kind::Page => format!("page {path}"),
            Kind::Form => format!("form {path}"),
            Kind::Endpoint | Kind::Entrance | Kind::Hook => format!("{kind:?} {path}"),
        })
        .collect();
    let lines = ROUTES.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let named = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (kind, path) = (words.next().unwrap_or_default(), words.next());
        format!("{kind} {}", path.unwrap_or_default())
    };
    let listed: BTreeSet<String> = lines.map(named).collect();
    assert_eq!(mounted, listed);
}
