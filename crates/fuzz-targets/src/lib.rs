//! What must hold of every parser, whatever it is given: one function per target, which panics if it does not.
//!
//! `fuzz/` hands these to libFuzzer; `tests/short.rs` runs them on the seeds and what random changes make of them.
//! Where it can be done, a target reads its input a second time, by other means, and compares.
mod app_changes;
mod authorize;
mod config;
mod credentials;
mod dpop;
mod errand;
mod ground;
mod handoff_answer;
mod imported_person;
mod jose;
mod params;
mod redirect_uri;
mod scope;
mod token_request;
mod token_text;
mod typed_code;
mod user_code;
mod waiting_sign_in;

/// A target: its name, and the function that takes the input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. The seeds of each are in `fuzz/seeds/NAME`, its words in `fuzz/dictionaries/NAME.dict`.
pub const TARGETS: [Target; 22] = [
    ("app_changes", app_changes::app_changes),
    ("authorize", authorize::authorize),
    ("basic", credentials::basic),
    ("bearer", credentials::bearer),
    ("config", config::config),
    ("dpop", dpop::dpop),
    ("errand", errand::errand),
    ("form", params::form),
    ("handoff_answer", handoff_answer::handoff_answer),
    ("imported_person", imported_person::imported_person),
    ("json", params::json),
    ("jwk", self::jose::jwk),
    ("jwk_set", self::jose::jwk_set),
    ("jws", self::jose::jws),
    ("query", params::query),
    ("redirect_uri", redirect_uri::redirect_uri),
    ("scope", scope::scope),
    ("token_request", token_request::token_request),
    ("token_text", token_text::token_text),
    ("typed_code", typed_code::typed_code),
    ("user_code", user_code::user_code),
    ("waiting_sign_in", waiting_sign_in::waiting_sign_in),
];

/// Runs the target of this name.
///
/// # Panics
/// When what must hold does not, or there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(own, _)| *own == name);
    target.expect("a target of this name").1(data);
}
