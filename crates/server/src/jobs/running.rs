//! Jobs that run as long as the server does, a task each. None ends before it is told to; one that does is a fault.
use crate::ops::stopping::Stopping;
use anyhow::anyhow;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument;

/// How long jobs may take to end what is under way: longer than the outbox gives a delivery.
pub(crate) const LIMIT: Duration = Duration::from_secs(super::outbox::GRACE.as_secs() + 1);

/// The jobs that run.
#[derive(Default)]
pub(crate) struct Running {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
    ending: Arc<Stopping>,
}

impl Running {
    /// Begins a job. It is given what tells it to end.
    pub(crate) fn begin<F>(&mut self, name: &'static str, job: impl FnOnce(Arc<Stopping>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // Of the highest level, so that it is there whatever level is logged.
        let span = tracing::error_span!("job", job = name);
        let job = job(self.ending.clone()).instrument(span);
        let id = self.tasks.spawn(job).id();
        self.names.insert(id, name);
    }

    /// Resolves when a job has ended without being told to: which, and why.
    pub(crate) async fn broken(&mut self) -> anyhow::Error {
        match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => anyhow!("the job {} ended by itself", self.name(id)),
            Some(Err(error)) => self.fault(error),
            None => std::future::pending().await,
        }
    }

    /// Ends them: tells them to, and waits until nothing of them runs, so that none takes a lease again which is about
    /// to be given back.
    ///
    /// # Errors
    /// When one panicked.
    pub(crate) async fn end(self) -> anyhow::Result<()> {
        self.end_within(LIMIT).await
    }

    async fn end_within(mut self, limit: Duration) -> anyhow::Result<()> {
        self.ending.begin();
        let mut ended = Ok(());
        let all = async {
            while let Some(one) = self.tasks.join_next().await {
                if let Err(error) = one {
                    ended = Err(error);
                }
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            self.tasks.shutdown().await;
        }
        ended.map_err(|error| self.fault(error))
    }

    fn name(&self, id: Id) -> &'static str {
        self.names.get(&id).copied().unwrap_or("of no name")
    }

    fn fault(&self, error: JoinError) -> anyhow::Error {
        let name = self.name(error.id());
        match error.try_into_panic() {
            Ok(panic) => anyhow!("the job {name} panicked: {}", sentence(&*panic)),
            Err(_) => anyhow!("the job {name} was ended"),
        }
    }
}

/// What a panic says.
fn sentence(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it does not say why")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    impl Running {
        /// A job that panics.
        pub(crate) fn begin_broken(&mut self) {
            self.begin("broken", |_| async { panic!("it broke") });
        }
    }

    #[tokio::test]
    async fn a_job_that_panics_is_heard_of_by_name() {
        let mut jobs = Running::default();
        jobs.begin("steady", |ending| async move { ending.begun().await });
        let none = tokio::time::timeout(Duration::from_millis(50), jobs.broken()).await;
        assert!(none.is_err(), "{none:?}");
        jobs.begin_broken();
        let broken = jobs.broken().await.to_string();
        assert_eq!(broken, "the job broken panicked: it broke");
        jobs.end().await.unwrap();
    }

    #[tokio::test]
    async fn a_job_that_panics_while_it_ends_is_an_error_too() {
        let mut jobs = Running::default();
        jobs.begin("late", |ending| async move {
            ending.begun().await;
            panic!("too late");
        });
        let error = jobs.end().await.unwrap_err().to_string();
        assert_eq!(error, "the job late panicked: too late");
    }

    #[tokio::test]
    async fn a_job_that_ends_by_itself_is_a_fault() {
        let mut jobs = Running::default();
        jobs.begin("short", |_| async {});
        let error = jobs.broken().await.to_string();
        assert_eq!(error, "the job short ended by itself");
    }

    /// Sets a flag when it is dropped.
    struct Flag(Arc<AtomicBool>);

    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn nothing_of_a_job_is_left_when_all_have_ended() {
        let gone = Arc::new(AtomicBool::new(false));
        let mut jobs = Running::default();
        let flag = Flag(gone.clone());
        jobs.begin("deaf", |_| async move {
            let _flag = flag;
            std::future::pending().await
        });
        jobs.end_within(Duration::from_millis(50)).await.unwrap();
        assert!(gone.load(Ordering::Relaxed));
    }
}
