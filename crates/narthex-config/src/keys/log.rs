//! `log`, `tracing`.

use super::*;

pub(crate) static LOG: Object = Object::closed(&[
    key("level", one_of(&["trace", "debug", "info", "warning", "error", "fatal", "panic"]), "How much is written.").text("info"),
    key("format", one_of(&["json", "text"]), "How a line looks.").text("text"),
    key("leak_sensitive_values", BOOL, "Writes out what would otherwise be redacted.").no(),
    key("redaction_text", TEXT, "What stands in the place of a redacted value."),
]);

pub(crate) static TRACING: Object = Object::closed(&[
    key("provider", one_of(&["jaeger", "otel", "zipkin"]), "Where spans go; without it they go nowhere."),
    key("service_name", TEXT, "The name that spans carry.").text("Narthex"),
    key("deployment_environment", TEXT, "The environment that spans are marked with."),
    key("providers", Kind::Object(&PROVIDERS), "Settings of each exporter."),
]);

static PROVIDERS: Object = Object::closed(&[
    key("jaeger", Kind::Object(&JAEGER), "A Jaeger agent."),
    key("zipkin", Kind::Object(&ZIPKIN), "A Zipkin collector."),
    key("otlp", Kind::Object(&OTLP), "An OpenTelemetry collector."),
]);

static JAEGER: Object = Object::closed(&[
    key("local_agent_address", TEXT, "The agent's host and port."),
    key("sampling", Kind::Object(&JAEGER_SAMPLING), "Which traces are kept."),
]);

static JAEGER_SAMPLING: Object = Object::closed(&[
    key("server_url", URI, "Where sampling rules are read from."),
    key("trace_id_ratio", Kind::Number, "The share of traces that is kept, from 0 to 1.").number(1.0),
]);

static ZIPKIN: Object = Object::closed(&[
    key("server_url", URI, "The collector's address."),
    key("sampling", Kind::Object(&ZIPKIN_SAMPLING), "Which traces are kept."),
]);

static ZIPKIN_SAMPLING: Object =
    Object::closed(&[key("sampling_ratio", Kind::Number, "The share of traces that is kept, from 0 to 1.").number(0.0)]);

static OTLP: Object = Object::closed(&[
    key("server_url", TEXT, "The collector's host and port, or its address."),
    key("insecure", BOOL, "Sends without TLS.").no(),
    key("sampling", Kind::Object(&OTLP_SAMPLING), "Which traces are kept."),
    key("authorization_header", TEXT, "The value of the Authorization header.").secret(),
]);

static OTLP_SAMPLING: Object =
    Object::closed(&[key("sampling_ratio", Kind::Number, "The share of traces that is kept, from 0 to 1.").number(1.0)]);
