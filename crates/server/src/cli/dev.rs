//! `valetkey dev`.
use super::failure::Failure;
use super::output::Output;
use super::runtime::wait_on_all_cores;
use crate::dev::DevArgs;
use clap::Args;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Try everything on this machine: a provider, a demo app and a small API, in one command.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Where the provider listens; a loopback address. Without it 127.0.0.1:8080, or the next free port
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Where the demo app and its API listen; a loopback address. Without it 127.0.0.1:8081, or the next free port
    #[arg(long, value_name = "ADDR", value_parser = address)]
    demo_listen: Option<SocketAddr>,
    /// The folder that keeps everything.
    #[arg(long, value_name = "DIR", default_value = "valetkey-dev")]
    data: PathBuf,
}

/// Reads an address with a port; `localhost` is 127.0.0.1.
fn address(text: &str) -> Result<SocketAddr, String> {
    let here = text.strip_prefix("localhost:");
    let read = match here.and_then(|port| port.parse().ok()) {
        Some(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse(),
    };
    read.map_err(|_| "write an address and a port, such as 127.0.0.1:19000".to_owned())
}

impl Dev {
    /// Runs until Ctrl-C.
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        let args = DevArgs {
            listen: self.listen,
            demo_listen: self.demo_listen,
            data: self.data,
            json: output.json,
        };
        Ok(wait_on_all_cores(crate::dev::run(args))??)
    }
}
