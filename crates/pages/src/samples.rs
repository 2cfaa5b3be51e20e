//! What the samples of several pages share.

mod consents;

pub(crate) use consents::{app_card, consents, scope_groups};

use crate::{Brand, BrandLinks, DemoStep, DemoTask, Frame, Page};
use protocol::types::{Language, LocalText};

/// Text that breaks out of any place where it is not escaped.
pub const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;";

/// What samples bring that is no part of the catalogue, and so is said as it stands in every language: names, addresses,
/// what operators and developers write.
pub const SAMPLE_DATA: &[&str] = &[
    "Acme Tasks",
    "Acme",
    "The Northern Counties Allotment Society Online",
    "ada@example.com",
    "bob@example.com",
    "01jd7m3q8r5vk",
    "Task Board",
    "Firefox, Linux",
    "iPhone",
    LONG_NAME,
    "id.example.com",
    "Ada Lovelace",
    "h9XW2pQ0nT4kLr7sVbYc1a",
    "cs_0123456789",
    "GEZD GNBV GY3T QOJQ\nGEZD GNBV GY3T QOJQ",
    "GEZD-GNBV-GY3T-QOJQ",
    "Settings",
    "Developers",
    "203.0.113.0/24",
    "https://board.example.org/oauth/callback",
    "English",
    "Deutsch",
    "Firefox",
    "Safari",
    "Chrome",
    "Linux",
    "UTC",
    "Africa/Abidjan",
    "America/New_York",
    "Europe/Berlin",
    "@example.com",
    "@example",
    "Board Makers Ltd",
    "boards.example",
    "https://boards.example/.well-known/valetkey-domain.txt",
    "domain-h9XW2pQ0nT4kLr7sVbYc1a",
    "boards",
    "board.example.org",
    "https://board.example.org/oauth/callback/?tenant=7f1c90aa5bb04f0d9be1",
    "tasks-cli",
    "WDJB-MJHT",
    "curl",
    "Python",
    "Node",
    "Go",
    "Rust",
    LONG_HOST,
    LONG_ADDRESS,
    "Authorize Application",
    "3f9a61c2d07b84e5",
    "0123456789abcdef",
    "203.0.113.7",
    "invalid_grant",
    "invalid_request",
    "code_verifier does not match the code_challenge",
    "redirect_uri is not one that is registered for the app",
    "The verifier is another person's, or was made anew.",
    "Keep it in the person's session, beside state.",
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "ES256",
    "RS256",
    "tasks:read",
    "tasks:write",
    "Tasks",
    "You",
    "See your tasks and lists",
    "Add tasks and change them",
    "Delete tasks for good",
    "Do everything you can do, in your name",
    "See your name and e-mail address",
    LONG_SENTENCE,
];

/// One rendered sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// [`Page::NAME`] of the page.
    pub page: &'static str,
    /// Place among the page's samples, from 1.
    pub number: usize,
    /// [`Page::ASKS_PASSWORD`] of the page.
    pub asks_password: bool,
    /// [`Page::COPIES`] of the page.
    pub copies: bool,
    /// [`Page::PASSKEYS`] of the page.
    pub passkeys: bool,
    /// Whether it links the script that sends its form.
    pub submits: bool,
    /// [`Page::TRANSLATED`] of the page.
    pub translated: bool,
    /// [`Page::language`] of the page.
    pub language: Language,
    /// The whole document.
    pub html: String,
}

/// A page that `pages!` lists where it is declared.
pub trait Listed {}

/// Lists the pages of a subject, so that their samples are among [`every_sample`](crate::every_sample): what holds for
/// all pages is tested with those. A page that is not listed does not compile.
macro_rules! pages {
    ($($page:ident),+ $(,)?) => {
        $(impl $crate::samples::Listed for $page {})+

        pub(crate) fn samples_of_pages(language: protocol::types::Language) -> Vec<$crate::Sample> {
            [$($crate::samples::rendered::<$page>(language)),+].concat()
        }
    };
}
pub(crate) use pages;

pub(crate) fn rendered<P: Page>(language: Language) -> Vec<Sample> {
    let samples = P::samples(language);
    let numbered = samples.iter().zip(1..);
    numbered
        .map(|(page, number)| Sample {
            page: P::NAME,
            asks_password: P::ASKS_PASSWORD,
            copies: P::COPIES,
            passkeys: P::PASSKEYS,
            submits: P::SUBMITS,
            translated: P::TRANSLATED,
            language: page.language(),
            number,
            html: page.html(),
        })
        .collect()
}

pub(crate) fn frame(language: Language) -> Frame {
    Frame {
        language,
        product: "Acme Tasks".to_owned(),
        request_id: "01jd7m3q8r5vk".to_owned(),
        ..Frame::default()
    }
}

pub(crate) fn signed_in_frame(language: Language) -> Frame {
    Frame {
        signed_in_as: Some("ada@example.com".to_owned()),
        ..frame(language)
    }
}

pub(crate) fn branded_test_frame(language: Language) -> Frame {
    Frame {
        brand: Brand {
            colours: true,
            ..Brand::default()
        },
        test_side: true,
        ..frame(language)
    }
}

/// A provider with a long name and all that a brand may have.
pub(crate) fn branded_frame(language: Language) -> Frame {
    Frame {
        product: "The Northern Counties Allotment Society Online".to_owned(),
        brand: Brand {
            colours: true,
            logo: Some(LOGO.to_owned()),
            icon: Some(LOGO.to_owned()),
            links: BrandLinks {
                terms: Some(LocalText::new("https://tasks.example/terms")),
                privacy: Some(LocalText::new("https://tasks.example/privacy")),
                help: Some(LocalText::new("https://help.tasks.example/")),
                support: Some(LocalText::new("mailto:support@tasks.example")),
            },
        },
        ..frame(language)
    }
}

/// A wide picture, dark on nothing, as most logos are.
const LOGO: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 40'%3E%3Cpath fill='%23143d2b' d='M0 0h40v40H0zm52 6h180v10H52zm0 18h120v10H52z'/%3E%3C/svg%3E";

pub(crate) fn hostile_frame(language: Language) -> Frame {
    Frame {
        language,
        product: HOSTILE.to_owned(),
        request_id: HOSTILE.to_owned(),
        signed_in_as: Some(HOSTILE.to_owned()),
        brand: Brand {
            colours: true,
            logo: Some(HOSTILE.to_owned()),
            icon: Some(HOSTILE.to_owned()),
            links: BrandLinks {
                terms: Some(LocalText::new(format!("https://{HOSTILE}"))),
                privacy: Some(LocalText::new(format!("https://{HOSTILE}"))),
                help: Some(LocalText::new(HOSTILE)),
                support: Some(LocalText::new("javascript:alert(1)")),
            },
        },
        test_side: true,
        developers: true,
        confirm: Some(HOSTILE.to_owned()),
        developer_support: Some(format!("mailto:{HOSTILE}")),
    }
}

const LONG_NAME: &str =
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft Planner";

const LONG_HOST: &str = "subsubsubsubsubsubsubsubsubsubsubsubsubsubsubsubsubsub.example.org";

const LONG_ADDRESS: &str = "longlonglonglonglonglonglonglonglonglonglonglonglonglong@example.com";

const LONG_SENTENCE: &str = "Read, add and change the records of every department you belong to, \
     including those that colleagues have shared with you";

pub(crate) fn long_name() -> String {
    LONG_NAME.to_owned()
}

pub(crate) fn demo_tasks() -> Vec<DemoTask> {
    let task = |title: &str, done| DemoTask {
        title: title.to_owned(),
        done,
    };
    vec![
        task("Water the plants", true),
        task("Write to the bank about the new account", false),
        task("Book the train to Lisbon", false),
    ]
}

pub(crate) fn demo_steps() -> Vec<DemoStep> {
    vec![
        demo_step(
            "Send the person to the provider",
            "GET /oauth/authorize?response_type=code&client_id=demo&scope=tasks%3Aread%20tasks%3Awrite\
             &state=9f2c…&code_challenge=E9Mel…&code_challenge_method=S256",
            "303 See Other\nLocation: http://127.0.0.1:9090/callback?code=ac_3f…&state=9f2c…",
        ),
        demo_step(
            "Change the code for tokens",
            "POST /oauth/token\ngrant_type=authorization_code&code=ac_3f…&code_verifier=dBjf…",
            "200 OK\n{\n  \"access_token\": \"at_1x…\",\n  \"token_type\": \"Bearer\",\n  \"expires_in\": 3600,\n  \
             \"refresh_token\": \"rt_8k…\",\n  \"scope\": \"tasks:read tasks:write\"\n}",
        ),
        demo_step(
            "Read the tasks",
            "GET /v1/tasks\nAuthorization: Bearer at_1x…",
            "200 OK\n[ 3 tasks ]",
        ),
    ]
}

pub(crate) fn demo_steps_after_revocation() -> Vec<DemoStep> {
    let revoked = demo_step(
        "Give the key back",
        "POST /oauth/revoke\ntoken=rt_8k…",
        "200 OK",
    );
    let refused = demo_step(
        "Read the tasks",
        "GET /v1/tasks\nAuthorization: Bearer at_1x…",
        "401 Unauthorized\n{\n  \"error\": \"invalid_token\"\n}",
    );
    let steps = demo_steps().into_iter();
    steps.chain([revoked, refused]).collect()
}

fn demo_step(title: &str, request: &str, response: &str) -> DemoStep {
    DemoStep {
        title: title.to_owned(),
        request: request.to_owned(),
        response: response.to_owned(),
    }
}
