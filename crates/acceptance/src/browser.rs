//! A small browser: it keeps cookies, fills in our forms and says what browsers say about itself.

use crate::{Api, CookieJar, Form, Provider, Reply, Request, Url, forms, parse_query};

/// The most redirects and pages one journey may have.
const STEPS: usize = 12;

/// A redirect back to a client, not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The whole `Location`.
    pub location: String,
    /// The decoded query parameters, in order.
    pub params: Vec<(String, String)>,
}

impl Redirect {
    /// Takes a `Location` apart.
    pub fn parse(location: &str) -> Self {
        let query = Url::parse(location).and_then(|url| url.query);
        Redirect {
            location: location.to_owned(),
            params: parse_query(&query.unwrap_or_default()),
        }
    }

    /// The first parameter called `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The authorization code.
    ///
    /// # Panics
    /// When there is none, showing the redirect.
    #[track_caller]
    pub fn code(&self) -> String {
        let code = self.param("code");
        code.unwrap_or_else(|| panic!("no code in {}", self.location))
            .to_owned()
    }
}

/// One person's browser on one provider.
#[derive(Clone, Debug)]
pub struct Browser {
    api: Api,
    origin: String,
    /// What the site's paths stand behind; empty at the root of the host.
    prefix: String,
    account: Option<(String, String)>,
    language: Option<String>,
    /// The cookies it holds; tests may look, change and clear them.
    pub cookies: CookieJar,
}

impl Browser {
    /// A browser without cookies, for `provider`.
    pub fn new(provider: &Provider) -> Self {
        Self::at(provider.api(), provider.issuer())
    }

    /// A browser without cookies, for the site `url`, reached by `api`.
    pub fn at(api: Api, url: &str) -> Self {
        let url = Url::parse(url).expect("the site is a URL");
        Browser {
            api,
            prefix: url.path.trim_end_matches('/').to_owned(),
            origin: url.origin,
            account: None,
            language: None,
            cookies: CookieJar::default(),
        }
    }

    /// The same browser, with an account to sign in with when a sign-in page comes up.
    pub fn with_account(mut self, email: &str, password: &str) -> Self {
        self.account = Some((email.to_owned(), password.to_owned()));
        self
    }

    /// Asks for pages in these languages from here on, as `Accept-Language` has them.
    pub fn speak(&mut self, languages: &str) {
        self.language = Some(languages.to_owned());
    }

    /// Sends any request with the cookies held and takes in those of the reply; follows nothing.
    #[track_caller]
    pub fn send(&mut self, request: Request) -> Reply {
        let request = match self.cookies.header() {
            Some(cookies) => request.header("Cookie", &cookies),
            None => request,
        };
        let request = match &self.language {
            Some(languages) => request.header("Accept-Language", languages),
            None => request,
        };
        let reply = self.api.send(&request);
        for header in reply.headers_named("Set-Cookie") {
            self.cookies.set(header);
        }
        reply
    }

    /// GET as from the address bar; `target` goes out as it stands.
    #[track_caller]
    pub fn get(&mut self, target: &str) -> Reply {
        let request = Request::get(target)
            .header("Accept", "text/html,*/*;q=0.8")
            .header("Sec-Fetch-Site", "none")
            .header("Sec-Fetch-Mode", "navigate");
        self.send(request)
    }

    /// Form POST as from one of the provider's own pages (their referrer policy makes the origin
    /// `null`).
    #[track_caller]
    pub fn post_form(&mut self, target: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Request::post(target)
            .form(fields)
            .header("Accept", "text/html,*/*;q=0.8")
            .header("Origin", "null")
            .header("Sec-Fetch-Site", "same-origin")
            .header("Sec-Fetch-Mode", "navigate");
        self.send(request)
    }

    /// Sends `form` with `typed` laid over its fields.
    #[track_caller]
    pub fn submit(&mut self, form: &Form, typed: &[(&str, &str)]) -> Reply {
        let filled = form.filled(typed);
        let fields: Vec<(&str, &str)> = filled
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post_form(&self.local(&form.action).unwrap_or_default(), &fields)
    }

    /// Follows redirects that stay on the provider, until a page or a redirect to somewhere else.
    #[track_caller]
    pub fn follow(&mut self, mut reply: Reply) -> Reply {
        for _ in 0..STEPS {
            let Some(target) = reply.location().and_then(|to| self.local(to)) else {
                return reply;
            };
            reply = self.get(&target);
        }
        panic!("more than {STEPS} redirects, the last: {reply}");
    }

    /// GET, redirects on the provider followed.
    #[track_caller]
    pub fn open(&mut self, target: &str) -> Reply {
        let reply = self.get(target);
        self.follow(reply)
    }

    /// Signs in on the sign-in page and returns the reply to the form, whatever it is; remembers
    /// the account for later sign-in pages.
    #[track_caller]
    pub fn try_sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.account = Some((email.to_owned(), password.to_owned()));
        let path = self.at_path("/sign-in");
        let page = self.open(&path);
        let form = form_to(&page, &path).unwrap_or_else(|| panic!("no sign-in form: {page}"));
        self.submit(&form, &[("email", email), ("password", password)])
    }

    /// Signs in.
    ///
    /// # Panics
    /// When the form is answered with anything but a redirect.
    #[track_caller]
    pub fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.try_sign_in(email, password).expect(303)
    }

    /// Signs up and returns the reply to the form, whatever it is.
    #[track_caller]
    pub fn sign_up(&mut self, name: &str, email: &str, password: &str) -> Reply {
        self.account = Some((email.to_owned(), password.to_owned()));
        let path = self.at_path("/sign-up");
        let page = self.open(&path);
        let form = form_to(&page, &path).unwrap_or_else(|| panic!("no sign-up form: {page}"));
        let typed = [("name", name), ("email", email), ("password", password)];
        self.submit(&form, &typed)
    }

    /// Signs out by the form of the account page and returns the reply to it.
    #[track_caller]
    pub fn sign_out(&mut self) -> Reply {
        let page = self.open(&self.at_path("/account"));
        let path = self.at_path("/sign-out");
        let form = form_to(&page, &path).unwrap_or_else(|| panic!("no sign-out form: {page}"));
        self.submit(&form, &[])
    }

    /// Opens an authorization URL, signs in where asked, presses Allow where asked, and returns the
    /// redirect to the client.
    #[track_caller]
    pub fn authorize(&mut self, target: &str) -> Redirect {
        self.authorize_and("allow", target)
    }

    /// The same, but presses Deny.
    #[track_caller]
    pub fn deny(&mut self, target: &str) -> Redirect {
        self.authorize_and("deny", target)
    }

    #[track_caller]
    fn authorize_and(&mut self, answer: &str, target: &str) -> Redirect {
        let reply = self.authorize_until_consent(target);
        let reply = match form_to(&reply, &self.at_path("/consent")) {
            Some(form) => {
                let reply = self.submit(&form, &[("answer", answer)]);
                self.follow(reply)
            }
            None => reply,
        };
        match reply.location() {
            Some(location) if reply.status == 303 => Redirect::parse(location),
            _ => panic!("no redirect to the client after {target}: {reply}"),
        }
    }

    /// Opens an authorization URL, signs in where asked, and returns what comes then: the consent
    /// page, an error page, or the redirect to the client.
    #[track_caller]
    pub fn authorize_until_consent(&mut self, target: &str) -> Reply {
        let mut reply = self.open(target);
        for _ in 0..STEPS {
            let Some(form) = form_to(&reply, &self.at_path("/sign-in")) else {
                return reply;
            };
            let account = self.account.clone();
            let (email, password) = account.unwrap_or_else(|| panic!("nobody to sign in: {reply}"));
            let typed = [("email", email.as_str()), ("password", password.as_str())];
            let answer = self.submit(&form, &typed);
            assert_eq!(answer.status, 303, "the sign-in form was refused: {answer}");
            reply = self.follow(answer);
        }
        panic!("the sign-in page comes again and again: {reply}");
    }

    /// The path of one of the site's pages.
    fn at_path(&self, page: &str) -> String {
        format!("{}{page}", self.prefix)
    }

    /// Path and query of a location on this provider; `None` for another site.
    fn local(&self, location: &str) -> Option<String> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(location.to_owned());
        }
        let url = Url::parse(location)?;
        (url.origin == self.origin).then(|| url.target())
    }
}

/// The form of a page whose action is `path`, with or without a query.
fn form_to(page: &Reply, path: &str) -> Option<Form> {
    let mut all = forms(&page.text()).into_iter();
    all.find(|form| {
        let action = form.action.split('?').next().unwrap_or_default();
        action == path || Url::parse(action).is_some_and(|url| url.path == path)
    })
}
