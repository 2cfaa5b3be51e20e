//! What was looked at is what is approved: an app, or a request, that has changed since is not.
use super::*;

/// An app, each time with another part that is different.
fn changes(client: &Client) -> Vec<(Part, Client)> {
    let redirect = RedirectUri::register("https://elsewhere.example/").expect("a URI");
    let mut told = client.clone();
    told.asks.reasons.set("tasks:read", "Another reason");
    vec![
        (
            Part::Name,
            Client {
                name: "Other".into(),
                ..client.clone()
            },
        ),
        (
            Part::Homepage,
            Client {
                homepage: "https://other.example".into(),
                ..client.clone()
            },
        ),
        (
            Part::Description,
            Client {
                description: "Other".into(),
                ..client.clone()
            },
        ),
        (
            Part::Publisher,
            Client {
                publisher: "Other".into(),
                ..client.clone()
            },
        ),
        (
            Part::RedirectUris,
            Client {
                redirect_uris: vec![redirect],
                ..client.clone()
            },
        ),
        (
            Part::Scopes,
            Client {
                scopes: Some(scope("tasks:read")),
                ..client.clone()
            },
        ),
        (
            Part::Grants,
            Client {
                grants: Vec::new(),
                ..client.clone()
            },
        ),
        (Part::Reasons, told),
    ]
}

#[test]
fn what_was_looked_at_is_what_is_approved() {
    let policy = policy(Registration::Review);
    let client = pending();
    let talk = asked(&client, &new(&[], ""), &policy);
    for (part, changed) in changes(&client) {
        let refused = judge(&talk, &changed, Decided::Approve, "", &policy).error();
        assert_eq!(refused, ReviewError::Changed(vec![part]));
        // To refuse it, or to ask, rests on nothing that changed.
        for verdict in [Decided::Refuse, Decided::AskBack] {
            judge(&talk, &changed, verdict, "Why?", &policy).reply();
        }
    }
    let rotated = Client {
        version: client.version + 1,
        secrets: Vec::new(),
        ..client
    };
    let after = approved(judge(&talk, &rotated, Decided::Approve, "", &policy));
    assert_eq!(
        after.client_version, rotated.version,
        "its secrets were not looked at"
    );
}

#[test]
fn an_answer_is_about_the_app_as_it_is_then() {
    let policy = policy(Registration::Review);
    let client = pending();
    let talk = asked(&client, &new(&[], ""), &policy);
    let renamed = Client {
        name: "Other".into(),
        version: client.version + 1,
        ..client
    };
    let by = Person::for_tests().subject;
    let mint = Counter::starting_at(NOW);
    let app = managed(&renamed);
    let answer = |talk: &Conversation, text: &str| {
        let said = review::Answer { text, seen: None };
        review::answer(&app, by, talk, said, &[], (NOW, &mint))
    };
    assert_eq!(answer(&talk, " \n ").error(), ReviewError::Message);
    let Some(Transition::Review(ReviewChange::Reply { step, message, .. })) =
        answer(&talk, "It has another name").change()
    else {
        panic!("it is answered");
    };
    let ReviewStep::Answered(snapshot, version) = step else {
        panic!("{step:?}");
    };
    assert_eq!(
        (&snapshot, version),
        (&Snapshot::of(&renamed), renamed.version)
    );
    assert_eq!(message.expect("what was said").by, Actor::Person(by));
    let full = Conversation {
        messages: vec![saying(); MAX_MESSAGES],
        ..talk.clone()
    };
    assert_eq!(answer(&full, "More").error(), ReviewError::TooMany);
    let of_another = Conversation {
        request: ReviewRequest {
            client: ClientRowId(99),
            ..talk.request.clone()
        },
        ..talk.clone()
    };
    assert_eq!(answer(&of_another, "Mine?").error(), ReviewError::Over);
    assert_eq!(
        review::withdraw(&app, &of_another.request).error(),
        ReviewError::Over
    );
}

#[test]
fn a_decision_is_about_the_request_as_it_was_seen_and_the_last_one() {
    let policy = policy(Registration::Review);
    let client = pending();
    let talk = asked(&client, &new(&[], ""), &policy);
    for verdict in [Decided::Refuse, Decided::AskBack] {
        let silent = judge(&talk, &client, verdict, "  ", &policy);
        assert_eq!(silent.error(), ReviewError::Message, "it is said why");
    }
    let mint = Counter::starting_at(NOW);
    let stale = Judged {
        verdict: Decided::Approve,
        text: "",
        seen: Some(talk.request.version - 1),
    };
    let with = (&policy, NOW, &mint);
    let refused = review::judge(Reviewer::operator(), &talk, &client, stale, None, with);
    assert_eq!(refused.error(), ReviewError::Stale);
    for state in [
        ReviewState::Approved,
        ReviewState::Refused,
        ReviewState::Withdrawn,
    ] {
        let over = Conversation {
            request: ReviewRequest {
                state,
                ..talk.request.clone()
            },
            ..talk.clone()
        };
        let again = judge(&over, &client, Decided::Approve, "", &policy);
        assert_eq!(again.error(), ReviewError::Over);
    }
    // One about another app approves nothing here.
    let other = Client {
        no: ClientRowId(99),
        ..client.clone()
    };
    let crossed = judge(&talk, &other, Decided::Approve, "", &policy);
    assert_eq!(crossed.error(), ReviewError::Over);
    let off = Client {
        status: ClientStatus::Disabled,
        ..client
    };
    let closed = judge(&talk, &off, Decided::Approve, "", &policy);
    assert_eq!(closed.error(), ReviewError::Closed);
}
