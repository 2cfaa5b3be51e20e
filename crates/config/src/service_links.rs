//! Variables that Kubernetes and Docker links set for a service called `valetkey`, or `valetkey-…`: they begin as
//! ours do, and are none of ours.
use std::net::IpAddr;

/// Whether a variable, named without our prefix, comes from a service link; `environment` tells of its neighbours
/// without the prefix too.
pub(super) fn is_service_link(name: &str, value: &str, environment: &[(&str, &str)]) -> bool {
    let ends = |words: &[&str]| {
        words
            .iter()
            .any(|word| name == *word || name.ends_with(&format!("_{word}")))
    };
    let number = || !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    if is_port_part(name) {
        return true;
    }
    if ends(&["SERVICE_HOST"]) {
        return value.parse::<IpAddr>().is_ok();
    }
    if ends(&["SERVICE_PORT"])
        || name.starts_with("SERVICE_PORT_")
        || name.contains("_SERVICE_PORT_")
    {
        return number();
    }
    if ends(&["PORT"]) {
        return is_address(value);
    }
    if ends(&["NAME"]) {
        return value.starts_with('/');
    }
    let Some((link, _)) = name.split_once("ENV_") else {
        return false;
    };
    let of_link = |&(other, value): &(&str, &str)| {
        other.strip_prefix(link) == Some("NAME") && value.starts_with('/')
    };
    (link.is_empty() || link.ends_with('_')) && environment.iter().any(of_link)
}

/// `PORT_80_TCP`, and `_ADDR`, `_PORT`, `_PROTO` or a range's `_START` and `_END` behind it.
fn is_port_part(name: &str) -> bool {
    let part = |at: usize| {
        let mut words = name[at + "PORT_".len()..].split('_');
        let number = words.next().unwrap_or_default();
        let protocol = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
            && ["TCP", "UDP", "SCTP"].contains(&protocol)
            && matches!(
                rest.as_slice(),
                [] | ["ADDR" | "PORT" | "PROTO" | "START" | "END"] | ["PORT", "START" | "END"]
            )
    };
    name.match_indices("PORT_")
        .filter(|&(at, _)| at == 0 || name.as_bytes()[at - 1] == b'_')
        .any(|(at, _)| part(at))
}

/// `tcp://10.0.0.1:80`.
fn is_address(value: &str) -> bool {
    ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::is_service_link;

    #[test]
    fn what_kubernetes_and_docker_set_is_not_ours() {
        for (name, value) in [
            ("SERVICE_HOST", "10.96.0.12"),
            ("SERVICE_HOST", "fd00::1"),
            ("SERVICE_PORT", "80"),
            ("SERVICE_PORT_HTTP", "80"),
            ("PORT", "tcp://10.96.0.12:80"),
            ("PORT", "udp://[fd00::1]:53"),
            ("PORT_80_TCP", "tcp://10.96.0.12:80"),
            ("PORT_80_TCP_PROTO", "tcp"),
            ("PORT_80_TCP_PORT", "80"),
            ("PORT_80_TCP_ADDR", "10.96.0.12"),
            ("PORT_9_SCTP_ADDR", "10.96.0.12"),
            ("METRICS_SERVICE_HOST", "10.96.0.13"),
            ("METRICS_SERVICE_PORT_HTTP_METRICS", "9090"),
            ("DB_PORT_5432_TCP_ADDR", "10.96.0.14"),
            ("NAME", "/app/valetkey"),
            ("ENV_PATH", "/usr/bin"),
        ] {
            let link = [("NAME", "/app/valetkey")];
            assert!(is_service_link(name, value, &link), "{name}={value}");
        }
    }

    #[test]
    fn our_own_misspellings_are_no_service_links() {
        for (name, value) in [
            ("PORT", "8080"),
            ("HOST", "10.0.0.1"),
            ("SERVICE_HOST", "auth.example.com"),
            ("SERVICE_PORT", "http"),
            ("ISUER", "https://a.example"),
            ("BRANDING__NAME", "Tasks"),
            ("ENV_PATH", "/usr/bin"),
            ("PORT_X_TCP", "tcp://10.0.0.1:80"),
        ] {
            assert!(!is_service_link(name, value, &[]), "{name}={value}");
        }
    }
}
