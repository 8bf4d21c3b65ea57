//! Hashes that are made here: they can be checked, and are what other implementations make.

use narthex_hash::{
    BCRYPT_MAX_PASSWORD, Format, HashError, Hasher, Password, PoolOptions, Settings, needs_rehash, recognise, same_algorithm,
};

const BCRYPT: Settings = Settings::Bcrypt { cost: 4 };
const ARGON2ID: Settings = Settings::Argon2id { memory_kib: 64, iterations: 2, parallelism: 2, salt_length: 16, key_length: 32 };

fn password(text: &str) -> Password {
    Password::from(text.to_owned())
}

fn hasher() -> Hasher {
    Hasher::new(PoolOptions { threads: 2, queue: 64 })
}

#[tokio::test]
async fn a_bcrypt_hash_matches_its_password_only() {
    let hasher = hasher();
    let hash = hasher.hash(password("blue horse 7"), &BCRYPT).await.expect("hash");
    assert!(hash.starts_with("$2a$04$"), "{hash}");
    assert_eq!(hash.len(), 60);
    assert!(hasher.verify(password("blue horse 7"), &hash).await.expect("verify"));
    assert!(!hasher.verify(password("blue horse 8"), &hash).await.expect("verify"));
    assert!(bcrypt::verify("blue horse 7", &hash).expect("the crate reads it"));
}

#[tokio::test]
async fn an_argon2id_hash_matches_its_password_only() {
    let hasher = hasher();
    let hash = hasher.hash(password("blue horse 7"), &ARGON2ID).await.expect("hash");
    assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=2$"), "{hash}");
    assert!(hasher.verify(password("blue horse 7"), &hash).await.expect("verify"));
    assert!(!hasher.verify(password("blue horse 8"), &hash).await.expect("verify"));
    assert_eq!(recognise(&hash), Ok(Format::Argon2id));
}

#[tokio::test]
async fn every_hash_has_its_own_salt() {
    let hasher = hasher();
    for how in [BCRYPT, ARGON2ID] {
        let first = hasher.hash(password("blue horse 7"), &how).await.expect("hash");
        let second = hasher.hash(password("blue horse 7"), &how).await.expect("hash");
        assert_ne!(first, second);
    }
}

#[tokio::test]
async fn bcrypt_takes_72_bytes_and_refuses_one_more() {
    let hasher = hasher();
    let longest = "x".repeat(BCRYPT_MAX_PASSWORD);
    let hash = hasher.hash(password(&longest), &BCRYPT).await.expect("hash");
    assert!(hasher.verify(password(&longest), &hash).await.expect("verify"));
    let longer = longest + "x";
    assert!(matches!(hasher.hash(password(&longer), &BCRYPT).await, Err(HashError::TooLong)));
    assert!(!hasher.verify(password(&longer), &hash).await.expect("what bcrypt would ignore does not match"));
    assert!(hasher.hash(password(&longer), &ARGON2ID).await.is_ok());
}

#[tokio::test]
async fn too_little_argon2_memory_means_the_least_that_the_lanes_need() {
    let hasher = hasher();
    let how = Settings::Argon2id { memory_kib: 1, iterations: 1, parallelism: 4, salt_length: 16, key_length: 16 };
    let hash = hasher.hash(password("blue horse 7"), &how).await.expect("hash");
    assert!(hash.starts_with("$argon2id$v=19$m=32,t=1,p=4$"), "{hash}");
    assert!(hasher.verify(password("blue horse 7"), &hash).await.expect("verify"));
    assert!(!needs_rehash(&hash, &how));
}

#[tokio::test]
async fn impossible_settings_are_an_error() {
    let hasher = hasher();
    let argon2 = |iterations, parallelism, salt_length, key_length| Settings::Argon2id {
        memory_kib: 64,
        iterations,
        parallelism,
        salt_length,
        key_length,
    };
    for how in [
        Settings::Bcrypt { cost: 3 },
        Settings::Bcrypt { cost: 32 },
        argon2(0, 1, 16, 16),
        argon2(1, 0, 16, 16),
        argon2(1, 1, 7, 16),
        argon2(1, 1, 16, 3),
        argon2(1, 1, u32::MAX, 16),
        argon2(1, 1, 16, u32::MAX),
    ] {
        let got = hasher.hash(password("blue horse 7"), &how).await;
        assert!(matches!(got, Err(HashError::Settings(_))), "{how:?} gave {got:?}");
    }
}

#[tokio::test]
async fn a_hash_needs_another_when_algorithm_or_costs_differ() {
    let hasher = hasher();
    let bcrypt = hasher.hash(password("blue horse 7"), &BCRYPT).await.expect("hash");
    let argon2id = hasher.hash(password("blue horse 7"), &ARGON2ID).await.expect("hash");
    let costlier = Settings::Argon2id { memory_kib: 64, iterations: 3, parallelism: 2, salt_length: 16, key_length: 32 };
    let shorter = Settings::Argon2id { memory_kib: 64, iterations: 2, parallelism: 2, salt_length: 16, key_length: 16 };
    let cases = [
        // hash, settings, same algorithm, needs another
        (&bcrypt, &BCRYPT, true, false),
        (&bcrypt, &Settings::Bcrypt { cost: 12 }, true, true),
        (&bcrypt, &ARGON2ID, false, true),
        (&argon2id, &ARGON2ID, true, false),
        (&argon2id, &costlier, true, true),
        (&argon2id, &shorter, true, false),
        (&argon2id, &BCRYPT, false, true),
        (&argon2id.replace("argon2id", "argon2i"), &ARGON2ID, false, true),
        (&bcrypt.replace("$2a$", "$2y$"), &BCRYPT, true, false),
        (&"nothing".to_owned(), &BCRYPT, false, true),
    ];
    for (hash, how, same, rehash) in cases {
        assert_eq!(same_algorithm(hash, how), same, "{hash} {how:?}");
        assert_eq!(needs_rehash(hash, how), rehash, "{hash} {how:?}");
    }
}
