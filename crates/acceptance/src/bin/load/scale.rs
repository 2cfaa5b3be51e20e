//! A store of many live tokens against one of fewer.

use crate::round::Round;
use crate::sample::Sample;
use crate::seed::{Seeded, seed};
use crate::server::{LARGE, SMALL, Server};
use crate::{Args, issue, look};
use tokio::runtime::Runtime;

/// Parts in which a store is filled. Between them tokens are issued, so that those which are introspected later lie
/// all over the store and not at its end.
const PARTS: u64 = 10;

/// Fills two stores, then loads their servers in turn, in each round the other one first.
pub(crate) fn measure(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let sizes = args.sizes();
    let small = filled(args, runtime, SMALL, sizes.small)?;
    let large = filled(args, runtime, LARGE, sizes.large)?;
    let mut samples = Vec::new();
    for number in 1..=args.rounds {
        let mut round = Round::new(args, number, runtime);
        let order = match number.is_multiple_of(2) {
            true => [&large, &small],
            false => [&small, &large],
        };
        for store in order {
            let works = issue::works(&store.server, &store.seeded, args.width());
            round.load(issue::ISSUE, &store.server, works)?;
        }
        for store in order {
            let works =
                look::introspections(&store.server, &store.seeded, &store.tokens, args.width());
            round.load(look::INTROSPECT, &store.server, works)?;
        }
        samples.extend(round.samples);
    }
    Ok(samples)
}

struct Store {
    server: Server,
    seeded: Seeded,
    tokens: Vec<String>,
}

fn filled(args: &Args, runtime: &Runtime, name: &'static str, rows: u64) -> anyhow::Result<Store> {
    let round = Round::new(args, 1, runtime);
    let mut server = Server::valetkey_called(args, name)?;
    server.start()?;
    let seeded = seed(&server, args)?;
    let mut tokens = Vec::new();
    for part in 1..=PARTS {
        server.fill(&seeded.machine.0, rows / PARTS, false)?;
        tokens.extend(look::tokens(&round, &server, &seeded, look::TOKENS / 10)?);
        eprintln!("load: {name}: {part} of {PARTS} parts of {rows} rows");
    }
    Ok(Store {
        server,
        seeded,
        tokens,
    })
}
