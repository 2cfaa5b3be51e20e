//! What one request costs whatever the machine is doing: instructions under callgrind, statements, rows, commits.
//!
//! Each kind of work runs N times on one connection once it is warm, again and again. Instructions are those of the
//! server's process alone, of the time that took the fewest: what else the process does meanwhile, such as looking
//! for changes, only adds to them. The rest are means over all.

use crate::chain::Chain;
use crate::connection::Connection;
use crate::drive::mint;
use crate::flow::{FLOW, Flow};
use crate::ledger::{Ledger, Taken};
use crate::round::Round;
use crate::sample::{Sample, count};
use crate::seed::{Seeded, seed};
use crate::server::Server;
use crate::signature::{self, Algorithm};
use crate::work::{AnyWork, Post, Step};
use crate::{Args, chain, issue, look};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::runtime::Runtime;

/// Live tokens that are asked about in turn.
const TOKENS: usize = 100;
/// Pieces of each work before it is counted.
const WARM: u64 = 100;
/// How often each work is counted.
const TIMES: usize = 7;
/// What the names of callgrind's files begin with.
const OUT: &str = "callgrind.out";

/// Counts on `valetkey`, on the one before it if there is one, on `valetkey` whose app registered itself, on one that counts
/// requests against its limits, and on one that signs what it gives, in as many rounds as are asked for.
pub(crate) fn measure(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    ensure!(has("callgrind_control"), "valgrind is not installed");
    let mut round = Round::new(args, 1, runtime);
    for number in 1..=args.rounds {
        round.number = number;
        let ours = [
            Server::valetkey(args)?,
            Server::introduced(args)?,
            Server::limited(args)?,
        ];
        for server in Server::before(args)?.into_iter().chain(ours) {
            on_server(&mut round, server)?;
        }
        for algorithm in Algorithm::value_variants() {
            let server = Server::signing(args, *algorithm)?;
            let alone = algorithm.alone(&server.folder())?;
            round.add_one(&server, signature::ALONE, alone);
            on_server(&mut round, server)?;
        }
    }
    Ok(round.samples)
}

/// A shell program that runs the server of `binary` under callgrind, and its other verbs as they are.
pub(crate) fn wrapper(folder: &Path, name: &str, binary: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("{name}-under-callgrind"));
    let binary = std::path::absolute(binary)?;
    let text = format!(
        "#!/bin/sh\n\
         [ \"$1\" = serve ] || exec '{binary}' \"$@\"\n\
         TOKIO_WORKER_THREADS=1 exec valgrind --quiet --tool=callgrind --instr-atstart=no --callgrind-out-file={OUT} '{binary}' \"$@\"\n",
        binary = binary.display()
    );
    fs::write(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn on_server(round: &mut Round<'_>, mut server: Server) -> anyhow::Result<()> {
    let (args, runtime) = (round.args, round.runtime);
    server.start()?;
    let seeded = seed(&server, args)?;
    let mut counter = Counter {
        runtime,
        pid: server.pid()?,
        folder: server.folder(),
        ledger: Ledger::new(&server)?,
        requests: args.requests(),
        dumps: 0,
        figures: Vec::new(),
    };
    counter.control("--instr=on")?;
    for (name, mut work) in works(&server, &seeded, runtime)? {
        counter.count(&server, name, &mut work)?;
    }
    for (measure, value) in counter.figures {
        round.add_one(&server, &measure, value);
    }
    server.stop();
    Ok(())
}

fn works(
    server: &Server,
    seeded: &Seeded,
    runtime: &Runtime,
) -> anyhow::Result<Vec<(&'static str, AnyWork)>> {
    let request = issue::request(server, seeded);
    let tokens = mint(runtime, server.addr(), &request, TOKENS, "access_token")?;
    let mut looks = look::introspections(server, seeded, &tokens, 1);
    let post = Post::new(&seeded.paths.token, &server.host(), &seeded.refresher);
    let refresh_token = seeded
        .refresh_tokens
        .first()
        .context("no refresh token was made")?;
    let session = seeded.sessions.first().context("nobody has signed in")?;
    Ok(vec![
        (issue::ISSUE, issue::works(server, seeded, 1).remove(0)),
        (look::INTROSPECT, looks.remove(0)),
        (chain::REFRESH, Box::new(Chain::new(post, refresh_token))),
        (FLOW, Box::new(Flow::new(server, seeded, session))),
    ])
}

/// A server under callgrind and what was counted on it.
struct Counter<'a> {
    runtime: &'a Runtime,
    pid: u32,
    /// Where callgrind writes.
    folder: PathBuf,
    ledger: Ledger,
    requests: u64,
    dumps: u32,
    figures: Vec<(String, f64)>,
}

impl Counter<'_> {
    fn count(&mut self, server: &Server, name: &str, work: &mut AnyWork) -> anyhow::Result<()> {
        let mut connection = self.runtime.block_on(Connection::open(server.addr()))?;
        self.pieces(&mut connection, work, WARM)?;
        let mut fewest = u64::MAX;
        let mut all = Taken::new();
        for _ in 0..TIMES {
            let (instructions, taken) = self.part(&mut connection, work, self.requests)?;
            fewest = fewest.min(instructions);
            all.extend(taken);
        }
        let each = |total: u64| count(total) / count(self.requests);
        let mut figures = vec![(format!("{name}: instructions"), each(fewest))];
        for (what, _) in &all[..all.len() / TIMES] {
            let same = all.iter().filter(|(of, _)| of == what);
            let total: u64 = same.map(|(_, taken)| taken).sum();
            figures.push((format!("{name}: {what}"), each(total) / count(TIMES as u64)));
        }
        self.figures.extend(figures);
        Ok(())
    }

    /// Instructions, and what the store took, while so many pieces of work were done.
    fn part(
        &mut self,
        connection: &mut Connection,
        work: &mut AnyWork,
        pieces: u64,
    ) -> anyhow::Result<(u64, Taken)> {
        self.ledger.begin()?;
        self.control("--zero")?;
        self.pieces(connection, work, pieces)?;
        self.control("--dump")?;
        let taken = self.ledger.taken()?;
        self.dumps += 1;
        let path = self.folder.join(format!("{OUT}.{}", self.dumps));
        let dump = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok((total(&dump).context("a dump without a total")?, taken))
    }

    fn pieces(
        &mut self,
        connection: &mut Connection,
        work: &mut AnyWork,
        pieces: u64,
    ) -> anyhow::Result<()> {
        for _ in 0..pieces {
            loop {
                let answer = self.runtime.block_on(connection.call(work.request()))?;
                match work.answered(&answer) {
                    Step::More => {}
                    Step::Done => break,
                    Step::Wrong => bail!("a wrong answer: {}", answer.status),
                }
            }
            self.ledger.look()?;
        }
        Ok(())
    }

    /// Tells callgrind something, and waits until it has been done.
    fn control(&self, order: &str) -> anyhow::Result<()> {
        let mut command = Command::new("callgrind_control");
        let done = command.arg(order).arg(self.pid.to_string()).output()?;
        let said = String::from_utf8_lossy(&done.stdout);
        ensure!(
            done.status.success() && said.contains("OK"),
            "callgrind_control {order}: {said}{}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(())
    }
}

/// The instructions of a dump.
pub(crate) fn total(dump: &str) -> Option<u64> {
    let mut lines = dump.lines();
    let total = lines.find_map(|line| line.strip_prefix("totals:"))?;
    total.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals() {
        assert_eq!(
            total("events: Ir\nfn=a\n1 2\ntotals: 1154010\n"),
            Some(1_154_010)
        );
        assert_eq!(total("events: Ir\n"), None);
    }
}
