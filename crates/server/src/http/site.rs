//! The routes of a provider, as the rooms of the server mount them, and how each kind of route is made.
use super::cors::{Open, preflight};
use super::error::{PageError, PageFault, Refusal};
use super::form::{Form, Posted, Unread};
use super::paths::Paths;
use super::reply;
use super::route::{Answer, get, post};
use super::session::BrowserContext;
use super::upload::Uploaded;
use crate::state::App;
use axum::Router;
use axum::extract::State;
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use std::collections::BTreeSet;

/// See the module. A page is posted to through [`form`](Site::form) alone.
pub(crate) struct Site {
    /// What all paths stand behind; empty at the root of the host.
    prefix: String,
    router: Router<App>,
    /// What is at the root of the host, wherever the rest is.
    root: Router<App>,
    /// What was mounted, in order, as it is asked for.
    mounted: Vec<(Kind, String)>,
    /// Those of them that are on the portal's own host, and are led to from here.
    away: BTreeSet<String>,
}

/// Who a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// People: a page, a picture, a style sheet. It takes `GET`.
    Page,
    /// A form of a page. It takes `POST`.
    Form,
    /// Programs, which bring no cookies.
    Endpoint,
    /// Browsers that other sites send with a request for a person.
    Entrance,
    /// A service that the operator has report to us. It takes `POST`, and no page of another origin reads it.
    Hook,
}

impl Site {
    /// A site whose paths stand behind this one.
    pub(crate) fn at(prefix: &str) -> Self {
        Site {
            prefix: prefix.to_owned(),
            router: Router::new(),
            root: Router::new(),
            mounted: Vec::new(),
            away: BTreeSet::new(),
        }
    }

    fn route(&mut self, kind: Kind, path: &str, routes: MethodRouter<App>) {
        self.router = std::mem::take(&mut self.router).route(path, routes);
        self.mounted.push((kind, format!("{}{path}", self.prefix)));
    }

    /// A page.
    pub(crate) fn page<H, T>(&mut self, path: &str, show: H)
    where
        H: Handler<T, App, Future = Answer>,
        T: 'static,
    {
        self.route(Kind::Page, path, get(show));
    }

    /// A page that browsers and password managers look for at the root of the host, whatever the prefix is. It is below the
    /// prefix as well.
    pub(crate) fn root_page<H, T>(&mut self, path: &str, show: H)
    where
        H: Handler<T, App, Future = Answer>,
        T: 'static,
    {
        if !self.prefix.is_empty() {
            let root = std::mem::take(&mut self.root);
            self.root = root.route(path, get(show.clone()));
        }
        self.page(path, show);
    }

    /// A page that may lead on by itself, to a code or a token. A `HEAD`, as of a link preview or a monitor, must not.
    pub(crate) fn deciding_page<H, T>(&mut self, path: &str, show: H)
    where
        H: Handler<T, App, Future = Answer>,
        T: 'static,
    {
        self.route(Kind::Page, path, decides(get(show)));
    }

    /// A form of a page, which its handler has as [`Posted`].
    pub(crate) fn form<F, M, H>(&mut self, submit: H)
    where
        F: Form + 'static,
        H: Handler<(M, State<App>, Posted<F>), App, Future = Answer>,
        M: 'static,
    {
        self.route(Kind::Form, F::PATH, post(submit));
    }

    /// A form with a file, which its handler has as [`Uploaded`].
    pub(crate) fn upload<F, M, H>(&mut self, submit: H)
    where
        F: Form + 'static,
        H: Handler<(M, State<App>, Uploaded<F>), App, Future = Answer>,
        M: 'static,
    {
        self.route(Kind::Form, F::PATH, post(submit));
    }

    /// A page with a form that this provider has switched off.
    pub(crate) fn switched_off<F: Form>(&mut self) {
        let show = async |_: BrowserContext| PageError::from(PageFault::NotFound);
        let submit = async |_: Unread| PageError::from(PageFault::NotFound);
        self.route(Kind::Page, F::PATH, get(show).post(submit));
    }

    /// What is on the portal's own host. Whoever looks for a page of it here is led there; a form that is posted here is not
    /// taken, since it proves nothing on this host.
    pub(crate) fn lead_to(&mut self, portal: &Site) {
        let here: BTreeSet<&String> = self.mounted.iter().map(|(_, path)| path).collect();
        let of = |kind: Kind| {
            let own = portal
                .mounted
                .iter()
                .filter(move |(other, _)| *other == kind);
            own.map(|(_, path)| path.clone())
                .filter(|path| !here.contains(path))
                .collect::<BTreeSet<String>>()
        };
        let (pages, forms) = (of(Kind::Page), of(Kind::Form));
        for path in forms.difference(&pages) {
            self.route(Kind::Form, path, post(not_here));
        }
        for path in &pages {
            self.route(Kind::Page, path, get(to_portal).post(not_here));
        }
        self.away = pages.union(&forms).cloned().collect();
    }

    /// The paths at which pages and forms are really served here.
    pub(crate) fn served(&self) -> impl Iterator<Item = &str> {
        let own = self.mounted.iter().map(|(_, path)| path.as_str());
        own.filter(|path| !self.away.contains(*path))
    }

    /// An endpoint for programs, which those in pages of other origins may call by `methods` too; they may read all of
    /// its answers.
    pub(crate) fn endpoint(
        &mut self,
        path: &str,
        methods: &'static str,
        routes: MethodRouter<App>,
    ) {
        let preflight = async move |asked: HeaderMap| preflight(&asked, methods);
        self.route(Kind::Endpoint, path, routes.options(preflight));
    }

    /// A document about this provider, at every spelling: its name behind the prefix, as OpenID Connect Discovery §4 has
    /// it, and before it, as RFC 8414 §3.1 does.
    pub(crate) fn well_known(
        &mut self,
        name: &str,
        methods: &'static str,
        routes: impl Fn() -> MethodRouter<App>,
    ) {
        self.endpoint(name, methods, routes());
        if !self.prefix.is_empty() {
            let path = format!("{name}{}", self.prefix);
            self.root_endpoint(&path, methods, routes());
        }
    }

    /// An endpoint for programs at the root of the host, whatever the prefix is.
    pub(crate) fn root_endpoint(
        &mut self,
        path: &str,
        methods: &'static str,
        routes: MethodRouter<App>,
    ) {
        if self.prefix.is_empty() {
            return self.endpoint(path, methods, routes);
        }
        let preflight = async move |asked: HeaderMap| preflight(&asked, methods);
        let root = std::mem::take(&mut self.root);
        self.root = root.route(path, routes.options(preflight));
        self.mounted.push((Kind::Endpoint, path.to_owned()));
    }

    /// Where other sites send a browser, by a link or by a form of theirs.
    pub(crate) fn entrance(&mut self, path: &str, routes: MethodRouter<App>) {
        self.route(Kind::Entrance, path, decides(routes));
    }

    /// Where a service reports to us.
    pub(crate) fn hook<H, T>(&mut self, path: &str, take: H)
    where
        H: Handler<T, App, Future = Answer>,
        T: 'static,
    {
        self.route(Kind::Hook, path, post(take));
    }

    /// What pages of other origins may read: the answers of every endpoint for programs. At `registrations` apps register
    /// themselves.
    pub(crate) fn open(&self, registrations: &[String]) -> Open {
        let of = |kind: Kind| {
            let own = self.mounted.iter().filter(move |(own, _)| *own == kind);
            own.map(|(_, path)| path.as_str())
        };
        Open::of(
            &self.prefix,
            of(Kind::Endpoint),
            of(Kind::Hook),
            registrations,
        )
    }

    /// What was mounted, in order.
    pub(crate) fn mounted(&self) -> &[(Kind, String)] {
        &self.mounted
    }

    /// The router, which refuses everything else.
    pub(crate) fn into_router(self) -> Router<App> {
        let pages = self.mounted.iter().filter(|(kind, _)| *kind == Kind::Page);
        let inside = |path: &String| path[self.prefix.len()..].to_owned();
        let pages = Paths(pages.map(|(_, path)| inside(path)).collect());
        let below = self
            .router
            .fallback(async move |method: Method, uri: Uri| elsewhere(&pages, &method, &uri))
            .method_not_allowed_fallback(async || Refusal::Method);
        match self.prefix.as_str() {
            "" => below,
            prefix => self
                .root
                .nest(prefix, below)
                .route(&format!("{prefix}/"), get(first_page))
                .fallback(async || Refusal::NotFound)
                .method_not_allowed_fallback(async || Refusal::Method),
        }
    }
}

/// The same page on the portal's own host.
async fn to_portal(State(app): State<App>, uri: Uri) -> Response {
    let page = uri.path_and_query().map_or("/", |page| page.as_str());
    reply::see_other(&format!("{}{page}", app.config.portal_base))
}

/// A form of the portal's own host, posted here.
async fn not_here(_: Unread) -> PageError {
    PageFault::AtPortal.into()
}

/// The first page, as it is asked for below a prefix with a slash at its end.
async fn first_page(uri: Uri) -> Response {
    match uri.query() {
        Some(query) => reply::see_other(&format!("/?{query}")),
        None => reply::see_other("/"),
    }
}

/// What is at no path of ours. A page whose address was typed with a slash at its end is meant all the same.
fn elsewhere(pages: &Paths, method: &Method, uri: &Uri) -> Response {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let page = uri.path().strip_suffix('/').filter(|path| {
        // Two slashes at the beginning would lead to another host.
        reads && !path.starts_with("//") && pages.contain(path)
    });
    match (page, uri.query()) {
        (Some(page), None) => reply::see_other(page),
        (Some(page), Some(query)) => reply::see_other(&format!("{page}?{query}")),
        (None, _) => Refusal::NotFound.into_response(),
    }
}

fn decides(routes: MethodRouter<App>) -> MethodRouter<App> {
    routes.head(async || ([(header::ALLOW, "GET, POST")], Refusal::Method))
}
