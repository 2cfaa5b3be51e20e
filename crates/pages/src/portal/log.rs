//! What an app's requests were told: the list, and one of them.
use super::{Trail, app_href, log_href};
use crate::{Frame, HOSTILE, Page, Text, samples, samples::pages};
use askama::Template;
use protocol::request_log::Endpoint;
use protocol::types::{Language, Side};

pages!(RequestLog, RequestEntry);

/// Statuses that a list can be narrowed to.
const STATUSES: [u16; 6] = [200, 303, 400, 401, 403, 503];

/// The list. Its address takes `request` (the id of one, whose own page it is then), and to narrow it `endpoint`,
/// `status` (`refused` or a number), `error`, `mode`, and `before`.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/log.html")]
pub struct RequestLog {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// The app's client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is for trying things.
    pub side: Side,
    /// Whether a log is kept here.
    pub kept: bool,
    /// The id that was looked for and not found.
    pub sought: Option<String>,
    /// How many went well and were refused in four weeks, by endpoint.
    pub counts: Vec<(Endpoint, usize, usize)>,
    /// What the list is narrowed to.
    pub filter: LogFilter,
    /// The errors that there are to choose from.
    pub errors: Vec<String>,
    /// Whether there are two modes to choose from.
    pub has_modes: bool,
    /// One page of the requests, newest first.
    pub requests: Vec<RequestRow>,
    /// Address of the next page.
    pub next_page: Option<String>,
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The endpoint.
    pub endpoint: Option<Endpoint>,
    /// Only those that were refused.
    pub only_refused: bool,
    /// The status.
    pub status: Option<u16>,
    /// The error code.
    pub error: Option<String>,
    /// The side.
    pub side: Option<Side>,
}

impl LogFilter {
    /// Whether it takes everything.
    pub fn is_open(&self) -> bool {
        *self == LogFilter::default()
    }
}

/// One request of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// The id that its answer named.
    pub request_id: String,
    /// When it came.
    pub time: Text,
    /// What was asked.
    pub endpoint: Endpoint,
    /// What was answered.
    pub status: u16,
    /// The side of the app.
    pub side: Side,
    /// Error code and cause, of one that was refused.
    pub refusal: Option<(String, String)>,
}

impl RequestLog {
    fn href(&self) -> String {
        log_href(&self.client_id)
    }

    fn app_href(&self) -> String {
        app_href(&self.client_id)
    }

    fn entry_href(&self, request: &RequestRow) -> String {
        format!("{}?request={}", self.href(), request.request_id)
    }

    fn at(&self, endpoint: &Endpoint) -> Text {
        endpoint_name(&self.frame, *endpoint)
    }

    fn is_of(&self, mode: &str) -> bool {
        self.filter.side.is_some_and(|side| side.as_str() == mode)
    }

    /// What is said of an id that was not found.
    fn problem(&self) -> Option<Text> {
        let sought = self.sought.as_ref();
        sought.map(|_| self.frame.text("log-not-found"))
    }
}

/// One request.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/request.html")]
pub struct RequestEntry {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// The app's client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// The request.
    pub request: RequestRow,
    /// Where the app's server is.
    pub address: Option<String>,
    /// What often leads to the error, and what to do.
    pub advice: Option<(&'static str, &'static str)>,
    /// Where developers read about the error.
    pub help: Option<String>,
}

impl RequestEntry {
    fn at(&self) -> Text {
        endpoint_name(&self.frame, self.request.endpoint)
    }

    fn log_href(&self) -> String {
        log_href(&self.client_id)
    }

    fn app_href(&self) -> String {
        app_href(&self.client_id)
    }
}

fn endpoint_name(frame: &Frame, endpoint: Endpoint) -> Text {
    match endpoint {
        Endpoint::Authorize => frame.text("log-at-authorize"),
        Endpoint::Token => frame.text("log-at-token"),
        Endpoint::Device => frame.text("log-at-device"),
        Endpoint::Revoke => frame.text("log-at-revoke"),
        Endpoint::Introspect => frame.text("log-at-introspect"),
        Endpoint::TokenInfo => frame.text("log-at-token-info"),
        Endpoint::UserInfo => frame.text("log-at-userinfo"),
    }
}

impl Page for RequestLog {
    const NAME: &'static str = "request-log";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = usual(language);
        let empty = RequestLog {
            counts: Vec::new(),
            errors: Vec::new(),
            requests: Vec::new(),
            next_page: None,
            ..usual.clone()
        };
        let narrowed = RequestLog {
            filter: LogFilter {
                endpoint: Some(Endpoint::Token),
                only_refused: true,
                status: None,
                error: Some("invalid_grant".to_owned()),
                side: Some(Side::Live),
            },
            sought: Some("0123456789abcdef".to_owned()),
            side: Side::Test,
            ..empty.clone()
        };
        let off = RequestLog {
            kept: false,
            ..empty.clone()
        };
        vec![usual, empty, narrowed, off, hostile(language)]
    }
}

fn row(status: u16, refusal: Option<(&str, &str)>) -> RequestRow {
    RequestRow {
        request_id: "3f9a61c2d07b84e5".to_owned(),
        time: Text::of_others("2026-11-21 09:14 UTC"),
        endpoint: Endpoint::Token,
        status,
        side: Side::Live,
        refusal: refusal.map(|(code, cause)| (code.to_owned(), cause.to_owned())),
    }
}

fn usual(language: Language) -> RequestLog {
    let verifier = "code_verifier does not match the code_challenge";
    let uri = "redirect_uri is not one that is registered for the app";
    RequestLog {
        frame: samples::signed_in_frame(language),
        trail: Trail(vec![Text::of_others("Settings")]),
        client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
        name: "Task Board".to_owned(),
        side: Side::Live,
        kept: true,
        sought: None,
        counts: vec![
            (Endpoint::Authorize, 1_204, 3),
            (Endpoint::Token, 48_112, 17),
        ],
        filter: LogFilter::default(),
        errors: vec!["invalid_grant".to_owned(), "invalid_request".to_owned()],
        has_modes: true,
        requests: vec![
            row(200, None),
            row(400, Some(("invalid_grant", verifier))),
            RequestRow {
                endpoint: Endpoint::Authorize,
                side: Side::Test,
                ..row(400, Some(("invalid_redirect_uri", uri)))
            },
        ],
        next_page: Some("/apps/h9XW2pQ0nT4kLr7sVbYc1a/log?before=1".to_owned()),
    }
}

fn hostile(language: Language) -> RequestLog {
    RequestLog {
        frame: samples::hostile_frame(language),
        trail: Trail(vec![Text::of_others(HOSTILE)]),
        client_id: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        sought: Some(HOSTILE.to_owned()),
        errors: vec![HOSTILE.to_owned()],
        filter: LogFilter {
            error: Some(HOSTILE.to_owned()),
            ..LogFilter::default()
        },
        requests: vec![hostile_row()],
        next_page: Some(HOSTILE.to_owned()),
        ..usual(language)
    }
}

fn hostile_row() -> RequestRow {
    RequestRow {
        request_id: HOSTILE.to_owned(),
        time: Text::of_others(HOSTILE),
        ..row(400, Some((HOSTILE, HOSTILE)))
    }
}

impl Page for RequestEntry {
    const NAME: &'static str = "request-entry";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let cause = "code_verifier does not match the code_challenge";
        let refused = RequestEntry {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            name: "Task Board".to_owned(),
            request: row(400, Some(("invalid_grant", cause))),
            address: Some("203.0.113.7".to_owned()),
            advice: Some((
                "The verifier is another person's, or was made anew.",
                "Keep it in the person's session, beside state.",
            )),
            help: Some("/developers/errors#invalid_grant".to_owned()),
        };
        let granted = RequestEntry {
            request: row(200, None),
            advice: None,
            help: None,
            ..refused.clone()
        };
        let hostile = RequestEntry {
            frame: samples::hostile_frame(language),
            trail: Trail(vec![Text::of_others(HOSTILE)]),
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            request: hostile_row(),
            address: Some(HOSTILE.to_owned()),
            help: Some(HOSTILE.to_owned()),
            ..refused.clone()
        };
        vec![refused, granted, hostile]
    }
}
