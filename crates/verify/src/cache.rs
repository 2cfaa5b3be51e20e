//! Answers kept by the SHA-256 of their token, bounded in number. The token's text is not kept.
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

/// The SHA-256 of a token's text.
pub(crate) type Key = [u8; 32];

/// Parts that are locked apart, so that requests seldom meet.
const SHARDS: usize = 64;

/// See the module.
pub(crate) struct Cache<V> {
    shards: Vec<RwLock<HashMap<Key, Entry<V>>>>,
    max_in_shard: usize,
}

struct Entry<V> {
    value: V,
    until: Instant,
}

impl<V: Clone> Cache<V> {
    /// A cache of about `max` entries.
    pub(crate) fn new(max: usize) -> Self {
        Cache {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            max_in_shard: max.div_ceil(SHARDS),
        }
    }

    /// What is kept under `key` and has not run out.
    pub(crate) fn get(&self, key: &Key, now: Instant) -> Option<V> {
        let shard = read(self.shard(key));
        let entry = shard.get(key)?;
        (now < entry.until).then(|| entry.value.clone())
    }

    /// Keeps `value` until `until`. In a full shard what has run out gives way, else what would run out first.
    pub(crate) fn insert(&self, key: Key, value: V, until: Instant, now: Instant) {
        if self.max_in_shard == 0 || until <= now {
            return;
        }
        let mut shard = write(self.shard(&key));
        if shard.len() >= self.max_in_shard && !shard.contains_key(&key) {
            shard.retain(|_, entry| now < entry.until);
        }
        if shard.len() >= self.max_in_shard && !shard.contains_key(&key) {
            let first = shard.iter().min_by_key(|(_, entry)| entry.until);
            if let Some(first) = first.map(|(key, _)| *key) {
                shard.remove(&first);
            }
        }
        shard.insert(key, Entry { value, until });
    }

    /// Drops what `dead` is true of.
    pub(crate) fn remove_if(&self, mut dead: impl FnMut(&V) -> bool) {
        for shard in &self.shards {
            write(shard).retain(|_, entry| !dead(&entry.value));
        }
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            write(shard).clear();
        }
    }

    /// How many there are, with those that have run out and not yet given way.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| read(shard).len()).sum()
    }

    fn shard(&self, key: &Key) -> &RwLock<HashMap<Key, Entry<V>>> {
        &self.shards[usize::from(key[0]) % SHARDS]
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn key(n: u16) -> Key {
        let mut key = [0; 32];
        key[..2].copy_from_slice(&n.to_le_bytes());
        key
    }

    #[test]
    fn it_holds_no_more_than_its_bound_and_the_oldest_give_way() {
        let (cache, now) = (Cache::new(SHARDS * 2), Instant::now());
        let until = |n: u16| now + Duration::from_secs(1 + u64::from(n));
        for n in 0..1_000 {
            cache.insert(key(n), n, until(n), now);
        }
        assert_eq!(cache.len(), SHARDS * 2);
        assert_eq!(cache.get(&key(999), now), Some(999));
        assert_eq!(cache.get(&key(0), now), None);
    }

    #[test]
    fn what_has_run_out_is_not_given_and_gives_way_first() {
        let (cache, now) = (Cache::new(SHARDS), Instant::now());
        let later = now + Duration::from_secs(2);
        cache.insert(key(1), 'a', now + Duration::from_secs(1), now);
        assert_eq!(cache.get(&key(1), now), Some('a'));
        assert_eq!(cache.get(&key(1), later), None);
        cache.insert(key(1), 'b', now, now);
        assert_eq!(cache.get(&key(1), now), Some('a'), "it had run out before");
    }

    #[test]
    fn what_is_dead_goes() {
        let (cache, now) = (Cache::new(100), Instant::now());
        for n in 0..10 {
            cache.insert(key(n), n, now + Duration::from_secs(1), now);
        }
        cache.remove_if(|n| n % 2 == 0);
        assert_eq!((cache.len(), cache.get(&key(3), now)), (5, Some(3)));
        cache.clear();
        assert_eq!(cache.len(), 0);
    }
}
