//! What arrives of a request that goes through the public address: the server tells it, if it is asked by whoever has its
//! key.
use super::finding::{Finding, failed, ok};
use super::probe::{Question, ask};
use crate::ops::clock;
use crate::ops::health::{self, Seen};
use crate::ops::server_key;
use config::Config;
use std::net::{IpAddr, SocketAddr};

const ABOUT: &str = "proxy";
/// An address that is nobody's (RFC 5737), which a client may not claim.
const CLAIMED: &str = "192.0.2.77";

/// Asks at `address`, which the issuer's name leads to.
pub(super) fn finding(
    config: &Config,
    address: SocketAddr,
    host: &str,
    tls: bool,
) -> Option<Finding> {
    // Without the key there is nothing to prove oneself by; what the port says has told of that.
    let key = server_key::read(&server_key::path(&config.keys)).ok()?;
    let proof = health::proof(&key, &config.issuer, clock::now());
    let path = format!("{}/health/ready", config.prefix());
    let headers = format!(
        "{}: {proof}\r\nX-Forwarded-For: {CLAIMED}\r\n",
        health::PROOF
    );
    let question = Question {
        host,
        path: &path,
        headers: &headers,
    };
    let answer = ask(address, question, tls).ok()?;
    let seen = serde_json::from_str::<serde_json::Value>(&answer.body).ok()?;
    let seen: Seen = serde_json::from_value(seen.get("asked")?.clone()).ok()?;
    Some(judge(config, &seen, host, tls))
}

fn judge(config: &Config, seen: &Seen, host: &str, tls: bool) -> Finding {
    let trusted = |address: &IpAddr| {
        let mut proxies = config.trusted_proxies.iter();
        proxies.any(|net| net.contains(address))
    };
    let Seen {
        client,
        forwarded_for,
        host: came,
    } = seen;
    if came.as_deref() != Some(host) {
        let came = came.as_deref().unwrap_or("none");
        let next = "have the proxy hand on `Host` as it came (nginx: proxy_set_header Host $host)";
        return failed(
            ABOUT,
            format!("a request for the host {host} arrives as one for {came}: {next}"),
        );
    }
    // TLS that ends before this server is ended by somebody in between.
    if !tls || config.tls.is_some() {
        return ok(ABOUT, "nobody is in between who ends TLS");
    }
    let arrived: Vec<&str> = forwarded_for.split(',').map(str::trim).collect();
    if arrived.iter().all(|one| one.is_empty() || *one == CLAIMED) {
        let next = "have it add X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for)";
        return failed(
            ABOUT,
            format!("the proxy does not say who asks, so all people count as one: {next}"),
        );
    }
    let read = arrived.iter().filter_map(|one| one.parse().ok());
    let read: Vec<IpAddr> = read.collect();
    // The server takes the one who connected for the one who asks, where that is no proxy.
    if !read.contains(client) && !trusted(client) {
        return failed(
            ABOUT,
            format!(
                "requests come from {client}, which is not believed, so all people count as one: name it in trusted_proxies, if it is your proxy"
            ),
        );
    }
    // Whoever asks from a proxy's own address is believed, and so is what it claims.
    let is_asked_by_proxy = read.last().is_some_and(trusted);
    if client.to_string() == CLAIMED && !is_asked_by_proxy {
        let next = "have the proxy add to X-Forwarded-For what it sees, and name your proxies alone in trusted_proxies";
        return failed(ABOUT, format!("whoever asks can claim any address: {next}"));
    }
    ok(ABOUT, "the proxy is believed, and says who asks")
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    /// What is found where a request arrived like this.
    fn found(proxies: &[&str], client: &str, forwarded_for: &str, host: &str) -> (State, String) {
        let mut config = Config::for_tests();
        config.trusted_proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
        let seen = Seen {
            client: client.parse().unwrap(),
            forwarded_for: forwarded_for.to_owned(),
            host: Some(host.to_owned()),
        };
        let told = judge(&config, &seen, "auth.example.com", true);
        (told.state, told.sentence)
    }

    #[test]
    fn what_a_proxy_does_wrong_is_told_with_what_to_do() {
        let here = "auth.example.com";
        let proxy = "10.0.0.1/32";
        let both = "192.0.2.77, 8.8.8.8";
        for (proxies, client, forwarded, host, part) in [
            (
                &[proxy][..],
                "8.8.8.8",
                both,
                "127.0.0.1:8080",
                "hand on `Host`",
            ),
            (&[proxy], "10.0.0.1", "", here, "does not say who asks"),
            (
                &[proxy],
                "192.0.2.77",
                "192.0.2.77",
                here,
                "does not say who asks",
            ),
            (
                &[],
                "10.0.0.1",
                both,
                here,
                "10.0.0.1, which is not believed",
            ),
            (&[proxy], "192.0.2.77", both, here, "can claim any address"),
        ] {
            let (state, sentence) = found(proxies, client, forwarded, host);
            assert_eq!(state, State::Failed, "{sentence}");
            assert!(sentence.contains(part), "{sentence}");
        }
        let (state, sentence) = found(&[proxy], "8.8.8.8", both, here);
        assert_eq!(state, State::Ok, "{sentence}");
        // Asked on the proxy's own machine, what is claimed is believed, and that is right.
        let own = "192.0.2.77, 10.0.0.1";
        let (state, sentence) = found(&[proxy], "192.0.2.77", own, here);
        assert_eq!(state, State::Ok, "{sentence}");
    }
}
