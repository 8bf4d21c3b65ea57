//! Hashes that others made: every format is recognised and checked, and no text does harm.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a helper that fails fails its test")]

use narthex_hash::{Format, HashError, HashFormatError, Hasher, Password, PoolOptions, recognise};
use proptest::prelude::*;

/// Made with Python's hashlib and the libraries bcrypt, argon2-cffi, pycryptodome and libxcrypt.
const KNOWN_ANSWERS: &str = include_str!("known_answers.txt");

fn password(text: &str) -> Password {
    Password::from(text.to_owned())
}

fn hasher() -> Hasher {
    Hasher::new(PoolOptions { threads: 2, queue: 64 })
}

fn known_answers() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    KNOWN_ANSWERS.lines().skip(1).map(|line| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().expect("three fields");
        (next(), next(), next())
    })
}

#[tokio::test]
async fn hashes_of_other_implementations_match_their_password_only() {
    let hasher = hasher();
    let mut formats = std::collections::HashSet::new();
    for (format, right, hash) in known_answers() {
        let recognised = recognise(hash).expect(hash);
        assert_eq!(format!("{recognised:?}"), format, "{hash}");
        formats.insert(recognised);
        assert!(hasher.verify(password(right), hash).await.expect(hash), "{right:?} is refused by {hash}");
        for wrong in [format!("{right}x"), "Wrong".to_owned()] {
            let matches = hasher.verify(password(&wrong), hash).await.expect(hash);
            assert!(!matches, "{wrong:?} is accepted by {hash}");
        }
    }
    assert_eq!(formats.len(), 13, "a format has no known answer");
}

#[test]
fn costs_are_accepted_up_to_their_limit() {
    let too_costly = |format, parameter, found, limit| Err(HashFormatError::TooCostly { format, parameter, found, limit });
    let key = "c29tZSBrZXkgb3Igb3RoZXI";
    let bcrypt = |cost| format!("$2a${cost}$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS");
    let argon2 = |costs| format!("$argon2id$v=19${costs}${key}${key}");
    let pbkdf2 = |iterations| format!("$pbkdf2-sha256$i={iterations},l=32${key}${key}");
    let scrypt = |costs| format!("$scrypt${costs}${key}=${key}=");
    let firebase = |costs| format!("$firescrypt${costs}${key}=${key}=$gQ==${key}=");
    let crypt = |rounds| format!("$sha512-crypt$rounds={rounds}$salt$key");
    let cases = [
        (bcrypt(15), Ok(Format::Bcrypt)),
        (bcrypt(16), too_costly(Format::Bcrypt, "cost", 16, 15)),
        (argon2("m=1048576,t=10,p=16"), Ok(Format::Argon2id)),
        (argon2("m=1048577,t=1,p=1"), too_costly(Format::Argon2id, "m", 1_048_577, 1_048_576)),
        (argon2("m=64,t=11,p=1"), too_costly(Format::Argon2id, "t", 11, 10)),
        (argon2("m=640,t=1,p=17"), too_costly(Format::Argon2id, "p", 17, 16)),
        (pbkdf2(10_000_000), Ok(Format::Pbkdf2)),
        (pbkdf2(10_000_001), too_costly(Format::Pbkdf2, "i", 10_000_001, 10_000_000)),
        (scrypt("ln=131072,r=8,p=10"), Ok(Format::Scrypt)),
        (scrypt("ln=131073,r=8,p=1"), too_costly(Format::Scrypt, "ln", 131_073, 131_072)),
        (scrypt("ln=1024,r=9,p=1"), too_costly(Format::Scrypt, "r", 9, 8)),
        (scrypt("ln=1024,r=8,p=11"), too_costly(Format::Scrypt, "p", 11, 10)),
        (firebase("ln=17,r=8,p=10"), Ok(Format::FirebaseScrypt)),
        (firebase("ln=18,r=8,p=1"), too_costly(Format::FirebaseScrypt, "ln", 18, 17)),
        (firebase("ln=10,r=9,p=1"), too_costly(Format::FirebaseScrypt, "r", 9, 8)),
        (firebase("ln=10,r=8,p=11"), too_costly(Format::FirebaseScrypt, "p", 11, 10)),
        (crypt(1_000_000), Ok(Format::Sha512Crypt)),
        (crypt(1_000_001), too_costly(Format::Sha512Crypt, "rounds", 1_000_001, 1_000_000)),
    ];
    for (hash, expected) in cases {
        assert_eq!(recognise(&hash), expected, "{hash}");
    }
}

#[test]
fn an_error_names_format_parameter_and_limit() {
    let error = recognise("$2a$31$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS").expect_err("too costly");
    let message = error.to_string();
    for part in ["bcrypt", "cost", "31", "15"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}

#[test]
fn what_is_not_a_whole_hash_of_a_known_format_is_refused() {
    let long = format!("$md5${}", "A".repeat(5000));
    for hash in [
        "",
        "$",
        "correct horse battery staple",
        "$yescrypt$j9T$salt$hash",
        "$2x$04$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS",
        "$2a$03$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS",
        "$2a$4$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS",
        "$2a$04$DaHv4wRKu2MOk5j7E7wMaO",
        "$2a$04$DaHv4wRKu2MOk5j7E7wMaOI9McKVVhJyQa8OD2J5tvDblGRBjmnhS.",
        "$argon2id$v=19$m=64,t=1,p=1$YS1zYWx0LW9m",
        "$argon2id$v=16$m=64,t=1,p=1$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$argon2id$v=19$m=64,t=1,p=1$YS1zYWx0LW9mLTE2LWJ5dA==$ZPml2aemM1AGmbkoX0w6BQ==",
        "$argon2id$v=19$m=64,t=0,p=1$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$argon2id$v=19$m=64,t=1,p=0$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$argon2id$v=19$m=64,p=1,t=1$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$argon2id$v=19$m=64,t=1,p=1,x=1$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$argon2d$v=19$m=64,t=1,p=1$YS1zYWx0LW9mLTE2LWJ5dA$ZPml2aemM1AGmbkoX0w6BQ",
        "$pbkdf2-sha256$i=0,l=32$c2FsdA$aGFzaA",
        "$pbkdf2-sha256$i=+9,l=32$c2FsdA$aGFzaA",
        "$pbkdf2-md5$i=10,l=32$c2FsdA$aGFzaA",
        "$pbkdf2-sha2560$i=10,l=32$c2FsdA$aGFzaA",
        "$scrypt$ln=1024,r=8,p=1$c2FsdA$aGFzaA",
        "$firescrypt$ln=10,r=8,p=1$c2FsdA==$aGFzaA==",
        "$hmac-sha3$c2FsdA==$a2V5",
        "{SMD5}c2FsdA==",
        "{SSHA",
        &long,
    ] {
        assert!(recognise(hash).is_err(), "{hash} is accepted");
    }
}

#[tokio::test]
async fn some_hashes_are_accepted_and_match_nothing() {
    let hasher = hasher();
    for hash in [
        "$md5$YWJj",
        "$md5$",
        "$sha256$c2FsdA==",
        "$sha1$pf=***$c2FsdA==$aGFzaA==",
        // the digest of the salt alone
        "$sha256$pf=e1NBTFR9$c2FsdA==$Y0ea1poJCyWCd+yPum+ZQZov+ySJgVEGV8lEzNEUjpc=",
        "$pbkdf2-sha256$i=1000,l=32$$",
        "$scrypt$ln=1000,r=8,p=1$c2FsdA==$aGFzaA==",
        "$scrypt$ln=1024,r=0,p=1$c2FsdA==$aGFzaA==",
        "$firescrypt$ln=0,r=8,p=1$c2FsdA==$aGFzaA==$gQ==$a2V5",
        "$firescrypt$ln=2,r=8,p=1$c2FsdA==$$gQ==$",
        "$md5-crypt$salt",
        "$sha256-crypt$rounds=many$salt$key",
        "$hmac-sha256$$",
        "{SSHA}c2FsdA==",
        "{SSHA512}",
    ] {
        recognise(hash).expect(hash);
        for tried in ["", "whatever"] {
            assert!(!hasher.verify(password(tried), hash).await.expect(hash), "{hash} matches {tried:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_no_mismatch() {
    let got = hasher().verify(password("whatever"), "$rot13$cnffjbeq").await;
    assert!(matches!(got, Err(HashError::Malformed(HashFormatError::Unknown))), "{got:?}");
}

#[tokio::test]
async fn very_long_passwords_are_not_hashed_thousands_of_times() {
    let long = "x".repeat(5 << 20);
    let started = std::time::Instant::now();
    for hash in ["$sha512-crypt$rounds=1000000$salt$key", "$md5-crypt$salt$key"] {
        assert!(!hasher().verify(password(&long), hash).await.expect(hash));
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(10));
}

/// Texts near to hashes: a known one with a part of it replaced or cut away.
fn nearly_a_hash() -> impl Strategy<Value = String> {
    let known: Vec<&'static str> = known_answers().map(|(_, _, hash)| hash).collect();
    (prop::sample::select(known), any::<prop::sample::Index>(), 0_usize..8, "[$,=0-9A-Za-z{}\\PC]{0,6}").prop_map(
        |(hash, at, length, new)| {
            let chars: Vec<char> = hash.chars().collect();
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            chars[..start].iter().copied().chain(new.chars()).chain(chars[end..].iter().copied()).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_reading_panic(text in prop_oneof![any::<String>(), "\\$[a-z0-9-]{1,12}(\\$[a-z=0-9,+/]{0,20}){0,7}", nearly_a_hash()]) {
        let _ = recognise(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_hash_that_may_be_imported_makes_checking_panic(hash in nearly_a_hash()) {
        // A digit more makes some of them too costly for a test.
        let cheap = |hash: &str| hash.len() < 300 && !hash.split(['$', ',']).any(|field| field.split('=').nth(1).is_some_and(|value| value.len() > 4));
        prop_assume!(recognise(&hash).is_ok() && cheap(&hash) && !hash.starts_with("$2") && !hash.contains("ln="));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let got = runtime.block_on(hasher().verify(password("Wrong"), &hash));
        prop_assert!(matches!(got, Ok(false)), "{hash}: {got:?}");
    }
}
