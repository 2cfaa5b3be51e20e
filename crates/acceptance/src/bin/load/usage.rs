//! What a process uses, from `/proc`.

use anyhow::Context;
use std::fs;

/// Microseconds of one clock tick in `/proc/PID/stat` (`USER_HZ` is 100 on every Linux).
const TICK_MICROS: u64 = 10_000;

/// CPU time of the process so far, user and system, in microseconds.
pub(crate) fn cpu_micros(pid: u32) -> anyhow::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    ticks(&stat)
        .map(|ticks| ticks * TICK_MICROS)
        .context("/proc/PID/stat is not as expected")
}

/// Fields 14 and 15, counted behind the name in parentheses, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Proportional set size of the process, in MiB.
pub(crate) fn pss_mib(pid: u32) -> anyhow::Result<f64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    pss_kib(&rollup)
        .map(|kib| f64::from(kib) / 1024.0)
        .context("/proc/PID/smaps_rollup has no Pss")
}

fn pss_kib(rollup: &str) -> Option<u32> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files() {
        let stat = "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";
        assert_eq!(ticks(stat), Some(200));
        assert_eq!(
            pss_kib("Rss:  9 kB\nPss:     2048 kB\nPss_Dirty: 1 kB"),
            Some(2048)
        );
    }
}
