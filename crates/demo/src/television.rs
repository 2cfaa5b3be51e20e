//! The demo's television: a device without a browser of its own. It shows a code (RFC 8628), asks again and again
//! whether its person has answered elsewhere, and then shows their tasks.
use super::board::{Demo, frame, tasks_of};
use super::reply;
use super::screen::{Screen, Waiting};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use pages::{DemoTask, DemoTelevision, OnScreen};
use std::time::{Duration, Instant};

/// The grant of a device (RFC 8628 §3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `GET`: the screen. While it waits the page loads itself again and again, and the device asks when it is time.
pub(crate) async fn watch(State(demo): State<Demo>) -> Response {
    let screen = match demo.television.now() {
        Screen::Off => switch_on(&demo).await,
        Screen::Waiting(waiting) if Instant::now() >= waiting.next_poll => {
            poll(&demo, waiting).await
        }
        other => other,
    };
    demo.television.show(screen.clone());
    let refresh = match &screen {
        Screen::Waiting(waiting) => waiting.next_poll.saturating_duration_since(Instant::now()),
        _ => Duration::ZERO,
    };
    let page = DemoTelevision {
        frame: frame(),
        screen: on_screen(&demo, screen).await,
    };
    let mut response = reply::page(StatusCode::OK, &page);
    let seconds = refresh.as_secs() + 1;
    if let (OnScreen::Code { .. }, Ok(value)) =
        (&page.screen, HeaderValue::from_str(&seconds.to_string()))
    {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}

/// `POST`: switches it off and on again, so that it asks for a new code.
pub(crate) async fn restart(State(demo): State<Demo>) -> Response {
    demo.television.show(Screen::Off);
    reply::see_other("/tv")
}

fn refused(error: impl Into<String>) -> Screen {
    Screen::Refused {
        error: error.into(),
    }
}

async fn switch_on(demo: &Demo) -> Screen {
    let url = &demo.settings.device;
    if url.is_empty() {
        return refused("the provider has switched the device grant off");
    }
    let fields = [("scope", "tasks:read")];
    let answer = demo.client.post_form(url, demo.credential(), &fields).await;
    let codes = match answer {
        Ok(answer) if answer.status == StatusCode::OK => answer.json,
        Ok(answer) => return refused(answer.json["error"].as_str().unwrap_or("unknown")),
        Err(error) => return refused(format!("{error:#}")),
    };
    let user_code = codes["user_code"].as_str().unwrap_or_default();
    let picture = format!(
        "{}/qr.svg?user_code={user_code}",
        codes["verification_uri"].as_str().unwrap_or_default()
    );
    let picture = demo.client.get_bytes(&picture).await.unwrap_or_default();
    let interval = Duration::from_secs(codes["interval"].as_u64().unwrap_or(5));
    Screen::Waiting(Waiting {
        picture: format!("data:image/svg+xml;base64,{}", STANDARD.encode(picture)),
        codes,
        interval,
        next_poll: Instant::now() + interval,
    })
}

async fn poll(demo: &Demo, mut waiting: Waiting) -> Screen {
    let code = waiting.text("device_code").to_owned();
    let fields = [("grant_type", DEVICE_CODE), ("device_code", &code)];
    let (token, credential) = (&demo.settings.token, demo.credential());
    let answer = match demo.client.post_form(token, credential, &fields).await {
        Ok(answer) => answer,
        Err(error) => return refused(format!("{error:#}")),
    };
    let text = |name: &str| answer.json[name].as_str().unwrap_or_default().to_owned();
    match text("error").as_str() {
        "" => {
            return Screen::Connected {
                access_token: text("access_token"),
            };
        }
        "authorization_pending" => {}
        "slow_down" => waiting.interval += Duration::from_secs(5),
        other => return refused(other),
    }
    waiting.next_poll = Instant::now() + waiting.interval;
    Screen::Waiting(waiting)
}

async fn on_screen(demo: &Demo, screen: Screen) -> OnScreen {
    match screen {
        Screen::Waiting(waiting) => OnScreen::Code {
            address: waiting.text("verification_uri").to_owned(),
            user_code: waiting.text("user_code").to_owned(),
            picture: waiting.picture,
        },
        Screen::Connected { access_token } => {
            let url = format!("{}/v1/tasks", demo.settings.base);
            let answer = demo.client.get_bearer(&url, &access_token).await;
            let tasks = answer
                .map(|answer| tasks_of(&answer.json))
                .unwrap_or_default();
            let task = |(title, done)| DemoTask { title, done };
            OnScreen::Tasks(tasks.into_iter().map(task).collect())
        }
        Screen::Refused { error } => OnScreen::Nothing { error },
        Screen::Off => OnScreen::Nothing {
            error: String::new(),
        },
    }
}
