//! Reads of one kind that many ask for at once: what has queued is read by one statement. Batches come from load,
//! never from waiting.
use super::conn::Slot;
use super::row::plain;
use super::stopped;
use super::value::values_of;
use crate::StoreError;
use crate::row::{Read, Row};
use protocol::types::Locator;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Reads that may wait; more are refused.
const QUEUE: usize = 4_096;
/// Rows read by one statement, at most.
const MOST: usize = 256;

type Answer<T> = Result<Option<T>, StoreError>;

/// Who waits for a row.
struct Asked<T> {
    id: i64,
    done: oneshot::Sender<Answer<T>>,
}

/// What is read: a statement that takes the array of ids as `$1`, and how one of its rows becomes a fact.
pub(super) struct Kind<T> {
    pub(super) sql: &'static str,
    pub(super) read: fn(&dyn Row) -> Read<(Locator, T)>,
}

/// The way to the rows of one kind.
pub(super) struct Gather<T> {
    queue: mpsc::Sender<Asked<T>>,
}

impl<T: Clone + Send + 'static> Gather<T> {
    /// Reads on each of the connections in turn, as long as somebody may ask.
    pub(super) fn start(runtime: &Handle, slots: &[Arc<Slot>], kind: Kind<T>) -> Self {
        let (queue, asked) = mpsc::channel(QUEUE);
        let (asked, kind) = (Arc::new(Mutex::new(asked)), Arc::new(kind));
        for slot in slots {
            runtime.spawn(work(asked.clone(), slot.clone(), kind.clone()));
        }
        Gather { queue }
    }

    /// The fact of one row.
    pub(super) async fn one(&self, id: Locator) -> Answer<T> {
        let (done, answer) = oneshot::channel();
        let asked = Asked { id: id.0, done };
        self.queue.try_send(asked).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn work<T: Clone>(
    asked: Arc<Mutex<mpsc::Receiver<Asked<T>>>>,
    slot: Arc<Slot>,
    kind: Arc<Kind<T>>,
) {
    let mut waiting = Vec::new();
    while asked.lock().await.recv_many(&mut waiting, MOST).await > 0 {
        let found = rows(&slot, &kind, waiting.iter().map(|one| one.id)).await;
        for Asked { id, done } in waiting.drain(..) {
            let fact = found.as_ref().map(|rows| rows.get(&id).cloned());
            let _ = done.send(fact.map_err(Clone::clone));
        }
    }
}

async fn rows<T>(
    slot: &Slot,
    kind: &Kind<T>,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, T>, StoreError> {
    let ids: Vec<i64> = ids.collect();
    let rows = slot.query(kind.sql, values_of![ids]).await?;
    let fact = |row| (kind.read)(plain(row)).map(|(id, fact)| (id.0, fact));
    Ok(rows.iter().map(fact).collect::<Read<_>>()?)
}
