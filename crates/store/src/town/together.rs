//! One statement for everybody who asks the same of a town at the same moment. Whoever asks is answered by
//! a statement that began after they asked, never by an earlier one: what was revoked or dropped before a
//! request came is gone for that request, as if it had asked alone.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, oneshot};

use crate::StoreError;

/// Those who wait, and whose turn it is to ask for them.
pub(super) struct Together<V> {
    waiting: Mutex<Vec<oneshot::Sender<V>>>,
    turn: Turn<()>,
}

impl<V> Default for Together<V> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turn: Turn::default() }
    }
}

impl<V: Clone> Together<V> {
    /// Asks: alone when nobody is asking, otherwise with all who come until the statement under way has
    /// ended.
    ///
    /// # Errors
    /// What `ask` gives. Only whoever asked is told; the others ask again themselves.
    pub async fn ask<F>(&self, ask: impl FnOnce() -> F) -> Result<V, StoreError>
    where
        F: Future<Output = Result<V, StoreError>>,
    {
        loop {
            let (send, mut answer) = oneshot::channel();
            self.waiting().push(send);
            let turn = tokio::select! {
                biased;
                answered = &mut answer => match answered {
                    Ok(value) => return Ok(value),
                    // Whoever asked for all was cut off or refused.
                    Err(_) => continue,
                },
                turn = self.turn.lock() => turn,
            };
            // The one before may have answered as the turn came.
            match answer.try_recv() {
                Ok(value) => return Ok(value),
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let all = std::mem::take(&mut *self.waiting());
            let value = ask().await?;
            for one in all {
                // Who no longer waits was cut off.
                let _ = one.send(value.clone());
            }
            // Not before: who finds its turn come and no answer takes it that nobody has asked for it yet.
            drop(turn);
            return Ok(value);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<oneshot::Sender<V>>> {
        // A list of those who wait is whole whatever happened to whoever held it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use tokio::sync::Semaphore;

    use super::*;

    /// Until so many wait.
    async fn until_waiting(together: &Together<u32>, many: usize) {
        while together.waiting().len() < many {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn who_comes_during_a_statement_is_answered_by_the_next_and_all_by_one() {
        let together = Arc::new(Together::default());
        let (statements, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Semaphore::new(0)));
        let asking = || {
            let (together, statements, gate) =
                (Arc::clone(&together), Arc::clone(&statements), Arc::clone(&gate));
            let numbered = move || async move {
                let number = statements.fetch_add(1, Ordering::SeqCst) + 1;
                gate.acquire().await.unwrap().forget();
                Ok(number)
            };
            tokio::spawn(async move { together.ask(numbered).await.unwrap() })
        };
        let first = asking();
        while statements.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let later: Vec<_> = (0..5).map(|_| asking()).collect();
        until_waiting(&together, 5).await;
        gate.add_permits(2);
        assert_eq!(first.await.unwrap(), 1);
        for one in later {
            assert_eq!(one.await.unwrap(), 2, "answered by a statement that began before it asked");
        }
        assert_eq!(statements.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn when_the_one_who_asks_is_cut_off_or_refused_the_others_ask_again() {
        for refused in [false, true] {
            let together = Arc::new(Together::default());
            let (asked, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
            let under_way = together.turn.lock().await;
            let (of_all, asked_too, gated) = (Arc::clone(&together), Arc::clone(&asked), Arc::clone(&gate));
            let fail = move || async move {
                asked_too.add_permits(1);
                gated.acquire().await.unwrap().forget();
                Err(StoreError::Unavailable)
            };
            let first = tokio::spawn(async move { of_all.ask(fail).await });
            until_waiting(&together, 1).await;
            let of_all = Arc::clone(&together);
            let second = tokio::spawn(async move { of_all.ask(|| async { Ok(2) }).await.unwrap() });
            until_waiting(&together, 2).await;
            drop(under_way);
            asked.acquire().await.unwrap().forget();
            if refused {
                gate.add_permits(1);
                assert!(first.await.unwrap().is_err());
            } else {
                first.abort();
            }
            assert_eq!(second.await.unwrap(), 2);
        }
    }
}
