//! Work on all processors, with its results in order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `job` 0 to `n` on all processors; the results in that order, whoever was first. `done` is told
/// after each.
pub fn parallel<T: Send>(
    n: usize,
    job: impl Fn(usize) -> T + Sync,
    done: impl Fn() + Sync,
) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(n));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(n) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= n {
                        return;
                    }
                    let result = job(i);
                    if let Ok(mut results) = results.lock() {
                        results.push((i, result));
                    }
                    done();
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|r| r.0);
    results.into_iter().map(|r| r.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_was_first() {
        let job = |i: usize| {
            // The first take longest.
            std::thread::sleep(std::time::Duration::from_millis(20 - i as u64));
            i * i
        };
        let told = AtomicUsize::new(0);
        let results = parallel(20, job, || {
            told.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(results, (0..20).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!(told.into_inner(), 20);
    }
}
