//! Hosts that strangers name to reach what is behind this machine, to be somewhere else a moment later, or to keep others
//! waiting.
use super::dns::{Dns, Says};
use super::server::{Authority, Server};
use super::{OK, here, wanted};
use outbound::{
    FetchError, Outbound, Outcome, Queue, Refusal, Rules, SpecialUse, Trust, Wanted, special_use,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Each block that is no host of the internet: its first and last address, and what stands right before and behind it where
/// that is a host. From the special-purpose registries of IANA.
const BLOCKS: [(&str, &str, Option<&str>, Option<&str>); 27] = [
    ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
    (
        "10.0.0.0",
        "10.255.255.255",
        Some("9.255.255.255"),
        Some("11.0.0.0"),
    ),
    (
        "100.64.0.0",
        "100.127.255.255",
        Some("100.63.255.255"),
        Some("100.128.0.0"),
    ),
    (
        "127.0.0.0",
        "127.255.255.255",
        Some("126.255.255.255"),
        Some("128.0.0.0"),
    ),
    (
        "169.254.0.0",
        "169.254.255.255",
        Some("169.253.255.255"),
        Some("169.255.0.0"),
    ),
    (
        "172.16.0.0",
        "172.31.255.255",
        Some("172.15.255.255"),
        Some("172.32.0.0"),
    ),
    (
        "192.0.0.0",
        "192.0.0.255",
        Some("191.255.255.255"),
        Some("192.0.1.0"),
    ),
    (
        "192.0.2.0",
        "192.0.2.255",
        Some("192.0.1.255"),
        Some("192.0.3.0"),
    ),
    (
        "192.88.99.0",
        "192.88.99.255",
        Some("192.88.98.255"),
        Some("192.88.100.0"),
    ),
    (
        "192.168.0.0",
        "192.168.255.255",
        Some("192.167.255.255"),
        Some("192.169.0.0"),
    ),
    (
        "198.18.0.0",
        "198.19.255.255",
        Some("198.17.255.255"),
        Some("198.20.0.0"),
    ),
    (
        "198.51.100.0",
        "198.51.100.255",
        Some("198.51.99.255"),
        Some("198.51.101.0"),
    ),
    (
        "203.0.113.0",
        "203.0.113.255",
        Some("203.0.112.255"),
        Some("203.0.114.0"),
    ),
    (
        "224.0.0.0",
        "239.255.255.255",
        Some("223.255.255.255"),
        None,
    ),
    ("240.0.0.0", "255.255.255.255", None, None),
    ("::", "::1", None, None),
    ("::ffff:0:0:0", "::ffff:0:ffff:ffff", None, None),
    (
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        None,
        None,
    ),
    ("100::", "100::ffff:ffff:ffff:ffff", None, None),
    (
        "2001::",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        Some("2000:ffff::1"),
        Some("2001:200::"),
    ),
    (
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        Some("2001:db7::"),
        Some("2001:db9::"),
    ),
    (
        "2002::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        Some("2001:ffff::1"),
        Some("2003::"),
    ),
    (
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        Some("3ffe:ffff::1"),
        Some("3fff:1000::"),
    ),
    (
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        None,
        None,
    ),
    (
        "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        None,
        None,
    ),
    (
        "fe80::",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        None,
        None,
    ),
    (
        "ff00::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        None,
        None,
    ),
];

fn special(text: &str) -> Option<SpecialUse> {
    special_use(text.parse().unwrap())
}

#[test]
fn every_block_is_refused_from_its_first_address_to_its_last() {
    for (first, last, before, behind) in BLOCKS {
        for inside in [first, last] {
            assert!(special(inside).is_some(), "{inside}");
        }
        for outside in [before, behind].into_iter().flatten() {
            assert_eq!(special(outside), None, "{outside}");
        }
    }
}

/// An address of the fourth version inside one of the sixth is judged by itself, however a network would bring it there.
#[test]
fn every_block_is_refused_inside_an_address_of_the_sixth_version_too() {
    for (first, last, ..) in BLOCKS {
        for text in [first, last] {
            let Ok(IpAddr::V4(address)) = text.parse() else {
                continue;
            };
            let [a, b, c, d] = address.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for inside in [
                format!("::ffff:{text}"),
                format!("::{text}"),
                format!("64:ff9b::{text}"),
                format!("64:ff9b:1::{text}"),
                format!("2002:{high:x}:{low:x}::1"),
                format!("2001:0:{high:x}:{low:x}::1"),
            ] {
                assert!(special(&inside).is_some(), "{inside}");
            }
        }
    }
    // Where the network leads to a host, it is one.
    for host in ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8"] {
        assert_eq!(special(host), None);
    }
}

/// The same as fetches: whatever a URL names, and however it spells it, nothing is connected to.
#[tokio::test]
async fn nothing_is_connected_to_in_any_block_however_it_is_spelled() {
    let closed = Outbound::new(Rules::default(), Trust::default());
    let mut hosts = Vec::new();
    for (first, last, ..) in BLOCKS {
        for text in [first, last] {
            match text.parse().unwrap() {
                IpAddr::V4(address) => {
                    let bits = u32::from(address);
                    let [a, b, c, d] = address.octets();
                    hosts.extend([
                        text.to_owned(),
                        bits.to_string(),
                        format!("0x{bits:x}"),
                        format!("0{bits:o}"),
                        format!("0{a:o}.0x{b:x}.{c}.{d}"),
                        format!("{a}.{}", bits & 0x00ff_ffff),
                        format!("[::ffff:{text}]"),
                    ]);
                }
                IpAddr::V6(_) => hosts.push(format!("[{text}]")),
            }
        }
    }
    let count = hosts.len();
    for host in hosts {
        let url = format!("https://{host}:1/");
        let error = closed.fetch(&url, &wanted()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Refused, "{url}: {error}");
    }
    let counts = closed.counts();
    let refused = counts.iter().find(|one| one.outcome == Outcome::Refused);
    assert_eq!(refused.unwrap().count, u64::try_from(count).unwrap());
}

/// A way out that may go to 127.0.0.2, which stands for a host of the internet, by a server for names.
fn out(dns: &Dns, authority: &Authority) -> Outbound {
    let rules = Rules {
        networks: vec!["127.0.0.2/32".parse().unwrap()],
        ..Rules::default()
    };
    Outbound::resolving(rules, authority.trust(), dns.resolver())
}

/// Two servers at one port: the one that may be reached, and the one inside.
async fn pair(authority: &Authority) -> (Server, Server) {
    let free = Server::secure("127.0.0.2:0", authority, "rebind.example", OK).await;
    let at = format!("127.0.0.1:{}", free.port());
    let inside = Server::secure(&at, authority, "rebind.example", OK).await;
    (free, inside)
}

fn is_refused(error: &FetchError) -> bool {
    matches!(error, FetchError::Refused(Refusal::Address { .. }))
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_connected_to_where_it_led_the_first() {
    let authority = Authority::new();
    let (free, inside) = pair(&authority).await;
    let answers = vec![Says::Here(&["127.0.0.2"]), Says::Here(&["127.0.0.1"])];
    let dns = Dns::saying(answers).await;
    let out = out(&dns, &authority);
    let url = format!("https://rebind.example:{}/", free.port());
    let found = out.fetch(&url, &wanted()).await.unwrap();
    assert_eq!(found.address.ip().to_string(), "127.0.0.2");
    assert_eq!(
        dns.asked(),
        1,
        "one question, whose answer is judged and used"
    );
    let error = out.fetch(&url, &wanted()).await.unwrap_err();
    assert!(is_refused(&error), "{error}");
    assert_eq!(dns.asked(), 2, "nothing is remembered");
    assert_eq!((free.asked().len(), inside.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_name_with_an_address_inside_among_others_is_not_fetched() {
    let authority = Authority::new();
    let (free, inside) = pair(&authority).await;
    let url = format!("https://rebind.example:{}/", free.port());
    for says in [
        Says::Here(&["127.0.0.2", "127.0.0.1"]),
        Says::Here(&["127.0.0.1", "127.0.0.2"]),
        Says::Here(&["127.0.0.2", "::1"]),
        Says::Here(&["127.0.0.2", "::ffff:169.254.169.254"]),
        Says::Here(&["127.0.0.2", "fd00:ec2::254"]),
        Says::Here(&["127.0.0.2", "64:ff9b::7f00:1"]),
        Says::Alias("inside.example", &["127.0.0.1"]),
        Says::Alias("localhost", &["127.0.0.1", "::1"]),
        Says::Alias("metadata.example", &["169.254.169.254"]),
    ] {
        let told = format!("{says:?}");
        let dns = Dns::saying(vec![says]).await;
        let error = out(&dns, &authority).fetch(&url, &wanted()).await;
        assert!(is_refused(&error.unwrap_err()), "{told}");
    }
    // An alias alone is none: what counts is where it leads.
    let alias = Says::Alias("cdn.example", &["127.0.0.2"]);
    let dns = Dns::saying(vec![alias]).await;
    out(&dns, &authority).fetch(&url, &wanted()).await.unwrap();
    let dns = Dns::saying(vec![Says::Here(&[])]).await;
    let none = out(&dns, &authority).fetch(&url, &wanted()).await;
    assert_eq!(none.unwrap_err().outcome(), Outcome::Refused);
    assert_eq!((free.asked().len(), inside.asked().len()), (1, 0));
}

/// Each fetch is judged anew: the hundredth change is noticed like the first.
#[tokio::test]
async fn a_name_that_changes_all_the_time_is_never_connected_to_inside() {
    let authority = Authority::new();
    let (free, inside) = pair(&authority).await;
    let turns = (0..40).map(|turn| match turn % 2 {
        0 => Says::Here(&["127.0.0.2"]),
        _ => Says::Here(&["127.0.0.1"]),
    });
    let dns = Dns::saying(turns.collect()).await;
    let out = out(&dns, &authority);
    let url = format!("https://rebind.example:{}/", free.port());
    for turn in 0..40 {
        match out.fetch(&url, &wanted()).await {
            Ok(found) => assert_eq!(
                (turn % 2, found.address.ip().to_string()),
                (0, "127.0.0.2".to_owned())
            ),
            Err(error) => assert!(turn % 2 == 1 && is_refused(&error), "{turn}: {error}"),
        }
    }
    assert_eq!((free.asked().len(), inside.asked().len()), (20, 0));
}

/// How many of one kind are fetched at once.
const AT_ONCE: usize = 16;

/// Hosts that answer slowly take turns from their own kind alone.
#[tokio::test]
async fn slow_hosts_of_strangers_keep_nobody_else_waiting() {
    let slow = Server::dripping("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "a").await;
    let quick = Server::plain(OK).await;
    let out = Arc::new(here());
    let url = |server: &Server| format!("http://127.0.0.1:{}/", server.port());
    let late = Wanted {
        within: Duration::from_secs(3),
        ..wanted()
    };
    let flood: Vec<_> = (0..40)
        .map(|_| {
            let (out, url) = (out.clone(), url(&slow));
            tokio::spawn(async move { out.fetch_in(Queue::Stranger, &url, &late).await })
        })
        .collect();
    while slow.asked().len() < AT_ONCE {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for queue in [Queue::Own, Queue::Known] {
        let began = Instant::now();
        out.fetch_in(queue, &url(&quick), &late).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(1), "{queue:?}");
    }
    let short = Wanted {
        within: Duration::from_secs(1),
        ..late
    };
    let behind = out.fetch_in(Queue::Stranger, &url(&quick), &short).await;
    let outcome = behind.unwrap_err().outcome();
    assert_eq!(outcome, Outcome::Late, "they wait for each other");
    for one in flood {
        let ended = one.await.unwrap().unwrap_err();
        assert_eq!(ended.outcome(), Outcome::Late);
    }
    // When they are gone their turns are free again.
    out.fetch_in(Queue::Stranger, &url(&quick), &late)
        .await
        .unwrap();
}
