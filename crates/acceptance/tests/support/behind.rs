//! Writing into the database behind the server's back.
use super::Scene;

/// Runs statements.
#[track_caller]
pub(crate) fn run(scene: &Scene, sql: &str) {
    match scene.provider.postgres() {
        Some(database) => database.run(sql),
        None => {
            let path = scene.provider.database_path();
            let database = rusqlite::Connection::open(path).expect("the database");
            database.execute_batch(sql).expect("it is run");
        }
    }
}

/// Makes it look as if everybody had signed in more than ten minutes ago.
#[track_caller]
pub(crate) fn age_sessions(scene: &Scene) {
    run(scene, "UPDATE sessions SET auth_time = auth_time - 660");
}
