//! What commands run on.
use super::failure::Failure;
use super::place;

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

/// Runs a server until it is told to stop.
pub(super) fn wait_on_all_cores<F: Future>(server: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(server))
}
