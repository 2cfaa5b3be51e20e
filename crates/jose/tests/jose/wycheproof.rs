//! The signature vectors of Project Wycheproof. What may be either way there ("acceptable") may be either way here.
use jose::{Algorithm, KeyFault, VerifyingKey, base64url};
use serde_json::{Value, json};
use wycheproof::TestResult;
use wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

/// How many vectors were looked at; how many of them hold, and how many must.
#[derive(Default, Debug)]
struct Count {
    all: usize,
    valid: usize,
}

impl Count {
    fn check(&mut self, holds: bool, result: TestResult, what: &str) {
        self.all += 1;
        match result {
            TestResult::Valid => {
                assert!(holds, "{what} must hold");
                self.valid += 1;
            }
            TestResult::Invalid => assert!(!holds, "{what} must not hold"),
            TestResult::Acceptable => {}
        }
    }
}

fn key(members: &Value) -> Result<VerifyingKey, KeyFault> {
    VerifyingKey::parse(members.to_string().as_bytes())
}

fn rsa(n: &[u8], e: &[u8]) -> Result<VerifyingKey, KeyFault> {
    let text = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        base64url::encode(&number[zeros..])
    };
    key(&json!({"kty": "RSA", "n": text(n), "e": text(e)}))
}

#[test]
fn ecdsa() {
    for (name, curve, algorithm) in [
        (
            ecdsa::TestName::EcdsaSecp256r1Sha256P1363,
            "P-256",
            Algorithm::Es256,
        ),
        (
            ecdsa::TestName::EcdsaSecp384r1Sha384P1363,
            "P-384",
            Algorithm::Es384,
        ),
        (
            ecdsa::TestName::EcdsaSecp521r1Sha512P1363,
            "P-521",
            Algorithm::Es512,
        ),
    ] {
        let mut count = Count::default();
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let point: &[u8] = group.key.key.as_ref();
            let (x, y) = point[1..].split_at(point.len() / 2);
            let (x, y) = (base64url::encode(x), base64url::encode(y));
            let key = key(&json!({"kty": "EC", "crv": curve, "x": x, "y": y})).unwrap();
            for test in group.tests {
                let holds = key.verify(algorithm, test.msg.as_ref(), test.sig.as_ref());
                count.check(holds, test.result, &format!("{name:?} {}", test.tc_id));
            }
        }
        assert!(count.all > 150 && count.valid > 50, "{name:?}: {count:?}");
    }
}

#[test]
fn ed25519() {
    let mut count = Count::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        let x = base64url::encode(group.key.pk.as_ref());
        let key = key(&json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap();
        for test in group.tests {
            let holds = key.verify(Algorithm::EdDsa, test.msg.as_ref(), test.sig.as_ref());
            count.check(holds, test.result, &format!("{}", test.tc_id));
        }
    }
    assert!(count.all > 100 && count.valid > 50, "{count:?}");
}

#[test]
fn rsa_pkcs1() {
    use pkcs1::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512,
    };
    let sets = [
        (
            Algorithm::Rs256,
            [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256],
        ),
        (
            Algorithm::Rs384,
            [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384, Rsa8192Sha384],
        ),
        (
            Algorithm::Rs512,
            [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512],
        ),
    ];
    let (mut count, mut refused) = (Count::default(), 0);
    for (algorithm, names) in sets {
        for name in names {
            for group in pkcs1::TestSet::load(name).unwrap().test_groups {
                // Keys with the exponent 3 are among them; we take none.
                let Ok(key) = rsa(&group.key.n, &group.key.e) else {
                    assert_eq!(
                        rsa(&group.key.n, &group.key.e).unwrap_err(),
                        KeyFault::Exponent
                    );
                    refused += 1;
                    continue;
                };
                for test in group.tests {
                    let holds = key.verify(algorithm, test.msg.as_ref(), test.sig.as_ref());
                    count.check(holds, test.result, &format!("{name:?} {}", test.tc_id));
                }
            }
        }
    }
    assert!(
        count.all > 2_000 && count.valid > 80 && refused > 0,
        "{count:?} {refused}"
    );
}

#[test]
fn rsa_pss() {
    let mut count = Count::default();
    for (name, algorithm) in [
        (
            pss::TestName::RsaPss2048Sha256Mgf1SaltLen32,
            Algorithm::Ps256,
        ),
        (
            pss::TestName::RsaPss3072Sha256Mgf1SaltLen32,
            Algorithm::Ps256,
        ),
        (
            pss::TestName::RsaPss4096Sha256Mgf1SaltLen32,
            Algorithm::Ps256,
        ),
        (
            pss::TestName::RsaPss2048Sha384Mgf1SaltLen48,
            Algorithm::Ps384,
        ),
        (
            pss::TestName::RsaPss4096Sha384Mgf1SaltLen48,
            Algorithm::Ps384,
        ),
        (
            pss::TestName::RsaPss4096Sha512Mgf1SaltLen64,
            Algorithm::Ps512,
        ),
    ] {
        for group in pss::TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e).unwrap();
            for test in group.tests {
                let holds = key.verify(algorithm, test.msg.as_ref(), test.sig.as_ref());
                count.check(holds, test.result, &format!("{name:?} {}", test.tc_id));
            }
        }
    }
    assert!(count.all > 400 && count.valid > 100, "{count:?}");
}

/// RFC 7518 §3.5: the salt is as long as the digest, and the mask is made with the same hash. Valid elsewhere, not here.
#[test]
fn rsa_pss_with_other_parameters_is_refused() {
    for name in [
        pss::TestName::RsaPss2048Sha256Mgf1SaltLen0,
        pss::TestName::RsaPss2048Sha256Mgf1Sha1_20,
    ] {
        let mut valid = 0;
        for group in pss::TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e).unwrap();
            let valid_there = |test: &&pss::Test| test.result == TestResult::Valid;
            for test in group.tests.iter().filter(valid_there) {
                let holds = key.verify(Algorithm::Ps256, test.msg.as_ref(), test.sig.as_ref());
                assert!(!holds, "{name:?} {}", test.tc_id);
                valid += 1;
            }
        }
        assert!(valid > 20, "{name:?}: {valid}");
    }
}
