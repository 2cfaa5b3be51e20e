//! `[branding]`: what is taken, and what each fault is told as.
use super::*;

#[test]
fn every_setting_of_a_brand_reaches_the_configuration() {
    let config = load(EVERY).unwrap();
    let folder = config.source.as_deref().and_then(Path::parent).unwrap();
    let branding = &config.branding;
    let colours = [branding.accent, branding.accent_dark].map(|colour| colour.unwrap().to_string());
    assert_eq!(colours, ["#0066aa", "#77bbff"]);
    let pictures = [&branding.logo, &branding.icon].map(|file| file.clone().unwrap().path);
    assert_eq!(pictures, [folder.join("logo.svg"), "/etc/icon.png".into()]);
    assert_eq!(branding.consent_button, "Authorize");
    assert_eq!(branding.mail_footer, ["Acme Ltd", "1 Long Road"]);
    assert_eq!(
        branding.links.terms.as_deref(),
        Some("https://a.example/terms")
    );
    assert_eq!(branding.links.privacy, None);
}

#[test]
fn each_check_of_a_brand_stops_the_start() {
    for (toml, starts) in [
        (
            "[branding]\nproduct = \" \"",
            "v.toml:2: branding.product: write a name",
        ),
        (
            "[branding]\nproduct = \"Ta\\u202esks\"",
            "v.toml:2: branding.product: write a name",
        ),
        (
            "[branding]\naccent = \"red\"",
            "v.toml:2: branding.accent: \"red\" is not a colour",
        ),
        (
            "[branding]\naccent = \"#ff0\"",
            "v.toml:2: branding.accent: \"#ffff00\" cannot be seen on light pages: the nearest colour that can be read there is \"#",
        ),
        (
            "[branding]\n\naccent_dark = \"#191c26\"",
            "v.toml:3: branding.accent_dark: \"#191c26\" cannot be seen on dark pages",
        ),
        (
            "[branding]\nconsent_button = \"Let this app do everything that it likes\"",
            "v.toml:2: branding.consent_button: write words of 1 to 30",
        ),
        (
            "[branding]\nmail_footer = \"a\\u202eb\"",
            "v.toml:2: branding.mail_footer: write plain text",
        ),
        (
            "[branding]\nmail_footer = \"a\\n\\n\\n\\n\\n\\n\\n\\n\\n\\nb\"",
            "v.toml:2: branding.mail_footer: write plain text",
        ),
        (
            "[branding.links]\nterms = \"mailto:a@b.example\"",
            "v.toml:2: branding.links.terms: write an https URL",
        ),
        (
            "[branding]\nlinks = { support = \"javascript:alert(1)\" }",
            "v.toml:2: branding.links.support: write an https URL, or mailto:",
        ),
    ] {
        assert_fault(toml, starts);
    }
}
