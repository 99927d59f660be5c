//! Where slow hashes are made: on threads of their own, fewer than there are cores, which give way to whoever
//! else wants to run. A hundred members of staff who sign in at once then wait for each other, and nobody who
//! reads waits for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};

use tokio::sync::oneshot;

/// A hash to make.
type Work = Box<dyn FnOnce() + Send>;

/// Threads that make slow hashes; started with the first.
#[derive(Default)]
pub(super) struct Hashing(OnceLock<mpsc::Sender<Work>>);

impl Hashing {
    /// What `work` gives; `None` when the threads are gone. Once begun it runs to its end, whether or not anybody
    /// still waits.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, waiting) = oneshot::channel();
        // Whoever no longer waits was cut off.
        let work: Work = Box::new(move || drop(done.send(work())));
        self.0.get_or_init(start).send(work).ok()?;
        waiting.await.ok()
    }
}

/// As many threads as half of the cores.
fn start() -> mpsc::Sender<Work> {
    let (send, receive) = mpsc::channel::<Work>();
    let receive = Arc::new(Mutex::new(receive));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for number in 0..(cores / 2).max(1) {
        let receive = Arc::clone(&receive);
        let begun = std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || {
            give_way();
            while let Some(work) = next(&receive) {
                // Whoever waits for one that fails is told so; the thread is there for the others.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        });
        if let Err(error) = begun {
            tracing::error!(%error, "a thread for hashes could not be started");
        }
    }
    send
}

/// The next hash; waits for one. `None` when the platform is gone.
fn next(receive: &Mutex<mpsc::Receiver<Work>>) -> Option<Work> {
    receive.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Lets this thread run less than others. Linux keeps priorities by the thread; elsewhere it would be the whole
/// process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(GIVES_WAY) {
        tracing::warn!(%error, "hashes run as urgently as reads");
    }
}

/// How far they give way: beside a thread that wants all of a core they have a tenth of it, so that sign-ins still come
/// to an end on a machine that is never idle.
#[cfg(target_os = "linux")]
const GIVES_WAY: i32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_are_made_on_threads_that_give_way() {
        let hashing = Hashing::default();
        let made = hashing.run(|| {
            let thread = std::thread::current();
            (thread.name().unwrap_or_default().to_owned(), priority())
        });
        let (name, priority) = made.await.unwrap();
        assert!(name.starts_with("hashing-"), "{name}");
        assert!(priority.is_none_or(|priority| priority == 10), "{priority:?}");
    }

    /// The priority of this thread, where the system tells.
    fn priority() -> Option<i32> {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(16)?.parse().ok()
    }
}
