//! Who answers on the port, and at the issuer.
use super::certificate::{self, State};
use super::clock;
use super::finding::{Finding, failed, ok, warning};
use super::probe::{Answer, Question, ask};
use super::proxy;
use super::validity::validity;
use crate::http::tls;
use crate::oauth::endpoints::metadata_path;
use crate::ops::clock::now;
use config::{Config, Listen, Storage};
use serde_json::Value;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use store::Serving;
use url::Url;

/// Looks at both; `running`: the server has to run.
pub(super) fn findings(config: &Config, running: bool) -> Vec<Finding> {
    let Some(listen) = config.listen.iter().find_map(Listen::address) else {
        let mut findings = about_issuer(config);
        findings.extend(about_hosts(config));
        return findings;
    };
    match TcpListener::bind(listen) {
        Ok(_) => vec![not_running(config, listen, running)],
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let mut findings = vec![about_port(config, listen)];
            findings.extend(about_issuer(config));
            findings.extend(about_hosts(config));
            findings
        }
        Err(error) => {
            let sentence = format!(
                "cannot listen on {listen} ({error}): choose another address or port, or give the right to use it"
            );
            vec![failed("port", sentence)]
        }
    }
}

/// A server that is to run and does not has failed; so has one that has the file, and does not listen.
fn not_running(config: &Config, listen: SocketAddr, running: bool) -> Finding {
    if let Storage::Sqlite(path) = &config.storage
        && let Some(holder) = Serving::holder(path)
    {
        let file = path.display();
        let sentence = format!(
            "{listen} is free, though {holder} serves {file}: correct `listen`, or name with --listen where that server listens"
        );
        return failed("port", sentence);
    }
    let next = "start it with `valetkey serve`";
    let sentence = format!("{listen} is free; the server is not running: {next}");
    match running {
        true => failed("port", sentence),
        false => warning("port", sentence),
    }
}

fn about_port(config: &Config, listen: SocketAddr) -> Finding {
    let host = crate::oauth::endpoints::origin(&config.issuer);
    let host = host.split_once("://").map_or(host, |(_, host)| host);
    let there = format!("what listens on {listen}");
    let instead = "stop it, or choose another address with `listen`";
    let tls = config.tls.is_some();
    let said = match ask(
        reachable(listen),
        question(host, &metadata_path(config)),
        tls,
    ) {
        Ok(said) => said,
        Err(why) => {
            return failed(
                "port",
                format!("{there} gives no answer ({why}): {instead}"),
            );
        }
    };
    if said.encrypted != tls {
        let (does, wanted) = match tls {
            true => ("speaks plain http", "[tls] names a certificate"),
            false => ("speaks TLS", "there is no [tls]"),
        };
        let sentence = format!(
            "{there} {does}, though {wanted}: it is another server, or this one with another configuration; restart it, or {instead}"
        );
        return failed("port", sentence);
    }
    if let Err(who) = is_ours(config, &said) {
        return failed("port", format!("{there} {who}: {instead}"));
    }
    let ready = format!("{}/health/ready", config.prefix());
    match ask(reachable(listen), question(host, &ready), tls) {
        Ok(ready) if ready.status == 200 => ok(
            "port",
            format!("this provider serves {listen}, and is ready"),
        ),
        Ok(ready) => {
            let status = ready.status;
            let sentence = format!(
                "this provider serves {listen}, but is not ready ({status}): look at its log"
            );
            failed("port", sentence)
        }
        Err(why) => failed(
            "port",
            format!("{there} gives no answer ({why}): look at its log"),
        ),
    }
}

/// Whether an answer to the question for the metadata comes from the provider of this configuration.
///
/// # Errors
/// What whoever answers is instead.
fn is_ours(config: &Config, said: &Answer) -> Result<(), String> {
    let document: Value = serde_json::from_str(&said.body).unwrap_or_default();
    let Some(issuer) = document["issuer"].as_str() else {
        let status = said.status;
        return Err(format!(
            "is not a Valetkey, nor any OAuth provider (it answers {status})"
        ));
    };
    if issuer != config.issuer {
        let issuer = issuer.escape_debug();
        return Err(format!("is another provider, {issuer}"));
    }
    let token = config.paths.token.first();
    let told = document["token_endpoint"].as_str().unwrap_or_default();
    if token.is_none_or(|path| !told.ends_with(path.as_str())) {
        return Err("calls itself this issuer, but has other endpoints".to_owned());
    }
    match &config.storage {
        Storage::Sqlite(path) if Serving::holder(path).is_none() => Err(format!(
            "calls itself this issuer, but nobody serves {}",
            path.display()
        )),
        _ => Ok(()),
    }
}

/// An address to call for one to listen on.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let mut address = listen;
    match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
            address.set_ip(Ipv4Addr::LOCALHOST.into())
        }
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            address.set_ip(Ipv6Addr::LOCALHOST.into())
        }
        _ => {}
    }
    address
}

/// A question without more to it.
fn question<'a>(host: &'a str, path: &'a str) -> Question<'a> {
    Question {
        host,
        path,
        headers: "",
    }
}

/// Whether the other hosts of the provider have addresses.
fn about_hosts(config: &Config) -> Vec<Finding> {
    let own = Url::parse(&config.issuer).ok();
    let own = own.as_ref().and_then(Url::host_str);
    let named = [
        ("hosts.portal", &config.portal_base),
        ("hosts.api", &config.api_base),
    ];
    let others = named.into_iter().filter_map(|(setting, base)| {
        let url = Url::parse(base).ok()?;
        let host = url.host_str().filter(|host| Some(*host) != own)?.to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        Some((setting, host, port))
    });
    others
        .map(|(setting, host, port)| {
            let found = addresses(&format!("{host}:{port}"));
            match found.is_some_and(|found| !found.is_empty()) {
                true => ok("hosts", format!("{host} has an address ({setting})")),
                false => failed(
                    "hosts",
                    format!("{host} has no address: enter it in DNS, or correct {setting}"),
                ),
            }
        })
        .collect()
}

/// The addresses of a host with its port. Names below `localhost` are this machine (RFC 6761 §6.3), whatever it resolves.
fn addresses(authority: &str) -> Option<Vec<SocketAddr>> {
    if let Ok(found) = authority.to_socket_addrs() {
        return Some(found.collect());
    }
    let (host, port) = authority.rsplit_once(':')?;
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let port = port.parse().ok().filter(|_| is_local)?;
    Some(vec![
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
    ])
}

fn about_issuer(config: &Config) -> Vec<Finding> {
    let issuer = &config.issuer;
    let (scheme, host) = crate::oauth::endpoints::origin(issuer)
        .split_once("://")
        .unwrap_or_default();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    let tls = scheme == "https";
    let address = match has_port {
        true => host.to_owned(),
        false => format!("{host}:{}", if tls { 443 } else { 80 }),
    };
    let Some(found) = addresses(&address) else {
        let sentence = format!("{host} has no address: enter it in DNS, or correct `issuer`");
        return vec![failed("issuer", sentence)];
    };
    let mut why = "there is no address".to_owned();
    for one in found {
        match ask(one, question(host, &metadata_path(config)), tls) {
            Ok(said) => {
                let of_issuer = of_answer(config, &address, &said, tls);
                let is_ours = of_issuer.state == super::finding::State::Ok;
                let mut findings = vec![of_issuer];
                if is_ours {
                    findings.extend(about_shown(config, &said));
                    findings.extend(clock::of_answer(issuer, said.date.as_deref()));
                    findings.extend(proxy::finding(config, one, host, tls));
                }
                return findings;
            }
            Err(error) => why = error,
        }
    }
    let sentence = format!("{address} does not answer ({why}): look at the proxy and the firewall");
    vec![failed("issuer", sentence)]
}

/// Until when the certificate is good that people are shown, where it is not that of `[tls]`.
fn about_shown(config: &Config, said: &Answer) -> Option<Finding> {
    let shown = said.certificate.as_ref()?;
    if let Some(files) = &config.tls {
        let own = tls::chain(&files.cert).ok()?;
        let is_own = own.first().is_some_and(|own| own.as_ref() == &shown[..]);
        let sentence = "the certificate that is served is not that of tls.cert: reload or restart the server if the file was renewed";
        return (!is_own).then(|| warning("served certificate", sentence));
    }
    let about = "served certificate";
    Some(match certificate::judge(validity(shown)?, now().0) {
        Ok(until) => ok(about, format!("the one of the proxy is good until {until}")),
        Err((State::Over, what)) => failed(about, format!("that of the proxy: {what}")),
        Err((State::Soon, what)) => warning(about, format!("that of the proxy: {what}")),
    })
}

fn of_answer(config: &Config, address: &str, said: &Answer, tls: bool) -> Finding {
    let issuer = &config.issuer;
    if said.encrypted != tls {
        let does = if said.encrypted { "TLS" } else { "plain http" };
        let sentence = format!(
            "{address} speaks {does}, though `issuer` says otherwise: look at the proxy in front, or correct `issuer`"
        );
        return failed("issuer", sentence);
    }
    match is_ours(config, said) {
        Ok(()) if tls => warning_of_certificate(issuer),
        Ok(()) => ok("issuer", format!("{issuer} is this provider")),
        Err(who) => failed(
            "issuer",
            format!(
                "what answers at {issuer} {who}: restart the server if it runs with another configuration, look at the proxy in front, or correct `issuer`"
            ),
        ),
    }
}

fn warning_of_certificate(issuer: &str) -> Finding {
    ok(
        "issuer",
        format!("{issuer} is this provider (whether apps trust its certificate was not looked at)"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Name resolution APIs and libraries SHOULD recognize localhost names as special and SHOULD always return the IP loopback
    /// address" (RFC 6761 §6.3).
    #[test]
    fn names_below_localhost_are_this_machine() {
        for name in ["dev.localhost:8080", "a.b.LOCALHOST:8080"] {
            let found = addresses(name).expect("it has addresses");
            assert!(found.iter().all(|one| one.ip().is_loopback()), "{found:?}");
        }
        assert!(addresses("no.such.name.invalid:443").is_none());
    }
}
