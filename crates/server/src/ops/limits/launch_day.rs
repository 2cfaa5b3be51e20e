//! A launch day under the limits that a configuration has which says nothing of them: nobody who means well is refused.
use super::{Class, Limits};
use config::Config;
use protocol::types::ClientRowId;
use std::net::IpAddr;
use std::time::{Duration, Instant};

const APPS: u64 = 2_000;
/// Times the normal traffic.
const LAUNCH: u64 = 50;

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27) % end
    }
}

/// Where an app's servers are. Small apps share the addresses of a few hosting companies, forty behind each.
fn server_of(app: u64) -> IpAddr {
    match app {
        0..200 => IpAddr::from([192, 0, (app / 250) as u8, (app % 250) as u8]),
        _ => IpAddr::from([198, 51, 100, (app % 45) as u8]),
    }
}

/// Requests of an app in a second of a normal day, in thousandths: the first has three, most one in ten seconds.
fn normal(app: u64) -> u64 {
    3_000 / (app + 1) + 100
}

/// A minute of the peak of the day. People come with it: each page is asked for from one of 3,000 addresses, a tenth of them
/// from three schools.
#[test]
fn fifty_times_the_normal_traffic_of_two_thousand_apps_loses_nothing() {
    let (limits, mut config) = (Limits::default(), Config::for_tests());
    config.limits.exempt = Vec::new();
    let (start, mut chance) = (Instant::now(), Chance(7));
    let (mut asked, mut lost) = (0_u64, 0_u64);
    for second in 0..60 {
        let begin = start + Duration::from_secs(second);
        for app in 0..APPS {
            // Arrivals come in clumps: in one second of five, five times as many.
            let clump = if chance.below(5) == 0 { 5 } else { 0 };
            let thousandths = normal(app) * LAUNCH * clump;
            let requests =
                thousandths / 1_000 + u64::from(chance.below(1_000) < thousandths % 1_000);
            for _ in 0..requests {
                let at = begin + Duration::from_micros(chance.below(1_000_000));
                let (from, no) = (server_of(app), ClientRowId(app as i64));
                let entered = limits.enter(&config, Class::Programs, from, at);
                let taken = entered.and_then(|()| limits.proved(&config, no, from, || at));
                (asked, lost) = (asked + 1, lost + u64::from(taken.is_err()));
            }
        }
        for _ in 0..1_000 {
            let person = chance.below(3_000);
            let from = match person % 10 {
                0 => IpAddr::from([203, 0, 113, (person % 3) as u8]),
                _ => IpAddr::from([10, 1, (person >> 8) as u8, person as u8]),
            };
            let taken = limits.enter(&config, Class::Pages, from, begin);
            (asked, lost) = (asked + 1, lost + u64::from(taken.is_err()));
        }
    }
    assert!(asked > 600_000, "{asked}");
    assert_eq!(lost, 0, "of {asked}");
}

/// The same day, and one address that asks as often as it can: it gets what the budget says, and the others everything.
#[test]
fn one_that_floods_takes_nothing_from_the_others() {
    let (limits, mut config) = (Limits::default(), Config::for_tests());
    config.limits.exempt = Vec::new();
    let start = Instant::now();
    let (mut flood, mut lost) = (0_u64, 0);
    for millisecond in 0..20_000 {
        let at = start + Duration::from_millis(millisecond);
        for _ in 0..20 {
            let from = IpAddr::from([203, 0, 113, 99]);
            let taken = limits.enter(&config, Class::Programs, from, at);
            flood += u64::from(taken.is_ok());
        }
        let from = IpAddr::from([192, 0, 2, (millisecond % 200) as u8]);
        lost += u64::from(limits.enter(&config, Class::Programs, from, at).is_err());
    }
    assert_eq!(lost, 0);
    assert!((26_000..=26_300).contains(&flood), "{flood} of 400,000");
}
