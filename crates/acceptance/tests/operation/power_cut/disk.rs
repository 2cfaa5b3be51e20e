//! A disk that loses power: plays back what `recorder.c` wrote down and tells what would be left of it.
//!
//! A file keeps what was written before its last sync; a folder keeps the names it had at its own last sync, so a
//! new file is gone until its folder was synced too. What was not synced is lost whole, or survives in pieces.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

/// Disks write whole blocks of this size, in any order.
const BLOCK: u64 = 4096;
/// The five numbers before each entry of the log.
const HEAD: usize = 40;

/// How the power goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// What was not synced is gone.
    Whole,
    /// Of what was not synced, some blocks and names are there and some are not.
    Torn(u64),
}

/// What a node was asked and has not been told to keep.
enum Change {
    Write {
        offset: u64,
        bytes: Vec<u8>,
    },
    Truncate(u64),
    Name {
        name: String,
        node: Option<usize>,
    },
    Move {
        from: String,
        to: String,
        node: usize,
    },
}

/// A file or a folder: what a power cut cannot take, and what it can.
#[derive(Default)]
struct Node {
    bytes: Vec<u8>,
    names: BTreeMap<String, usize>,
    is_folder: bool,
    mode: u32,
    /// User and group.
    owner: (u32, u32),
    pending: Vec<Change>,
}

/// What stood on the disk when the log began, and all that came after.
#[derive(Default)]
pub(crate) struct Disk {
    nodes: Vec<Node>,
    inodes: HashMap<u64, usize>,
    /// Every name as the server sees it; the root is "".
    live: BTreeMap<String, usize>,
    syncs: usize,
}

impl Disk {
    /// A disk at rest: all in `root` is kept.
    pub(crate) fn at_rest(root: &Path) -> Self {
        let mut disk = Disk::default();
        disk.take_in(root, "");
        disk
    }

    fn take_in(&mut self, path: &Path, name: &str) -> usize {
        let about = fs::metadata(path).expect("it was just listed");
        let node = self.new_node(about.ino(), about.is_dir());
        self.nodes[node].mode = about.permissions().mode();
        self.nodes[node].owner = (about.uid(), about.gid());
        self.live.insert(name.to_owned(), node);
        if !about.is_dir() {
            self.nodes[node].bytes = fs::read(path).expect("read a file of the disk");
            return node;
        }
        for entry in fs::read_dir(path).expect("list a folder of the disk") {
            let own = entry.expect("list a folder").file_name();
            let own = own.into_string().expect("the name is text");
            let child = self.take_in(&path.join(&own), &joined(name, &own));
            self.nodes[node].names.insert(own, child);
        }
        node
    }

    /// A new one belongs to whom the root belongs.
    fn new_node(&mut self, inode: u64, is_folder: bool) -> usize {
        self.nodes.push(Node {
            owner: self.nodes.first().map_or((0, 0), |root| root.owner),
            is_folder,
            mode: if is_folder { 0o700 } else { 0o600 },
            ..Node::default()
        });
        self.inodes.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Plays a log back; an entry that the end of the server cut short has not happened.
    pub(crate) fn play(&mut self, log: &[u8]) {
        let mut rest = log;
        while rest.len() >= HEAD {
            let number = |at: usize| {
                let bytes = rest[8 * at..8 * at + 8].try_into();
                u64::from_ne_bytes(bytes.expect("eight bytes"))
            };
            let (kind, inode, offset) = (number(0), number(1), number(2));
            let (first, second) = (number(3) as usize, number(4) as usize);
            let end = HEAD + first + second;
            if rest.len() < end {
                return;
            }
            let (first, second) = rest[HEAD..end].split_at(first);
            self.take(kind, inode, offset, first, second);
            rest = &rest[end..];
        }
    }

    /// One entry; the numbers of the kinds are those of `recorder.c`.
    fn take(&mut self, kind: u64, inode: u64, offset: u64, first: &[u8], second: &[u8]) {
        let name = || String::from_utf8_lossy(first).into_owned();
        match kind {
            1 => self.change(inode, Change::write(offset, first)),
            2 => self.change(inode, Change::Truncate(offset)),
            3 => self.sync(inode),
            4 | 5 => {
                let node = self.new_node(inode, kind == 5);
                self.name(&name(), Some(node));
            }
            6 => self.name(&name(), None),
            7 => self.rename(&name(), &String::from_utf8_lossy(second)),
            8 => {
                let node = self.live[&name()];
                self.name(&String::from_utf8_lossy(second), Some(node));
            }
            _ => panic!("the recorder cannot see what {} did", name()),
        }
    }

    fn change(&mut self, inode: u64, change: Change) {
        let node = self
            .inodes
            .get(&inode)
            .expect("a file that was made or was there");
        self.nodes[*node].pending.push(change);
    }

    fn sync(&mut self, inode: u64) {
        let node = self
            .inodes
            .get(&inode)
            .expect("a file that was made or was there");
        self.syncs += 1;
        for change in std::mem::take(&mut self.nodes[*node].pending) {
            self.nodes[*node].keep(change);
        }
    }

    /// A name of a folder leads to `node` from now on, or nowhere.
    fn name(&mut self, path: &str, node: Option<usize>) {
        let (folder, name) = parted(path);
        match node {
            Some(node) => self.live.insert(path.to_owned(), node),
            None => self.live.remove(path),
        };
        let name = name.to_owned();
        let folder = self.live[folder];
        self.nodes[folder].pending.push(Change::Name { name, node });
    }

    fn rename(&mut self, from: &str, to: &str) {
        let ((folder, from_name), (to_folder, to_name)) = (parted(from), parted(to));
        assert_eq!(folder, to_folder, "a move between folders is not modelled");
        let node = self.live.remove(from).expect("it had this name");
        self.live.insert(to.to_owned(), node);
        let (from, to) = (from_name.to_owned(), to_name.to_owned());
        let folder = self.live[folder];
        self.nodes[folder]
            .pending
            .push(Change::Move { from, to, node });
    }

    /// How often something was synced.
    pub(crate) fn syncs(&self) -> usize {
        self.syncs
    }

    /// Cuts the power; only what is kept is left.
    pub(crate) fn cut(&mut self, cut: Cut) {
        let mut dice = match cut {
            Cut::Whole => None,
            Cut::Torn(seed) => Some(Dice(seed)),
        };
        for node in &mut self.nodes {
            for change in std::mem::take(&mut node.pending) {
                let Some(dice) = &mut dice else { continue };
                for piece in change.pieces() {
                    if dice.throw() {
                        node.keep(piece);
                    }
                }
            }
        }
    }

    /// Keeps all, as an orderly end does.
    pub(crate) fn settle(&mut self) {
        for node in &mut self.nodes {
            for change in std::mem::take(&mut node.pending) {
                node.keep(change);
            }
        }
    }

    /// Every file with what is kept of it.
    pub(crate) fn files(&self) -> BTreeMap<String, &[u8]> {
        let mut files = BTreeMap::new();
        self.collect(0, "", &mut files);
        files
    }

    fn collect<'a>(&'a self, node: usize, path: &str, files: &mut BTreeMap<String, &'a [u8]>) {
        let node = &self.nodes[node];
        if !node.is_folder {
            files.insert(path.to_owned(), &node.bytes);
        }
        for (name, child) in &node.names {
            self.collect(*child, &joined(path, name), files);
        }
    }

    /// Makes `root` what the disk holds.
    pub(crate) fn write_to(&self, root: &Path) {
        fs::remove_dir_all(root).expect("clear the disk");
        self.write_node(0, root);
    }

    fn write_node(&self, node: usize, path: &Path) {
        let node = &self.nodes[node];
        if node.is_folder {
            fs::create_dir(path).expect("make a folder");
        } else {
            fs::write(path, &node.bytes).expect("write a file");
        }
        let (user, group) = node.owner;
        chown(path, Some(user), Some(group)).expect("set the owner");
        for (name, child) in &node.names {
            self.write_node(*child, &path.join(name));
        }
        fs::set_permissions(path, fs::Permissions::from_mode(node.mode)).expect("set the mode");
    }
}

impl Node {
    fn keep(&mut self, change: Change) {
        match change {
            Change::Write { offset, bytes } => {
                let (start, end) = (offset as usize, offset as usize + bytes.len());
                self.bytes.resize(self.bytes.len().max(end), 0);
                self.bytes[start..end].copy_from_slice(&bytes);
            }
            Change::Truncate(length) => self.bytes.resize(length as usize, 0),
            Change::Name {
                name,
                node: Some(node),
            } => drop(self.names.insert(name, node)),
            Change::Name { name, node: None } => drop(self.names.remove(&name)),
            Change::Move { from, to, node } => {
                self.names.remove(&from);
                self.names.insert(to, node);
            }
        }
    }
}

impl Change {
    fn write(offset: u64, bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        Change::Write { offset, bytes }
    }

    /// What a disk can do of it and leave the rest.
    fn pieces(self) -> Vec<Change> {
        let Change::Write { mut offset, bytes } = self else {
            return vec![self];
        };
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let length = rest.len().min((BLOCK - offset % BLOCK) as usize);
            let (piece, later) = rest.split_at(length);
            pieces.push(Change::write(offset, piece));
            (offset, rest) = (offset + length as u64, later);
        }
        pieces
    }
}

/// Chance that can be repeated (splitmix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & 1 == 0
    }
}

fn joined(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

fn parted(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
