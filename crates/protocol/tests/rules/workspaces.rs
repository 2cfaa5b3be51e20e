//! For which of their organizations a person lets an app in, and who is told of it.
use protocol::consent::{Answer, Chosen, allow};
use protocol::facts::SessionFacts;
use protocol::policy::{Risk, ScopeEntry};
use protocol::testing::Case;
use protocol::transition::{AuthorizeChange, GrantChange};
use protocol::types::{
    AppStanding, Interaction, Locator, Membership, Organization, Role, Scope, UnixTime,
};
use protocol::workspaces::{OWN, WorkspaceFault, admitted, picked, preselected};
use protocol::{Decision, Transition};

fn member_of(ids: &[i64]) -> Vec<Membership> {
    let membership = |id: &i64| Membership {
        organization: Organization {
            logo: None,
            external_id: None,
            second_factor: false,
            id: Locator(*id),
            version: 1,
            name: format!("Organization {id}"),
            created_at: UnixTime(0),
        },
        role: Role::Viewer,
    };
    ids.iter().map(membership).collect()
}

#[test]
fn only_ones_own_is_picked_and_nobody_is_asked_who_has_none() {
    let (none, one, two) = (member_of(&[]), member_of(&[51]), member_of(&[51, 52]));
    assert_eq!(picked(None, &none), Ok(None));
    assert_eq!(picked(Some(""), &none), Ok(None));
    for own in [&one, &two] {
        assert_eq!(picked(Some(OWN), own), Ok(None));
        assert_eq!(picked(Some("51"), own), Ok(Some(Locator(51))));
        assert_eq!(picked(None, own), Err(WorkspaceFault::Missing));
    }
    for named in ["53", "0", "-1", "051", "51 ", "Organization 51", "OWN"] {
        for own in [&none, &one, &two] {
            assert_eq!(
                picked(Some(named), own),
                Err(WorkspaceFault::NotTheirs),
                "{named}"
            );
        }
    }
    assert_eq!(preselected(&none, |_| true), None);
    assert_eq!(preselected(&one, |_| true), Some(Locator(51)));
    assert_eq!(
        preselected(&one, |id| id != Locator(51)),
        None,
        "it is closed"
    );
    assert_eq!(
        preselected(&two, |_| true),
        None,
        "of several they pick one themselves"
    );
}

#[test]
fn the_one_that_was_picked_goes_with_the_code_and_is_remembered() {
    let case = Case::authorize();
    let request = case.passed();
    let interaction = Interaction {
        id: Locator(9),
        digest: jose::Digest::of(b"handle"),
        client: case.client.no,
        request: request.to_form(),
        expires_at: UnixTime(i64::MAX),
        answered_at: None,
        code: None,
    };
    for organization in [None, Some(Locator(51))] {
        let answer = Answer {
            interaction: &interaction,
            nonce: "nonce",
            organization,
        };
        let session = SessionFacts::for_tests();
        let chosen = Chosen {
            scope: request.scope.clone(),
            skipped: Scope::default(),
        };
        let decision = allow(
            (&request, chosen),
            answer,
            &session,
            None,
            (None, None),
            &case.context(),
        );
        let Decision::Granted {
            transition:
                Some(Transition::Authorize(AuthorizeChange::IssueCode {
                    code,
                    consent: Some(consent),
                    ..
                })),
            ..
        } = decision
        else {
            panic!("a code");
        };
        assert_eq!(
            (code.organization, consent.organization),
            (organization, organization)
        );
    }
}

#[test]
fn apps_are_told_of_an_organization_and_of_nothing_else() {
    for (organization, told) in [(None, false), (Some(Locator(51)), true)] {
        let mut case = Case::code();
        case.code_mut().code.organization = organization;
        let (transition, reply) = case.answer().into_parts();
        let Some(Transition::Grant(GrantChange::Redeem { grant, access, .. })) = transition else {
            panic!("redeemed");
        };
        let reply = reply.expect("tokens").0;
        assert_eq!(
            (grant.organization, access.organization),
            (organization, organization)
        );
        assert_eq!(reply.contains(r#""organization":"51""#), told, "{reply}");
        assert_eq!(reply.contains("organization"), told, "{reply}");
    }
}

#[test]
fn what_an_organization_thinks_of_an_app_bounds_what_it_gets() {
    let mut case = Case::authorize();
    let of = |name: &str, risk, restricted| ScopeEntry {
        name: name.to_owned(),
        restricted,
        risk,
        ..case.policy.scopes[0].clone()
    };
    let scopes = vec![
        of("see", Risk::Read, false),
        of("change", Risk::Write, false),
        of("delete", Risk::Delete, false),
        of("all", Risk::Full, false),
        of("secret", Risk::Read, true),
    ];
    case.policy.scopes = scopes;
    let given = |standing, asked: &str| {
        let asked = Scope::parse(asked).expect("a scope");
        admitted(standing, &asked, &case.policy).map(|left| left.to_string())
    };
    let everything = "see change delete all secret";
    let left = |text: &str| Some(text.to_owned());
    assert_eq!(given(AppStanding::Trusted, everything), left(everything));
    assert_eq!(given(AppStanding::Limited, everything), left("see change"));
    assert_eq!(given(AppStanding::Limited, "delete"), None);
    assert_eq!(given(AppStanding::Limited, "gone"), None, "of unknown harm");
    assert_eq!(given(AppStanding::Blocked, "see"), None);
}
