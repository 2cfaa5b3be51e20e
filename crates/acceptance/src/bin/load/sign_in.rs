//! People who sign in: each attempt checks a password by argon2id, which is what it costs.

use crate::drive::Tally;
use crate::round::Round;
use crate::sample::{Figures, Load};
use crate::seed::{PASSWORD, Seeded};
use crate::server::Server;
use crate::usage::cpu_micros;
use crate::work::{AnyWork, Same};
use acceptance::{Browser, Provider, Request, forms};
use anyhow::{Context, anyhow, ensure};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(crate) const SIGN_IN: &str = "sign-in";
/// What the bare hash is called in the report.
pub(crate) const ARGON2: &str = "argon2id";

/// The bytes of a sign-in by one account of its own, which may be sent again and again.
pub(crate) fn request(provider: &Provider, number: usize, host: &str) -> anyhow::Result<Vec<u8>> {
    let email = format!("person-{number}@example.com");
    provider.user_create(&email, "Person", PASSWORD, false);
    let mut browser: Browser = provider.browser();
    let page = browser.open("/sign-in").expect(200).text();
    let all = forms(&page);
    let form = all.iter().find(|form| form.value("nonce").is_some());
    let form = form.context("the sign-in page has no form")?;
    let filled = form.filled(&[("email", &email), ("password", PASSWORD)]);
    let fields: Vec<(&str, &str)> = filled
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let cookies = browser.cookies.header().unwrap_or_default();
    let request = Request::post("/sign-in")
        .header("Connection", "keep-alive")
        .header("Origin", "null")
        .header("Sec-Fetch-Site", "same-origin")
        .header("Sec-Fetch-Mode", "navigate")
        .header("Cookie", &cookies)
        .form(&fields);
    Ok(request.bytes(host))
}

/// One connection for each person.
pub(crate) fn works(seeded: &Seeded) -> Vec<AnyWork> {
    let work = |bytes: &Vec<u8>| {
        let bytes: Rc<[u8]> = bytes.as_slice().into();
        // The sign-in page again is a 401 or 429; a redirect means that the session is durable.
        Same::work(&bytes, |answer| answer.status == 303)
    };
    seeded.sign_ins.iter().map(work).collect()
}

/// Sign-ins on each Valetkey, and the bare hash on as many threads as the server hashes on.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers.iter().filter(|(server, _)| !server.is_floor()) {
        round.load(SIGN_IN, server, works(seeded))?;
    }
    let length = Duration::from_secs(u64::from(round.args.secs));
    let threads = round.args.hashers();
    let before = cpu_micros(std::process::id())?;
    let tally = bare(threads, length)?;
    let cpu = cpu_micros(std::process::id())?.saturating_sub(before);
    let load = Load::new(SIGN_IN, threads, &tally, Some(cpu));
    round.add(ARGON2, Figures::Load(load));
    Ok(())
}

/// Checks a password again and again on each thread, as the server does: 19 MiB, two passes, one lane.
fn bare(threads: usize, length: Duration) -> anyhow::Result<Tally> {
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes());
    let hash = hash.map_err(|e| anyhow!("cannot hash: {e}"))?.to_string();
    let start = Instant::now();
    let check = || -> anyhow::Result<Tally> {
        let mut tally = Tally::new()?;
        loop {
            let begin = Instant::now();
            let right = Argon2::default().verify_password(PASSWORD.as_bytes(), hash.as_str());
            ensure!(right.is_ok(), "the bare hash refuses its own password");
            let micros = u64::try_from(begin.elapsed().as_micros())?;
            tally.count(micros, start.elapsed());
            if tally.elapsed >= length {
                return Ok(tally);
            }
        }
    };
    let tallies: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(check)).collect();
        running.into_iter().map(|thread| thread.join()).collect()
    });
    let mut all = Tally::new()?;
    for tally in tallies {
        let tally = tally.map_err(|_| anyhow!("a thread that hashes has failed"))?;
        all.add_beside(&tally?)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_hash_is_the_servers() {
        let hash = Argon2::default().hash_password(PASSWORD.as_bytes());
        let hash = hash.unwrap().to_string();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
    }

    #[test]
    fn every_thread_counts() {
        let tally = bare(2, Duration::from_millis(1)).unwrap();
        assert!(tally.done >= 2 && tally.failed == 0 && !tally.elapsed.is_zero());
    }
}
