//! What a browser carries while a sign-in is under way: a proved password, the challenge for the company's own login, and the
//! ticket by which it comes back.
use crate::ground::text;
use jose::Digest;
use jose::keyed::Key;
use protocol::accounts::second_factor::{PENDING, Pending};
use protocol::handoff::{LoginChallenge, LoginTicket};
use protocol::types::{Locator, Person, Subject, UnixTime};

const NOW: UnixTime = UnixTime(1_795_782_449);

/// A text that a browser brings; and the numbers and the way on that one of ours is made of.
pub(crate) fn waiting_sign_in(data: &[u8]) {
    let key = Key::new(&[7; 32]);
    made(data, &key);
    let Some(sent) = text(data) else { return };
    assert!(
        LoginChallenge::read(sent, &key).is_none(),
        "nobody sealed it"
    );
    assert!(LoginTicket::parse(sent).is_none() || sent.starts_with("lt_"));
    let Some((pending, tag)) = Pending::read(sent) else {
        return;
    };
    let person = of(pending.subject);
    let holds = pending.holds(tag, "browser", &person, &key, NOW);
    assert!(!holds, "nobody proved it");
    // What is read is what was written, but for how its numbers are spelled.
    let written = pending.write("browser", &person, &key);
    assert_eq!(
        Pending::read(&written).map(|(again, _)| again),
        Some(pending)
    );
}

fn of(subject: Subject) -> Person {
    Person {
        subject,
        ..Person::for_tests()
    }
}

/// One of ours, of these bytes: it reads back, for its own browser, person and time alone.
fn made(data: &[u8], key: &Key) {
    let number = |at: usize| {
        let bytes = data.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        (i64::from_be_bytes(bytes.unwrap_or_default()) & i64::MAX).max(1)
    };
    let onward = data.get(17..).and_then(|rest| str::from_utf8(rest).ok());
    let onward = onward.filter(|onward| !onward.is_empty() && onward.len() < 2_000);
    let flags = data.get(16).copied().unwrap_or_default();
    let challenge = LoginChallenge {
        id: Locator(number(0)),
        browser: Digest::of(b"browser"),
        anew: flags & 1 != 0,
        second_factor: flags & 2 != 0,
        onward: onward.map(str::to_owned),
    };
    let sealed = challenge.write(key);
    assert_eq!(
        LoginChallenge::read(&sealed, key).as_ref(),
        Some(&challenge)
    );
    assert!(LoginChallenge::read(&sealed, &Key::new(&[8; 32])).is_none());
    assert!(LoginChallenge::read(&sealed[..sealed.len() - 1], key).is_none());
    let ticket = challenge.ticket(key);
    let read = LoginTicket::parse(ticket.as_str()).expect("one of ours");
    assert_eq!(read.locator(), challenge.id);

    let pending = Pending {
        subject: Subject(number(8)),
        at: NOW,
        answer: (flags & 4 != 0).then(|| Locator(number(0))),
    };
    let person = of(pending.subject);
    let written = pending.write("browser", &person, key);
    let (again, tag) = Pending::read(&written).expect("it was written");
    assert_eq!(again, pending);
    let holds = |browser: &str, person: &Person, now| again.holds(tag, browser, person, key, now);
    assert!(holds("browser", &person, NOW));
    let changed = Person {
        password: "another".to_owned(),
        ..person.clone()
    };
    let another = of(Subject(pending.subject.0 ^ 1));
    assert!(!holds("another", &person, NOW) && !holds("browser", &changed, NOW));
    assert!(!holds("browser", &another, NOW) && !holds("browser", &person, NOW.plus(PENDING)));
}
