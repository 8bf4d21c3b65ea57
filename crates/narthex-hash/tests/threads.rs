//! What the system sees of the pool's threads. Alone in its process, because it counts them.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use std::time::{Duration, Instant};

use narthex_hash::{Hasher, Password, PoolOptions, Settings};

/// The niceness of each hashing thread of this process.
fn niceness() -> Vec<i32> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("threads");
    tasks
        .filter_map(|task| {
            let stat = std::fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
            // The name is in parentheses; niceness is the 17th field after it.
            let (head, tail) = stat.rsplit_once(") ")?;
            let ours = head.ends_with("(narthex-hash");
            ours.then(|| tail.split(' ').nth(16)?.parse().ok()).flatten()
        })
        .collect()
}

#[tokio::test]
async fn threads_start_with_work_give_way_to_others_and_end_with_the_pool() {
    let hasher = Hasher::new(PoolOptions { threads: 3, queue: 4 });
    assert!(niceness().is_empty());
    let password = Password::from("blue horse 7".to_owned());
    hasher.hash(password, &Settings::Bcrypt { cost: 4 }).await.expect("hash");
    assert_eq!(niceness(), [5]);
    drop(hasher);
    let started = Instant::now();
    while !niceness().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20), "the thread goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
