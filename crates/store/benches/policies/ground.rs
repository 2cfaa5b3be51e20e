//! Where the ways run: a fresh store each time, with rows in it if they were asked for.
use crate::Figures;
use crate::ways::{Way, Work};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::GrantChange;
use protocol::types::{
    AccessToken, ClientRowId, Grant, Lifetime, Locator, RefreshToken, Scope, SealedReply, Subject,
    UnixTime,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Fill, Location, Options, Outcome, PostgresUrl, Store, Tuning};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const DAY: Lifetime = Lifetime::from_days(1);

pub(crate) struct Ground {
    runtime: Runtime,
    folder: PathBuf,
    postgres: Option<String>,
    /// A file with the rows, to be copied for each run, and the ids of some of them.
    filled: Option<(TempDir, Arc<Vec<Locator>>)>,
}

/// The store of one run.
struct Fresh {
    store: Store,
    now: UnixTime,
    /// Keeps the file.
    _folder: Option<TempDir>,
}

impl Ground {
    pub(crate) fn new(folder: &Path, rows: u64, postgres: Option<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut ground = Ground {
            runtime,
            folder: folder.to_owned(),
            postgres,
            filled: None,
        };
        if rows > 0 {
            ground.filled = Some(ground.fill(rows));
        }
        ground
    }

    fn fill(&self, rows: u64) -> (TempDir, Arc<Vec<Locator>>) {
        let folder = TempDir::new_in(&self.folder).unwrap();
        let fill = Fill {
            client: ClientRowId(1),
            grant: Locator(1),
            scope: Scope::parse("read").unwrap(),
            lifetime: DAY,
            expired: false,
        };
        let store = Store::open(&options(file(&folder), &default())).unwrap();
        self.runtime.block_on(async {
            store.fill(&fill, rows, |_| {}).await.unwrap();
            store.close().await;
        });
        drop(store);
        let conn = rusqlite::Connection::open(folder.path().join("store.db")).unwrap();
        let sql = "SELECT id FROM access_tokens ORDER BY random() LIMIT 100000";
        let mut rows = conn.prepare(sql).unwrap();
        let ids = rows.query_map([], |row| row.get(0).map(Locator));
        let ids: Vec<Locator> = ids.unwrap().map(Result::unwrap).collect();
        (folder, Arc::new(ids))
    }

    /// Runs one way for a while.
    pub(crate) fn run(&self, way: &Way, work: Work, waiting: usize, span: Duration) -> Figures {
        let fresh = Arc::new(self.open(way));
        let ids = self.filled.as_ref().map(|(_, ids)| ids.clone());
        let (mut took, elapsed) = self.runtime.block_on(async {
            let mut running = Vec::new();
            for at in 0..waiting {
                let mut doing = Doing::begin(&fresh, work, at, ids.clone()).await;
                running.push(async move {
                    let (begin, mut took) = (Instant::now(), Vec::new());
                    while begin.elapsed() < span {
                        let asked = Instant::now();
                        doing.once().await;
                        took.push(asked.elapsed());
                    }
                    took
                });
            }
            let begin = Instant::now();
            let running: Vec<_> = running.into_iter().map(tokio::spawn).collect();
            let mut all = Vec::new();
            for one in running {
                all.extend(one.await.unwrap());
            }
            (all, begin.elapsed())
        });
        self.runtime.block_on(fresh.store.close());
        took.sort_unstable();
        let millis = |at: usize| took[at].as_secs_f64() * 1e3;
        Figures {
            rate: took.len() as f64 / elapsed.as_secs_f64(),
            p50: millis(took.len() / 2),
            p99: millis(took.len() * 99 / 100),
        }
    }

    fn open(&self, way: &Way) -> Fresh {
        let (location, folder) = match &self.postgres {
            Some(url) => (Location::Postgres(PostgresUrl::parse(url).unwrap()), None),
            None => {
                let folder = TempDir::new_in(&self.folder).unwrap();
                if let Some((filled, _)) = &self.filled {
                    let to = folder.path().join("store.db");
                    std::fs::copy(filled.path().join("store.db"), &to).unwrap();
                    std::fs::File::open(to).unwrap().sync_all().unwrap();
                }
                (file(&folder), Some(folder))
            }
        };
        let store = Store::open(&options(location, way)).unwrap();
        Fresh {
            now: store.mint().locator().time(),
            store,
            _folder: folder,
        }
    }
}

fn default() -> Way {
    Way {
        name: String::new(),
        tuning: Tuning::default(),
        synchronous: store::Synchronous::Full,
    }
}

fn file(folder: &TempDir) -> Location {
    Location::Sqlite(folder.path().join("store.db"))
}

fn options(location: Location, way: &Way) -> Options {
    Options {
        location,
        readers_hint: std::thread::available_parallelism().map_or(1, usize::from),
        region: protocol::types::ids::Region::default(),
        stay: store::Stay::Server,
        synchronous: way.synchronous,
        tuning: way.tuning,
    }
}

/// One of those who wait.
struct Doing {
    fresh: Arc<Fresh>,
    work: Work,
    grant: Grant,
    token: Locator,
    ids: Option<Arc<Vec<Locator>>>,
    next: usize,
}

impl Doing {
    async fn begin(
        fresh: &Arc<Fresh>,
        work: Work,
        at: usize,
        ids: Option<Arc<Vec<Locator>>>,
    ) -> Self {
        let grant = Grant {
            organization: None,
            id: fresh.store.mint().locator(),
            client: ClientRowId(1),
            subject: Subject(1),
            scope: Scope::parse("read").unwrap(),
            auth_time: fresh.now,
            started_at: fresh.now,
            expires_at: fresh.now.plus(DAY),
            revoked_at: None,
        };
        let doing = Doing {
            token: fresh.store.mint().locator(),
            fresh: fresh.clone(),
            work,
            grant,
            ids,
            next: at * 7_919,
        };
        if work == Work::Rotate {
            let refresh = doing.refresh(doing.token);
            let redemption = Transition::Grant(GrantChange::Redeem {
                grant: doing.grant.clone(),
                access: doing.access(),
                refresh: Some(refresh),
            });
            doing.settle(redemption).await;
        }
        doing
    }

    fn access(&self) -> AccessToken {
        let mint = self.fresh.store.mint();
        AccessToken {
            organization: None,
            id: mint.locator(),
            digest: Digest::of(&mint.secret()),
            grant: self.grant.id,
            client: self.grant.client,
            subject: Some(self.grant.subject),
            scope: self.grant.scope.clone(),
            expires_at: self.grant.expires_at,
        }
    }

    fn refresh(&self, id: Locator) -> RefreshToken {
        RefreshToken {
            id,
            digest: Digest::of(&self.fresh.store.mint().secret()),
            grant: self.grant.id,
            expires_at: self.grant.expires_at,
        }
    }

    async fn settle(&self, transition: Transition) {
        let settled = self.fresh.store.settle(transition, self.fresh.now).await;
        assert_eq!(settled.unwrap(), Outcome::Committed);
    }

    async fn once(&mut self) {
        match self.work {
            Work::Issue => {
                self.settle(Transition::Grant(GrantChange::IssueAccessToken(
                    self.access(),
                )))
                .await;
            }
            Work::Rotate => {
                let successor = self.fresh.store.mint().locator();
                let rotation = Transition::Grant(GrantChange::Rotate {
                    consumed: self.token,
                    successor: self.refresh(successor),
                    access: self.access(),
                    reply: Some(SealedReply(vec![7; 300])),
                });
                self.settle(rotation).await;
                self.token = successor;
            }
            Work::Read => {
                let ids = self.ids.as_ref().unwrap();
                self.next = (self.next + 1) % ids.len();
                let found = self.fresh.store.access_token(ids[self.next]).await;
                assert!(found.unwrap().is_some());
                tokio::task::yield_now().await;
            }
        }
    }
}
