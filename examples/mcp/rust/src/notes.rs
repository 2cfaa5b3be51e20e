//! The tools: notes of the person whose token came with the request.
use crate::door::{READ, WRITE};
use axum::http::request::Parts;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{ServerCapabilities, ServerConfig};
use rmcp::{ErrorData, ServerHandler, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use verify::Token;

/// The notes of all, by subject. They are gone when the server ends.
#[derive(Clone, Default)]
pub(crate) struct Server {
    notes: Arc<Mutex<HashMap<String, Vec<String>>>>,
}

/// What a note says.
#[derive(Deserialize, schemars::JsonSchema)]
struct Note {
    /// The text of the note.
    text: String,
}

#[tool_router]
impl Server {
    /// Reads all notes.
    #[tool]
    fn read_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let token = token(&parts, READ)?;
        let notes = self
            .notes
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        let own = notes.get(token.subject()).map(|own| own.join("\n"));
        Ok(own.unwrap_or_else(|| "no notes yet".to_owned()))
    }

    /// Writes a note.
    #[tool]
    fn write_note(
        &self,
        Parameters(note): Parameters<Note>,
        Extension(parts): Extension<Parts>,
    ) -> Result<String, ErrorData> {
        let token = token(&parts, WRITE)?;
        let mut notes = self
            .notes
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        notes
            .entry(token.subject().to_owned())
            .or_default()
            .push(note.text);
        Ok("written".to_owned())
    }
}

#[tool_handler]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

/// The token of a request, which `verify` put there; it must have the scope of the tool.
fn token<'a>(parts: &'a Parts, scope: &str) -> Result<&'a Token, ErrorData> {
    let token = parts.extensions.get::<Token>();
    let token = token.filter(|token| token.has(scope));
    token.ok_or_else(|| ErrorData::invalid_request(format!("the token lacks {scope}"), None))
}
