//! `[branding]`: what is taken, and what each fault is told as.
use super::*;
use protocol::types::{Language, LocalText};

#[test]
fn every_setting_of_a_brand_reaches_the_configuration() {
    let config = load(EVERY).unwrap();
    let folder = config.source.as_deref().and_then(Path::parent).unwrap();
    let branding = &config.branding;
    let colours = [branding.accent, branding.accent_dark].map(|colour| colour.unwrap().to_string());
    assert_eq!(colours, ["#0066aa", "#77bbff"]);
    let pictures = [&branding.logo, &branding.icon].map(|file| file.clone().unwrap().path);
    assert_eq!(pictures, [folder.join("logo.svg"), "/etc/icon.png".into()]);
    let button = branding.consent_button.as_ref().map(LocalText::as_str);
    assert_eq!(button, Some("Authorize"));
    assert_eq!(
        branding
            .mail_footer
            .as_ref()
            .unwrap()
            .lines(Language::German),
        ["Acme Ltd", "1 Long Road"]
    );
    let terms = branding.links.terms.as_ref().map(LocalText::as_str);
    assert_eq!(terms, Some("https://a.example/terms"));
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

#[test]
fn texts_are_written_once_or_per_language() {
    let toml = "[branding]\nconsent_button = { en = \"Authorize\", de = \"Erlauben\" }\n\
                mail_footer = { de = \"Acme GmbH\" }\n\
                links.terms = { en = \"https://a.example/terms\", de = \"https://a.example/agb\" }\n\
                links.support = { de = \"mailto:hilfe@a.example\" }\n\
                [scopes.a]\nsentence = { de = \"Ihre Aufgaben sehen\", en = \"See your tasks\" }";
    let config = load(toml).unwrap();
    let button = config.branding.consent_button.as_ref().unwrap();
    assert_eq!(button.in_language(Language::German), "Erlauben");
    assert_eq!(button.as_str(), "Authorize");
    assert_eq!(
        config
            .branding
            .mail_footer
            .as_ref()
            .unwrap()
            .lines(Language::English),
        ["Acme GmbH"]
    );
    let links = &config.branding.links;
    let link = |link: &Option<LocalText>, language| {
        link.as_ref().unwrap().in_language(language).to_owned()
    };
    let terms = [Language::English, Language::German].map(|language| link(&links.terms, language));
    assert_eq!(terms, ["https://a.example/terms", "https://a.example/agb"]);
    assert_eq!(
        link(&links.support, Language::English),
        "mailto:hilfe@a.example",
        "where it is not translated, what there is"
    );
    let scope = &config.policy.scopes[0];
    assert_eq!(
        scope.sentence.in_language(Language::German),
        "Ihre Aufgaben sehen"
    );
    assert_eq!(scope.sentence.as_str(), "See your tasks");
    assert_eq!(scope.group.in_language(Language::German), "General");
}

#[test]
fn each_language_of_a_text_has_its_own_fault() {
    for (toml, starts) in [
        (
            "[scopes.a]\nsentence = { en = \"x\", fr = \"y\" }",
            "v.toml:2: scopes.a.sentence.fr is not a setting",
        ),
        (
            "[scopes.a]\nsentence = { en = \"x\", de = \"\" }",
            "v.toml:2: scopes.a.sentence.de: say in plain words",
        ),
        (
            "[scopes.a]\nsentence = {}",
            "v.toml:2: scopes.a.sentence: write it in one language at least",
        ),
        (
            "[scopes.a]\nsentence = 5",
            "v.toml:2: scopes.a.sentence: write a text in quotes, or a table such as { de = ",
        ),
        (
            "[branding.consent_button]\nen = \"Allow\"\nde = \"Dieser App alles erlauben, was sie möchte\"",
            "v.toml:3: branding.consent_button.de: write words of 1 to 30",
        ),
        (
            "[branding.links]\nterms = { en = \"https://a.example\", de = \"agb\" }",
            "v.toml:2: branding.links.terms.de: write an https URL",
        ),
        (
            "[branding.links]\nsupport = { en = \"mailto:a@b.example\", de = \"tel:110\" }",
            "v.toml:2: branding.links.support.de: write an https URL, or mailto:",
        ),
        (
            "[branding.links]\nhelp = {}",
            "v.toml:2: branding.links.help: write it in one language at least",
        ),
        (
            "[branding]\nmail_footer = { de = \"a\\u202eb\" }",
            "v.toml:2: branding.mail_footer.de: write plain text",
        ),
    ] {
        assert_fault(toml, starts);
    }
}
