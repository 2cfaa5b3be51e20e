//! The bodies of answers, watched until the last byte is on its way. Over HTTP/2 a client opens a window for each answer,
//! and what does not fit waits inside the HTTP library; so what waits is marked, and the marks move as it is taken.
use axum::body::{Body, Bytes};
use bytes::Buf;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

/// Looks after which an answer of which nothing was taken is too old, and one more for the look under way.
const LOOKS: usize = 7;

/// Answers of which a part is not sent yet, by the look at which something of them was last sent.
#[derive(Default)]
pub(crate) struct Unsent {
    look: AtomicU32,
    answers: [AtomicU32; LOOKS],
}

impl Unsent {
    fn place(&self) -> usize {
        self.look.load(Relaxed) as usize % LOOKS
    }

    /// Looks once more; whether an answer waits since before all the places were used.
    pub(crate) fn look(&self) -> bool {
        let next = self.look.load(Relaxed).wrapping_add(1);
        let overdue = self.answers[next as usize % LOOKS].load(Relaxed) > 0;
        self.look.store(next, Relaxed);
        overdue
    }

    /// Whether any answer waits.
    pub(crate) fn is_any(&self) -> bool {
        self.answers.iter().any(|count| count.load(Relaxed) > 0)
    }

    /// An answer begins to be sent.
    pub(crate) fn begun(self: &Arc<Self>) -> Waiting {
        let place = self.place();
        self.answers[place].fetch_add(1, Relaxed);
        Waiting {
            unsent: self.clone(),
            place: AtomicUsize::new(place),
        }
    }
}

/// The mark of one answer among the [`Unsent`]; dropped when all of it is sent, or will never be.
pub(crate) struct Waiting {
    unsent: Arc<Unsent>,
    place: AtomicUsize,
}

impl Waiting {
    /// Something of it was sent.
    pub(crate) fn was_sent(&self) {
        let unsent = &self.unsent;
        let place = unsent.place();
        if self.place.load(Relaxed) != place {
            // Counted here before it is taken away there: no count ever falls below zero.
            unsent.answers[place].fetch_add(1, Relaxed);
            let before = self.place.swap(place, Relaxed);
            unsent.answers[before].fetch_sub(1, Relaxed);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let place = self.place.load(Relaxed);
        self.unsent.answers[place].fetch_sub(1, Relaxed);
    }
}

/// The body of an answer.
pub(crate) struct Sending {
    body: Body,
    waiting: Option<Arc<Waiting>>,
}

impl Sending {
    /// A body over HTTP/1, where the whole connection waits with it.
    pub(crate) fn unwatched(body: Body) -> Self {
        let waiting = None;
        Sending { body, waiting }
    }

    /// Watches over a body until it is sent.
    pub(crate) fn watched(body: Body, unsent: &Arc<Unsent>) -> Self {
        let waiting = match body.is_end_stream() {
            true => None,
            false => Some(Arc::new(unsent.begun())),
        };
        Sending { body, waiting }
    }
}

impl HttpBody for Sending {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        polled.map_ok(|frame| {
            let waiting = self.waiting.clone();
            frame.map_data(|bytes| Piece { bytes, waiting })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of a body. The HTTP library keeps it until it is written.
pub(crate) struct Piece {
    bytes: Bytes,
    waiting: Option<Arc<Waiting>>,
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        if let Some(waiting) = self.waiting.as_ref().filter(|_| count > 0) {
            waiting.was_sent();
        }
    }
}
