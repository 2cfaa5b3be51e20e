//! A developer portal on a host of its own, behind the same listener. Inside, every path is as it is where there is one host
//! alone; which of the two a request is for is told by its `Host`, and what an answer leads to on the other host gets that
//! host's address here.
use super::paths::Paths;
use super::prefix::put_before_links;
use super::request::Host;
use super::site::Site;
use crate::oauth::endpoints::origin;
use crate::state::App;
use axum::Router;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;

/// See the module.
pub(super) struct PortalHost {
    /// What is on it.
    pub(super) router: Router,
    /// Its base URL, and the issuer's.
    own: String,
    issuer: String,
    /// Its host, with the port that browsers name.
    authority: String,
    /// The same with the port of its scheme, which browsers leave out.
    with_port: String,
    /// The paths of the portal, and of those the ones that are on the issuer's host too.
    paths: Paths,
    shared: Paths,
}

impl PortalHost {
    /// The portal's host, if it has one of its own. `issuer` is what is on the issuer's host.
    pub(super) fn of(app: &App, issuer: &Site, portal: Option<Site>) -> Option<Box<Self>> {
        let portal = portal?;
        let own = app.config.portal_base.clone();
        let (scheme, authority) = origin(&own).split_once("://").unwrap_or_default();
        let port = match scheme {
            "https" => 443,
            _ => 80,
        };
        let served = issuer.served();
        let paths: Vec<String> = portal.served().map(str::to_owned).collect();
        let shared = served.filter(|path| paths.iter().any(|own| own == path));
        Some(Box::new(PortalHost {
            authority: authority.to_owned(),
            with_port: format!("{authority}:{port}"),
            issuer: app.config.base().to_owned(),
            shared: Paths(shared.map(str::to_owned).collect()),
            paths: Paths(paths.into()),
            router: portal.into_router().with_state(app.clone()),
            own,
        }))
    }

    /// Which host a request is for. A host that is neither is taken for the issuer's, as where there is one alone.
    pub(super) fn host_of<B>(&self, request: &Request<B>) -> Host {
        let asked = request.uri().authority().map(|own| own.as_str());
        let header = request.headers().get(header::HOST);
        let asked = asked.or_else(|| header?.to_str().ok()).unwrap_or_default();
        let is_ours = [&self.authority, &self.with_port];
        match is_ours.iter().any(|own| asked.eq_ignore_ascii_case(own)) {
            true => Host::Portal,
            false => Host::Issuer,
        }
    }

    /// The answer of one host, with the address of the other before what it leads to there. A form may lead there too:
    /// browsers judge each redirect that follows one.
    pub(super) async fn lead(&self, from: Host, response: Response) -> Response {
        let other = match from {
            Host::Issuer => &self.own,
            Host::Portal => &self.issuer,
        };
        let before = |path: &str| {
            let stays = match from {
                Host::Issuer => !self.paths.contain(path) || self.shared.contain(path),
                Host::Portal => self.paths.contain(path),
            };
            (!stays).then_some(other.as_str())
        };
        let mut response = put_before_links(response, before).await;
        let policy = response
            .headers_mut()
            .get_mut(header::CONTENT_SECURITY_POLICY);
        if let Some(policy) = policy
            && let Ok(text) = policy.to_str()
        {
            let own = "form-action 'self'";
            let both = text.replace(own, &format!("{own} {}", origin(other)));
            if let Ok(both) = HeaderValue::from_str(&both) {
                *policy = both;
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(own: &str) -> PortalHost {
        let (authority, port) = match own.strip_prefix("https://") {
            Some(authority) => (authority, 443),
            None => (own.trim_start_matches("http://"), 80),
        };
        PortalHost {
            router: Router::new(),
            own: own.to_owned(),
            issuer: "https://id.example".to_owned(),
            authority: authority.to_owned(),
            with_port: format!("{authority}:{port}"),
            paths: Paths([].into()),
            shared: Paths([].into()),
        }
    }

    /// By its header, and by the target where that names a host, as in HTTP/2 (RFC 9113 §8.3.1) and for a proxy (RFC 9112
    /// §3.2.2).
    #[test]
    fn a_request_says_which_host_it_is_for() {
        let of = |own: &str, header: Option<&str>, target: &str| {
            let mut request = Request::new(());
            *request.uri_mut() = target.parse().unwrap();
            if let Some(header) = header {
                let value = HeaderValue::from_str(header).unwrap();
                request.headers_mut().insert(header::HOST, value);
            }
            host(own).host_of(&request) == Host::Portal
        };
        let own = "https://dev.example";
        for name in ["dev.example", "DEV.example", "dev.example:443"] {
            assert!(of(own, Some(name), "/apps"), "{name}");
            assert!(of(own, None, &format!("https://{name}/apps")), "{name}");
        }
        let other = Some("id.example");
        assert!(
            of(own, other, "https://dev.example/apps"),
            "the target counts"
        );
        for name in [
            "",
            "id.example",
            "dev.example:80",
            "dev.example.",
            "dev.example.evil.example",
            "evil-dev.example",
            "dev.example@evil.example",
        ] {
            assert!(!of(own, Some(name), "/apps"), "{name}");
        }
        assert!(!of(own, Some("dev.example"), "https://id.example/apps"));
        assert!(of(
            "http://dev.localhost:8080",
            Some("dev.localhost:8080"),
            "/"
        ));
        assert!(!of("http://dev.localhost:8080", Some("dev.localhost"), "/"));
    }
}
