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
/// What may stand behind the question mark: what a developer came to look up on this page. Nothing else is put into another
/// address.
fn is_looked_up(page: &str, name: &str) -> bool {
    match page.rsplit('/').next() {
        Some("log") => ["request", "endpoint", "status", "error", "mode"].contains(&name),
        Some("try") => ["built", "redirect"].contains(&name) || name.starts_with("scope-"),
        _ => name == "check",
    }
}

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
            .filter(|name| is_looked_up(page, name))
            .filter_map(|name| Some((name, params.get(name)?)));
        let looked_up = Params::from_pairs(looked_up);
        // As the forms there lead.
        let place = match (looked_up.get("check"), looked_up.get("built")) {
            (Some(_), _) => "#check-title",
            (None, Some(_)) => "#link-title",
            (None, None) => "",
        };
        let whole = match looked_up.is_empty() {
            true => page.to_owned(),
            false => format!("{page}?{}{place}", looked_up.to_form()),
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
    use protocol::accounts::handover::MAX_PAGE;

    /// An address of so many bytes.
    fn looked_up(length: usize) -> String {
        let page = "/apps/a?check=";
        format!("{page}{}", "x".repeat(length - page.len()))
    }

    /// Where signing in leads from here, which what is carried along says too.
    fn led(here: &str) -> Option<String> {
        let spot = Spot::at(here)?;
        assert_eq!(Spot::named(&spot.name()).as_ref(), Some(&spot), "{here}");
        Some(spot.href().to_owned())
    }

    #[test]
    fn only_a_page_of_ours_is_led_back_to_with_what_is_looked_up() {
        let (longest, long) = (looked_up(MAX_PAGE), looked_up(MAX_PAGE + 1));
        let led_back = format!("{longest}#check-title");
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
            (&longest, Some(&*led_back)),
            (&long, Some("/apps/a")),
            (
                "/apps/a/log?endpoint=token&status=400&mode=test&before=9",
                Some("/apps/a/log?endpoint=token&status=400&mode=test"),
            ),
            (
                "/apps/a/try?built=1&redirect=https%3A%2F%2Fa.example&scope-1=tasks&state=x",
                Some(
                    "/apps/a/try?built=1&redirect=https%3A%2F%2Fa.example&scope-1=tasks#link-title",
                ),
            ),
            ("/apps/a?built=1&request=1f", Some("/apps/a")),
            ("/apps", None),
            ("/apps/", None),
            ("/account/a", None),
        ] {
            assert_eq!(led(here).as_deref(), page, "{here}");
        }
    }

    #[test]
    fn nothing_leads_anywhere_else() {
        for (here, page) in [
            (
                "/apps/a?check=%0d%0aLocation:%20//evil.example",
                Some("/apps/a?check=%0D%0ALocation%3A+%2F%2Fevil.example#check-title"),
            ),
            (
                "/apps/a?check=%2F%2Fe%23x",
                Some("/apps/a?check=%2F%2Fe%23x#check-title"),
            ),
            ("/apps/a\r\nLocation: //evil.example?check=x", None),
            (
                "/apps/%0d%0aa?check=x",
                Some("/apps/%0d%0aa?check=x#check-title"),
            ),
            ("/apps/a\\evil.example?check=x", None),
            ("/apps//evil.example", None),
            ("//evil.example/apps/a", None),
            ("/apps/a\"b", None),
        ] {
            assert_eq!(led(here).as_deref(), page, "{here}");
        }
        let forged = |page: &str| format!("{MARK}{}", URL_SAFE_NO_PAD.encode(page));
        for page in [
            "//evil.example",
            "/apps/a?code=1",
            "/sign-out",
            "https://evil.example",
            "/apps/a?check=x\r\nLocation: //evil.example#check-title",
            "/apps/a?check=//evil.example#check-title",
            "/apps/a?check=x#//evil.example",
            &looked_up(MAX_PAGE + 1),
        ] {
            assert_eq!(Spot::named(&forged(page)), None, "{page}");
        }
    }
}
