//! What authenticators are asked, and whether their answers are good. All of WebAuthn that is cryptography is the library's.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use config::{Config, RelyingParty};
use protocol::accounts::passkeys::ceremony::LIFETIME;
use protocol::accounts::passkeys::{Credential, KeyPlace, Passkey};
use serde_json::{Value, json};
use std::time::Duration;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Kept, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// Longest id of a credential, in bytes (WebAuthn Level 3 §7.1: "Verify that the credentialId is ≤ 1023 bytes").
const LONGEST_ID: usize = 1_023;

/// Verifies for one relying party.
pub(crate) struct Passkeys(Webauthn);

/// A ceremony that begins: what the browser is given, and what must be known of it again.
pub(crate) struct Begun {
    pub(crate) options: String,
    pub(crate) state: String,
}

/// What an authenticator answered to a question, before it is judged.
pub(crate) struct Answer(PublicKeyCredential);

/// What it proved.
pub(crate) struct Proved {
    /// The credential as it is from now on.
    pub(crate) credential: Credential,
    /// Where its key is.
    pub(crate) place: KeyPlace,
}

/// Why an answer proves nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unproved {
    /// Its signature is good, and its counter went back.
    Copied,
    /// Anything else, in the library's words.
    Wrong(String),
}

impl Unproved {
    fn of(error: &WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Unproved::Copied,
            other => Unproved::wrong(other),
        }
    }

    fn wrong(what: impl std::fmt::Display) -> Self {
        Unproved::Wrong(what.to_string())
    }
}

impl Passkeys {
    /// By a configuration; `None` where nobody has passkeys.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, String> {
        let Some(own) = &config.passkeys else {
            return Ok(None);
        };
        let RelyingParty { id, origin } = own;
        let about = |what: String| format!("passkeys are not bound to {id} at {origin}: {what}");
        let origin = Url::parse(origin).map_err(|error| about(error.to_string()))?;
        let timeout = Duration::from_secs(LIFETIME.seconds().unsigned_abs());
        let built = WebauthnBuilder::new(id, &origin).and_then(|builder| {
            let builder = builder.rp_name(&config.branding.product).timeout(timeout);
            builder.build()
        });
        built
            .map(Passkeys)
            .map(Some)
            .map_err(|error| about(error.to_string()))
    }

    /// Begins to add a passkey for a person, whom the authenticator knows by `handle` and shows by `label` and `name`. It is
    /// to be found without an address (discoverable), and verifies its person.
    pub(crate) fn to_add(
        &self,
        handle: [u8; 16],
        (label, name): (&str, &str),
        has: &[Passkey],
    ) -> Option<Begun> {
        let known = has.iter().map(|own| own.credential.id.clone()).collect();
        let person = Uuid::from_bytes(handle);
        let begun = self
            .0
            .start_passkey_registration(person, label, name, Some(known));
        let (question, state) = begun.ok()?;
        let mut options = serde_json::to_value(question.public_key).ok()?;
        options["authenticatorSelection"] = json!({
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        });
        Some(Begun {
            options: options.to_string(),
            state: serde_json::to_string(&state).ok()?,
        })
    }

    /// Judges what an authenticator made.
    ///
    /// # Errors
    /// [`Unproved`].
    pub(crate) fn added(
        &self,
        state: &str,
        answer: &str,
        handle: [u8; 16],
    ) -> Result<Credential, Unproved> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(Unproved::wrong)?;
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(answer).map_err(Unproved::wrong)?;
        let made = self.0.finish_passkey_registration(&answer, &state);
        let made = made.map_err(|error| Unproved::of(&error))?;
        match made.cred_id().len() <= LONGEST_ID {
            true => kept(&made, handle.to_vec()),
            false => Err(Unproved::Wrong(
                "the id of the credential is too long".to_owned(),
            )),
        }
    }

    /// Begins to prove possession: of one of these, or of any where there are none.
    pub(crate) fn to_prove(&self, allowed: &[Passkey]) -> Option<Begun> {
        let (question, state) = self.0.start_discoverable_authentication().ok()?;
        let mut options = serde_json::to_value(question.public_key).ok()?;
        let all = options.as_object_mut()?;
        all.remove("extensions");
        let allowed = allowed.iter().map(|own| {
            let id = URL_SAFE_NO_PAD.encode(&own.credential.id);
            json!({ "type": "public-key", "id": id })
        });
        all.insert(
            "allowCredentials".to_owned(),
            Value::Array(allowed.collect()),
        );
        Some(Begun {
            options: options.to_string(),
            state: serde_json::to_string(&state).ok()?,
        })
    }

    /// Judges what an authenticator answered with this passkey.
    ///
    /// # Errors
    /// [`Unproved`].
    pub(crate) fn proved(
        &self,
        state: &str,
        answer: &Answer,
        of: &Passkey,
    ) -> Result<Proved, Unproved> {
        let state: DiscoverableAuthentication =
            serde_json::from_str(state).map_err(Unproved::wrong)?;
        let mut own: Kept = serde_json::from_str(&of.credential.state).map_err(Unproved::wrong)?;
        let judged = self
            .0
            .finish_discoverable_authentication_v2(&answer.0, state, &own);
        let judged = judged.map_err(|error| Unproved::of(&error))?;
        own.update_credential(&judged);
        Ok(Proved {
            credential: kept(&own, of.credential.handle.clone())?,
            place: match judged.backup_eligible() {
                true => KeyPlace::Copied,
                false => KeyPlace::Device,
            },
        })
    }
}

impl Answer {
    /// Reads it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Answer)
    }

    /// The id of the credential that answered.
    pub(crate) fn credential(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// By what the authenticator knows its person, if it says.
    pub(crate) fn handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }
}

/// Where the key of a credential is, as it was told when it was made or used last.
pub(crate) fn place_of(credential: &Credential) -> KeyPlace {
    let state: Option<Value> = serde_json::from_str(&credential.state).ok();
    let copies = state.and_then(|state| state.pointer("/cred/backup_eligible")?.as_bool());
    match copies {
        Some(false) => KeyPlace::Device,
        Some(true) | None => KeyPlace::Copied,
    }
}

/// What is kept of a credential of the library's.
fn kept(of: &Kept, handle: Vec<u8>) -> Result<Credential, Unproved> {
    let state = serde_json::to_value(of).map_err(Unproved::wrong)?;
    let count = state.pointer("/cred/counter").and_then(Value::as_i64);
    Ok(Credential {
        id: of.cred_id().to_vec(),
        handle,
        count: count.ok_or_else(|| Unproved::Wrong("it has no counter".to_owned()))?,
        state: state.to_string(),
    })
}
