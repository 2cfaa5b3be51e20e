//! What is stored sealed, wherever it is: looked through, and sealed anew under the newest key.
use super::Sealing;
use crate::ops::clock;
use jose::seal::{KeyId, Sealed};
use protocol::Transition;
use protocol::events::Act;
use protocol::transition::{PlaygroundChange, SecondFactorChange, SigningKeyChange};
use protocol::types::{Locator, Subject};
use std::collections::BTreeMap;
use store::{Outcome, Store, StoreError};

/// How often rows that changed meanwhile are looked at again.
const ROUNDS: usize = 3;

/// So many rows are read at once.
const PAGE: usize = 100;

/// What the private parts of signing keys are sealed for.
pub(crate) const SIGNING_KEY: &str = "signing key";

/// What the seeds of authenticator apps are sealed for.
pub(crate) const SEED: &str = "second factor";

/// What runs of the playground are sealed for.
pub(crate) const PLAYGROUND_RUN: &str = "playground run";

/// The columns of the database that hold sealed values. A variant says what they are for, and how the store pages
/// through them and replaces one.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// The private parts of signing keys, each in the row of its `kid`.
    SigningKey,
    /// The seeds of authenticator apps, each in the row of its person.
    Seed,
    /// What runs of the playground hold, each in its row.
    PlaygroundRun,
}

impl Column {
    /// All of them.
    const ALL: [Column; 3] = [Column::SigningKey, Column::Seed, Column::PlaygroundRun];

    /// This one, in a database.
    fn of(self, store: &Store) -> impl Rows {
        InStore {
            column: self,
            store,
        }
    }
}

/// A column in a database.
struct InStore<'a> {
    column: Column,
    store: &'a Store,
}

/// Rows with a sealed value each.
trait Rows: Sync {
    /// What the values are for, as they were sealed.
    fn purpose(&self) -> &'static str;

    /// The first rows after one, by id; none when there are no more.
    fn page(
        &self,
        after: Option<&[u8]>,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Puts `new` in the place of what a row holds, if it still holds that.
    fn replace(
        &self,
        row: &Row,
        new: &Sealed,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl Rows for InStore<'_> {
    fn purpose(&self) -> &'static str {
        match self.column {
            Column::SigningKey => SIGNING_KEY,
            Column::Seed => SEED,
            Column::PlaygroundRun => PLAYGROUND_RUN,
        }
    }

    async fn page(&self, after: Option<&[u8]>) -> Result<Vec<Row>, StoreError> {
        match self.column {
            Column::SigningKey => {
                let after = str::from_utf8(after.unwrap_or_default()).unwrap_or_default();
                let rows = self.store.sealed_signing_keys(after, PAGE).await?;
                let row = |(kid, sealed): (String, Vec<u8>)| Row {
                    id: kid.into_bytes(),
                    sealed: Sealed::from_stored(sealed),
                };
                Ok(rows.into_iter().map(row).collect())
            }
            Column::Seed => {
                let after = Subject(after.and_then(number).unwrap_or(i64::MIN));
                let rows = self.store.sealed_seeds(after, PAGE).await?;
                let row = |(subject, sealed): (Subject, Vec<u8>)| Row {
                    id: subject.0.to_be_bytes().to_vec(),
                    sealed: Sealed::from_stored(sealed),
                };
                Ok(rows.into_iter().map(row).collect())
            }
            Column::PlaygroundRun => {
                let after = Locator(after.and_then(number).unwrap_or(i64::MIN));
                let rows = self.store.sealed_playground_runs(after, PAGE).await?;
                let row = |(id, sealed): (Locator, Vec<u8>)| Row {
                    id: id.0.to_be_bytes().to_vec(),
                    sealed: Sealed::from_stored(sealed),
                };
                Ok(rows.into_iter().map(row).collect())
            }
        }
    }

    async fn replace(&self, row: &Row, new: &Sealed) -> Result<bool, StoreError> {
        let (before, sealed) = (row.sealed.as_bytes().to_vec(), new.as_bytes().to_vec());
        let change: Transition = match self.column {
            Column::SigningKey => {
                let kid = String::from_utf8_lossy(&row.id).into_owned();
                SigningKeyChange::Reseal {
                    kid,
                    before,
                    sealed,
                }
                .into()
            }
            Column::Seed => {
                let Some(subject) = number(&row.id).map(Subject) else {
                    return Ok(true);
                };
                SecondFactorChange::Reseal {
                    subject,
                    before,
                    sealed,
                }
                .into()
            }
            Column::PlaygroundRun => {
                let Some(id) = number(&row.id).map(Locator) else {
                    return Ok(true);
                };
                PlaygroundChange::Reseal { id, before, sealed }.into()
            }
        };
        let act = Act::by_operator(clock::now());
        let outcome = self.store.settle(change, act).await?;
        Ok(outcome == Outcome::Committed)
    }
}

/// The row that a number names.
fn number(id: &[u8]) -> Option<i64> {
    id.try_into().ok().map(i64::from_be_bytes)
}

/// A row and its sealed value.
#[derive(Debug, Clone)]
struct Row {
    id: Vec<u8>,
    sealed: Sealed,
}

/// What is stored sealed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// How many values each key has sealed.
    pub(crate) by_key: BTreeMap<KeyId, u64>,
    /// What does not open: its purpose, and why the first one does not; and how many.
    pub(crate) unopened: Vec<(&'static str, String, u64)>,
}

/// What came of sealing anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Resealed {
    /// Values that are under the newest key now, and were not.
    pub(crate) values: u64,
    /// Values that no key opens; they stay as they are.
    pub(crate) unopened: u64,
}

impl Found {
    /// Everything in a database.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn of(sealing: &Sealing, store: &Store) -> Result<Self, StoreError> {
        let mut found = Found::default();
        for column in Column::ALL {
            find(sealing, &column.of(store), &mut found).await?;
        }
        Ok(found)
    }
}

impl Resealed {
    /// Seals everything in a database anew that is not under the newest key.
    ///
    /// # Errors
    /// [`StoreError`]; what was sealed anew before stays so, and another run goes on.
    pub(crate) async fn all(sealing: &Sealing, store: &Store) -> Result<Self, StoreError> {
        let mut done = Resealed::default();
        for column in Column::ALL {
            reseal(sealing, &column.of(store), &mut done).await?;
        }
        Ok(done)
    }
}

/// Whether a database holds any sealed value.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn holds_any(store: &Store) -> Result<bool, StoreError> {
    for column in Column::ALL {
        if !column.of(store).page(None).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens every value, and adds what was found.
///
/// # Errors
/// [`StoreError`].
async fn find(sealing: &Sealing, rows: &impl Rows, found: &mut Found) -> Result<(), StoreError> {
    let mut unopened: Option<(String, u64)> = None;
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = rows.page(after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for row in &page {
            if let Some(key) = row.sealed.key() {
                *found.by_key.entry(key).or_default() += 1;
            }
            if let Err(why) = sealing.open(rows.purpose(), &row.id, &row.sealed) {
                unopened.get_or_insert((why.to_string(), 0)).1 += 1;
            }
        }
    }
    let unopened = unopened.map(|(why, count)| (rows.purpose(), why, count));
    found.unopened.extend(unopened);
    Ok(())
}

/// Seals anew under the newest key what is under another. What changes meanwhile is looked at again.
///
/// # Errors
/// [`StoreError`]; what was sealed anew before stays so, and another run goes on.
async fn reseal(
    sealing: &Sealing,
    rows: &impl Rows,
    done: &mut Resealed,
) -> Result<(), StoreError> {
    let before = done.unopened;
    for _ in 0..ROUNDS {
        done.unopened = before;
        if reseal_once(sealing, rows, done).await? {
            break;
        }
    }
    Ok(())
}

/// True when nothing changed meanwhile.
async fn reseal_once(
    sealing: &Sealing,
    rows: &impl Rows,
    done: &mut Resealed,
) -> Result<bool, StoreError> {
    let (newest, purpose) = (sealing.seals(), rows.purpose());
    let mut steady = true;
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = rows.page(after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for row in page.iter().filter(|row| row.sealed.key() != Some(newest)) {
            let Ok(plain) = sealing.open(purpose, &row.id, &row.sealed) else {
                done.unopened += 1;
                continue;
            };
            match rows
                .replace(row, &sealing.seal(purpose, &row.id, &plain))
                .await?
            {
                true => done.values += 1,
                false => steady = false,
            }
        }
    }
    Ok(steady)
}

#[cfg(test)]
mod tests {
    use super::super::tests::config;
    use super::super::{Rotation, path, rotate};
    use super::*;
    use std::sync::Mutex;

    /// Rows in memory, two on a page.
    #[derive(Default)]
    struct Kept {
        rows: Mutex<BTreeMap<Vec<u8>, Sealed>>,
        /// What another process puts into a row before it is replaced.
        other: Mutex<Option<(Vec<u8>, Sealed)>>,
    }

    impl Rows for Kept {
        fn purpose(&self) -> &'static str {
            "test"
        }

        async fn page(&self, after: Option<&[u8]>) -> Result<Vec<Row>, StoreError> {
            let rows = self.rows.lock().unwrap();
            let rest = rows
                .iter()
                .filter(|(id, _)| after.is_none_or(|after| id.as_slice() > after));
            let row = |(id, sealed): (&Vec<u8>, &Sealed)| Row {
                id: id.clone(),
                sealed: sealed.clone(),
            };
            Ok(rest.take(2).map(row).collect())
        }

        async fn replace(&self, row: &Row, new: &Sealed) -> Result<bool, StoreError> {
            let mut rows = self.rows.lock().unwrap();
            if let Some((id, sealed)) = self.other.lock().unwrap().take() {
                rows.insert(id, sealed);
            }
            let same = rows.get(&row.id) == Some(&row.sealed);
            if same {
                rows.insert(row.id.clone(), new.clone());
            }
            Ok(same)
        }
    }

    impl Kept {
        fn of(sealing: &Sealing, ids: std::ops::Range<u8>) -> Self {
            let kept = Kept::default();
            for id in ids {
                let sealed = sealing.seal("test", &[id], &[b's', id]);
                kept.rows.lock().unwrap().insert(vec![id], sealed);
            }
            kept
        }
    }

    #[tokio::test]
    async fn after_a_rotation_all_is_under_the_new_key_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let old = Sealing::begin(&config).unwrap();
        let kept = Kept::of(&old, 0..5);
        rotate(&path(&config.keys), Rotation::Seal).unwrap();
        let new = Sealing::begin(&config).unwrap();
        // A server that runs on seals one under the old key in the middle of it.
        let late = old.seal("test", &[3], b"late");
        *kept.other.lock().unwrap() = Some((vec![3], late));
        let mut done = Resealed::default();
        reseal(&new, &kept, &mut done).await.unwrap();
        assert_eq!(
            done,
            Resealed {
                values: 5,
                unopened: 0
            }
        );
        let mut found = Found::default();
        find(&new, &kept, &mut found).await.unwrap();
        let by_key = BTreeMap::from([(new.seals(), 5)]);
        assert_eq!(
            found,
            Found {
                by_key,
                unopened: vec![]
            }
        );
        for (id, sealed) in &*kept.rows.lock().unwrap() {
            let plain = new.open("test", id, sealed).unwrap();
            let expected = if id == &[3] {
                b"late".to_vec()
            } else {
                vec![b's', id[0]]
            };
            assert_eq!(plain, expected, "{id:?}");
        }
        let mut again = Resealed::default();
        reseal(&new, &kept, &mut again).await.unwrap();
        assert_eq!(again, Resealed::default(), "there is nothing left to do");
    }

    #[tokio::test]
    async fn what_no_key_opens_is_found_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mine = Sealing::begin(&config(folder.path())).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let foreign = Sealing::begin(&config(elsewhere.path())).unwrap();
        let kept = Kept::of(&mine, 0..3);
        let lost = foreign.seal("test", &[1], b"x");
        kept.rows.lock().unwrap().insert(vec![1], lost.clone());
        // One that was moved from another row.
        let moved = kept.rows.lock().unwrap()[&vec![0]].clone();
        kept.rows.lock().unwrap().insert(vec![2], moved);
        let mut found = Found::default();
        find(&mine, &kept, &mut found).await.unwrap();
        let [(purpose, why, count)] = &found.unopened[..] else {
            panic!("{found:?}");
        };
        assert_eq!((*purpose, *count), ("test", 2));
        assert!(why.contains(&foreign.seals().to_string()), "{why}");
        let mut done = Resealed::default();
        reseal(&mine, &kept, &mut done).await.unwrap();
        assert_eq!(
            done,
            Resealed {
                values: 0,
                unopened: 1
            }
        );
        assert_eq!(kept.rows.lock().unwrap()[&vec![1]], lost);
    }
}
