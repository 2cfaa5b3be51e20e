//! One round: both servers from an empty folder through all scenarios to a second start.

use crate::drive::{drive, mint};
use crate::sample::{Figures, Load, Sample};
use crate::seed::{Seeded, seed};
use crate::server::{REFRESH_TOKENS, Server};
use crate::usage::{cpu_micros, pss_mib};
use crate::work::{Chain, Work};
use crate::{Args, Scenario};
use anyhow::{Context, ensure};
use std::rc::Rc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Connections for introspection.
const INTROSPECTORS: usize = 64;
/// Tokens introspected in turn.
const TOKENS: usize = 1000;

/// Runs round `number` and returns what it measured.
pub(crate) fn run(args: &Args, number: u32, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let mut round = Round {
        args,
        number,
        runtime,
        samples: Vec::new(),
    };
    let mut servers = vec![Server::floor(args)?];
    if !args.only_floor {
        servers.extend(Server::before(args)?);
        servers.push(Server::valetkey(args)?);
    }
    if number.is_multiple_of(2) {
        servers.reverse();
    }
    for server in &mut servers {
        let start = server.start()?;
        round.add_start(server, "start, empty folder (ms)", start);
        // The server settles: background work of a first start is not idle memory.
        std::thread::sleep(Duration::from_secs(1));
        round.add_memory(server, "PSS idle (MiB)")?;
    }
    let loads = [Scenario::Cc, Scenario::Introspect, Scenario::Refresh];
    if loads.into_iter().any(|scenario| args.wants(scenario)) {
        let seeded = servers
            .iter()
            .map(|server| seed(server, args.wants(Scenario::Refresh)))
            .collect::<anyhow::Result<Vec<Seeded>>>()?;
        let pairs: Vec<_> = servers.iter().zip(&seeded).collect();
        round.load_all(&pairs)?;
    }
    for server in &mut servers {
        round.add_memory(server, "PSS after load (MiB)")?;
        server.stop();
        let start = server.start()?;
        round.add_start(server, "start, existing store (ms)", start);
        server.stop();
    }
    Ok(round.samples)
}

struct Round<'a> {
    args: &'a Args,
    number: u32,
    runtime: &'a Runtime,
    samples: Vec<Sample>,
}

impl Round<'_> {
    fn add(&mut self, server: &Server, figures: Figures) {
        let sample = Sample {
            round: self.number,
            server: server.name(),
            figures,
        };
        eprintln!("{}", serde_json::to_string(&sample).unwrap_or_default());
        self.samples.push(sample);
    }

    fn add_start(&mut self, server: &Server, measure: &'static str, start: Duration) {
        if self.args.wants(Scenario::Start) {
            let value = start.as_secs_f64() * 1000.0;
            self.add(server, Figures::One { measure, value });
        }
    }

    fn add_memory(&mut self, server: &Server, measure: &'static str) -> anyhow::Result<()> {
        if self.args.wants(Scenario::Memory) {
            let value = pss_mib(server.pid()?)?;
            self.add(server, Figures::One { measure, value });
        }
        Ok(())
    }

    /// Each scenario visits all servers before the next one begins.
    fn load_all(&mut self, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
        if self.args.wants(Scenario::Cc) {
            for &connections in &self.args.conns {
                for (server, seeded) in servers {
                    let works = issue_works(server, seeded, connections as usize);
                    self.load("client_credentials", server, works)?;
                }
            }
        }
        if self.args.wants(Scenario::Introspect) {
            for (server, seeded) in servers {
                let works = self.introspect_works(server, seeded)?;
                self.load("introspection", server, works)?;
            }
        }
        if self.args.wants(Scenario::Refresh) {
            for (server, seeded) in servers {
                let works = refresh_works(server, seeded)?;
                self.load("refresh_token", server, works)?;
            }
        }
        Ok(())
    }

    /// Warms up, measures, keeps the figures.
    fn load(
        &mut self,
        name: &'static str,
        server: &Server,
        works: Vec<Work>,
    ) -> anyhow::Result<()> {
        let (connections, pid) = (works.len(), server.pid()?);
        let context = || format!("{name} on {}:\n{}", server.name(), server.log());
        let secs = |secs| Duration::from_secs(u64::from(secs));
        let phase = |works, length| drive(self.runtime, server.addr(), works, length);
        let (warm, works) = phase(works, secs(self.args.warm)).with_context(context)?;
        let before = cpu_micros(pid)?;
        let (mut stats, _) = phase(works, secs(self.args.secs)).with_context(context)?;
        let cpu = cpu_micros(pid)?.saturating_sub(before);
        stats.failed += warm.failed;
        ensure!(stats.requests > 0, "{name}: no request was answered");
        let load = Load::new(name, connections, &stats, cpu);
        self.add(server, Figures::Load(load));
        Ok(())
    }

    fn introspect_works(&self, server: &Server, seeded: &Seeded) -> anyhow::Result<Vec<Work>> {
        let issue = seeded.request(server, &seeded.token, &ISSUE);
        let tokens = mint(self.runtime, server.addr(), &issue, TOKENS)?;
        let list: Rc<[Vec<u8>]> = tokens
            .iter()
            .map(|token| seeded.request(server, &seeded.introspect, &[("token", token)]))
            .collect();
        let length = list.len();
        let work = |number: usize| Work::Turn {
            list: list.clone(),
            next: number * length / INTROSPECTORS,
        };
        Ok((0..INTROSPECTORS).map(work).collect())
    }
}

const ISSUE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn issue_works(server: &Server, seeded: &Seeded, connections: usize) -> Vec<Work> {
    let request: Rc<[u8]> = seeded.request(server, &seeded.token, &ISSUE).into();
    (0..connections)
        .map(|_| Work::Same(request.clone()))
        .collect()
}

fn refresh_works(server: &Server, seeded: &Seeded) -> anyhow::Result<Vec<Work>> {
    ensure!(
        seeded.refresh_tokens.len() == REFRESH_TOKENS,
        "{} refresh tokens, not {REFRESH_TOKENS}",
        seeded.refresh_tokens.len()
    );
    let host = server.host();
    let chain = |token: &String| Chain::new(&seeded.token, &host, &seeded.refresher, token);
    let chains = seeded.refresh_tokens.iter().map(chain);
    Ok(chains.map(Work::Chain).collect())
}
