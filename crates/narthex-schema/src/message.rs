//! What is wrong with traits, and the message that tells it: numbers and context keys are the wire's, words are ours.
//! Never here: which node of a form shows it. Next: `json_schema/validate.rs`, which finds it.

use narthex_api::message::Message;
use serde_json::{Number, Value, json};

/// One rule of the schema that the traits break.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The offending value, or the missing one: a JSON pointer as a URI fragment (RFC 6901 §6), `#/traits/email`.
    pub pointer: String,
    /// The same place as its unescaped steps: `["traits", "email"]`; empty for the document as a whole.
    pub path: Vec<String>,
    /// What to tell the person who filled in the form.
    pub message: Message,
}

impl Violation {
    pub(crate) fn new(path: Vec<String>, message: Message) -> Self {
        let mut pointer = String::from("#");
        for step in &path {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        Self { pointer, path, message }
    }

    /// The name of the form field that shows the message: the steps joined by dots, dots in a step escaped.
    pub fn field_name(&self) -> String {
        crate::key_order::join(&self.path)
    }
}

/// Anything without a number of its own.
pub(crate) fn generic(reason: impl Into<String>) -> Message {
    let reason = reason.into();
    Message::error(4_000_001, "").with_context(json!({ "reason": reason })).with_text(reason)
}

pub(crate) fn required(property: &str) -> Message {
    message(4_000_002, format!("Please fill in {property}."), json!({ "property": property }))
}

pub(crate) fn min_length(min: u64, actual: usize) -> Message {
    let context = json!({ "min_length": min, "actual_length": actual });
    message(4_000_003, format!("Please enter at least {min} characters, not {actual}."), context)
}

pub(crate) fn pattern(pattern: &str) -> Message {
    message(4_000_004, format!("This does not match the pattern {pattern}."), json!({ "pattern": pattern }))
}

pub(crate) fn max_length(max: u64, actual: usize) -> Message {
    let context = json!({ "max_length": max, "actual_length": actual });
    message(4_000_017, format!("Please enter at most {max} characters, not {actual}."), context)
}

pub(crate) fn minimum(minimum: &Number, actual: &Number) -> Message {
    let text = format!("{actual} is too small, the least is {minimum}.");
    message(4_000_018, text, json!({ "minimum": plain(minimum), "actual": plain(actual) }))
}

pub(crate) fn exclusive_minimum(minimum: &Number, actual: &Number) -> Message {
    let text = format!("{actual} is too small, it must be more than {minimum}.");
    message(4_000_019, text, json!({ "minimum": plain(minimum), "actual": plain(actual) }))
}

pub(crate) fn maximum(maximum: &Number, actual: &Number) -> Message {
    let text = format!("{actual} is too large, the most is {maximum}.");
    message(4_000_020, text, json!({ "maximum": plain(maximum), "actual": plain(actual) }))
}

pub(crate) fn exclusive_maximum(maximum: &Number, actual: &Number) -> Message {
    let text = format!("{actual} is too large, it must be less than {maximum}.");
    message(4_000_021, text, json!({ "maximum": plain(maximum), "actual": plain(actual) }))
}

pub(crate) fn multiple_of(base: &Number, actual: &Number) -> Message {
    let text = format!("{actual} is not a multiple of {base}.");
    message(4_000_022, text, json!({ "base": plain(base), "actual": plain(actual) }))
}

pub(crate) fn max_items(max: u64, actual: usize) -> Message {
    let context = json!({ "max_items": max, "actual_items": actual });
    message(4_000_023, format!("Please give at most {max} entries, not {actual}."), context)
}

pub(crate) fn min_items(min: u64, actual: usize) -> Message {
    let context = json!({ "min_items": min, "actual_items": actual });
    message(4_000_024, format!("Please give at least {min} entries, not {actual}."), context)
}

pub(crate) fn unique_items(a: usize, b: usize) -> Message {
    let text = format!("The entries {} and {} are the same.", a + 1, b + 1);
    message(4_000_025, text, json!({ "index_a": a, "index_b": b }))
}

pub(crate) fn wrong_type(allowed: &[&str], actual: &str) -> Message {
    let text = format!("This is a value of type {actual}, it should be of type {}.", allowed.join(" or "));
    message(4_000_026, text, json!({ "allowed_types": allowed, "actual_type": actual }))
}

/// `const`. Numbers are quoted like strings in the context, for that is what clients were told so far.
pub(crate) fn constant(expected: &Value) -> Message {
    let expected = match expected {
        Value::Object(_) | Value::Array(_) => {
            return Message::error(4_000_030, "This is not the one value that is accepted.");
        }
        Value::Null => "<nil>".to_owned(),
        Value::Number(number) => format!("\"{number}\""),
        other => other.to_string(),
    };
    let text = format!("The one value that is accepted is {expected}.");
    message(4_000_029, text, json!({ "expected": expected }))
}

/// What is wrong with `value`, if it is no e-mail address.
pub fn no_email(value: &str) -> Option<Message> {
    (!crate::email::is_email(value)).then(|| email(value))
}

pub(crate) fn email(value: &str) -> Message {
    message(4_000_040, format!("{value} is not an e-mail address."), json!({ "value": value }))
}

pub(crate) fn phone(value: &str) -> Message {
    message(4_000_041, format!("{value} is not a phone number."), json!({ "value": value }))
}

fn message(id: u64, text: String, context: Value) -> Message {
    Message::error(id, "").with_context(context).with_text(text)
}

/// A number as JSON writes it at its shortest: 1 rather than 1.0.
#[expect(clippy::cast_possible_truncation, reason = "only integers that a double holds exactly are cast")]
fn plain(number: &Number) -> Value {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
            json!(float as i64)
        }
        _ => Value::Number(number.clone()),
    }
}
