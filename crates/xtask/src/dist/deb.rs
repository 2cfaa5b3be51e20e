//! Packages for Debian and its relatives: an `ar` archive of two `tar` archives (deb(5)).
use super::archive::{gzip, tar_gz};
use super::tree::{Documents, Entry, in_order, source, sources};
use super::{Built, Release};

/// The file that an administrator edits.
const SETTINGS: &str = "etc/valetkey/valetkey.toml";

/// The name of the package and the package.
///
/// # Errors
/// When a file of the repository is missing.
pub(super) fn package(
    release: &Release,
    built: &Built,
    documents: &Documents,
) -> anyhow::Result<(String, Vec<u8>)> {
    let architecture = built.elf.architecture.short();
    let data = in_order(data(built, documents)?);
    let size: usize = data
        .iter()
        .filter_map(|entry| entry.content.as_ref())
        .map(|content| content.len().div_ceil(1024))
        .sum();
    let control = [
        Entry::file("conffiles", format!("/{SETTINGS}\n")),
        Entry::file("control", control(release, built, size)),
        Entry::program("postinst", source("packaging/debian/postinst")?),
        Entry::program("postrm", source("packaging/debian/postrm")?),
        Entry::program("prerm", source("packaging/debian/prerm")?),
    ];
    let mut package = b"!<arch>\n".to_vec();
    for (name, content) in [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", tar_gz(&control, release.seconds)?),
        ("data.tar.gz", tar_gz(&data, release.seconds)?),
    ] {
        member(&mut package, name, release.seconds, &content);
    }
    let name = format!("valetkey_{}_{architecture}.deb", release.version);
    Ok((name, package))
}

/// Appends a member of an `ar` archive.
fn member(archive: &mut Vec<u8>, name: &str, seconds: u64, content: &[u8]) {
    let size = content.len();
    let header = format!("{name:<16}{seconds:<12}0     0     100644  {size:<10}`\n");
    archive.extend(header.as_bytes());
    archive.extend(content);
    if size % 2 == 1 {
        archive.push(b'\n');
    }
}

/// All that is installed.
fn data(built: &Built, documents: &Documents) -> anyhow::Result<Vec<Entry>> {
    let mut entries = vec![
        Entry::program("usr/bin/valetkey", built.bytes.clone()),
        Entry::program(
            "usr/sbin/valetkey-admin",
            source("packaging/valetkey-admin")?,
        ),
        Entry::file(SETTINGS, source("packaging/valetkey.toml")?),
        Entry::file("usr/share/doc/valetkey/copyright", copyright()),
        Entry::file(
            "usr/share/doc/valetkey/changelog.gz",
            gzip(&source("CHANGELOG.md")?)?,
        ),
    ];
    for unit in ["valetkey.service", "valetkey.socket"] {
        let content = source(&format!("packaging/systemd/{unit}"))?;
        entries.push(Entry::file(
            format!("usr/lib/systemd/system/{unit}"),
            content,
        ));
    }
    let examples = "usr/share/doc/valetkey/examples";
    let drop_in = "credentials.conf";
    let content = source(&format!("packaging/systemd/{drop_in}"))?;
    entries.push(Entry::file(format!("{examples}/{drop_in}"), content));
    for (path, content) in sources("examples/deploy")? {
        entries.push(Entry::file(format!("{examples}/{path}"), content));
    }
    for (path, content) in sources("examples/monitoring")? {
        entries.push(Entry::file(
            format!("{examples}/monitoring/{path}"),
            content,
        ));
    }
    for (page, content) in &documents.manual {
        let path = format!("usr/share/man/man1/{page}.gz");
        entries.push(Entry::file(path, gzip(content)?));
    }
    for (path, script) in &documents.completions {
        entries.push(Entry::file(format!("usr/share/{path}"), script.clone()));
    }
    Ok(entries)
}

/// What dpkg is told.
fn control(release: &Release, built: &Built, kibibytes: usize) -> String {
    // A static binary needs nothing of the system.
    let depends = match built.elf.is_static {
        true => "",
        false => "Depends: libc6, libgcc-s1\n",
    };
    format!(
        "Package: valetkey\n\
         Version: {}\n\
         Architecture: {}\n\
         Maintainer: The Valetkey project\n\
         Installed-Size: {kibibytes}\n\
         {depends}\
         Recommends: ca-certificates\n\
         Section: net\n\
         Priority: optional\n\
         Description: OAuth provider in one binary\n \
         Valetkey turns an API into an OAuth 2.0 and OpenID Connect provider: people sign\n \
         in, read in plain words what an app asks for, and take it back when they like.\n \
         It keeps what it knows in SQLite, or in PostgreSQL for several nodes.\n",
        release.version,
        built.elf.architecture.short(),
    )
}

/// The licence, as Debian wants it named.
fn copyright() -> &'static str {
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
     Upstream-Name: Valetkey\n\
     \n\
     Files: *\n\
     Copyright: The Valetkey project\n\
     License: Apache-2.0\n \
     The text of the licence is in /usr/share/common-licenses/Apache-2.0. What the binary is made of besides, and under\n \
     which licences, is in the bill of materials that is released with it.\n"
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn members_begin_at_even_places() {
        let mut archive = Vec::new();
        member(&mut archive, "one", 7, b"abc");
        assert_eq!(
            String::from_utf8(archive.clone()).expect("text"),
            "one             7           0     0     100644  3         `\nabc\n"
        );
        member(&mut archive, "two", 7, b"");
        assert_eq!(archive.len(), 64 + 60);
    }
}
