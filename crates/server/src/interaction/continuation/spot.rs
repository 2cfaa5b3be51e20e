//! A page below one of a person's own, to which signing in leads back: an app, its request log, a request for review.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pages::admin::REQUESTS;
use pages::portal::{Organizations, PORTAL};
use protocol::Params;
use protocol::accounts::handover::is_path;

/// What stands before the page in an address.
const MARK: &str = "page-";
/// Below which pages it is.
const ABOVE: [&str; 3] = [PORTAL, Organizations::PATH, REQUESTS];
/// What may stand behind the question mark: what a developer came to look up. Nothing else is put into another address.
const LOOKED_UP: [&str; 2] = ["check", "request"];

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot(String);

impl Spot {
    /// The page at this path, with what is looked up there.
    pub(super) fn at(here: &str) -> Option<Self> {
        let (page, query) = here.split_once('?').unwrap_or((here, ""));
        let below = ABOVE.iter().any(|above| {
            let rest = page.strip_prefix(above);
            let rest = rest.and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.is_empty() && !page.contains("//"))
        });
        let params = Params::from_form(query.as_bytes()).ok()?;
        let looked_up = params
            .names()
            .filter(|name| LOOKED_UP.contains(name))
            .filter_map(|name| Some((name, params.get(name)?)));
        let looked_up = Params::from_pairs(looked_up);
        let whole = match (looked_up.get("check"), looked_up.is_empty()) {
            (_, true) => page.to_owned(),
            (None, false) => format!("{page}?{}", looked_up.to_form()),
            (Some(_), false) => format!("{page}?{}#check-title", looked_up.to_form()),
        };
        let fits = |whole: &str| is_path(whole.split('#').next().unwrap_or_default());
        let spot = [whole, page.to_owned()].into_iter().find(|one| fits(one));
        spot.filter(|_| below).map(Spot)
    }

    /// What stands for it in an address.
    pub(super) fn name(&self) -> String {
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode(&self.0))
    }

    /// The page that this stands for.
    pub(super) fn named(text: &str) -> Option<Self> {
        let page = URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?;
        let page = String::from_utf8(page).ok()?;
        Self::at(page.split('#').next()?).filter(|spot| spot.0 == page)
    }

    /// Where it is.
    pub(super) fn href(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_led_back_to_with_what_is_looked_up() {
        let long = format!("/apps/a?check={}", "x".repeat(2_000));
        for (here, page) in [
            ("/apps/a", Some("/apps/a")),
            ("/apps/a/log?request=1f", Some("/apps/a/log?request=1f")),
            (
                "/apps/a?check=https%3A%2F%2Fa.example%2F+",
                Some("/apps/a?check=https%3A%2F%2Fa.example%2F+#check-title"),
            ),
            ("/admin/requests/1", Some("/admin/requests/1")),
            ("/organizations/1?done=x", Some("/organizations/1")),
            (
                "/apps/playground?code=secret&state=1",
                Some("/apps/playground"),
            ),
            (&long, Some("/apps/a")),
            ("/apps", None),
            ("/apps/", None),
            ("/apps//evil.example", None),
            ("//evil.example/apps/a", None),
            ("/account/a", None),
            ("/apps/a\"b", None),
        ] {
            let spot = Spot::at(here);
            assert_eq!(spot.as_ref().map(Spot::href), page, "{here}");
            if let Some(spot) = spot {
                assert_eq!(Spot::named(&spot.name()), Some(spot), "{here}");
            }
        }
        let forged = |page: &str| format!("{MARK}{}", URL_SAFE_NO_PAD.encode(page));
        for page in [
            "//evil.example",
            "/apps/a?code=1",
            "/sign-out",
            "https://evil.example",
        ] {
            assert_eq!(Spot::named(&forged(page)), None, "{page}");
        }
    }
}
