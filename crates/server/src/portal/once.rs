//! What is sent twice makes one thing.
use crate::state::App;
use protocol::decision::Mint;
use protocol::types::{Locator, Subject};
use std::cell::Cell;

/// Random bytes for one request of one person, the same each time that it comes; ids as ever.
pub(in crate::portal) struct OnceMint<'a> {
    app: &'a App,
    /// By which way it came.
    way: &'a str,
    once: &'a str,
    subject: Subject,
    count: Cell<u8>,
}

impl<'a> OnceMint<'a> {
    pub(in crate::portal) fn of(
        app: &'a App,
        way: &'a str,
        once: &'a str,
        subject: Subject,
    ) -> Self {
        OnceMint {
            app,
            way,
            once,
            subject,
            count: Cell::new(0),
        }
    }
}

impl Mint for OnceMint<'_> {
    fn locator(&self) -> Locator {
        self.app.mint.locator()
    }

    fn secret(&self) -> [u8; 32] {
        let count = self.count.get();
        self.count.set(count + 1);
        let subject = self.subject.0.to_be_bytes();
        let way = self.way.as_bytes();
        let parts: [&[u8]; 4] = [way, self.once.as_bytes(), &subject, &[count]];
        self.app.key.derive(&parts)
    }
}
