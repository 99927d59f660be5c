//! One way to the database and back for everybody who asks the same kind of thing of a town at the same moment.
//! Whoever asks is answered by a statement that began after they asked, never by an earlier one: what was
//! revoked or dropped before a request came is gone for that request, as if it had asked alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, oneshot};

use crate::StoreError;

/// Those who wait, for what each, and whose turn it is to ask for them.
pub(super) struct Together<K, V> {
    waiting: Mutex<Vec<(K, oneshot::Sender<V>)>>,
    turn: Turn<()>,
}

impl<K, V> Default for Together<K, V> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turn: Turn::default() }
    }
}

impl<K: Clone, V> Together<K, V> {
    /// Asks for `key`: alone when nobody is asking, otherwise with all who come until what is under way has
    /// ended. `ask` answers each key in its place.
    ///
    /// # Errors
    /// What `ask` gives. Only whoever asked is told; the others ask again themselves.
    pub async fn ask<F>(&self, key: K, ask: impl FnOnce(Vec<K>) -> F) -> Result<V, StoreError>
    where
        F: Future<Output = Result<Vec<V>, StoreError>>,
    {
        loop {
            let (send, mut answer) = oneshot::channel();
            self.waiting().push((key.clone(), send));
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
            let (keys, all): (Vec<K>, Vec<_>) = std::mem::take(&mut *self.waiting()).into_iter().unzip();
            for (value, one) in ask(keys).await?.into_iter().zip(all) {
                // Who no longer waits was cut off.
                let _ = one.send(value);
            }
            // Not before: who finds its turn come and no answer takes it that nobody has asked for it yet.
            drop(turn);
            return answer.try_recv().map_err(|_| StoreError::Malformed("an answer for many left one out"));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(K, oneshot::Sender<V>)>> {
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
    async fn until_waiting(together: &Together<u32, u32>, many: usize) {
        while together.waiting().len() < many {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn who_comes_during_a_statement_is_answered_by_the_next_and_all_by_one() {
        let together = Arc::new(Together::default());
        let (statements, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Semaphore::new(0)));
        let asking = |key: u32| {
            let (together, statements, gate) =
                (Arc::clone(&together), Arc::clone(&statements), Arc::clone(&gate));
            let numbered = move |keys: Vec<u32>| async move {
                let number = statements.fetch_add(1, Ordering::SeqCst) + 1;
                gate.acquire().await.unwrap().forget();
                Ok(keys.into_iter().map(|key| key * 100 + number).collect())
            };
            tokio::spawn(async move { together.ask(key, numbered).await.unwrap() })
        };
        let first = asking(1);
        while statements.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let later: Vec<_> = (2..=6).map(asking).collect();
        until_waiting(&together, 5).await;
        gate.add_permits(2);
        assert_eq!(first.await.unwrap(), 101);
        for (key, one) in (2..=6).zip(later) {
            assert_eq!(
                one.await.unwrap(),
                key * 100 + 2,
                "answered by a statement that began before it asked"
            );
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
            let fail = move |_| async move {
                asked_too.add_permits(1);
                gated.acquire().await.unwrap().forget();
                Err(StoreError::Unavailable)
            };
            let first = tokio::spawn(async move { of_all.ask(1, fail).await });
            until_waiting(&together, 1).await;
            let of_all = Arc::clone(&together);
            let second = tokio::spawn(async move { of_all.ask(2, |keys| async { Ok(keys) }).await.unwrap() });
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
