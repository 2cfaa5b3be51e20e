//! What APIs ask about tokens: introspection, and token info with the token itself.

use crate::drive::mint;
use crate::issue;
use crate::round::Round;
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Turn};
use acceptance::Request;
use std::rc::Rc;

pub(crate) const INTROSPECT: &str = "introspection";
pub(crate) const TOKEN_INFO: &str = "token info";

/// Tokens asked about in turn.
pub(crate) const TOKENS: usize = 1000;
/// What the answer about a live token holds.
const ACTIVE: &str = r#""active":true"#;
const EXPIRES: &str = r#""expires_at""#;

/// New live tokens.
pub(crate) fn tokens(
    round: &Round<'_>,
    server: &Server,
    seeded: &Seeded,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let request = issue::request(server, seeded);
    mint(
        round.runtime,
        server.addr(),
        &request,
        count,
        "access_token",
    )
}

/// Introspections of `tokens` in turn.
pub(crate) fn introspections(
    server: &Server,
    seeded: &Seeded,
    tokens: &[String],
    connections: usize,
) -> Vec<AnyWork> {
    let request = |token: &String| {
        let fields = [("token", token.as_str())];
        seeded.post(server, &seeded.paths.introspect, &fields)
    };
    in_turn(tokens.iter().map(request), connections, ACTIVE)
}

/// Requests for token info with `tokens` in turn.
fn infos(server: &Server, seeded: &Seeded, tokens: &[String], connections: usize) -> Vec<AnyWork> {
    let request = |token: &String| {
        Request::get(&seeded.paths.token_info)
            .header("Connection", "keep-alive")
            .bearer(token)
            .bytes(&server.host())
    };
    in_turn(tokens.iter().map(request), connections, EXPIRES)
}

fn in_turn(
    requests: impl Iterator<Item = Vec<u8>>,
    connections: usize,
    mark: &'static str,
) -> Vec<AnyWork> {
    let list: Rc<[Vec<u8>]> = requests.collect();
    let work = |number| Turn::work(&list, number, connections, mark);
    (0..connections).map(work).collect()
}

/// Introspection on each server.
pub(crate) fn measure_introspection(
    round: &mut Round<'_>,
    servers: &[(&Server, &Seeded)],
) -> anyhow::Result<()> {
    let connections = round.args.width();
    for (server, seeded) in servers {
        let tokens = tokens(round, server, seeded, TOKENS)?;
        let works = introspections(server, seeded, &tokens, connections);
        round.load(INTROSPECT, server, works)?;
    }
    Ok(())
}

/// Token info on each server.
pub(crate) fn measure_token_info(
    round: &mut Round<'_>,
    servers: &[(&Server, &Seeded)],
) -> anyhow::Result<()> {
    let connections = round.args.width();
    for (server, seeded) in servers {
        let tokens = tokens(round, server, seeded, TOKENS)?;
        let works = infos(server, seeded, &tokens, connections);
        round.load(TOKEN_INFO, server, works)?;
    }
    Ok(())
}
