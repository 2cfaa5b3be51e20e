//! What commands run on.
use super::failure::Failure;
use super::place;
use std::panic::resume_unwind;

/// Runs a short command to its end.
pub(super) fn wait<F: Future>(command: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(async {
        let done = command.await;
        place::close_opened().await;
        done
    }))
}

/// The same for one that tells its failures.
pub(super) fn finish<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    wait(command)?
}

/// Runs a server until it is told to stop. This thread only waits: each that reads the database has a connection of its own,
/// and the runtime's are enough.
pub(super) fn wait_on_all_cores<T: Send + 'static>(
    server: impl Future<Output = T> + Send + 'static,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    match runtime.block_on(runtime.spawn(server)) {
        Ok(done) => Ok(done),
        Err(ended) => resume_unwind(ended.into_panic()),
    }
}
