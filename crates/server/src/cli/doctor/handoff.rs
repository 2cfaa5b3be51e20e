//! Whether the company's own login answers. Browsers go there and this server never does, so what it may not reach is not
//! held against anybody.
use super::finding::{Finding, failed, ok, warning};
use crate::cli::runtime::wait;
use crate::ops::outbound::outbound;
use ::outbound::{FetchError, Refusal, Wanted};
use config::Config;
use std::time::Duration;
use url::Position;

const ABOUT: &str = "hand-off";
/// The longest page that is read.
const MOST_BYTES: usize = 1 << 20;
/// How long it may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Asks for the page without a challenge, so no sign-in begins.
pub(super) fn finding(config: &Config) -> Option<Finding> {
    let url = &config.handoff.as_ref()?.url;
    let wanted = Wanted {
        accept: "text/html, */*",
        most_bytes: MOST_BYTES,
        within: WITHIN,
    };
    let out = outbound(config);
    let fetched = match wait(out.fetch(url.as_str(), &wanted)) {
        Ok(fetched) => fetched.map(|fetched| fetched.status),
        Err(failure) => return Some(failed(ABOUT, failure.to_string())),
    };
    Some(judge(&url[..Position::AfterPath], fetched))
}

fn judge(page: &str, fetched: Result<u16, FetchError>) -> Finding {
    const NOBODY: &str = "nobody can sign in until it does";
    match fetched {
        Ok(status) if status >= 500 => failed(
            ABOUT,
            format!(
                "{page} answers {status}: nobody can sign in meanwhile; look at the log of your site"
            ),
        ),
        Ok(status) => ok(ABOUT, format!("{page} answers ({status})")),
        Err(FetchError::Redirect(_) | FetchError::Encoded | FetchError::Large(_)) => {
            ok(ABOUT, format!("{page} answers"))
        }
        Err(FetchError::Unresolved(_) | FetchError::Refused(Refusal::NoAddress)) => failed(
            ABOUT,
            format!(
                "the host of {page} has no address: enter it in DNS, or correct login.handoff.url"
            ),
        ),
        Err(error @ FetchError::Unreachable(_)) => failed(
            ABOUT,
            format!(
                "{page} does not answer ({error}): {NOBODY}; start your site, look at the proxy in front of it, or correct login.handoff.url"
            ),
        ),
        Err(error @ FetchError::Late(_)) => warning(
            ABOUT,
            format!(
                "{page} gives no answer in time ({error}): open it in a browser; if that waits too, {NOBODY}, and if it does not, a firewall keeps this server alone away, which does no harm"
            ),
        ),
        Err(error @ FetchError::Tls(_)) => failed(
            ABOUT,
            format!(
                "{page} is refused, as browsers will refuse it ({error}): renew its certificate, or name the authority in outbound.ca_file if it is your own"
            ),
        ),
        Err(error @ FetchError::Http(_)) => failed(
            ABOUT,
            format!(
                "what is at {page} speaks no HTTP ({error}): look at its port, or correct login.handoff.url"
            ),
        ),
        Err(error @ FetchError::Trust(_)) => failed(
            ABOUT,
            format!("{page} was not asked ({error}): correct outbound.ca_file"),
        ),
        Err(error @ (FetchError::Url(_) | FetchError::Refused(_))) => ok(
            ABOUT,
            format!(
                "{page} was not asked ({error}): browsers alone go there; to have it asked, name it in outbound.allow"
            ),
        ),
    }
}
