//! That no act waits for a second connection while it holds one: as many acts as there are connections would then
//! wait for each other until their patience ends. Looked for in debug builds alone, so in every test.

#[cfg(debug_assertions)]
mod watched {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};

    use kernel::TownCode;
    use tokio::task::{Id, try_id};

    /// Who holds a connection of a town's pool, which `place` tells from other pools of the town.
    type Holders = HashMap<(Id, TownCode, usize), usize>;

    static HOLDERS: Mutex<Option<Holders>> = Mutex::new(None);

    fn with<T>(look: impl FnOnce(&mut Holders) -> T) -> T {
        let mut holders = HOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        look(holders.get_or_insert_default())
    }

    /// A connection that a task holds.
    #[derive(Debug)]
    pub struct Held(Option<(Id, TownCode, usize)>);

    impl Held {
        /// Notes that the task that runs now holds a connection. Outside of tasks nothing is noted.
        pub fn of(town: TownCode, place: usize) -> Self {
            let holder = try_id().map(|id| (id, town, place));
            if let Some(holder) = holder {
                with(|holders| *holders.entry(holder).or_default() += 1);
            }
            Self(holder)
        }

        /// Fails a task that asks for a connection of a town while it holds one.
        pub fn refuse_second(town: TownCode, place: usize) {
            let held = try_id().is_some_and(|id| with(|holders| holders.contains_key(&(id, town, place))));
            assert!(!held, "a second connection of {town} is asked for by an act that holds one");
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            let Some(holder) = self.0 else { return };
            with(|holders| {
                if let Some(count) = holders.get_mut(&holder) {
                    *count -= 1;
                    if *count == 0 {
                        holders.remove(&holder);
                    }
                }
            });
        }
    }
}

#[cfg(not(debug_assertions))]
mod watched {
    use kernel::TownCode;

    /// A connection that a task holds: not noted.
    #[derive(Debug)]
    pub struct Held;

    impl Held {
        pub const fn of(_: TownCode, _: usize) -> Self {
            Self
        }

        pub const fn refuse_second(_: TownCode, _: usize) {}
    }
}

pub(super) use watched::Held;
