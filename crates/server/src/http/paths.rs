//! Whether a path is one of those at which something was mounted.
use std::sync::Arc;

/// Paths as routes have them: `{a}` stands for one segment, `{*a}` for all that follow.
#[derive(Clone)]
pub(super) struct Paths(pub(super) Arc<[String]>);

impl Paths {
    /// Whether a route is at this path.
    pub(super) fn contain(&self, path: &str) -> bool {
        self.0.iter().any(|own| is_at(own, path))
    }
}

fn is_at(route: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for own in route.split('/') {
        if own.starts_with("{*") {
            return segments.next().is_some();
        }
        match segments.next() {
            Some(segment) if own == segment || (own.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_at_a_route_segment_by_segment() {
        for (route, path) in [
            ("/", "/"),
            ("/apps", "/apps"),
            ("/apps/{client_id}", "/apps/abc"),
            ("/apps/{client_id}/log", "/apps/a%2Fb/log"),
            ("/developers/{*page}", "/developers/grants/device-code"),
        ] {
            assert!(is_at(route, path), "{route} {path}");
        }
        for (route, path) in [
            ("/", "/apps"),
            ("/apps", "/apps/"),
            ("/apps", "/app"),
            ("/apps/{client_id}", "/apps"),
            ("/apps/{client_id}", "/apps/"),
            ("/apps/{client_id}", "/apps/a/log"),
            ("/apps/{client_id}", "//apps/a"),
            ("/", ""),
            ("/apps/{client_id}/log", "/apps/a/logo"),
            ("/developers/{*page}", "/developers"),
        ] {
            assert!(!is_at(route, path), "{route} {path}");
        }
    }
}
