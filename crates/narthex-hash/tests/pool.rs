//! The pool: bounded, fair, and not busy with what nobody waits for.

use std::time::{Duration, Instant};

use narthex_hash::{HashError, Hasher, Password, PoolOptions, Settings};
use tokio::task::JoinHandle;

const QUICK: Settings = Settings::Bcrypt { cost: 4 };

/// Long enough to queue others meanwhile.
const SLOW: Settings = Settings::Argon2id { memory_kib: 16 * 1024, iterations: 12, parallelism: 1, salt_length: 16, key_length: 16 };

fn password() -> Password {
    Password::from("blue horse 7".to_owned())
}

fn spawn(hasher: &Hasher, how: Settings) -> JoinHandle<Result<String, HashError>> {
    let hasher = hasher.clone();
    tokio::spawn(async move { hasher.hash(password(), &how).await })
}

/// A pool of one thread that has begun a slow hash.
async fn occupied(queue: usize) -> (Hasher, JoinHandle<Result<String, HashError>>) {
    let hasher = Hasher::new(PoolOptions { threads: 1, queue });
    let slow = spawn(&hasher, SLOW);
    until(|| !slow.is_finished()).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    until(|| hasher.queue_len() == 0).await;
    assert!(!slow.is_finished(), "the slow hash is too quick for this test");
    (hasher, slow)
}

async fn until(condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_full_queue_refuses_and_takes_again_when_it_has_room() {
    let (hasher, slow) = occupied(2).await;
    let waiting = [spawn(&hasher, QUICK), spawn(&hasher, QUICK)];
    until(|| hasher.queue_len() == 2).await;
    assert!(matches!(hasher.hash(password(), &QUICK).await, Err(HashError::Busy)));
    for job in waiting {
        job.await.expect("task").expect("hash");
    }
    slow.await.expect("task").expect("hash");
    hasher.hash(password(), &QUICK).await.expect("room again");
}

#[tokio::test]
async fn without_a_queue_a_free_thread_still_works() {
    let hasher = Hasher::new(PoolOptions { threads: 1, queue: 0 });
    for _ in 0..3 {
        hasher.hash(password(), &QUICK).await.expect("hash");
        // The thread may need a moment to be free again after it has answered.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let slow = spawn(&hasher, SLOW);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(matches!(hasher.hash(password(), &QUICK).await, Err(HashError::Busy)));
    slow.await.expect("task").expect("hash");
}

#[tokio::test]
async fn jobs_that_nobody_waits_for_leave_the_queue_and_are_not_computed() {
    let (hasher, slow) = occupied(4).await;
    let forgotten: Vec<_> = (0..4).map(|_| spawn(&hasher, Settings::Bcrypt { cost: 20 })).collect();
    until(|| hasher.queue_len() == 4).await;
    for job in forgotten {
        job.abort();
    }
    until(|| hasher.queue_len() == 0).await;
    // One of cost 20 would take half a minute at least.
    let started = Instant::now();
    hasher.hash(password(), &QUICK).await.expect("their places are free");
    assert!(started.elapsed() < Duration::from_secs(10));
    slow.await.expect("task").expect("hash");
}

#[tokio::test]
async fn the_first_to_come_is_the_first_to_be_served_though_others_go_together() {
    let (hasher, slow) = occupied(16).await;
    let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut jobs = Vec::new();
    // The first and the last of cost 4 have room for each other in one round; the one of cost 5 between them comes next.
    for (name, how) in [("a", 4), ("b", 5), ("c", 6), ("d", 4)].map(|(name, cost)| (name, Settings::Bcrypt { cost })) {
        let (hasher, order, queued) = (hasher.clone(), order.clone(), hasher.queue_len());
        let watch = hasher.clone();
        jobs.push(tokio::spawn(async move {
            hasher.hash(password(), &how).await.expect("hash");
            order.lock().expect("lock").push(name);
        }));
        until(|| watch.queue_len() == queued + 1).await;
    }
    slow.await.expect("task").expect("hash");
    for job in jobs {
        job.await.expect("task");
    }
    let order = order.lock().expect("lock").clone();
    let place = |name| order.iter().position(|other| *other == name).expect("it was served");
    assert!(place("b") < place("c"), "{order:?}");
    assert!(place("a") < place("c") && place("d") < place("c"), "{order:?}");
}

#[tokio::test]
async fn every_one_of_many_at_once_gets_its_own_answer() {
    let hasher = Hasher::new(PoolOptions { threads: 2, queue: 64 });
    let jobs: Vec<_> = (0..40)
        .map(|number| {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let how = Settings::Bcrypt { cost: 4 + number % 3 };
                let own = || Password::from(format!("password {number}"));
                let hash = hasher.hash(own(), &how).await.expect("hash");
                let other = Password::from(format!("password {}", number + 1));
                (hasher.verify(own(), &hash).await.expect("verify"), hasher.verify(other, &hash).await.expect("verify"))
            })
        })
        .collect();
    for job in jobs {
        assert_eq!(job.await.expect("task"), (true, false));
    }
}

#[tokio::test]
async fn the_pool_answers_after_other_handles_are_gone() {
    let hasher = Hasher::new(PoolOptions { threads: 1, queue: 4 });
    drop(hasher.clone());
    hasher.hash(password(), &QUICK).await.expect("hash");
}
