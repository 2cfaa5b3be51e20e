//! `client_credentials`: durable tokens, in a closed loop and at fixed times.

use crate::drive::Lane;
use crate::round::{Plan, Round};
use crate::seed::Seeded;
use crate::server::Server;
use crate::sign_in;
use crate::work::{AnyWork, Same, has_access_token};
use std::rc::Rc;

pub(crate) const ISSUE: &str = "client_credentials";
/// Requests that leave at fixed times, alone and beside people who sign in.
pub(crate) const FIXED: &str = "client_credentials at a fixed rate";
pub(crate) const FIXED_BESIDE: &str = "client_credentials at a fixed rate, beside sign-ins";
pub(crate) const BESIDE: &str = "sign-in beside client_credentials";

/// The bytes of a token request.
pub(crate) fn request(server: &Server, seeded: &Seeded) -> Vec<u8> {
    let fields = [("grant_type", "client_credentials")];
    seeded.post(server, &seeded.paths.token, &fields)
}

/// Work for so many connections.
pub(crate) fn works(server: &Server, seeded: &Seeded, connections: usize) -> Vec<AnyWork> {
    let bytes: Rc<[u8]> = request(server, seeded).into();
    let work = |_| Same::work(&bytes, has_access_token);
    (0..connections).map(work).collect()
}

/// Each number of connections on each server.
pub(crate) fn measure(round: &mut Round<'_>, servers: &[(&Server, &Seeded)]) -> anyhow::Result<()> {
    for connections in round.args.connections() {
        for (server, seeded) in servers {
            round.load(ISSUE, server, works(server, seeded, connections))?;
        }
    }
    Ok(())
}

/// Lanes whose requests leave at fixed times.
pub(crate) fn open_lanes(works: Vec<AnyWork>) -> Vec<Lane> {
    let open = |work| Lane {
        work,
        part: 0,
        open: true,
    };
    works.into_iter().map(open).collect()
}

/// At fixed times, alone and then while people sign in as fast as they can.
pub(crate) fn measure_open(
    round: &mut Round<'_>,
    servers: &[(&Server, &Seeded)],
) -> anyhow::Result<()> {
    let connections = round.args.width();
    for (server, seeded) in servers {
        let plan = Plan {
            names: vec![FIXED],
            total: None,
            connections,
            lanes: open_lanes(works(server, seeded, connections)),
            rate: round.args.rate,
        };
        round.load_plan(server, plan)?;
    }
    for (server, seeded) in servers {
        if server.is_floor() {
            continue;
        }
        let mut lanes = open_lanes(works(server, seeded, connections));
        let beside = sign_in::works(seeded).into_iter().map(|work| Lane {
            part: 1,
            ..Lane::closed(work)
        });
        lanes.extend(beside);
        let plan = Plan {
            names: vec![FIXED_BESIDE, BESIDE],
            total: None,
            connections,
            lanes,
            rate: round.args.rate,
        };
        round.load_plan(server, plan)?;
    }
    Ok(())
}
