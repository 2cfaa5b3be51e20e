//! Ports for servers under test.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The ports tried: below the range the kernel takes for outgoing connections, so that a server
/// which restarts finds its port still free.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;
/// As many for each place at which the runner runs a test.
const EACH: u32 = 500;

/// A loopback port that nobody listens on, another one at each call.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Tests that run at the same time are processes of their own, and look at ports of their own.
    let place = std::env::var("NEXTEST_TEST_GLOBAL_SLOT").ok();
    let place = place.and_then(|place| place.parse::<u32>().ok());
    let own = std::process::id().wrapping_mul(193);
    let start = place.map_or(own, |place| place.wrapping_mul(EACH) + own % EACH);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Relaxed);
        let number = FIRST + start.wrapping_add(step) % COUNT;
        let port = u16::try_from(number).expect("below 32000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!(
        "no free port on 127.0.0.1 between {FIRST} and {}",
        FIRST + COUNT
    );
}
