//! `secrets`, `ciphers`, `hashers`.

use super::*;

pub(crate) static SECRETS: Object = Object::closed(&[
    key(
        "default",
        Kind::List { of: &SECRET, min: 0, unique: true },
        "What the other secrets fall back to. Without it, secrets are generated.",
    )
    .secret()
    .computed("generated"),
    key("cookie", Kind::List { of: &SECRET, min: 0, unique: true }, "Secrets of cookies and one-time codes.")
        .secret()
        .computed("`secrets.default`"),
    key(
        "cipher",
        Kind::List { of: &CIPHER_SECRET, min: 1, unique: false },
        "Secrets of column encryption, 32 characters each; required unless `ciphers.algorithm` is `noop`.",
    )
    .secret(),
    key("pagination", Kind::List { of: &SECRET, min: 1, unique: false }, "Secrets of page tokens.").secret().computed("`secrets.default`"),
]);

const SECRET: Kind = Kind::Text(Text::Length { min: 16, max: usize::MAX });
const CIPHER_SECRET: Kind = Kind::Text(Text::Length { min: 32, max: 32 });

pub(crate) static CIPHERS: Object = Object::open(&[key(
    "algorithm",
    one_of(&["noop", "aes", "xchacha20-poly1305"]),
    "How provider tokens and one-time password secrets are encrypted in the database; `noop` only encodes them.",
)
.text("noop")]);

pub(crate) static HASHERS: Object = Object::closed(&[
    key("algorithm", one_of(&["argon2", "bcrypt"]), "What new passwords are hashed with; hashes of other kinds are still understood.")
        .text("bcrypt"),
    key("bcrypt", Kind::Object(&BCRYPT), "bcrypt."),
    key("argon2", Kind::Object(&ARGON2), "Argon2id (RFC 9106)."),
]);

static BCRYPT: Object =
    Object::closed(&[key("cost", Kind::Int { min: 4, max: 31 }, "The cost; outside development mode less than 12 counts as 12.").int(12)]);

const COUNT: Kind = Kind::Int { min: 1, max: u32::MAX as i64 };
const LENGTH: Kind = Kind::Int { min: 16, max: u32::MAX as i64 };

static ARGON2: Object = Object::closed(&[
    key("memory", BYTES, "Memory for one hash.").text("128MB"),
    key("iterations", COUNT, "Passes over the memory.").int(1),
    key("parallelism", COUNT, "Lanes.").computed("twice the number of processors"),
    key("salt_length", LENGTH, "Length of the salt in bytes.").int(16),
    key("key_length", LENGTH, "Length of the hash in bytes.").int(32),
    key(
        "expected_duration",
        DURATION,
        "How long a hash is meant to take: what `narthex hashers argon2 calibrate` aims at. The server does not look at it.",
    )
    .text("500ms"),
    key("expected_deviation", DURATION, "By how much that may differ, for the same command.").text("500ms"),
    key("dedicated_memory", BYTES, "Memory that the machine sets aside for hashing.").text("1GB"),
]);
