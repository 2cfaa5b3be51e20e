//! An app that waits for review works for whoever runs it, as a draft, and for nobody else.
use protocol::authorize::{AuthorizationFault, ShownError, check, check_for};
use protocol::client_auth::ClientFault;
use protocol::inactive::{self, Inactive};
use protocol::policy::Policy;
use protocol::testing::{Case, NOW, access_facts};
use protocol::token::TokenError;
use protocol::types::{Client, ClientRowId, ClientStatus, Locator, Person, Side, Subject};
use std::sync::Arc;

fn draft_of(owner: Subject) -> Client {
    Client {
        status: ClientStatus::Pending,
        owner,
        ..Client::for_tests()
    }
}

fn wait(client: &mut Client, owner: Subject) {
    (client.status, client.owner) = (ClientStatus::Pending, owner);
}

fn owner() -> Person {
    Person::for_tests()
}

#[test]
fn a_draft_is_its_owner_s_and_live() {
    let draft = draft_of(owner().subject);
    assert!(draft.is_draft_of(owner().subject) && draft.works_for(owner().subject));
    assert!(!draft.works_for(Subject(99)) && draft.may_meet(&owner()));
    let stranger = Person {
        subject: Subject(99),
        ..owner()
    };
    assert!(!draft.may_meet(&stranger));
    for none in [
        Client {
            status: ClientStatus::Disabled,
            ..draft.clone()
        },
        Client {
            status: ClientStatus::Active,
            ..draft.clone()
        },
        Client {
            side: Side::Test,
            ..draft.clone()
        },
        Client {
            documented: true,
            ..draft
        },
    ] {
        assert!(!none.is_draft_of(owner().subject), "{none:?}");
    }
}

#[test]
fn a_draft_of_an_organization_is_its_team_s() {
    let registrant = owner().subject;
    let draft = Client {
        organization: Some(Locator(5)),
        team: vec![Subject(99)],
        ..draft_of(registrant)
    };
    assert!(draft.is_draft() && draft.works_for(Subject(99)));
    assert!(!draft.works_for(registrant), "they have left");
    assert!(!draft.may_meet(&owner()));
    // Whoever registered it has a token of it, which is as good as that of anybody else.
    let policy = Policy::for_tests();
    let mut facts = access_facts(Locator(9));
    facts.client = Some(Arc::new(draft.clone()));
    facts.token.subject = Some(registrant);
    let told = inactive::access_token(&facts, &policy, NOW).map(drop);
    assert_eq!(told, Err(Inactive::AppPending));
    facts.token.subject = Some(Subject(99));
    assert!(inactive::access_token(&facts, &policy, NOW).is_ok());
    let case = Case::authorize();
    let member = Person {
        subject: Subject(99),
        ..owner()
    };
    let draft = Arc::new(draft);
    let ask = |person| {
        check_for(
            case.params(),
            Some(draft.clone()),
            Some(person),
            &case.context(),
        )
    };
    assert!(ask(&member).is_ok() && ask(&owner()).is_err());
    for make in [Case::code, Case::refresh, Case::device] {
        let mut left = make();
        wait(&mut left.client, registrant);
        left.client.organization = Some(Locator(5));
        let (transition, reply) = left.answer().into_parts();
        assert!(transition.is_none() && reply.is_err());
        left.client.team = vec![registrant];
        left.answer().into_parts().1.expect("they are back");
    }
}

#[test]
fn nobody_but_the_owner_is_asked() {
    let case = Case::authorize();
    let draft = Arc::new(draft_of(owner().subject));
    let ask = |person: Option<&Person>| {
        check_for(case.params(), Some(draft.clone()), person, &case.context())
    };
    let waits = |fault: AuthorizationFault| {
        matches!(
            fault,
            AuthorizationFault::Shown(ShownError::InactiveClient(ClientStatus::Pending))
        )
    };
    assert!(ask(Some(&owner())).is_ok());
    let stranger = Person {
        subject: Subject(99),
        ..owner()
    };
    let tester = Person {
        test_app: Some(ClientRowId(1)),
        ..owner()
    };
    for other in [None, Some(&stranger), Some(&tester)] {
        assert!(waits(ask(other).expect_err("it waits")), "{other:?}");
    }
    let nobody = check(case.params(), Some(draft.clone()), &case.context());
    assert!(waits(nobody.expect_err("it waits")));
    let off = Client {
        status: ClientStatus::Disabled,
        ..(*draft).clone()
    };
    let off = check_for(
        case.params(),
        Some(Arc::new(off)),
        Some(&owner()),
        &case.context(),
    );
    assert!(
        off.is_err(),
        "what an operator switched off is off for its owner too"
    );
}

/// Codes, refresh tokens and devices: what somebody else allowed before works no more, and nothing of it is consumed.
#[test]
fn tokens_are_given_to_the_owner_alone() {
    for make in [Case::code, Case::refresh, Case::device] {
        let mut own = make();
        wait(&mut own.client, owner().subject);
        own.answer().into_parts().1.expect("their own draft");
        let mut others = make();
        wait(&mut others.client, Subject(99));
        let (transition, reply) = others.answer().into_parts();
        assert!(transition.is_none(), "nothing is consumed");
        let inactive = matches!(
            reply.expect_err("it waits"),
            TokenError::InvalidClient {
                fault: ClientFault::Waits | ClientFault::Inactive,
                ..
            }
        );
        assert!(inactive);
    }
    let mut itself = Case::own_behalf();
    wait(&mut itself.client, owner().subject);
    let (_, reply) = itself.answer().into_parts();
    assert!(reply.is_err(), "behind its own token there is no owner");
}

#[test]
fn an_access_token_of_a_draft_is_its_owner_s() {
    let policy = Policy::for_tests();
    let mut facts = access_facts(Locator(9));
    let of = |owner: Subject| Some(Arc::new(draft_of(owner)));
    facts.client = of(facts.token.subject.expect("a person"));
    assert!(inactive::access_token(&facts, &policy, NOW).is_ok());
    facts.client = of(Subject(99));
    let told = inactive::access_token(&facts, &policy, NOW).map(drop);
    assert_eq!(told, Err(Inactive::AppPending));
    facts.client = of(Subject(99));
    facts.token.subject = None;
    let told = inactive::access_token(&facts, &policy, NOW).map(drop);
    assert_eq!(told, Err(Inactive::AppPending), "no app is its own owner");
}
