//! What is compared.
use store::{Synchronous, Tuning};

/// One way to go about it.
pub(crate) struct Way {
    pub(crate) name: String,
    pub(crate) tuning: Tuning,
    pub(crate) synchronous: Synchronous,
}

/// What is done, over and over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// An access token is issued.
    Issue,
    /// A refresh token is rotated.
    Rotate,
    /// A token of those that were there before is read.
    Read,
}

/// Ways that are compared with the first of them.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) work: Work,
    /// How many wait for an answer at once.
    pub(crate) waiting: usize,
    pub(crate) ways: Vec<Way>,
}

fn way(name: impl ToString, tuning: Tuning) -> Way {
    Way {
        name: name.to_string(),
        tuning,
        synchronous: Synchronous::Full,
    }
}

/// Ways that differ in one number; the first is what is used.
fn numbers(values: &[usize], set: impl Fn(&mut Tuning, usize)) -> Vec<Way> {
    let one = |value: &usize| {
        let mut tuning = Tuning::default();
        set(&mut tuning, *value);
        way(value, tuning)
    };
    values.iter().map(one).collect()
}

fn group(name: &str, work: Work, waiting: usize, ways: Vec<Way>) -> Group {
    let doing = match work {
        Work::Issue => "issue",
        Work::Rotate => "rotate",
        Work::Read => "read",
    };
    Group {
        name: format!("{name}, {doing}, {waiting} wait"),
        work,
        waiting,
        ways,
    }
}

/// Everything that is compared. Reading is, when there are rows to be read.
pub(crate) fn groups(postgres: bool, rows: bool) -> Vec<Group> {
    match postgres {
        true => on_postgres(),
        false => on_sqlite(rows),
    }
}

fn on_sqlite(rows: bool) -> Vec<Group> {
    let batch = || numbers(&[512, 64, 128, 4_096], |tuning, most| tuning.batch = most);
    let checkpoint = || {
        numbers(&[1_000, 250, 4_000, 16_000], |tuning, pages| {
            tuning.checkpoint_pages = pages;
        })
    };
    let cache = || {
        numbers(&[16_384, 2_048, 65_536], |tuning, kib| {
            tuning.cache_kib = kib;
        })
    };
    let statements = || {
        let parsed = Tuning {
            statements: 0,
            ..Tuning::default()
        };
        let unstable = Tuning {
            stable_plans: false,
            ..Tuning::default()
        };
        vec![
            way("kept, plans do not depend on values", Tuning::default()),
            way("kept, plans may depend on values", unstable),
            way("parsed each time", parsed),
        ]
    };
    let synchronous = || {
        let with = |name: &str, synchronous| Way {
            synchronous,
            ..way(name, Tuning::default())
        };
        vec![
            with("full", Synchronous::Full),
            with("normal", Synchronous::Normal),
            with("off", Synchronous::Off),
        ]
    };
    let mut groups = vec![
        group("batch", Work::Issue, 64, batch()),
        group("batch", Work::Issue, 1_024, batch()),
        group("checkpoint", Work::Issue, 64, checkpoint()),
        group("checkpoint", Work::Rotate, 64, checkpoint()),
        group("cache", Work::Issue, 64, cache()),
        group("cache", Work::Rotate, 64, cache()),
        group("statements", Work::Issue, 64, statements()),
        group("statements", Work::Rotate, 64, statements()),
        group("synchronous", Work::Issue, 1, synchronous()),
        group("synchronous", Work::Issue, 64, synchronous()),
    ];
    if rows {
        groups.push(group("cache", Work::Read, 64, cache()));
        groups.push(group("statements", Work::Read, 64, statements()));
    }
    groups
}

fn on_postgres() -> Vec<Group> {
    let batch = || numbers(&[512, 32, 128, 2_048], |tuning, most| tuning.batch = most);
    let lanes = || numbers(&[2, 1, 4, 8], |tuning, lanes| tuning.lanes = lanes);
    vec![
        group("batch", Work::Issue, 256, batch()),
        group("batch", Work::Rotate, 256, batch()),
        group("lanes", Work::Issue, 64, lanes()),
        group("lanes", Work::Issue, 256, lanes()),
        group("lanes", Work::Rotate, 64, lanes()),
    ]
}
