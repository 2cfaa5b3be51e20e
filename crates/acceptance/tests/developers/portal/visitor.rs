//! Whoever visits a portal on a host of its own: one browser, two hosts, and the ways between them.
use super::APPS;
use crate::support::{PASSWORD, Scene, form_to, portal_of};
use acceptance::{Browser, Reply, Url, target};

/// One browser, which keeps the cookies of two hosts.
pub(super) struct Visitor {
    pub(super) issuer: Browser,
    pub(super) portal: Browser,
    pub(super) base: String,
    pub(super) own: String,
}

impl Visitor {
    pub(super) fn of(scene: &Scene) -> Self {
        let own = portal_of(&scene.provider);
        let host = Url::parse(&own).expect("a URL");
        let api = scene.provider.api_at(host.authority());
        Visitor {
            issuer: scene.provider.browser(),
            portal: Browser::at(api, &own),
            base: scene.provider.issuer().to_owned(),
            own,
        }
    }

    /// Somebody who is signed in at the portal.
    #[track_caller]
    pub(super) fn signed_in(scene: &Scene, email: &str) -> Self {
        let mut visitor = Self::of(scene);
        let page = visitor.open(APPS);
        visitor.sign_in(&page, email);
        visitor
    }

    /// Signs in on the issuer's page; where that leads.
    #[track_caller]
    pub(super) fn sign_in(&mut self, page: &Reply, email: &str) -> Reply {
        let typed = [("email", email), ("password", PASSWORD)];
        let sent = self.issuer.submit(&form_to(page, "/sign-in"), &typed);
        self.follow(sent.expect(303))
    }

    /// Opens a page of the portal, and goes wherever that leads.
    #[track_caller]
    pub(super) fn open(&mut self, page: &str) -> Reply {
        let reply = self.portal.get(page);
        self.follow_from(true, reply)
    }

    #[track_caller]
    pub(super) fn follow(&mut self, reply: Reply) -> Reply {
        self.follow_from(false, reply)
    }

    /// Follows redirects from host to host.
    #[track_caller]
    pub(super) fn follow_from(&mut self, mut at_portal: bool, mut reply: Reply) -> Reply {
        for _ in 0..12 {
            let Some(to) = reply.location().map(str::to_owned) else {
                return reply;
            };
            let target = match Url::parse(&to) {
                Some(url) if url.origin == self.own => {
                    at_portal = true;
                    url.target()
                }
                Some(url) if url.origin == self.base => {
                    at_portal = false;
                    url.target()
                }
                Some(_) => return reply,
                None => to,
            };
            reply = match at_portal {
                true => self.portal.get(&target),
                false => self.issuer.get(&target),
            };
        }
        panic!("it leads on and on: {reply}");
    }

    /// Sets out for a page of the portal: the authorization request that it makes.
    #[track_caller]
    pub(super) fn set_out(&mut self, page: &str) -> String {
        let asked = self
            .portal
            .get(&target("/sign-in", &[("to", page)]))
            .expect(303);
        let to = asked.location().unwrap_or_default().to_owned();
        let path = to.strip_prefix(&self.base);
        path.unwrap_or_else(|| panic!("not at the issuer: {to}"))
            .to_owned()
    }

    /// The way back to the portal that the issuer answers a request with: path and query.
    #[track_caller]
    pub(super) fn way_back(&mut self, asked: &str) -> String {
        let answer = self.issuer.get(asked).expect(303);
        let back = answer.location().unwrap_or_default().to_owned();
        let path = back.strip_prefix(&self.own);
        path.unwrap_or_else(|| panic!("not at the portal: {answer}"))
            .to_owned()
    }

    /// Whether the portal shows its pages.
    #[track_caller]
    pub(super) fn is_in(&mut self) -> bool {
        let reply = self.portal.get(APPS);
        match reply.status {
            200 => true,
            303 => false,
            _ => panic!("neither: {reply}"),
        }
    }
}
