//! What was chosen by measuring. `benches/policies.rs` compares, `docs/explanation/storage.md` has the figures.

/// How a store goes about its work. Nothing in it changes what is kept, or how safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// Transitions in one commit (SQLite) or one statement (PostgreSQL), at most. 1 to 4,096.
    pub batch: usize,
    /// Statements that each connection keeps prepared (SQLite).
    pub statements: usize,
    /// Plans do not depend on the values bound, so a prepared statement is never parsed again (SQLite).
    pub stable_plans: bool,
    /// Page caches of all connections together, in KiB: half for the writer, half for the readers (SQLite).
    pub cache_kib: usize,
    /// Pages in the WAL after which a commit moves them into the file (SQLite).
    pub checkpoint_pages: usize,
    /// Connections that batch what many ask for at once (PostgreSQL).
    pub lanes: usize,
    /// Connections that all reads share (PostgreSQL).
    pub readers: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            batch: 512,
            statements: 128,
            stable_plans: true,
            cache_kib: 16 * 1024,
            checkpoint_pages: 1_000,
            lanes: 2,
            readers: 2,
        }
    }
}
