//! Mixed traffic: of twenty pieces of work, fourteen are introspections, three `client_credentials`, two refreshes
//! and one is a whole code flow.

use crate::connection::Answer;
use crate::drive::Lane;
use crate::round::{Plan, Round};
use crate::seed::Seeded;
use crate::server::Server;
use crate::work::{AnyWork, Step, Work};
use crate::{chain, flow, issue, look};
use anyhow::ensure;

/// The whole, and its parts in the order of `Mix::works`.
pub(crate) const MIX: &str = "mixed";
pub(crate) const PARTS: [&str; 4] = [
    "mixed: introspection",
    "mixed: client_credentials",
    "mixed: refresh_token",
    "mixed: code flow",
];

/// Which work is when: the rarer ones spread evenly.
const ORDER: [usize; 20] = [0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 3, 0, 0, 1, 0, 0, 2, 0, 0];

/// Works that take turns by [`ORDER`].
struct Mix {
    works: [AnyWork; 4],
    at: usize,
}

impl Work for Mix {
    fn request(&mut self) -> &[u8] {
        self.works[ORDER[self.at]].request()
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Step {
        let step = self.works[ORDER[self.at]].answered(answer);
        if step != Step::More {
            self.at = (self.at + 1) % ORDER.len();
        }
        step
    }

    fn part(&self) -> usize {
        ORDER[self.at]
    }
}

/// Mixed work for all connections, each at another place of the order.
pub(crate) fn works(
    round: &Round<'_>,
    server: &Server,
    seeded: &Seeded,
) -> anyhow::Result<Vec<AnyWork>> {
    let connections = round.args.width();
    let tokens = look::tokens(round, server, seeded, look::TOKENS)?;
    let looks = look::introspections(server, seeded, &tokens, connections);
    let issues = issue::works(server, seeded, connections);
    // The first ones are for the scenario of refreshes alone.
    let unused = seeded.refresh_tokens.len().saturating_sub(connections);
    let chains = chain::works(server, seeded, &seeded.refresh_tokens[unused..]);
    let flows = flow::works(server, seeded);
    ensure!(
        chains.len() == connections && flows.len() == connections,
        "refresh tokens or sessions are missing for {MIX} traffic"
    );
    let all = looks.into_iter().zip(issues).zip(chains).zip(flows);
    let mix = |(number, (((look, issue), chain), flow))| -> AnyWork {
        Box::new(Mix {
            works: [look, issue, chain, flow],
            at: number % ORDER.len(),
        })
    };
    Ok(all.enumerate().map(mix).collect())
}

/// Mixed traffic on each Valetkey.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for (server, seeded) in servers.iter().filter(|(server, _)| !server.is_floor()) {
        let lanes: Vec<Lane> = works(round, server, seeded)?
            .into_iter()
            .map(Lane::closed)
            .collect();
        let plan = Plan {
            names: PARTS.to_vec(),
            total: Some(MIX),
            connections: lanes.len(),
            lanes,
            rate: 0,
        };
        round.load_plan(server, plan)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_mix_that_is_documented() {
        let count = |part| ORDER.iter().filter(|own| **own == part).count();
        assert_eq!([0, 1, 2, 3].map(count), [14, 3, 2, 1]);
    }
}
