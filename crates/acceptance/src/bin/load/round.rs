//! One round: all servers from an empty folder through the scenarios to further starts.

use crate::drive::{Lane, Phase, Tally, drive};
use crate::sample::{Figures, Load, Sample};
use crate::seed::{Seeded, seed};
use crate::server::Server;
use crate::usage::cpu_micros;
use crate::work::AnyWork;
use crate::{
    Args, Scenario, chain, consent, device, disk, flow, issue, look, memory, mix, portal, sign_in,
};
use anyhow::{Context, ensure};
use std::time::Duration;
use tokio::runtime::Runtime;

/// What a scenario does with the servers of a round.
type Measure = fn(&mut Round<'_>, &[(&Server, &Seeded)]) -> anyhow::Result<()>;

/// The scenarios that load running servers, in the order in which they come.
const LOADS: [(Scenario, Measure); 12] = [
    (Scenario::Memory, memory::after_connections),
    (Scenario::Cc, issue::measure),
    (Scenario::Introspect, look::measure_introspection),
    (Scenario::TokenInfo, look::measure_token_info),
    (Scenario::Refresh, chain::measure),
    (Scenario::Flow, flow::measure),
    (Scenario::Portal, portal::measure),
    (Scenario::Consent, consent::measure),
    (Scenario::Device, device::measure),
    (Scenario::Mixed, mix::measure),
    (Scenario::SignIn, sign_in::measure),
    (Scenario::Open, issue::measure_open),
];

/// Runs round `number` and returns what it measured.
pub(crate) fn run(args: &Args, number: u32, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let mut round = Round::new(args, number, runtime);
    let mut servers = vec![Server::floor(args)?];
    if !args.only_floor {
        servers.extend(Server::before(args)?);
        servers.extend(Server::control(args)?);
        servers.push(Server::valetkey(args)?);
    }
    if number.is_multiple_of(2) {
        servers.reverse();
    }
    for server in &mut servers {
        round.start(server, "start, empty folder (ms)")?;
        memory::idle(&mut round, server)?;
    }
    let seeded: Vec<Seeded> = servers
        .iter()
        .map(|server| seed(server, args))
        .collect::<anyhow::Result<_>>()?;
    let pairs: Vec<_> = servers.iter().zip(&seeded).collect();
    for (server, seeded) in pairs.iter().filter(|(server, _)| server.can_fill()) {
        server.fill(&seeded.machine.0, args.rows, false)?;
    }
    for (scenario, measure) in LOADS {
        if args.wants(scenario) {
            measure(&mut round, &pairs)?;
        }
    }
    for (server, seeded) in servers.iter_mut().zip(&seeded) {
        server.stop();
        round.start(server, "start, existing store (ms)")?;
        if args.wants(Scenario::Disk) {
            disk::measure(&mut round, server, seeded)?;
        }
        server.stop();
        if args.wants(Scenario::Start) {
            start_with_many(&mut round, server, seeded)?;
        }
    }
    Ok(round.samples)
}

/// How long a start takes with many tokens in the store.
fn start_with_many(
    round: &mut Round<'_>,
    server: &mut Server,
    seeded: &Seeded,
) -> anyhow::Result<()> {
    if !server.can_fill() {
        return Ok(());
    }
    let rows = round.args.sizes().small;
    server.fill(&seeded.machine.0, rows, false)?;
    let measure = format!("start, store of {rows} tokens (ms)");
    round.start(server, &measure)?;
    server.stop();
    Ok(())
}

/// A round under way.
pub(crate) struct Round<'a> {
    pub(crate) args: &'a Args,
    pub(crate) number: u32,
    pub(crate) runtime: &'a Runtime,
    pub(crate) samples: Vec<Sample>,
}

/// What is driven on one server at once.
pub(crate) struct Plan {
    /// What each part of the lanes is called.
    pub(crate) names: Vec<&'static str>,
    /// What all of them together are called, if that is of interest.
    pub(crate) total: Option<&'static str>,
    /// The number of connections that the report shows.
    pub(crate) connections: usize,
    pub(crate) lanes: Vec<Lane>,
    /// Requests a second of the open lanes.
    pub(crate) rate: u32,
}

impl<'a> Round<'a> {
    pub(crate) fn new(args: &'a Args, number: u32, runtime: &'a Runtime) -> Self {
        Round {
            args,
            number,
            runtime,
            samples: Vec::new(),
        }
    }

    /// Keeps what was measured and shows it.
    pub(crate) fn add(&mut self, server: &'static str, figures: Figures) {
        let sample = Sample {
            round: self.number,
            server,
            figures,
        };
        eprintln!("{}", serde_json::to_string(&sample).unwrap_or_default());
        self.samples.push(sample);
    }

    /// Keeps a single figure.
    pub(crate) fn add_one(&mut self, server: &Server, measure: &str, value: f64) {
        let measure = measure.to_owned();
        self.add(server.name(), Figures::One { measure, value });
    }

    /// Whether this round has loaded a server so already.
    pub(crate) fn has(&self, scenario: &str, connections: usize, server: &Server) -> bool {
        self.samples.iter().any(|sample| match &sample.figures {
            Figures::Load(load) => {
                sample.server == server.name()
                    && load.scenario == scenario
                    && load.connections == connections
            }
            Figures::One { .. } => false,
        })
    }

    /// Starts a server and keeps the time to its first 200.
    fn start(&mut self, server: &mut Server, measure: &str) -> anyhow::Result<()> {
        let start = server.start()?;
        if self.args.wants(Scenario::Start) {
            self.add_one(server, measure, start.as_secs_f64() * 1000.0);
        }
        Ok(())
    }

    /// One kind of work in a closed loop.
    pub(crate) fn load(
        &mut self,
        name: &'static str,
        server: &Server,
        works: Vec<AnyWork>,
    ) -> anyhow::Result<()> {
        let plan = Plan {
            names: vec![name],
            total: None,
            connections: works.len(),
            lanes: works.into_iter().map(Lane::closed).collect(),
            rate: 0,
        };
        self.load_plan(server, plan)
    }

    /// Warms up, measures, keeps the figures.
    pub(crate) fn load_plan(&mut self, server: &Server, plan: Plan) -> anyhow::Result<()> {
        let pid = server.pid()?;
        let what = plan.total.unwrap_or(plan.names[0]);
        let context = || format!("{what} on {}:\n{}", server.name(), server.log());
        let phase = |secs: u32, lanes| {
            let phase = Phase {
                rate: plan.rate,
                parts: plan.names.len(),
                ..Phase::of(Duration::from_secs(u64::from(secs)))
            };
            drive(self.runtime, server.addr(), lanes, phase).with_context(context)
        };
        let (warm, lanes) = phase(self.args.warm, plan.lanes)?;
        let before = cpu_micros(pid)?;
        let (mut stats, _) = phase(self.args.secs, lanes)?;
        let cpu = cpu_micros(pid)?.saturating_sub(before);
        for wrong in [&warm.wrong, &stats.wrong].into_iter().flatten() {
            eprintln!("load: {what} on {}: a wrong answer: {wrong}", server.name());
        }
        let mut whole = Tally::new()?;
        for (part, warm) in stats.parts.iter_mut().zip(&warm.parts) {
            part.failed += warm.failed;
            whole.add_beside(part)?;
        }
        ensure!(whole.done > 0, "{what}: no request was answered");
        let load =
            |name, tally: &Tally, cpu| Figures::Load(Load::new(name, plan.connections, tally, cpu));
        if let Some(name) = plan.total {
            // What failed is counted with the parts.
            whole.failed = 0;
            self.add(server.name(), load(name, &whole, Some(cpu)));
        }
        // The server's CPU time cannot be told apart by parts.
        let cpu = (plan.names.len() == 1).then_some(cpu);
        for (name, part) in plan.names.iter().zip(&stats.parts) {
            self.add(server.name(), load(*name, part, cpu));
        }
        Ok(())
    }
}
