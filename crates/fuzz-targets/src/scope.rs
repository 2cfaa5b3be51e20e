//! Scopes (RFC 6749 §3.3).
use crate::ground::text;
use protocol::types::scope::MAX_NAMES;
use protocol::types::{Scope, ScopeFault};

/// A `scope` value.
pub(crate) fn scope(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut names: Vec<&str> = Vec::new();
    for name in text.split(' ').filter(|name| !name.is_empty()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let scope = match Scope::parse(text) {
        Ok(scope) => scope,
        Err(ScopeFault::Comma) => return assert!(text.contains(',')),
        Err(ScopeFault::TooMany) => return assert!(names.len() > MAX_NAMES),
        Err(ScopeFault::Character) => {
            return assert!(
                text.bytes()
                    .any(|b| !(b' '..=b'~').contains(&b) || b"\"\\".contains(&b))
            );
        }
    };
    assert!(scope.names().eq(names.iter().copied()));
    assert!(names.len() <= MAX_NAMES && !text.contains([',', '"', '\\']));
    assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)));
    assert_eq!(Scope::parse(&scope.to_string()).as_ref(), Ok(&scope));
    assert!(scope.covers(&scope) && scope.union(&scope) == scope);
    assert!(scope.covers(&Scope::default()));
    assert_eq!(Scope::default().covers(&scope), scope.is_empty());
    // A name stands for itself alone.
    for name in scope.names() {
        let longer = Scope::from_iter([format!("{name}x")]);
        assert_eq!(
            scope.covers(&longer),
            names.contains(&format!("{name}x").as_str())
        );
    }
}
