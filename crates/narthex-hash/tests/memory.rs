//! What argon2 leaves behind. Alone in its process, because it looks at the memory of all of it.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use std::time::{Duration, Instant};

use narthex_hash::{Hasher, Password, PoolOptions, Settings};

/// Resident memory of this process in KiB.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn memory_is_kept_while_there_is_work_and_given_back_soon_after() {
    const MEMORY_KIB: u32 = 64 * 1024;
    let hasher = Hasher::new(PoolOptions { threads: 1, queue: 4 });
    let how = Settings::Argon2id { memory_kib: MEMORY_KIB, iterations: 1, parallelism: 1, salt_length: 16, key_length: 32 };
    let before = resident_kib();
    let half = before + MEMORY_KIB as usize / 2;
    for _ in 0..2 {
        hasher.hash(Password::from("blue horse 7".to_owned()), &how).await.expect("hash");
        assert!(resident_kib() > half, "the memory is not kept");
    }
    let started = Instant::now();
    while resident_kib() > half {
        assert!(started.elapsed() < Duration::from_secs(20), "the memory is kept for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
