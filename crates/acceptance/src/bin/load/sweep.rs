//! What requests feel of a sweep, and whether the database file keeps its size over repeated fill and sweep.

use crate::disk::{mib, size, size_at_rest};
use crate::drive::{Phase, Tally, drive};
use crate::issue::{self, open_lanes};
use crate::round::Round;
use crate::sample::{Figures, Load, Sample, count};
use crate::seed::seed;
use crate::server::Server;
use crate::{Args, look};
use anyhow::{Context, bail, ensure};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub(crate) const DURING: &str = "client_credentials during a sweep";
pub(crate) const WITHOUT: &str = "client_credentials without a sweep";

/// The time in which it is told whether the server sweeps.
const WINDOW: Duration = Duration::from_millis(500);
/// How long the sweeps of one fill may take; the server begins one every 30 seconds.
const LIMIT: Duration = Duration::from_secs(600);

/// Fills with expired rows beside a running server, and loads it at a fixed rate until they are swept: the rows that
/// come by the load are few beside those that go.
pub(crate) fn measure(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let mut server = Server::valetkey(args)?;
    let Some(file) = server.database() else {
        bail!("a sweep is measured with a file only: leave out --postgres");
    };
    server.start()?;
    let seeded = seed(&server, args)?;
    let mut samples = Vec::new();
    for number in 1..=args.rounds {
        let mut round = Round::new(args, number, runtime);
        let mut sweep = Sweep {
            edge: Edge::of(&file)?,
            during: Tally::new()?,
            without: Tally::new()?,
        };
        // A live token marks where the expired ones end.
        look::tokens(&round, &server, &seeded, 1)?;
        let live = sweep.edge.lowest()?;
        let rows = args.sizes().expired;
        server.fill(&seeded.machine.0, rows, true)?;
        ensure!(sweep.edge.lowest()? < live, "the fill left no expired rows");
        let works = issue::works(&server, &seeded, args.width());
        let driven = sweep.drive_out(args, runtime, &server, works, live);
        driven.with_context(|| server.log())?;
        sweep.report(&mut round, &server, rows)?;
        round.add_one(
            &server,
            &format!("database file after sweep {number} (MiB)"),
            mib(size(&file)),
        );
        samples.extend(round.samples);
    }
    server.stop();
    let mut round = Round::new(args, args.rounds, runtime);
    round.add_one(
        &server,
        "database file after the last sweep, at rest (MiB)",
        mib(size_at_rest(&file)?),
    );
    samples.extend(round.samples);
    Ok(samples)
}

/// Requests while the server sweeps and while it does not.
struct Sweep {
    edge: Edge,
    during: Tally,
    without: Tally,
}

impl Sweep {
    /// Drives until all rows below `live` are gone, and a while longer.
    fn drive_out(
        &mut self,
        args: &Args,
        runtime: &Runtime,
        server: &Server,
        works: Vec<crate::work::AnyWork>,
        live: i64,
    ) -> anyhow::Result<()> {
        let phase = Phase {
            rate: args.rate,
            ..Phase::of(WINDOW)
        };
        let begin = Instant::now();
        let mut lanes = open_lanes(works);
        let mut after = args.secs * 2;
        let mut lowest = self.edge.lowest()?;
        while lowest < live || after > 0 {
            ensure!(begin.elapsed() < LIMIT, "not swept within {LIMIT:?}");
            let (stats, driven) = drive(runtime, server.addr(), lanes, phase)?;
            lanes = driven;
            if let Some(wrong) = &stats.wrong {
                eprintln!("load: during a sweep: a wrong answer: {wrong}");
            }
            let now = self.edge.lowest()?;
            if now == lowest {
                self.without.add_after(&stats.parts[0])?;
            } else {
                self.during.add_after(&stats.parts[0])?;
            }
            lowest = now;
            if lowest >= live {
                after = after.saturating_sub(1);
            }
        }
        Ok(())
    }

    fn report(&self, round: &mut Round<'_>, server: &Server, rows: u64) -> anyhow::Result<()> {
        ensure!(self.during.done > 0, "no request was made during the sweep");
        let connections = round.args.width();
        for (name, tally) in [(DURING, &self.during), (WITHOUT, &self.without)] {
            let load = Load::new(name, connections, tally, None);
            round.add(server.name(), Figures::Load(load));
        }
        let each = count(rows) / self.during.elapsed.as_secs_f64();
        round.add_one(server, "rows swept per second of sweeping, at least", each);
        Ok(())
    }
}

/// The left edge of the access tokens, where sweeping happens, read from the file.
struct Edge(Connection);

impl Edge {
    fn of(file: &Path) -> anyhow::Result<Self> {
        Ok(Edge(Connection::open_with_flags(
            file,
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?))
    }

    fn lowest(&self) -> anyhow::Result<i64> {
        let sql = "SELECT ifnull(min(id), 0) FROM access_tokens";
        Ok(self.0.query_row(sql, [], |row| row.get(0))?)
    }
}
