//! Runs of the playground: one of a session, with one secret; of two changes at once neither is lost, and nothing of it stays.
use crate::accounts::session;
use crate::expiry::rules;
use crate::racers::race;
use crate::world::World;
use jose::Digest;
use protocol::Transition;
use protocol::apps::playground::{AT_MOST, LASTS, OF_ONE_PERSON, PlaygroundRun};
use protocol::apps::secrets::{self, NewSecret};
use protocol::decision::Mint;
use protocol::transition::{AppChange, PlaygroundChange, SecretChange, SessionChange};
use protocol::types::{Lifetime, Locator, Session, UnixTime};
use std::sync::Arc;
use store::Outcome::{Committed, Conflict};

const COUNT: &str = "SELECT COUNT(*) FROM playground_runs";

struct Scene {
    world: Arc<World>,
    session: Session,
}

impl Scene {
    async fn new() -> Self {
        let world = Arc::new(World::new());
        world.client("live").await;
        world.client("test").await;
        let ada = world.person("ada@example.com").await;
        let session = session(&world, ada).await;
        Scene { world, session }
    }

    async fn run(&self, session: &Session, state: &str) -> PlaygroundRun {
        let number = async |id| self.world.store.client(id).await.unwrap().unwrap().no;
        PlaygroundRun {
            id: self.world.store.mint().locator(),
            session: session.id,
            subject: session.subject,
            live: number("live").await,
            test: number("test").await,
            state: Digest::of(state.as_bytes()),
            sealed: state.as_bytes().to_vec(),
            expires_at: self.world.now.plus(LASTS),
        }
    }

    /// Begins a run, and makes a secret with it.
    async fn begin(&self, session: &Session, state: &str) -> (PlaygroundRun, Transition) {
        let test = self.world.store.client("test").await.unwrap().unwrap();
        let new = NewSecret {
            name: "Playground".to_owned(),
            expires_at: Some(self.world.now.plus(LASTS)),
        };
        let mint = self.world.store.mint();
        let (secret, _) = secrets::adding(&test, new, self.world.now, &mint).unwrap();
        let run = self.run(session, state).await;
        let change = PlaygroundChange::Begin {
            run: run.clone(),
            secret: Some(secret),
        };
        (run, change.into())
    }

    /// Begins a run without a secret.
    async fn begun(&self, session: &Session, state: &str) -> PlaygroundRun {
        let run = self.run(session, state).await;
        let change = PlaygroundChange::Begin {
            run: run.clone(),
            secret: None,
        };
        assert_eq!(self.world.settle(change.into()).await, Committed);
        run
    }

    async fn found(&self, session: &Session) -> Option<PlaygroundRun> {
        let store = &self.world.store;
        store
            .playground_run(session.id, self.world.now)
            .await
            .unwrap()
    }

    async fn secrets(&self) -> usize {
        let test = self.world.store.client("test").await.unwrap().unwrap();
        test.secrets.len()
    }

    fn count(&self) -> i64 {
        self.world.database().count(COUNT)
    }
}

fn replace(run: &PlaygroundRun, sealed: &str, state: &str) -> Transition {
    PlaygroundChange::Replace {
        id: run.id,
        before: run.sealed.clone(),
        sealed: sealed.as_bytes().to_vec(),
        state: Digest::of(state.as_bytes()),
    }
    .into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_begin_at_once_make_one_run_and_one_secret() {
    let scene = Scene::new().await;
    let before = scene.secrets().await;
    let mut begins = Vec::new();
    for number in 0..20 {
        begins.push(scene.begin(&scene.session, &number.to_string()).await.1);
    }
    assert_eq!(race(&scene.world, begins).await, 1);
    assert_eq!(scene.count(), 1);
    assert_eq!(scene.secrets().await, before + 1);
    let late = scene.begin(&scene.session, "late").await.1;
    assert_eq!(scene.world.settle(late).await, Conflict);
    assert_eq!(scene.secrets().await, before + 1);
    assert_eq!(scene.world.audited("app.secret_added"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_at_once_one_wins_and_the_others_learn_of_it() {
    let scene = Scene::new().await;
    let run = scene.begun(&scene.session, "one").await;
    assert_eq!(scene.found(&scene.session).await, Some(run.clone()));
    let racers = (0..20).map(|number| replace(&run, &format!("change {number}"), "two"));
    assert_eq!(race(&scene.world, racers.collect()).await, 1);
    let now = scene.found(&scene.session).await.unwrap();
    assert!(now.sealed.starts_with(b"change"));
    let of = async |state: &[u8]| {
        let (state, now) = (Digest::of(state), scene.world.now);
        let found = scene.world.store.playground_run_of(&state, now).await;
        found.unwrap().map(|run| run.id)
    };
    assert_eq!((of(b"one").await, of(b"two").await), (None, Some(run.id)));
    // An earlier try of the same transition is no other change.
    let again = replace(&now, "last", "two");
    assert_eq!(scene.world.settle(again.clone()).await, Committed);
    assert_eq!(scene.world.settle(again).await, Committed);
}

#[tokio::test]
async fn a_run_ends_once_with_its_secret() {
    let scene = Scene::new().await;
    let before = scene.secrets().await;
    let (run, begin) = scene.begin(&scene.session, "one").await;
    let Transition::Playground(PlaygroundChange::Begin {
        secret: Some(SecretChange::Add { secret, .. }),
        ..
    }) = &begin
    else {
        panic!("{begin:?}");
    };
    assert_eq!(scene.world.settle(begin.clone()).await, Committed);
    let end = async || {
        let test = scene.world.store.client("test").await.unwrap().unwrap();
        let secret = secrets::revoking(&test, secret.id, true, scene.world.now).ok();
        let end = PlaygroundChange::End { id: run.id, secret };
        scene.world.settle(end.into()).await
    };
    assert_eq!(end().await, Committed);
    assert_eq!((scene.count(), scene.secrets().await), (0, before));
    assert_eq!(end().await, Conflict);
    assert_eq!(scene.world.audited("app.secret_revoked"), 1);
}

#[tokio::test]
async fn a_run_ends_with_its_session() {
    let scene = Scene::new().await;
    let (world, own) = (&scene.world, &scene.session);
    let other = session(world, own.subject).await;
    scene.begun(own, "one").await;
    let kept = scene.begun(&other, "two").await;
    let end = SessionChange::End {
        subject: own.subject,
        session: own.id,
    };
    assert_eq!(world.settle(end.into()).await, Committed);
    assert_eq!(scene.count(), 1);
    let keep = SessionChange::EndAll {
        subject: own.subject,
        keep: Some(other.id),
    };
    assert_eq!(world.settle(keep.into()).await, Committed);
    assert_eq!(scene.found(&other).await, Some(kept.clone()));
    let late = scene.begin(own, "late").await.1;
    assert_eq!(world.settle(late).await, Conflict, "its session is over");
    let all = SessionChange::EndAll {
        subject: own.subject,
        keep: None,
    };
    assert_eq!(world.settle(all.into()).await, Committed);
    assert_eq!(scene.count(), 0);
}

#[tokio::test]
async fn a_run_ends_with_either_side_of_its_app() {
    for live in [true, false] {
        let scene = Scene::new().await;
        let run = scene.begun(&scene.session, "one").await;
        let client = if live { run.live } else { run.test };
        let late = PlaygroundRun {
            id: scene.world.store.mint().locator(),
            ..run
        };
        let delete = Transition::App(AppChange::Delete { client });
        assert_eq!(scene.world.settle(delete).await, Committed);
        assert_eq!(scene.count(), 0);
        let begin = PlaygroundChange::Begin {
            run: late,
            secret: None,
        };
        assert_eq!(scene.world.settle(begin.into()).await, Conflict);
    }
}

#[tokio::test]
async fn so_many_are_kept_of_one_person_and_in_all() {
    let scene = Scene::new().await;
    let world = &scene.world;
    scene.begun(&scene.session, "first").await;
    let mut last = scene.session.clone();
    for number in 0..OF_ONE_PERSON {
        last = session(world, scene.session.subject).await;
        scene.begun(&last, &number.to_string()).await;
    }
    assert_eq!(scene.count(), OF_ONE_PERSON as i64);
    assert_eq!(scene.found(&scene.session).await, None, "it began first");
    assert!(scene.found(&last).await.is_some());
    let rows = (1..=AT_MOST).map(|number| {
        format!(
            "INSERT INTO playground_runs (id, session, subject, live, test, state, sealed, expires_at) \
             SELECT {number}, {number}, {number}, live, test, state, sealed, expires_at \
             FROM playground_runs WHERE session = {};",
            last.id.0
        )
    });
    world
        .database()
        .run(&format!("BEGIN; {} COMMIT;", rows.collect::<String>()));
    let eve = world.person("eve@example.com").await;
    let theirs = session(world, eve).await;
    scene.begun(&theirs, "theirs").await;
    assert_eq!(scene.count(), AT_MOST as i64);
    assert!(scene.found(&theirs).await.is_some() && scene.found(&last).await.is_some());
}

#[tokio::test]
async fn a_run_that_is_over_is_swept_and_makes_room() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let run = scene.begun(&scene.session, "one").await;
    let swept = async |at: UnixTime| {
        world.store.sweep(at, &rules()).await.unwrap();
        scene.count()
    };
    assert_eq!(swept(world.now.plus(Lifetime::from_minutes(59))).await, 1);
    let over = world.now.plus(LASTS);
    let found = world.store.playground_run(run.session, over).await.unwrap();
    assert_eq!(found, None);
    // Before it is swept, another takes its place.
    let next = PlaygroundRun {
        id: world.store.mint().locator(),
        expires_at: over.plus(LASTS),
        ..run
    };
    let change = PlaygroundChange::Begin {
        run: next.clone(),
        secret: None,
    };
    let begun = world.store.settle(change.into(), over).await.unwrap();
    assert_eq!((begun, scene.count()), (Committed, 1));
    assert_eq!(swept(over.plus(LASTS).plus(LASTS)).await, 0);
}

#[tokio::test]
async fn what_a_run_holds_is_sealed_anew_if_it_is_as_it_was_read() {
    let scene = Scene::new().await;
    let store = &scene.world.store;
    let run = scene.begun(&scene.session, "one").await;
    let page = async |after| store.sealed_playground_runs(after, 10).await.unwrap();
    assert_eq!(
        page(Locator(i64::MIN)).await,
        [(run.id, run.sealed.clone())]
    );
    assert!(page(run.id).await.is_empty());
    let reseal = |before: &[u8]| {
        Transition::from(PlaygroundChange::Reseal {
            id: run.id,
            before: before.to_vec(),
            sealed: b"anew".to_vec(),
        })
    };
    assert_eq!(scene.world.settle(reseal(b"another")).await, Conflict);
    assert_eq!(scene.world.settle(reseal(&run.sealed)).await, Committed);
    let now = scene.found(&scene.session).await.unwrap();
    assert_eq!(now.sealed, b"anew");
}
