//! Where a browser goes back to on the portal's own host, and what it carries there and back.
use crate::ground::text;
use jose::keyed::Key;
use protocol::accounts::handover::{Errand, HandoverCode, PortalCookie, is_state};
use protocol::types::UnixTime;
use url::Url;

const HOST: &str = "https://dev.example/";
const NOW: UnixTime = UnixTime(1_795_782_449);

/// A page, and a `state`.
pub(crate) fn errand(data: &[u8]) {
    let Some(sent) = text(data) else { return };
    let key = Key::new(&[7; 32]);
    assert!(
        Errand::read(sent, "browser", &key, NOW).is_none(),
        "nobody signed it"
    );
    assert!(HandoverCode::parse(sent).is_none() || sent.starts_with("pc_"));
    assert!(PortalCookie::parse(sent).is_none() || sent.starts_with("ps_"));
    let page_of = Errand::page_of(sent).unwrap_or_default();
    for page in [sent, &page_of] {
        goes(page, &key);
    }
}

/// What a browser makes of a page that it is led to, and of the way there.
fn goes(page: &str, key: &Key) {
    let errand = Errand::begin(page, "a-nonce".to_owned(), NOW);
    let shown = errand.page();
    // What is looked up there is left out where it is too long.
    let alone = page.split('?').next();
    assert!(
        shown == page || Some(shown) == alone || shown == "/",
        "{page:?}"
    );
    assert!(
        shown.bytes().all(|byte| byte.is_ascii_graphic()),
        "{shown:?}"
    );
    let host = Url::parse(HOST).expect("a URL");
    let led = host.join(shown).expect("a place");
    assert_eq!(led.origin(), host.origin(), "{shown:?}");
    assert!(led.fragment().is_none() && led.username().is_empty());
    let state = errand.state("browser", key);
    assert!(is_state(&state), "{state}");
    let back = Errand::read(&state, "browser", key, NOW);
    assert_eq!(back.as_ref(), Some(&errand));
    assert_eq!(Errand::page_of(&state).as_deref(), Some(shown));
    assert!(Errand::read(&state, "another", key, NOW).is_none());
    let moved = Errand::begin("/elsewhere", "a-nonce".to_owned(), NOW);
    let moved = moved.state("browser", key);
    let (kept, _) = state.rsplit_once('.').expect("four parts");
    let (_, other) = moved.rsplit_once('.').expect("four parts");
    let mixed = format!("{kept}.{other}");
    assert!(mixed == state || Errand::read(&mixed, "browser", key, NOW).is_none());
}
