//! What the header of a binary says (ELF, 64 bits, little-endian).
use anyhow::{Context, bail, ensure};

/// What a binary runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Architecture {
    /// x86-64.
    X86,
    /// 64-bit ARM.
    Arm,
}

/// What is known of a binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Elf {
    pub(super) architecture: Architecture,
    /// It needs no loader and no library of the system.
    pub(super) is_static: bool,
}

impl Architecture {
    /// That of this machine, if it is one of them.
    pub(super) fn here() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Some(Architecture::X86),
            "aarch64" => Some(Architecture::Arm),
            _ => None,
        }
    }

    /// What Rust calls the system that a release is built for.
    pub(super) fn target(self) -> &'static str {
        match self {
            Architecture::X86 => "x86_64-unknown-linux-musl",
            Architecture::Arm => "aarch64-unknown-linux-musl",
        }
    }

    /// What `uname -m` says there.
    pub(super) fn machine(self) -> &'static str {
        match self {
            Architecture::X86 => "x86_64",
            Architecture::Arm => "aarch64",
        }
    }

    /// What Debian calls it, and so do images.
    pub(super) fn short(self) -> &'static str {
        match self {
            Architecture::X86 => "amd64",
            Architecture::Arm => "arm64",
        }
    }
}

/// The segment that names a loader.
const PT_INTERP: u32 = 3;

/// Reads the header and the list of segments.
///
/// # Errors
/// When it is no program that a release is made for.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Elf> {
    ensure!(
        bytes.starts_with(b"\x7fELF\x02\x01"),
        "no 64-bit little-endian ELF file"
    );
    let kind = number(bytes, 16, 2)?;
    ensure!(kind == 2 || kind == 3, "no program, but of kind {kind}");
    let architecture = match number(bytes, 18, 2)? {
        0x3e => Architecture::X86,
        0xb7 => Architecture::Arm,
        other => bail!("a program for another machine: {other:#x}"),
    };
    let (first, size, count) = (
        number(bytes, 32, 8)?,
        number(bytes, 54, 2)?,
        number(bytes, 56, 2)?,
    );
    let mut is_static = true;
    for index in 0..count {
        let segment = number(bytes, usize::try_from(first + index * size)?, 4)?;
        is_static &= segment != u64::from(PT_INTERP);
    }
    Ok(Elf {
        architecture,
        is_static,
    })
}

/// The number of `size` bytes at `place`.
fn number(bytes: &[u8], place: usize, size: usize) -> anyhow::Result<u64> {
    let bytes = bytes.get(place..place + size).context("it is cut off")?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header and one segment.
    fn program(machine: u8, segment: u8) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (bytes[16], bytes[18], bytes[32]) = (3, machine, 64);
        (bytes[54], bytes[56], bytes[64]) = (56, 1, segment);
        bytes
    }

    #[test]
    fn machine_and_loader_are_read() {
        for (machine, segment, architecture, is_static) in [
            (0x3e, 1, Architecture::X86, true),
            (0x3e, 3, Architecture::X86, false),
            (0xb7, 1, Architecture::Arm, true),
        ] {
            let elf = read(&program(machine, segment)).expect("a program");
            let expected = Elf {
                architecture,
                is_static,
            };
            assert_eq!(elf, expected);
        }
    }

    #[test]
    fn what_is_no_program_of_ours_is_refused() {
        for (bytes, why) in [
            (b"#!/bin/sh\n".to_vec(), "no 64-bit"),
            (program(0xf3, 1), "another machine: 0xf3"),
            (program(0x3e, 1)[..60].to_vec(), "cut off"),
        ] {
            let said = match read(&bytes) {
                Ok(elf) => format!("{elf:?}"),
                Err(error) => format!("{error:#}"),
            };
            assert!(said.contains(why), "{said}");
        }
    }
}
