//! Polls of devices whose people have not answered yet (RFC 8628 section 3.4).

use crate::connection::Answer;
use crate::drive::mint;
use crate::round::Round;
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Post, Step, Work, text_member};
use anyhow::ensure;
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(crate) const POLL: &str = "device poll";

/// What the servers under load are configured with beside the rest: the shortest interval there is.
pub(crate) const CONFIG: &str =
    "[grants]\ndevice_code = true\n[device]\ninterval = \"1s\"\nlifetime = \"1h\"\n";
/// The interval, and a little more for what is between a device's clock and the server's.
const INTERVAL: Duration = Duration::from_millis(1050);
/// What a device that was told to slow down adds.
const SLOWER: Duration = Duration::from_secs(5);

/// How the devices of all connections fared.
#[derive(Default)]
struct Pace {
    /// Polls that were told to slow down.
    slowed: Cell<u64>,
    /// Polls that waited because no device was due: the server was faster than the devices may ask.
    waited: Cell<u64>,
}

/// A device that waits for its person.
struct Device {
    code: String,
    due: Option<Instant>,
    interval: Duration,
}

/// Polls of the devices of one connection in turn; each keeps to its interval.
struct Polls {
    post: Post,
    devices: Vec<Device>,
    at: usize,
    pace: Rc<Pace>,
}

impl Work for Polls {
    fn request(&mut self) -> &[u8] {
        self.post.with(&[
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=",
            &self.devices[self.at].code,
        ])
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        let count = self.devices.len();
        let device = &mut self.devices[self.at];
        self.at = (self.at + 1) % count;
        match text_member(answer.body, "error") {
            Some("authorization_pending") if answer.status == 400 => {}
            Some("slow_down") if answer.status == 400 => {
                device.interval += SLOWER;
                self.pace.slowed.set(self.pace.slowed.get() + 1);
            }
            _ => return Step::Wrong,
        }
        device.due = Some(Instant::now() + device.interval);
        Step::Done
    }

    fn due(&self) -> Option<Instant> {
        let due = self.devices[self.at].due?;
        if due > Instant::now() {
            self.pace.waited.set(self.pace.waited.get() + 1);
        }
        Some(due)
    }
}

/// Polls on each Valetkey.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers.iter().filter(|(server, _)| !server.is_floor()) {
        let pace = Rc::new(Pace::default());
        let works = works(round, server, seeded, &pace)?;
        round.load(POLL, server, works)?;
        round.add_one(
            server,
            "device polls told to slow down",
            count(&pace.slowed),
        );
        round.add_one(
            server,
            "device polls that waited until due",
            count(&pace.waited),
        );
    }
    Ok(())
}

fn count(cell: &Cell<u64>) -> f64 {
    crate::sample::count(cell.get())
}

fn works(
    round: &Round<'_>,
    server: &Server,
    seeded: &Seeded,
    pace: &Rc<Pace>,
) -> anyhow::Result<Vec<AnyWork>> {
    ensure!(
        !seeded.paths.device.is_empty(),
        "{} offers no device authorization endpoint: let its configuration switch the grant on",
        server.name()
    );
    let connections = round.args.width();
    let host = server.host();
    let request = Post::new(&seeded.paths.device, &host, &seeded.device)
        .with(&[])
        .to_vec();
    let count = round.args.sizes().devices;
    let codes = mint(round.runtime, server.addr(), &request, count, "device_code")?;
    let polls = |codes: &[String]| -> AnyWork {
        let device = |code: &String| Device {
            code: code.clone(),
            due: None,
            interval: INTERVAL,
        };
        Box::new(Polls {
            post: Post::new(&seeded.paths.token, &host, &seeded.device),
            devices: codes.iter().map(device).collect(),
            at: 0,
            pace: pace.clone(),
        })
    };
    Ok(codes
        .chunks(count / connections)
        .map(polls)
        .take(connections)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::answer;

    #[test]
    fn a_device_keeps_to_its_interval() {
        let device = |code: &str| Device {
            code: code.to_owned(),
            due: None,
            interval: INTERVAL,
        };
        let basic = ("id".to_owned(), "secret".to_owned());
        let pace = Rc::new(Pace::default());
        let mut polls = Polls {
            post: Post::new("/token", "localhost:1", &basic),
            devices: vec![device("dc_1"), device("dc_2")],
            at: 0,
            pace: pace.clone(),
        };
        assert!(polls.request().ends_with(b"&device_code=dc_1"));
        assert_eq!(polls.due(), None);
        let pending = answer(400, "", r#"{"error":"authorization_pending"}"#);
        assert_eq!(polls.answered(&pending), Step::Done);
        assert!(polls.request().ends_with(b"&device_code=dc_2"));
        let slower = answer(400, "", r#"{"error":"slow_down"}"#);
        assert_eq!(polls.answered(&slower), Step::Done);
        assert_eq!((pace.slowed.get(), pace.waited.get()), (1, 0));
        let now = Instant::now();
        assert!(
            polls
                .due()
                .is_some_and(|due| due > now && due < now + INTERVAL * 2)
        );
        assert_eq!(pace.waited.get(), 1);
        polls.at = 1;
        assert!(polls.due().is_some_and(|due| due > now + SLOWER));
        let expired = answer(400, "", r#"{"error":"expired_token"}"#);
        assert_eq!(polls.answered(&expired), Step::Wrong);
    }
}
