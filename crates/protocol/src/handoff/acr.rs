//! What a sign-in is worth (`acr`), in the words of the company's own login.
use super::answer::Answer;
use super::reading::AnswerFault;
use crate::accounts::second_factor::is_multi_factor;
use crate::authorize::AuthorizationRequest;
use crate::openid::{AcrWish, OpenIdPolicy};
use crate::policy::Policy;

/// What the company calls what apps ask for, which is the word of apps where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcrWords(Vec<AcrWord>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct AcrWord {
    theirs: String,
    second_factor: bool,
}

impl AcrWords {
    /// Of the words that apps use; `theirs`: what the company calls one of them.
    pub fn new(openid: &OpenIdPolicy, theirs: impl Fn(&str) -> String) -> Self {
        let word = |own: &Option<String>, second_factor| {
            own.as_ref().map(|ours| AcrWord {
                theirs: theirs(ours),
                second_factor,
            })
        };
        let password = word(&openid.acr, false);
        let second = word(&openid.second_factor_acr, true);
        AcrWords(password.into_iter().chain(second).collect())
    }

    /// What one of the company's words stands for: whether a second factor; `None` for a word that nobody agreed on.
    fn read(&self, theirs: &str) -> Option<bool> {
        let found = self.0.iter().find(|word| word.theirs == theirs);
        found.map(|word| word.second_factor)
    }

    fn of_level(&self, second_factor: bool) -> Vec<&str> {
        let level = self
            .0
            .iter()
            .filter(|word| word.second_factor == second_factor);
        level.map(|word| word.theirs.as_str()).collect()
    }

    /// What a sign-in for what waits must be worth; `second_factor`: whether it needs one, whatever the app asks for. Nothing,
    /// where any will do: words that nobody agreed on are passed over, as in what apps ask for.
    pub fn asked(
        &self,
        waiting: Option<&AuthorizationRequest>,
        second_factor: bool,
        policy: &Policy,
    ) -> Vec<&str> {
        if second_factor || waiting.is_some_and(|request| request.asks_second_factor(policy)) {
            return self.of_level(true);
        }
        let Some(request) = waiting else {
            return Vec::new();
        };
        match request.prompt.acr {
            AcrWish::SecondFactor => self.of_level(true),
            AcrWish::Password => self.of_level(false),
            AcrWish::Any => Vec::new(),
        }
    }
}

impl Answer {
    /// The answer, with what it says that the sign-in is worth among its methods: a second factor by the company's word is
    /// told as `mfa` (RFC 8176 §2).
    ///
    /// # Errors
    /// That nobody agreed on the word, or that its methods say otherwise.
    pub fn in_words(mut self, words: &AcrWords) -> Result<Self, AnswerFault> {
        let Some(said) = &self.acr else {
            return Ok(self);
        };
        let methods = self.methods.join(" ");
        match (words.read(said), is_multi_factor(Some(&methods))) {
            (None, _) => {
                let known: Vec<&str> = words.0.iter().map(|word| word.theirs.as_str()).collect();
                let what = match known.is_empty() {
                    true => "no acr was agreed on: leave it out".to_owned(),
                    false => format!("this is none that was agreed on: {}", known.join(", ")),
                };
                Err(AnswerFault::at("/acr", what))
            }
            (Some(false), true) => {
                let what = "this is what one factor is worth, and amr says mfa";
                Err(AnswerFault::at("/acr", what))
            }
            (Some(true), false) => {
                self.methods.push("mfa".to_owned());
                Ok(self)
            }
            (Some(true), true) | (Some(false), false) => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words() -> AcrWords {
        let word = |theirs: &str, second_factor| AcrWord {
            theirs: theirs.to_owned(),
            second_factor,
        };
        AcrWords(vec![word("silver", false), word("gold", true)])
    }

    fn said(acr: &str, amr: &[&str], words: &AcrWords) -> Result<Vec<String>, String> {
        let body = json!({ "challenge": "lc_x", "user": { "id": "u" }, "acr": acr, "amr": amr });
        let (_, answer) = Answer::parse(body.to_string().as_bytes()).unwrap();
        let answer = answer.in_words(words);
        answer
            .map(|answer| answer.methods)
            .map_err(|fault| format!("{} {}", fault.pointer, fault.what))
    }

    #[test]
    fn what_the_company_calls_it_is_what_it_counts_as() {
        let words = words();
        assert_eq!(
            said("gold", &["pwd", "hwk"], &words).unwrap(),
            ["pwd", "hwk", "mfa"]
        );
        assert_eq!(
            said("gold", &["pwd", "mfa"], &words).unwrap(),
            ["pwd", "mfa"]
        );
        assert_eq!(said("silver", &["pwd"], &words).unwrap(), ["pwd"]);
        assert!(said("silver", &["pwd", "mfa"], &words).is_err());
        // Those are the words of apps, and not the company's.
        for no in ["two", "Gold", "bronze", ""] {
            let told = said(no, &[], &words).unwrap_err();
            assert_eq!(told, "/acr this is none that was agreed on: silver, gold");
        }
        let told = said("gold", &[], &AcrWords::default()).unwrap_err();
        assert_eq!(told, "/acr no acr was agreed on: leave it out");
    }
}
