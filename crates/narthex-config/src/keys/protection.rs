//! `narthex.security`, `narthex.session`: brakes on guessing, and how sessions end before their time.

use super::*;

pub(crate) static SECURITY: Object = Object::closed(&[
    key("throttle", Kind::Object(&THROTTLE), "Brakes on guessing passwords and codes: see docs/security.md."),
    key(
        "hide_unknown_recipients",
        BOOL,
        "On: who asks for a sign-in code for an address that no account has is answered as if it had been sent. Off: they are told that there is no such account, as by the reference server. Needs `security.account_enumeration.mitigate`.",
    )
    .no(),
]);

static THROTTLE: Object = Object::closed(&[
    key("enabled", BOOL, "Holds guessers off.").yes(),
    key("account", Kind::Object(&ACCOUNT), "Tries at one account, or at the codes for one address, from wherever they come."),
    key(
        "newcomer",
        Kind::Object(&NEWCOMER),
        "Tries from one network (an IPv4 /24, an IPv6 /48) at an account while others have used up its own.",
    ),
    key("network", Kind::Object(&NETWORK), "Tries from one network, at whatever accounts."),
]);

const TRIES: Kind = Kind::Int { min: 1, max: 1_000_000 };
const POSITIVE: Kind = Kind::Text(Text::PositiveDuration);

static ACCOUNT: Object = Object::closed(&[
    key("tries", TRIES, "So many wrong tries may follow each other at once.").int(20),
    key("first_delay", POSITIVE, "How long the next try then has to wait; each wrong one doubles it.").text("1s"),
    key("max_delay", POSITIVE, "The longest that a try has to wait.").text("15m"),
    key("recovery", POSITIVE, "After each such time, one wrong try is forgotten.").text("1h"),
]);

static NEWCOMER: Object = Object::closed(&[
    key("tries", TRIES, "So many wrong tries may follow each other at once.").int(3),
    key("first_delay", POSITIVE, "How long the next try then has to wait; each wrong one doubles it.").text("10m"),
    key("max_delay", POSITIVE, "The longest that a try has to wait.").text("24h"),
    key("recovery", POSITIVE, "After each such time, one wrong try is forgotten.").text("12h"),
]);

static NETWORK: Object = Object::closed(&[
    key("tries", TRIES, "So many wrong tries may follow each other at once.").int(100),
    key("first_delay", POSITIVE, "How long the next try then has to wait; each wrong one doubles it.").text("1s"),
    key("max_delay", POSITIVE, "The longest that a try has to wait.").text("1m"),
    key("recovery", POSITIVE, "After each such time, one wrong try is forgotten.").text("10s"),
    key("ipv4_prefix", Kind::Int { min: 8, max: 32 }, "IPv4 addresses whose first bits agree are one network.").int(32),
    key("ipv6_prefix", Kind::Int { min: 16, max: 128 }, "IPv6 addresses whose first bits agree are one network.").int(64),
    key(
        "exempt",
        Kind::List { of: &Kind::Text(Text::IpBlock), min: 0, unique: true },
        "Addresses or CIDR blocks that are not counted as networks: by default the machine itself, which stands for whoever a proxy on it does not tell.",
    )
    .texts(&["127.0.0.0/8", "::1/128"]),
]);

pub(crate) static SESSION: Object = Object::closed(&[
    key("idle_timeout", POSITIVE, "A session that is not used for so long has ended. Left out: it lasts until its end."),
    key("max_per_identity", Kind::Int { min: 1, max: 10_000 }, "The most sessions of one person; a new one ends the oldest. Left out: any number."),
    key(
        "cache",
        DURATION,
        "How long `/sessions/whoami` may answer from memory, at most `1s`; `0s` asks the database each time. Changes made by the same instance count at once.",
    )
    .text("500ms"),
]);
