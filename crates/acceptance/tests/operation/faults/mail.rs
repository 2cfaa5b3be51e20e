//! A mail that is under way while the disk fails.
use super::ground::{ENOSPC, Faults, Ground};
use crate::support::mail_server::MailServer;
use crate::support::{PLAIN, within};
use acceptance::Setup;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(15);

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_that_was_taken_is_not_sent_again_while_that_cannot_be_written_down() {
    let (ground, server) = (Ground::new(), MailServer::start_new());
    let setup = ground.lay(Setup::toml(PLAIN).with(&server.settings()));
    let provider = setup.start();
    let asked = provider.cli(&["mail", "test", "slow@example.com"]);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    ground.set(Faults {
        write: ENOSPC,
        ..Faults::default()
    });
    assert!(within(SOON, || !server.taken().is_empty()));
    // It is tried again and again to write that down, once in a second: as often it would have been sent again.
    let (mut tries, mut made, mut last) = (0, 0, Instant::now());
    let often = || {
        if ground.made() > made {
            tries += usize::from(made == 0 || last.elapsed() > Duration::from_millis(500));
            (made, last) = (ground.made(), Instant::now());
        }
        tries > 4
    };
    assert!(within(SOON, often), "nothing fails");
    assert_eq!(server.taken().len(), 1);
    ground.set(Faults::default());
    let listed = || provider.cli(&["outbox", "list"]).stdout;
    assert!(within(SOON, || listed().contains("Nothing waits")));
    assert_eq!(server.taken().len(), 1);
}
