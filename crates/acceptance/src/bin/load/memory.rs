//! What a server holds in memory: idle, after many connections, and over minutes of mixed traffic.

use crate::drive::{Lane, Phase, drive};
use crate::issue;
use crate::mix;
use crate::round::Round;
use crate::sample::Sample;
use crate::seed::{Seeded, seed};
use crate::server::Server;
use crate::usage::pss_mib;
use crate::{Args, Scenario};
use anyhow::{Context, bail};
use std::time::Duration;
use tokio::runtime::Runtime;

pub(crate) const FIRST: &str = "PSS under mixed traffic, first tenth (MiB)";
pub(crate) const LAST: &str = "PSS under mixed traffic, last tenth (MiB)";

/// Connections of the load after which memory is looked at.
const CONNECTIONS: usize = 256;
/// Looks at memory over the long run; six of them are a tenth.
const LOOKS: u32 = 60;
const TENTH: usize = 6;
/// Pieces of mixed work a second in the long run, so that the store stays of a size.
const RATE: u32 = 1000;

/// Once the server has settled: background work of a first start is not idle memory.
pub(crate) fn idle(round: &mut Round<'_>, server: &Server) -> anyhow::Result<()> {
    if round.args.wants(Scenario::Memory) {
        std::thread::sleep(Duration::from_secs(1));
        round.add_one(server, "PSS idle (MiB)", pss_mib(server.pid()?)?);
    }
    Ok(())
}

/// After `client_credentials` on many connections.
pub(crate) fn after_connections(
    round: &mut Round<'_>,
    servers: &[(&Server, &Seeded)],
) -> anyhow::Result<()> {
    let length = Duration::from_secs(u64::from(round.args.secs));
    for (server, seeded) in servers {
        let works = issue::works(server, seeded, CONNECTIONS);
        let lanes = works.into_iter().map(Lane::closed).collect();
        drive_right(round.runtime, server, lanes, Phase::of(length))?;
        let measure = format!("PSS after {CONNECTIONS} connections (MiB)");
        round.add_one(server, &measure, pss_mib(server.pid()?)?);
    }
    Ok(())
}

/// Drives for what it leaves behind, not for its figures.
fn drive_right(
    runtime: &Runtime,
    server: &Server,
    lanes: Vec<Lane>,
    phase: Phase,
) -> anyhow::Result<Vec<Lane>> {
    let driven = drive(runtime, server.addr(), lanes, phase);
    let (stats, lanes) = driven.with_context(|| server.log())?;
    match stats.wrong {
        Some(wrong) => bail!("{}: a wrong answer: {wrong}", server.name()),
        None => Ok(lanes),
    }
}

/// Minutes of mixed traffic on one Valetkey: whether memory grows.
pub(crate) fn soak(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let mut server = Server::valetkey(args)?;
    server.start()?;
    let seeded = seed(&server, args)?;
    let mut round = Round::new(args, 1, runtime);
    let mut lanes = issue::open_lanes(mix::works(&round, &server, &seeded)?);
    let phase = Phase {
        rate: RATE,
        parts: mix::PARTS.len(),
        ..Phase::of(args.sizes().soak / LOOKS)
    };
    let mut looks = Vec::new();
    for _ in 0..LOOKS {
        lanes = drive_right(runtime, &server, lanes, phase)?;
        looks.push(pss_mib(server.pid()?)?);
    }
    let mean = |looks: &[f64]| looks.iter().sum::<f64>() / crate::sample::count(looks.len() as u64);
    round.add_one(&server, FIRST, mean(&looks[..TENTH]));
    round.add_one(&server, LAST, mean(&looks[looks.len() - TENTH..]));
    Ok(round.samples)
}
