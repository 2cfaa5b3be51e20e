//! `valetkey scope …`.
use super::failure::Failure;
use super::output::{Output, table};
use super::place::Place;
use clap::Subcommand;
use protocol::policy::ScopeEntry;
use serde_json::{Value, json};

/// The scopes of a provider.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the scope catalogue in its order.
    List(Place),
}

impl Verb {
    /// Does it.
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        let Verb::List(place) = self;
        let scopes = place.load()?.policy.scopes;
        let all: Vec<Value> = scopes.iter().map(as_json).collect();
        output.show(&json!({ "scopes": all }), || {
            let rows: Vec<_> = scopes.iter().map(as_row).collect();
            match rows.is_empty() {
                true => "There are no scopes yet: add a table under [scopes] in the configuration."
                    .to_owned(),
                false => table(["SCOPE", "GROUP", "ALLOWS AN APP TO", "NOTES"], &rows),
            }
        });
        Ok(())
    }
}

fn as_json(scope: &ScopeEntry) -> Value {
    json!({
        "name": scope.name,
        "group": scope.group.as_str(),
        "sentence": scope.sentence.as_str(),
        "risk": scope.risk.as_str(),
        "restricted": scope.restricted,
        "personal": scope.personal,
        "default": scope.default,
    })
}

fn as_row(scope: &ScopeEntry) -> [String; 4] {
    let notes = [
        (true, scope.risk.as_str()),
        (scope.default, "default"),
        (scope.restricted, "restricted"),
        (scope.personal, "personal"),
    ];
    let notes: Vec<_> = notes
        .iter()
        .filter_map(|(holds, note)| holds.then_some(*note))
        .collect();
    [
        scope.name.clone(),
        scope.group.as_str().to_owned(),
        scope.sentence.as_str().to_owned(),
        notes.join(", "),
    ]
}
