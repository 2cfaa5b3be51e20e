//! The second step of a sign-in, and the pages where a person sets it up.

use askama::Template;

use crate::field::Field;
use crate::passkeys::{NewPasskeyAsk, PasskeyAsk, Passkeys};
use crate::{Frame, HOSTILE, Page, Speak, Text, link, path, samples, samples::pages};
use protocol::types::Language;

pages!(SecondFactor, SetUpSecondFactor, RecoveryCodes, Security);

/// Where the second step is proved: `POST` [`SECOND_FACTOR`](path::SECOND_FACTOR) with `nonce`, `request`, `app`, and `code`: a
/// code of an authenticator app, or a recovery code.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactor {
    /// What is around the page.
    pub frame: Frame,
    /// Handle of the pending authorization, sent back as `request`.
    pub request: Option<String>,
    /// Client id of the app that waits, sent back as `app`.
    pub client_id: Option<String>,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// The app that waits for the sign-in.
    pub app_name: Option<String>,
    /// Why the last attempt failed.
    pub problem: Option<Text>,
    /// Whether that was with a recovery code.
    pub recovery: bool,
    /// Whether they have an authenticator app.
    pub asks_code: bool,
    /// What asks for a passkey, where they have one.
    pub passkey: Option<PasskeyAsk>,
}

impl SecondFactor {
    fn code_field(&self) -> Field<'_> {
        Field {
            hint: Some(self.frame.text("second-code-hint")),
            ..one_time_code(
                self.frame.text("second-code-label"),
                self.problem.is_some() && !self.recovery,
                self.problem.is_none(),
            )
        }
    }

    fn recovery_field(&self) -> Field<'_> {
        Field {
            id: "recovery",
            name: Some("code"),
            label: self.frame.text("second-recovery-label"),
            kind: "text",
            autocomplete: "off",
            hint: Some(self.frame.text("second-recovery-hint")),
            shares_problem: self.problem.is_some() && self.recovery,
            ..Field::default()
        }
    }

    fn sign_in_href(&self) -> String {
        let again = link::with_request(path::SIGN_IN, self.request.as_deref());
        let mark = if again.contains('?') { '&' } else { '?' };
        format!("{again}{mark}after=switch")
    }
}

fn one_time_code<'a>(label: Text, shares_problem: bool, autofocus: bool) -> Field<'a> {
    Field {
        id: "code",
        label,
        kind: "text",
        autocomplete: "one-time-code",
        digits: true,
        shares_problem,
        autofocus,
        ..Field::default()
    }
}

impl Page for SecondFactor {
    const NAME: &'static str = "second-factor";
    const PASSKEYS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = SecondFactor {
            frame: samples::frame(language),
            request: Some("Zm9v-req_1".to_owned()),
            client_id: Some("app_1".to_owned()),
            nonce: "nonce-1".to_owned(),
            app_name: Some("Task Board".to_owned()),
            problem: None,
            recovery: false,
            asks_code: true,
            passkey: None,
        };
        let both = SecondFactor {
            passkey: Some(PasskeyAsk::sample(PasskeyAsk::SECOND_FACTOR)),
            ..usual.clone()
        };
        let by_passkey = SecondFactor {
            asks_code: false,
            problem: Some(language.text("passkey-refused")),
            ..both.clone()
        };
        let alone = SecondFactor {
            frame: samples::branded_test_frame(language),
            request: None,
            client_id: None,
            app_name: None,
            ..usual.clone()
        };
        let wrong = SecondFactor {
            problem: Some(language.text("second-wrong")),
            ..usual.clone()
        };
        let wrong_recovery = SecondFactor {
            app_name: Some(samples::long_name()),
            problem: Some(language.text("second-recovery-wrong")),
            recovery: true,
            ..usual.clone()
        };
        let hostile = SecondFactor {
            frame: samples::hostile_frame(language),
            request: Some(HOSTILE.to_owned()),
            client_id: Some(HOSTILE.to_owned()),
            nonce: HOSTILE.to_owned(),
            app_name: Some(HOSTILE.to_owned()),
            problem: Some(Text::of_others(HOSTILE)),
            recovery: true,
            asks_code: true,
            passkey: Some(PasskeyAsk::hostile(PasskeyAsk::SECOND_FACTOR)),
        };
        vec![
            usual,
            alone,
            wrong,
            wrong_recovery,
            both,
            by_passkey,
            hostile,
        ]
    }
}

/// Where an authenticator app is set up: `POST` [`ACTION`](Self::ACTION) with `nonce`, `whose`, `request`, `app`, `seed`,
/// `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor_set_up.html")]
pub struct SetUpSecondFactor {
    /// What is around the page.
    pub frame: Frame,
    /// Handle of the pending authorization, sent back as `request`.
    pub request: Option<String>,
    /// Client id of the app that waits, sent back as `app`.
    pub client_id: Option<String>,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// Whose page it is, for a form that comes twice.
    pub whose: String,
    /// The app that waits for the sign-in.
    pub app_name: Option<String>,
    /// Whether nobody goes on without.
    pub needed: bool,
    /// The key as a picture: a `data:` URL.
    pub picture: String,
    /// The key as people type it, in two lines.
    pub key: String,
    /// The same, sealed, sent back as `seed`.
    pub seed: String,
    /// What makes a passkey in its place.
    pub passkey: Option<NewPasskeyAsk>,
    /// Why the last attempt failed.
    pub problem: Option<Text>,
}

impl SetUpSecondFactor {
    /// Where its form goes.
    pub const ACTION: &str = "/sign-in/second-factor/set-up";

    fn code_field(&self) -> Field<'_> {
        one_time_code(
            self.frame.text("second-code-label"),
            self.problem.is_some(),
            false,
        )
    }
}

impl Page for SetUpSecondFactor {
    const NAME: &'static str = "second-factor-set-up";
    const COPIES: bool = true;
    const PASSKEYS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = SetUpSecondFactor {
            frame: samples::frame(language),
            request: Some("Zm9v-req_1".to_owned()),
            client_id: Some("app_1".to_owned()),
            nonce: "nonce-1".to_owned(),
            whose: "1.proof".to_owned(),
            app_name: Some("Task Board".to_owned()),
            needed: true,
            picture: PICTURE.to_owned(),
            key: "GEZD GNBV GY3T QOJQ\nGEZD GNBV GY3T QOJQ".to_owned(),
            seed: "sealed".to_owned(),
            passkey: Some(NewPasskeyAsk {
                ask: PasskeyAsk::sample(PasskeyAsk::SET_UP),
                suggested: "Firefox, Linux".to_owned(),
            }),
            problem: None,
        };
        let own = SetUpSecondFactor {
            request: Some("security".to_owned()),
            client_id: None,
            app_name: None,
            needed: false,
            passkey: None,
            ..usual.clone()
        };
        let wrong = SetUpSecondFactor {
            problem: Some(language.text("second-wrong")),
            ..usual.clone()
        };
        let hostile = SetUpSecondFactor {
            frame: samples::hostile_frame(language),
            request: Some(HOSTILE.to_owned()),
            client_id: Some(HOSTILE.to_owned()),
            nonce: HOSTILE.to_owned(),
            whose: HOSTILE.to_owned(),
            app_name: Some(HOSTILE.to_owned()),
            key: HOSTILE.to_owned(),
            seed: HOSTILE.to_owned(),
            passkey: Some(NewPasskeyAsk {
                ask: PasskeyAsk::hostile(PasskeyAsk::SET_UP),
                suggested: HOSTILE.to_owned(),
            }),
            problem: Some(Text::of_others(HOSTILE)),
            ..usual.clone()
        };
        vec![usual, own, wrong, hostile]
    }
}

/// A picture in the place of a QR code.
const PICTURE: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA0IDQiPjxyZWN0IHdpZHRoPSI0IiBoZWlnaHQ9IjQiIGZpbGw9IiNmZmYiLz48cmVjdCB4PSIxIiB5PSIxIiB3aWR0aD0iMiIgaGVpZ2h0PSIyIi8+PC9zdmc+";

/// The page that shows recovery codes, once.
#[derive(Clone, Debug, Template)]
#[template(path = "recovery_codes.html")]
pub struct RecoveryCodes {
    /// What is around the page.
    pub frame: Frame,
    /// The codes.
    pub codes: Vec<String>,
    /// Where to go on.
    pub next: String,
}

impl Page for RecoveryCodes {
    const NAME: &'static str = "recovery-codes";
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = RecoveryCodes {
            frame: samples::signed_in_frame(language),
            codes: vec!["GEZD-GNBV-GY3T-QOJQ".to_owned(); 10],
            next: path::ACCOUNT.to_owned(),
        };
        let waiting = RecoveryCodes {
            frame: samples::branded_test_frame(language),
            next: "/consent?request=Zm9v-req_1".to_owned(),
            ..usual.clone()
        };
        let hostile = RecoveryCodes {
            frame: samples::hostile_frame(language),
            codes: vec![HOSTILE.to_owned()],
            next: HOSTILE.to_owned(),
        };
        vec![usual, waiting, hostile]
    }
}

/// A person's second step: `POST` [`NEW_CODES`](Self::NEW_CODES) with `nonce`, `round`, and [`REMOVE`](Self::REMOVE) with
/// `nonce`.
#[derive(Clone, Debug, Template)]
#[template(path = "security.html")]
pub struct Security {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Since when they have an authenticator app; `None`: they have none.
    pub since: Option<Text>,
    /// Their passkeys; `None`: nobody has any here.
    pub passkeys: Option<Passkeys>,
    /// Recovery codes that are left.
    pub codes_left: usize,
    /// What new recovery codes are made of, sent back as `round`.
    pub round: String,
    /// Whether everybody needs one.
    pub needed: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// Why something was not.
    pub problem: Option<Text>,
}

impl Security {
    /// Where it is.
    pub const PATH: &str = "/account/security";
    /// Makes the recovery codes anew.
    pub const NEW_CODES: &str = "/account/security/codes";
    /// Removes the second step.
    pub const REMOVE: &str = "/account/security/remove";
    /// Where it is set up, and back here.
    const SET_UP: &str = "/sign-in/second-factor?request=security";

    fn has_passkeys(&self) -> bool {
        let own = self.passkeys.as_ref();
        own.is_some_and(|passkeys| !passkeys.lines.is_empty())
    }

    fn adds_passkeys(&self) -> bool {
        let own = self.passkeys.as_ref();
        own.is_some_and(|passkeys| passkeys.add.is_some())
    }
}

impl Page for Security {
    const NAME: &'static str = "security";
    const PASSKEYS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = Security {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            since: Some(Text::of_others("2026-11-21 09:14 UTC")),
            passkeys: Some(Passkeys::none()),
            codes_left: 8,
            round: "round-1".to_owned(),
            needed: false,
            notice: None,
            problem: None,
        };
        let none = Security {
            since: None,
            notice: Some(language.text("security-done-removed")),
            ..usual.clone()
        };
        let (since, used): (&str, &str) = ("2026-11-21 09:14 UTC", "2026-11-27 08:00 UTC");
        let told: crate::Arguments<'_> = &[("time", &since), ("used", &used)];
        let some = Passkeys::sample(language.text_of("passkeys-since-used", told));
        let by_passkey = Security {
            since: None,
            passkeys: Some(some.clone()),
            notice: Some(language.text("passkeys-done-added")),
            ..usual.clone()
        };
        let only_way = Security {
            passkeys: Some(Passkeys {
                only_way: true,
                add: None,
                ..some
            }),
            problem: Some(language.text("passkeys-last")),
            ..by_passkey.clone()
        };
        let without = Security {
            passkeys: None,
            ..usual.clone()
        };
        let last = Security {
            codes_left: 1,
            needed: true,
            problem: Some(language.text("security-changed")),
            ..usual.clone()
        };
        let hostile = Security {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            since: Some(Text::of_others(HOSTILE)),
            passkeys: Some(Passkeys::hostile()),
            codes_left: 0,
            round: HOSTILE.to_owned(),
            needed: true,
            notice: Some(Text::of_others(HOSTILE)),
            problem: Some(Text::of_others(HOSTILE)),
        };
        vec![usual, none, last, by_passkey, only_way, without, hostile]
    }
}
