//! rmcp: a server is called by its address alone, before and after a token has expired, and once for more than was allowed.
//!
//! The library leaves two things to the app that uses it: to open a browser, and to ask for more when it is told that more is
//! needed. Nothing of its behaviour is changed.
mod told;

use anyhow::{Context, ensure};
use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{
    AuthClient, AuthorizationCallback, AuthorizationManager, AuthorizationRequest, OAuthState,
};
use rmcp::transport::streamable_http_client::{
    InsufficientScopeError, StreamableHttpClientTransportConfig,
};
use serde_json::{Value, json};
use std::error::Error;
use told::{Order, ask, visit};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let order = told::order()?;
    let challenge = refused(&order).await?;
    let manager = authorized(&order, challenge).await?;
    let auth = AuthClient::new(reqwest::Client::default(), manager);
    let session = ().serve(transport(&order, auth.clone())).await?;
    let notes = Notes { session, auth };

    let tools = notes.session.list_all_tools().await?;
    let mut names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    names.sort_unstable();
    ask(&json!({ "tools": names }))?;
    notes.called("read_notes", json!({})).await?;
    notes.called("read_notes", json!({})).await?;
    notes
        .called("write_note", json!({ "text": "buy milk" }))
        .await?;
    notes.called("read_notes", json!({})).await?;
    println!("{}", json!({ "done": true }));
    Ok(())
}

fn transport<C>(order: &Order, client: C) -> StreamableHttpClientTransport<C>
where
    C: rmcp::transport::streamable_http_client::StreamableHttpClient + Send + Sync,
{
    let config = StreamableHttpClientTransportConfig::with_uri(order.server.as_str());
    StreamableHttpClientTransport::with_client(client, config)
}

/// What the server says to who has no token.
async fn refused(order: &Order) -> anyhow::Result<String> {
    let client = reqwest::Client::default();
    let error = ().serve(transport(order, client)).await.err();
    let error = error.context("a stranger was let in")?;
    let challenge = error.auth_challenge().map(str::to_owned);
    challenge.with_context(|| format!("no challenge: {error:?}"))
}

/// The first way to a token: the client introduces itself, its person allows.
async fn authorized(order: &Order, challenge: String) -> anyhow::Result<AuthorizationManager> {
    let mut state = OAuthState::new(order.server.as_str(), None).await?;
    let mut request = AuthorizationRequest::new(&order.redirect_uri)
        .with_client_name("Note Keeper")
        .with_initial_scope_selection()
        .with_challenge(challenge);
    if let Some(document) = &order.document {
        request = request.with_client_metadata_url(document);
    }
    state.start_authorization(request).await?;
    let callback = visit(&state.get_authorization_url().await?)?;
    state.handle_callback_url(&callback).await?;
    state.into_authorization_manager().context("no manager")
}

/// A session with the server, and what holds its tokens.
struct Notes {
    session: RunningService<RoleClient, ()>,
    auth: AuthClient<reqwest::Client>,
}

impl Notes {
    /// Calls a tool, for which the person is asked for more where what was allowed does not do.
    async fn called(&self, tool: &'static str, arguments: Value) -> anyhow::Result<()> {
        let call = CallToolRequestParams::new(tool);
        let call = call.with_arguments(arguments.as_object().cloned().context("an object")?);
        let result = match self.session.call_tool(call.clone()).await {
            Err(error) => {
                self.allowed_more(scope_wanted(&error)?).await?;
                self.session.call_tool(call).await?
            }
            Ok(result) => result,
        };
        let manager = self.auth.auth_manager.lock().await;
        let (client_id, tokens) = manager.get_credentials().await?;
        drop(manager);
        let text = result.content.first().and_then(|content| content.as_text());
        ask(&json!({
            "called": text.map(|text| &text.text),
            "failed": result.is_error.unwrap_or_default(),
            "tokens": tokens,
            "client": { "client_id": client_id },
        }))?;
        Ok(())
    }

    async fn allowed_more(&self, scope: &str) -> anyhow::Result<()> {
        let manager = self.auth.auth_manager.lock().await;
        ensure!(
            manager.can_attempt_scope_upgrade().await,
            "no more is to be had"
        );
        let callback = visit(&manager.request_scope_upgrade(scope).await?)?;
        let answer = AuthorizationCallback::from_redirect_url(&callback)?;
        let issuer = answer.issuer.as_deref();
        let exchanged = manager
            .exchange_code_for_token_with_issuer(&answer.code, &answer.csrf_token, issuer)
            .await;
        exchanged?;
        Ok(())
    }
}

/// The scope that a call was refused for.
fn scope_wanted(error: &ServiceError) -> anyhow::Result<&str> {
    let ServiceError::TransportSend(refusal) = error else {
        anyhow::bail!("not refused: {error:?}");
    };
    let mut cause: Option<&(dyn Error + 'static)> = Some(refusal.error.as_ref());
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<InsufficientScopeError>() {
            return refused.get_required_scope().context("no scope is named");
        }
        cause = current.source();
    }
    anyhow::bail!("not for its scope: {error:?}")
}
