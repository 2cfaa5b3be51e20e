//! Answers that are signed: the algorithms, what `valetkey` is configured with to sign by them, and a signature alone, with
//! which what such an answer costs is compared.

use crate::counts::total;
use crate::sample::count;
use anyhow::{Context, anyhow, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use clap::ValueEnum;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The measure of a signature alone.
pub(crate) const ALONE: &str = "signature alone: instructions";

/// Signatures of the shorter of two runs; the longer one makes ten times as many.
const FEW: u32 = 100;
/// Bytes that are signed: about those of a JWT.
const MESSAGE: [u8; 400] = [b'a'; 400];

/// What is signed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Algorithm {
    #[value(name = "EdDSA")]
    EdDsa,
    #[value(name = "ES256")]
    Es256,
}

impl Algorithm {
    /// Its name in JWTs, in settings and on the command line; so the report calls a server that signs by it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
        }
    }

    /// Configuration by which access tokens are JWTs, and whoever asks for `openid` is given an ID token.
    pub(crate) fn config(self) -> String {
        let name = self.name();
        format!(
            "[openid]\nenabled = true\n\
             [signing]\nalgorithms = [\"{name}\"]\n\
             [[api]]\nidentifier = \"https://bench.example\"\nscopes = [\"read\"]\ntoken = \"jwt\"\n"
        )
    }

    /// Instructions of one signature: what a process takes that makes more of them, for each of those.
    pub(crate) fn alone(self, folder: &Path) -> anyhow::Result<f64> {
        let (few, many) = (FEW, FEW * 10);
        let more = self.process(folder, many)? - self.process(folder, few)?;
        Ok(more / f64::from(many - few))
    }

    /// Instructions of a process of this tool that signs so often.
    fn process(self, folder: &Path, times: u32) -> anyhow::Result<f64> {
        let out = folder.join(format!("signatures-{}-{times}", self.name()));
        let done = Command::new("valgrind")
            .args(["--quiet", "--tool=callgrind"])
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(std::env::current_exe()?)
            .args(["--sign", self.name(), "--times", &times.to_string()])
            .output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "signing under callgrind: {said}");
        let dump = fs::read_to_string(&out).with_context(|| out.display().to_string())?;
        Ok(count(total(&dump).context("a dump without a total")?))
    }

    /// Signs so often, by a new key, and does nothing else.
    pub(crate) fn sign(self, times: u32) -> anyhow::Result<()> {
        let none = |_| anyhow!("no key for {}", self.name());
        match self {
            Algorithm::EdDsa => {
                let key = Ed25519KeyPair::generate().map_err(none)?;
                for _ in 0..times {
                    std::hint::black_box(key.sign(&MESSAGE));
                }
            }
            Algorithm::Es256 => {
                let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(none)?;
                for _ in 0..times {
                    let signed = key.sign(&SystemRandom::new(), &MESSAGE);
                    std::hint::black_box(signed.map_err(none)?);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_signs_is_named_as_in_settings() {
        for algorithm in Algorithm::value_variants() {
            let value = algorithm.to_possible_value().unwrap();
            assert_eq!(value.get_name(), algorithm.name());
            let wanted = format!("algorithms = [\"{}\"]", algorithm.name());
            assert!(algorithm.config().contains(&wanted));
            algorithm.sign(2).unwrap();
        }
    }
}
