//! The settings of apps that introduce themselves.
use crate::values::Span;
use protocol::introduce::{HostStanding, Logos, RegistrationMode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Apps that introduce themselves, as MCP clients do: by registering (RFC 7591), or by a document that their `client_id`
/// leads to (Client ID Metadata Document). People are told that nobody has checked them, and every scope has a box of its
/// own that is not ticked, until an administrator has reviewed the app or trusts its host.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IntroductionSettings {
    /// Who may register an app at `paths.register`: nobody (`off`), whoever shows the initial access token (`token`), or
    /// anybody (`open`).
    pub(crate) registration: RegistrationMode,
    /// The initial access token (RFC 7591 §3), of at least 24 letters and digits: needed under `token`. An app that is
    /// registered with it may act on its own behalf too (`client_credentials`). Better left to `initial_token_file` or to the
    /// environment.
    pub(crate) initial_token: Option<String>,
    /// A file that holds it. One line end at its end is left out.
    pub(crate) initial_token_file: Option<PathBuf>,
    /// Whether a `client_id` may be the https URL of a document about the app. The document is fetched by the rules of
    /// `outbound`.
    pub(crate) documents: bool,
    /// How far hosts of documents are trusted that `hosts` does not name: their apps are as if reviewed (`trusted`), shown
    /// with a warning (`limited`), or unknown (`blocked`).
    pub(crate) unknown_hosts: HostStanding,
    /// How far single hosts are trusted, by their names without a port, such as `{ "claude.ai" = "trusted" }`.
    #[schemars(extend("examples" = [{ "claude.ai": "trusted" }]))]
    pub(crate) hosts: BTreeMap<String, HostStanding>,
    /// Whether people are shown the pictures of such apps (`logo_uri`): of `all`, of those that were reviewed or whose host is
    /// trusted (`trusted`), or of `none`. They are fetched once, by the rules of `outbound`, and served from here.
    pub(crate) logos: Logos,
    /// After how long an app is forgotten that introduced itself and that nobody used: 1s to 90d.
    pub(crate) unused: Span,
    /// The most of them that may be there unused: 1 to 1000000. Those of trusted hosts are not counted in.
    pub(crate) most_unused: usize,
    /// The most of one software, by its `software_id` or else its name, or of one host: 1 to 1000000.
    pub(crate) most_unused_of_one: usize,
}

impl Default for IntroductionSettings {
    fn default() -> Self {
        IntroductionSettings {
            registration: RegistrationMode::Off,
            initial_token: None,
            initial_token_file: None,
            documents: false,
            unknown_hosts: HostStanding::Limited,
            hosts: BTreeMap::new(),
            logos: Logos::All,
            unused: Span::days(1),
            most_unused: 10_000,
            most_unused_of_one: 500,
        }
    }
}
