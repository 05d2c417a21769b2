//! Work in parallel, results in order: the order of the results, and so every byte written, does not depend on the threads.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

use crate::error::Result;

struct Progress<T> {
    next: usize,
    done: BTreeMap<usize, Result<T>>,
    taken: usize,
    is_stopped: bool,
}

/// Runs `work` for 0..`count` on as many threads as the surrounding pool has and hands each result to `take`, in order, on this thread. A worker waits
/// when it is two rounds ahead of `take`, so that memory stays bounded. Stops at the first error, in order.
pub fn in_order<T: Send>(count: usize, work: impl Fn(usize) -> Result<T> + Sync, mut take: impl FnMut(usize, T) -> Result<()>) -> Result<()> {
    let threads = rayon::current_num_threads().min(count.max(1));
    if threads == 1 {
        return (0..count).try_for_each(|i| take(i, work(i)?));
    }
    let state = Mutex::new(Progress { next: 0, done: BTreeMap::new(), taken: 0, is_stopped: false });
    let changed = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // A panic in `work` must stop the others; the scope then passes it on.
                let _guard = StopOnPanic { state: &state, changed: &changed };
                loop {
                    let i = {
                        let mut s = state.lock().expect("no panic while holding");
                        while !s.is_stopped && s.next < count && s.next >= s.taken + 2 * threads {
                            s = changed.wait(s).expect("no panic while holding");
                        }
                        if s.is_stopped || s.next >= count {
                            return;
                        }
                        s.next += 1;
                        s.next - 1
                    };
                    let result = work(i);
                    state.lock().expect("no panic while holding").done.insert(i, result);
                    changed.notify_all();
                }
            });
        }
        let mut run = || -> Result<()> {
            for i in 0..count {
                let result = {
                    let mut s = state.lock().expect("no panic while holding");
                    loop {
                        if let Some(result) = s.done.remove(&i) {
                            s.taken = i + 1;
                            break result;
                        }
                        if s.is_stopped {
                            return Ok(());
                        }
                        s = changed.wait(s).expect("no panic while holding");
                    }
                };
                changed.notify_all();
                take(i, result?)?;
            }
            Ok(())
        };
        let outcome = run();
        state.lock().expect("no panic while holding").is_stopped = true;
        changed.notify_all();
        outcome
    })
}

struct StopOnPanic<'a, T> {
    state: &'a Mutex<Progress<T>>,
    changed: &'a Condvar,
}

impl<T> Drop for StopOnPanic<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.state.lock().expect("no panic while holding").is_stopped = true;
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_come_in_order_and_errors_stop() {
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut seen = Vec::new();
                in_order(
                    100,
                    |i| Ok(i * i),
                    |i, v| {
                        seen.push((i, v));
                        Ok(())
                    },
                )
                .unwrap();
                assert_eq!(seen, (0..100).map(|i| (i, i * i)).collect::<Vec<_>>());
                let error = in_order(
                    100,
                    |i| if i == 7 { Err(Error::Check("seven".into())) } else { Ok(()) },
                    |i, ()| {
                        assert!(i < 7);
                        Ok(())
                    },
                );
                assert!(error.is_err());
            });
        }
    }
}
