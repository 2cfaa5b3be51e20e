//! Which file system holds a path, from the text of `/proc/self/mountinfo`.
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// File systems that another machine takes part in. The WAL's index is shared memory of one machine, and locks that
/// cross a network are not to be trusted.
const NETWORK: [&str; 21] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "fuse.ceph",
    "glusterfs",
    "fuse.glusterfs",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.gcsfuse",
    "lustre",
    "afs",
    "coda",
    "beegfs",
    "gpfs",
    "pvfs2",
    "davfs",
];

/// One line: `36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw`.
struct Mount {
    id: u32,
    parent: u32,
    point: PathBuf,
    kind: String,
}

impl Mount {
    fn read(line: &str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ');
        Some(Mount {
            id: fields.next()?.parse().ok()?,
            parent: fields.next()?.parse().ok()?,
            point: unescaped(fields.nth(2)?),
            kind: after.split(' ').next()?.to_owned(),
        })
    }
}

/// The kernel writes space, tab, newline and backslash as `\040` and the like.
fn unescaped(text: &str) -> PathBuf {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 4).filter(|_| bytes[at] == b'\\');
        let octal = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        out.push(octal.unwrap_or(bytes[at]));
        at += if octal.is_some() { 4 } else { 1 };
    }
    PathBuf::from(OsString::from_vec(out))
}

/// The kind of network file system that holds `path` (absolute, without symbolic links); `None` for a local one, and
/// for what the text does not tell.
///
/// Walks as the kernel does, from the root into the mount that is met first on the way. So a mount that a later one
/// hides is not taken for the one that is seen, whatever the order of the lines.
pub(crate) fn network_file_system(mountinfo: &str, path: &Path) -> Option<String> {
    let mounts: Vec<Mount> = mountinfo.lines().filter_map(Mount::read).collect();
    let is_root = |mount: &Mount| {
        mount.parent == mount.id || mounts.iter().all(|other| other.id != mount.parent)
    };
    let on_the_way = |mount: &&Mount| path.starts_with(&mount.point);
    let first = |mount: &&Mount| mount.point.as_os_str().as_bytes().len();
    let roots = mounts.iter().filter(|mount| is_root(mount));
    let mut here = roots.filter(on_the_way).min_by_key(first)?;
    for _ in 0..mounts.len() {
        let inside = mounts
            .iter()
            .filter(|mount| mount.parent == here.id && !is_root(mount));
        match inside.filter(on_the_way).min_by_key(first) {
            Some(next) => here = next,
            None => break,
        }
    }
    NETWORK
        .contains(&here.kind.as_str())
        .then(|| here.kind.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: &str = r"22 27 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
23 27 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw
27 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro
35 27 253:1 / /var rw,relatime shared:18 - xfs /dev/mapper/vg-var rw,attr2,inode64
90 27 0:44 / /srv/nfs rw,relatime shared:60 - nfs4 files:/export rw,vers=4.2,addr=192.0.2.7
91 90 253:2 / /srv/nfs/local rw,relatime shared:61 - ext4 /dev/vdb rw
92 27 0:45 / /mnt/with\040space\134here rw shared:62 master:3 - cifs //files/share rw,vers=3.1.1
93 27 0:46 / /home/ada/remote rw,nosuid,nodev - fuse.sshfs ada@files:/ rw,user_id=1000
94 35 0:47 / /var/lib/data rw - 9p host rw,trans=virtio
95 94 0:48 / /var/lib/data rw - tmpfs tmpfs rw";

    fn kind(path: &str) -> Option<String> {
        network_file_system(MACHINE, Path::new(path))
    }

    #[test]
    fn the_nearest_mount_above_a_path_tells() {
        for (path, expected) in [
            ("/etc/x.db", None),
            ("/var/lib/valetkey/x.db", None),
            ("/srv/nfs/x.db", Some("nfs4")),
            ("/srv/nfs-local/x.db", None),
            ("/srv/nfs/local/x.db", None),
            ("/srv/nfs/local2/x.db", Some("nfs4")),
            ("/home/ada/remote/deep/x.db", Some("fuse.sshfs")),
            ("/home/ada/x.db", None),
        ] {
            assert_eq!(kind(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(kind(r"/mnt/with space\here/x.db").as_deref(), Some("cifs"));
        assert_eq!(kind("/mnt/with/x.db"), None);
        assert_eq!(unescaped(r"\011\9\04"), Path::new("\t\\9\\04"));
    }

    #[test]
    fn what_is_mounted_over_another_hides_it() {
        assert_eq!(kind("/var/lib/data/x.db"), None);
        let later = "1 1 0:1 / / rw - rootfs rootfs rw\n5 1 0:5 / /a/b rw - nfs x:/ rw\n\
                     9 1 0:9 / /a rw - ext4 /dev/vda rw";
        assert_eq!(network_file_system(later, Path::new("/a/b/x.db")), None);
        let root = "31 2 0:27 / / rw,relatime - nfs 192.0.2.7:/root rw,vers=3";
        let found = network_file_system(root, Path::new("/var/x.db"));
        assert_eq!(found.as_deref(), Some("nfs"));
    }

    #[test]
    fn what_makes_no_sense_tells_nothing() {
        for text in ["", "x", "1 2 - nfs", "a b c d / - nfs", "1 1 0:1 / / rw - "] {
            assert_eq!(
                network_file_system(text, Path::new("/x.db")),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn this_machine_can_be_read() {
        let text = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(
            text.lines().all(|line| Mount::read(line).is_some()),
            "{text}"
        );
    }
}
