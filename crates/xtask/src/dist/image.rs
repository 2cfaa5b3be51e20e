//! An image for containers in the layout of the Open Container Initiative, written without a daemon: one layer for each
//! architecture, in which nothing runs as root and nothing but the data needs to be written.
use super::archive::{gzip, tar};
use super::tree::{Entry, Owner, SERVER, in_order, source};
use super::{Built, Release, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is stored under its digest.
type Blobs = BTreeMap<String, Vec<u8>>;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The name of the archive and the archive, with the image for each binary.
///
/// # Errors
/// When a file of the repository is missing.
pub(super) fn archive(release: &Release, built: &[Built]) -> anyhow::Result<(String, Vec<u8>)> {
    let mut blobs = Blobs::new();
    let mut manifests = Vec::new();
    for one in built {
        manifests.push(manifest(release, one, &mut blobs)?);
    }
    // One entry leads to all architectures: tools that are told no name take the one that there is.
    let all = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    let mut all = keep(&mut blobs, INDEX, serde_json::to_vec(&all)?);
    all["annotations"] =
        json!({ "org.opencontainers.image.ref.name": format!("valetkey:{}", release.version) });
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [all] });
    let mut entries = vec![
        Entry::file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#),
        Entry::file("index.json", serde_json::to_vec(&index)?),
    ];
    let files = blobs.into_iter();
    entries.extend(files.map(|(name, bytes)| Entry::file(format!("blobs/sha256/{name}"), bytes)));
    let name = format!("valetkey-{}-oci.tar", release.version);
    Ok((name, tar(&in_order(entries), release.seconds)?))
}

/// Keeps a blob; what leads to it.
fn keep(blobs: &mut Blobs, media: &str, bytes: Vec<u8>) -> Value {
    let name = digest(&bytes);
    let about =
        json!({ "mediaType": media, "digest": format!("sha256:{name}"), "size": bytes.len() });
    blobs.insert(name, bytes);
    about
}

/// The image for one architecture; what leads to it.
fn manifest(release: &Release, built: &Built, blobs: &mut Blobs) -> anyhow::Result<Value> {
    let architecture = built.elf.architecture.short();
    let layer = tar(&in_order(layer(built)?), release.seconds)?;
    let settings = json!({
        "created": release.time,
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": format!("{SERVER}:{SERVER}"),
            "ExposedPorts": { "8080/tcp": {} },
            "Env": [
                "PATH=/usr/bin",
                "VALETKEY_CONFIG=/etc/valetkey/valetkey.toml",
                "VALETKEY_LISTEN=0.0.0.0:8080",
            ],
            "Entrypoint": ["/usr/bin/valetkey"],
            "Cmd": ["serve"],
            "Volumes": { "/var/lib/valetkey": {} },
            "WorkingDir": "/var/lib/valetkey",
            "StopSignal": "SIGTERM",
            "Labels": {
                "org.opencontainers.image.title": "Valetkey",
                "org.opencontainers.image.description": "Turns an API into an OAuth provider.",
                "org.opencontainers.image.licenses": "Apache-2.0",
                "org.opencontainers.image.version": release.version,
                "org.opencontainers.image.revision": release.commit,
                "org.opencontainers.image.created": release.time,
            },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", digest(&layer))] },
        "history": [{ "created": release.time, "created_by": "cargo xtask dist" }],
    });
    let layer = keep(blobs, LAYER, gzip(&layer)?);
    let settings = keep(blobs, CONFIG, serde_json::to_vec(&settings)?);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": settings,
        "layers": [layer],
    });
    let mut manifest = keep(blobs, MANIFEST, serde_json::to_vec(&manifest)?);
    manifest["platform"] = json!({ "architecture": architecture, "os": "linux" });
    Ok(manifest)
}

/// All that is in an image.
fn layer(built: &Built) -> anyhow::Result<Vec<Entry>> {
    Ok(vec![
        Entry::program("usr/bin/valetkey", built.bytes.clone()),
        Entry::file("etc/ssl/certs/ca-certificates.crt", authorities()),
        Entry::file(
            "etc/passwd",
            format!(
                "root:x:0:0:root:/:/nonexistent\n\
                 valetkey:x:{SERVER}:{SERVER}:Valetkey:/var/lib/valetkey:/nonexistent\n"
            ),
        ),
        Entry::file("etc/group", format!("root:x:0:\nvaletkey:x:{SERVER}:\n")),
        Entry::file("usr/share/doc/valetkey/LICENSE", source("LICENSE")?),
        Entry::folder("etc/valetkey", 0o755, Owner::Root),
        Entry::folder("tmp", 0o1777, Owner::Root),
        Entry::folder("var/lib/valetkey", 0o700, Owner::Server),
    ])
}

/// The authorities that browsers trust: without them nothing could be fetched by https, and no mail be handed over.
fn authorities() -> String {
    let mut text = String::new();
    for authority in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(authority);
        for line in encoded.as_bytes().chunks(64) {
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
