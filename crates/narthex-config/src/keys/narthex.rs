//! `narthex`: the keys that the reference server does not know.

use super::*;

pub(crate) static NARTHEX: Object = Object::closed(&[
    key("data_dir", TEXT, "Where the server keeps what it makes itself: its own database and generated secrets.")
        .text("./narthex-data")
        .restart(),
    key(
        "trusted_proxies",
        Kind::List { of: &Kind::Text(Text::IpBlock), min: 0, unique: true },
        "Proxies whose forwarding headers are believed, as addresses or CIDR blocks; an empty list believes nobody. Without it everyone's are for the devices of sessions and `request_url`, as in the reference server, and only those of private and loopback addresses for the audit log and the brakes on guessing.",
    ),
    key(
        "client_address_header",
        Kind::Text(Text::OneOf(&["x-forwarded-for", "x-real-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip"])),
        "The header in which your proxies tell the client's address, whatever clients write into it. Without it, `x-forwarded-for` is believed before the others where both are there.",
    ),
    key(
        "schema_references",
        Kind::List { of: &ADDRESS, min: 0, unique: true },
        "Documents that `$ref` in identity schemas may name beside other identity schemas; no other file or address is read for them.",
    ),
    key("ui", Kind::Object(&UI), "The own pages."),
    key("limits", Kind::Object(&LIMITS), "Bounds."),
    key("cleanup", Kind::Object(&CLEANUP), "Removal of expired flows, codes and sessions."),
    key("mailbox", Kind::Object(&MAILBOX), "The development mailbox."),
    key("admin", Kind::Object(&ADMIN), "The admin API."),
    key("courier", Kind::Object(&COURIER), "Messages."),
    key("webhooks", Kind::Object(&WEBHOOKS), "What web hooks do beyond the reference server."),
    key("security", Kind::Object(&protection::SECURITY), "Protection against guessing."),
    key("session", Kind::Object(&protection::SESSION), "How sessions end before their time, and how long they are remembered."),
    key("audit", Kind::Object(&AUDIT), "The audit log; see [audit.md](audit.md)."),
]);

static ADMIN: Object = Object::closed(&[
    key(
        "own_ids",
        BOOL,
        "On: new identities may bring their `id` along, as when they move here from elsewhere. Off: a document with an `id` is refused, as by the reference server.",
    )
    .no(),
    key(
        "api_keys",
        Kind::List { of: &Kind::Object(&API_KEY), min: 0, unique: false },
        "Whoever uses the admin listener has to show one of these keys, as `Authorization: Bearer <key>`. Without any, nobody is asked.",
    ),
    key(
        "client_ca",
        TEXT,
        "A PEM file of authorities: whoever connects to the admin listener has to show a certificate of one of them. Needs `serve.admin.tls`.",
    )
    .restart(),
]);

static API_KEY: Object = Object::closed(&[
    key("name", Kind::Text(Text::Length { min: 1, max: 64 }), "What the key is called in records.").required(),
    key("hash", TEXT, "`sha256:` and the SHA-256 of the key, as `narthex generate api-key` prints it.").required().secret(),
]);

static COURIER: Object =
    Object::closed(&[
        key("retention", DURATION, "How long messages are kept that were sent or given up; `0s` keeps them for ever.").text("720h")
    ]);

static WEBHOOKS: Object = Object::closed(&[
    key(
        "secrets",
        Kind::List { of: &TEXT, min: 0, unique: true },
        "Secrets that sign each call, as `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks). Each of them makes a signature, so that targets can change over.",
    )
    .secret()
    .texts(&[]),
    key("outbox", Kind::Object(&OUTBOX), "Keeps calls that nobody waits for (`response.ignore`) in the database until they are delivered."),
]);

static OUTBOX: Object = Object::closed(&[
    key(
        "enabled",
        BOOL,
        "On: such a call is stored with the change that it tells of, and survives a crash. Off: it is made once, from memory.",
    )
    .no(),
    key("retries", Kind::Int { min: 0, max: 1000 }, "Further tries after the first one has failed; then the call is given up.").int(10),
    key("pause", DURATION, "The pause before the second try; each further one is twice as long, an hour at most.").text("5s"),
    key(
        "retention",
        DURATION,
        "How long calls are kept that were delivered or given up, to be looked at and replayed; `0s` keeps them for ever.",
    )
    .text("168h"),
]);

static AUDIT: Object = Object::closed(&[
    key("enabled", BOOL, "Keeps a row for each event that matters for security, to be read at `/admin/audit-events`.").yes(),
    key("retention", DURATION, "How long events are kept; `0s` keeps them for ever.").text("2160h"),
]);

static UI: Object = Object::closed(&[
    key("enabled", BOOL, "On: flows without a `ui_url` lead to the own pages. Off: there are no own pages. Left out: the pages are there, but flows without a `ui_url` lead to the reference server's default address.")
        .computed("on without a configuration file"),
    key("brand", Kind::Object(&BRAND), "How the pages look."),
    key("locale", Kind::Text(Text::Locale), "The language of pages and messages, `en` or `de`. Left out: pages follow the browser, messages the person's own `locale` and else English."),
]);

static BRAND: Object = Object::closed(&[
    key("name", TEXT, "The name in titles and headings.").text("Narthex"),
    key("logo_url", ADDRESS, "A picture above the form."),
    key("color", Kind::Text(Text::Color), "The accent colour, as `#rrggbb`.").text("#1f5fbf"),
]);

static LIMITS: Object = Object::closed(&[
    key("hash_queue", Kind::Int { min: 1, max: 1_000_000 }, "How many password hashes may wait before requests are turned away.")
        .int(256)
        .restart(),
    key("body_bytes", BYTES, "The largest request body.").text("5MB").restart(),
]);

static CLEANUP: Object = Object::closed(&[
    key("interval", DURATION, "The pause between two rounds; `0s` switches it off.").text("1m"),
    key("batch_size", Kind::Int { min: 1, max: 100_000 }, "Rows removed at a time.").int(200),
]);

static MAILBOX: Object =
    Object::closed(&[key("enabled", BOOL, "Keeps mail instead of sending it, to be read on the admin listener.").no()]);
