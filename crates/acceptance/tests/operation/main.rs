//! What operators meet: events, upgrades, crashes, faults of disks and networks, several nodes.

mod audit;
mod crash;
#[cfg(target_os = "linux")]
mod crash_postgres;
mod dev;
mod earlier;
#[cfg(target_os = "linux")]
mod faults;
mod import_crash;
mod listening;
mod load;
mod lost_keys;
mod mail;
mod mail_crash;
#[cfg(target_os = "linux")]
mod memory;
mod metrics;
mod monitoring;
mod organization_ends;
#[cfg(target_os = "linux")]
mod outage_postgres;
#[cfg(target_os = "linux")]
mod power_cut;
mod replaced;
mod restore;

#[path = "../support/mod.rs"]
mod support;
mod telemetry;
mod tls_postgres;
mod two_nodes;
mod watched;
