//! What is asked for at once: codes, with what they answer and give, requests that are kept, devices that poll.
use crate::devices::kept;
use crate::nodes::{behind_proxy, inject, until_waiting, world as on_postgres};
use crate::racers::race;
use crate::world::{World, own};
use protocol::Transition;
use protocol::transition::{AuthorizeChange, DeviceChange, GrantChange};
use protocol::types::{
    AuthorizationCode, ClientRowId, Consent, Interaction, Lifetime, Pace, Subject,
};
use std::sync::Arc;
use std::time::Duration;
use store::Outcome;

const SCOPES: [&str; 4] = ["a", "b", "a b", "c"];

async fn app_and_person(world: &World) -> (ClientRowId, Subject) {
    (
        world.client("app").await,
        world.person("ada@example.com").await,
    )
}

async fn pending(world: &World, client: ClientRowId) -> Interaction {
    let interaction = world.interaction(client);
    let keep = Transition::Authorize(AuthorizeChange::Keep(interaction.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    interaction
}

fn issue(
    code: &AuthorizationCode,
    interaction: Option<&Interaction>,
    consent: Option<Consent>,
) -> Transition {
    Transition::Authorize(AuthorizeChange::IssueCode {
        authentication: None,
        code: code.clone(),
        interaction: interaction.map(|interaction| interaction.id),
        consent,
        notice: None,
    })
}

/// Which of the codes there are.
async fn issued(world: &World, codes: &[AuthorizationCode]) -> Vec<usize> {
    let mut issued = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        if let Some(facts) = world.store.code(code.id).await.unwrap() {
            assert_eq!(&facts.code, code);
            issued.push(at);
        }
    }
    issued
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_interaction_has_one_winner() {
    let world = Arc::new(World::new());
    let (client, subject) = app_and_person(&world).await;
    for racers in [2, 8, 100] {
        let interaction = pending(&world, client).await;
        let codes: Vec<_> = (0..racers).map(|_| world.code(client, subject)).collect();
        let scope = |at: usize| SCOPES[at % SCOPES.len()];
        let answers = codes.iter().enumerate().map(|(at, code)| {
            let consent = world.consent(client, subject, scope(at));
            issue(code, Some(&interaction), Some(consent))
        });
        assert_eq!(race(&world, answers.collect()).await, 1);
        let winners = issued(&world, &codes).await;
        assert_eq!(winners.len(), 1);
        let remembered = world.store.consent(own(subject, client)).await.unwrap();
        assert_eq!(remembered.unwrap().scope.as_str(), scope(winners[0]));
    }
    assert_eq!(world.audited("consent.given"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_may_answer_the_same_app_many_times_at_once() {
    let world = Arc::new(World::new());
    let (client, subject) = app_and_person(&world).await;
    let other = world.client("other").await;
    let mut codes = Vec::new();
    let mut answers = Vec::new();
    for at in 0..100 {
        let client = if at % 3 == 0 { other } else { client };
        let code = world.code(client, subject);
        // Some answer an interaction, some give a consent, some do both or neither.
        let interaction = match at % 2 {
            0 => Some(pending(&world, client).await),
            _ => None,
        };
        let consent = (at % 5 < 3).then(|| world.consent(client, subject, SCOPES[at % 4]));
        answers.push(issue(&code, interaction.as_ref(), consent));
        codes.push(code);
    }
    assert_eq!(race(&world, answers).await, 100);
    assert_eq!(issued(&world, &codes).await.len(), 100);
    for client in [client, other] {
        let remembered = world.store.consent(own(subject, client)).await.unwrap();
        assert!(SCOPES.contains(&remembered.unwrap().scope.as_str()));
    }
    assert_eq!(world.audited("consent.given"), 60);
}

/// Settles all in one batch; whether each was committed. Both lanes are made to wait while they are asked for.
async fn in_one_batch(
    world: &Arc<World>,
    code: &AuthorizationCode,
    transitions: Vec<Transition>,
) -> Vec<bool> {
    let blocker = world.database().block();
    let grant = world.grant(code);
    let tokens =
        [0, 1].map(|_| Transition::Grant(GrantChange::IssueAccessToken(world.access(&grant))));
    let mut tasks = Vec::new();
    for (at, transition) in tokens.into_iter().chain(transitions).enumerate() {
        let other = world.clone();
        tasks.push(tokio::spawn(async move { other.settle(transition).await }));
        match at {
            0 => until_waiting(world, 1, ("batches", 0)).await,
            1 => until_waiting(world, 2, ("batches", 0)).await,
            // What a lane has taken and not begun cannot be seen from here.
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    tokio::task::spawn_blocking(move || drop(blocker))
        .await
        .unwrap();
    let mut won = Vec::new();
    for task in tasks {
        won.push(task.await.unwrap() == Outcome::Committed);
    }
    won.split_off(2)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn of_one_batch_the_first_answer_counts_and_the_last_consent() {
    let world = on_postgres();
    let (client, subject) = app_and_person(&world).await;
    let interaction = pending(&world, client).await;
    let codes: Vec<_> = (0..6).map(|_| world.code(client, subject)).collect();
    let given = |scope| Some(world.consent(client, subject, scope));
    let answers = vec![
        issue(&codes[0], Some(&interaction), given("a")),
        issue(&codes[1], None, given("b")),
        issue(&codes[2], Some(&interaction), given("c")),
        issue(&codes[3], None, None),
        issue(&codes[4], None, given("a b")),
        issue(&codes[5], Some(&interaction), given("c")),
    ];
    let world = Arc::new(world);
    let won = in_one_batch(&world, &codes[0], answers).await;
    assert_eq!(won, [true, true, false, true, true, false]);
    assert_eq!(issued(&world, &codes).await, [0, 1, 3, 4]);
    let remembered = world.store.consent(own(subject, client)).await.unwrap();
    assert_eq!(remembered.unwrap().scope.as_str(), "a b");
    assert_eq!(world.audited("consent.given"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn codes_whose_answer_is_lost_are_found_out_about() {
    let (world, proxy) = behind_proxy().await;
    let world = Arc::new(world);
    let (client, subject) = app_and_person(&world).await;
    let (mut codes, mut answers) = (Vec::new(), Vec::new());
    for at in 0..30 {
        let code = world.code(client, subject);
        let interaction = match at % 3 {
            0 => None,
            _ => Some(pending(&world, client).await),
        };
        let consent = (at % 3 == 2).then(|| world.consent(client, subject, "a"));
        answers.push(issue(&code, interaction.as_ref(), consent));
        codes.push(code);
    }
    let again = world.code(client, subject);
    let Transition::Authorize(AuthorizeChange::IssueCode { interaction, .. }) = answers[29] else {
        panic!("{:?}", answers[29]);
    };
    for part in answers.chunks(10) {
        proxy.lose("INSERT INTO codes");
        assert_eq!(race(&world, part.to_vec()).await, 10);
        assert!(proxy.has_lost());
    }
    assert_eq!(issued(&world, &codes).await.len(), 30);
    assert_eq!(world.audited("consent.given"), 10);
    let late = Transition::Authorize(AuthorizeChange::IssueCode {
        authentication: None,
        code: again,
        interaction,
        consent: None,
        notice: None,
    });
    assert_eq!(world.settle(late).await, Outcome::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn codes_that_the_database_takes_the_other_side_of_are_tried_again() {
    let world = on_postgres();
    let world = Arc::new(world);
    let (client, subject) = app_and_person(&world).await;
    for (state, at_commit) in [("40001", false), ("40P01", false), ("40001", true)] {
        inject(world.database(), "codes", state, 3, at_commit);
        let interaction = pending(&world, client).await;
        let codes: Vec<_> = (0..10).map(|_| world.code(client, subject)).collect();
        let answers = codes
            .iter()
            .map(|code| issue(code, Some(&interaction), None));
        assert_eq!(race(&world, answers.collect()).await, 1);
        assert_eq!(issued(&world, &codes).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_are_kept_however_many_come_at_once() {
    let world = Arc::new(World::new());
    let client = world.client("app").await;
    let requests: Vec<_> = (0..100).map(|_| world.interaction(client)).collect();
    let keep = requests
        .iter()
        .cloned()
        .map(AuthorizeChange::Keep)
        .map(Transition::from);
    assert_eq!(race(&world, keep.collect()).await, 100);
    for request in requests {
        let facts = world.store.interaction(request.id).await.unwrap();
        assert_eq!(facts.unwrap().interaction, request);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn requests_whose_answer_is_lost_are_found_out_about() {
    let (world, proxy) = behind_proxy().await;
    let world = Arc::new(world);
    let client = world.client("app").await;
    let requests: Vec<_> = (0..10).map(|_| world.interaction(client)).collect();
    let keep = requests
        .iter()
        .cloned()
        .map(AuthorizeChange::Keep)
        .map(Transition::from);
    proxy.lose("INSERT INTO interactions");
    assert_eq!(race(&world, keep.collect()).await, 10);
    assert!(proxy.has_lost());
    for request in requests {
        assert!(world.store.interaction(request.id).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_polls_of_one_device_one_counts() {
    let world = Arc::new(World::new());
    let device = kept(&world).await;
    let mut before = device.pace;
    for (seconds, racers) in [(10, 2), (15, 8), (20, 100)] {
        let after = Pace {
            interval: Lifetime::from_seconds(seconds),
            polled_at: Some(world.now),
        };
        let poll = Transition::Device(DeviceChange::Poll {
            device: device.id,
            before,
            after,
        });
        assert_eq!(race(&world, vec![poll; racers]).await, 1);
        let seen = world.store.device(device.id).await.unwrap().unwrap();
        assert_eq!(seen.device.pace, after);
        before = after;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn of_polls_in_one_batch_the_first_counts() {
    let world = on_postgres();
    let world = Arc::new(world);
    let device = kept(&world).await;
    let poll = |seconds| {
        Transition::Device(DeviceChange::Poll {
            device: device.id,
            before: device.pace,
            after: Pace {
                interval: Lifetime::from_seconds(seconds),
                polled_at: Some(world.now),
            },
        })
    };
    let code = world.code(device.client, Subject(1));
    let polls = vec![poll(10), poll(15), poll(20)];
    assert_eq!(
        in_one_batch(&world, &code, polls).await,
        [true, false, false]
    );
    let seen = world.store.device(device.id).await.unwrap().unwrap();
    assert_eq!(seen.device.pace.interval, Lifetime::from_seconds(10));
}
