//! Plain requests, as an app's server or an API makes them.

use crate::{App, Json, Reply, Request, Trust, send, send_over_tls, send_raw};
use std::io;
use std::net::SocketAddr;

/// A client without cookies. It is cheap to clone and may be used from many threads at once.
#[derive(Clone, Debug)]
pub struct Api {
    addr: SocketAddr,
    host: String,
    trust: Option<Trust>,
}

impl Api {
    /// A client of the server at `addr`, which is called `host` in the `Host` header.
    pub fn new(addr: SocketAddr, host: &str) -> Self {
        Api {
            addr,
            host: host.to_owned(),
            trust: None,
        }
    }

    /// Where the server is.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The same client, but over TLS, with this trust. Bytes as they are still go out in the clear.
    pub fn over_tls(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When the connection fails.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Reply {
        let reply = self.try_send(request);
        reply.unwrap_or_else(|e| panic!("no reply from {}: {e}; {request:?}", self.addr))
    }

    /// Sends any request; for tests in which the server may be gone.
    pub fn try_send(&self, request: &Request) -> io::Result<Reply> {
        match &self.trust {
            Some(trust) => send_over_tls(self.addr, &self.host, trust, request),
            None => send(self.addr, &self.host, request),
        }
    }

    /// Sends bytes as they are, for requests that [`Request`] cannot express.
    #[track_caller]
    pub fn send_raw(&self, bytes: &[u8]) -> Reply {
        let reply = send_raw(self.addr, bytes);
        reply.unwrap_or_else(|e| panic!("no reply from {}: {e}", self.addr))
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, target: &str) -> Reply {
        self.send(&Request::get(target))
    }

    /// GET with a bearer token.
    #[track_caller]
    pub fn get_bearer(&self, target: &str, token: &str) -> Reply {
        self.send(&Request::get(target).bearer(token))
    }

    /// Form POST; credentials, if any, stand among the fields.
    #[track_caller]
    pub fn post_form(&self, target: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(&Request::post(target).form(fields))
    }

    /// Form POST with the app's id and secret as HTTP Basic (`client_secret_basic`).
    #[track_caller]
    pub fn post_form_basic(&self, target: &str, app: &App, fields: &[(&str, &str)]) -> Reply {
        let request = Request::post(target).form(fields);
        self.send(&request.basic(&app.client_id, &app.client_secret))
    }

    /// Form POST with the app's id and secret among the fields (`client_secret_post`); of a public
    /// app only the id is sent.
    #[track_caller]
    pub fn post_form_as(&self, target: &str, app: &App, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        fields.push(("client_id", &app.client_id));
        if !app.client_secret.is_empty() {
            fields.push(("client_secret", &app.client_secret));
        }
        self.post_form(target, &fields)
    }

    /// JSON POST.
    #[track_caller]
    pub fn post_json(&self, target: &str, value: &Json) -> Reply {
        self.send(&Request::post(target).json(value))
    }
}
