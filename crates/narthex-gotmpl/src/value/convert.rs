//! The lenient conversions that sprig's functions apply to their arguments.
//! It never fails: what is no number is zero.
//! Next: `funcs` uses them.

use super::Value;

impl Value {
    /// A whole number of anything: fractions are cut, texts may be in base 2, 8, 10 or 16.
    pub(crate) fn to_int(&self) -> i64 {
        match self {
            Self::Bool(value) => i64::from(*value),
            Self::Int(value) => *value,
            Self::Float(value) => float_to_int(*value),
            Self::Str(text) => parse_int(without_zero_fraction(text)).unwrap_or_default(),
            _ => 0,
        }
    }

    /// A floating number of anything.
    pub(crate) fn to_float(&self) -> f64 {
        match self {
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Int(value) => int_to_float(*value),
            Self::Float(value) => *value,
            Self::Str(text) => text.parse().unwrap_or_default(),
            _ => 0.0,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "fractions are cut on purpose, and `as` saturates")]
pub(crate) fn float_to_int(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "the nearest floating number is what Go takes too")]
pub(crate) fn int_to_float(value: i64) -> f64 {
    value as f64
}

/// `12.00` is the whole number 12.
fn without_zero_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    }
}

/// An integer as Go writes it in source: a sign, a prefix that tells the base, underscores between digits after a prefix.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match (lower.get(..2), lower.get(2..), lower.get(1..)) {
        (Some("0x"), Some(rest), _) => (16, rest),
        (Some("0b"), Some(rest), _) => (2, rest),
        (Some("0o"), Some(rest), _) => (8, rest),
        (Some(other), _, Some(rest)) if other.starts_with('0') => (8, rest),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let value = i128::from(u64::from_str_radix(&digits.replace('_', ""), base).ok()?);
    i64::try_from(if negative { -value } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_in_each_base() {
        for (text, expected) in [
            ("12", Some(12)),
            ("-12", Some(-12)),
            ("+7", Some(7)),
            ("0x1F", Some(31)),
            ("0b101", Some(5)),
            ("0o17", Some(15)),
            ("017", Some(15)),
            ("0", Some(0)),
            ("1_000", Some(1000)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("", None),
            ("-", None),
            ("--1", None),
            ("1.5", None),
            ("abc", None),
        ] {
            assert_eq!(parse_int(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_converts_to_a_number() {
        assert_eq!(Value::str("12.00").to_int(), 12);
        assert_eq!(Value::str("12.50").to_int(), 0);
        assert_eq!(Value::Float(-1.9).to_int(), -1);
        assert_eq!(Value::Bool(true).to_int(), 1);
        assert_eq!(Value::Nil.to_int(), 0);
        assert!((Value::str("1.5").to_float() - 1.5).abs() < f64::EPSILON);
    }
}
