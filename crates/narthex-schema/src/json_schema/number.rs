//! Arithmetic on JSON numbers: exact as far as 38 decimal digits go, so that 0.3 is a multiple of 0.1.
//! Never here: numbers of forms, see `form.rs`. Next: `validate.rs`.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// `mantissa * 10^exponent`.
struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    fn parse(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
        Some(Self { mantissa: format!("{whole}{fraction}").parse().ok()?, exponent })
    }

    /// Both mantissas at the smaller of the two exponents.
    fn aligned(a: &Self, b: &Self) -> Option<(i128, i128)> {
        let exponent = a.exponent.min(b.exponent);
        let scale = |d: &Self| {
            let shift = u32::try_from(d.exponent.checked_sub(exponent)?).ok()?;
            d.mantissa.checked_mul(10_i128.checked_pow(shift)?)
        };
        Some((scale(a)?, scale(b)?))
    }
}

fn exact(a: &Number, b: &Number) -> Option<(i128, i128)> {
    Decimal::aligned(&Decimal::parse(a)?, &Decimal::parse(b)?)
}

fn floats(a: &Number, b: &Number) -> (f64, f64) {
    (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN))
}

/// Which of two numbers is larger.
pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    if let Some((a, b)) = exact(a, b) {
        return a.cmp(&b);
    }
    let (a, b) = floats(a, b);
    a.total_cmp(&b)
}

/// Whether a number is a whole multiple of another one, which is not zero.
pub(super) fn is_multiple(number: &Number, of: &Number) -> bool {
    if let Some((number, of)) = exact(number, of) {
        return number.checked_rem(of) == Some(0);
    }
    let (number, of) = floats(number, of);
    number % of == 0.0
}

/// Whether two values are the same; numbers are by value, however they are written.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| equal(a, b))),
        (a, b) => a == b,
    }
}

/// A text that two values share exactly if they are [`equal`]: numbers as their value, members sorted.
pub(super) fn fingerprint(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => out.push_str(&canonical(number)),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                fingerprint(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, member) in sorted {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                fingerprint(member, out);
                out.push(',');
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn canonical(number: &Number) -> String {
    let Some(mut decimal) = Decimal::parse(number) else {
        return number.to_string();
    };
    while decimal.mantissa != 0 && decimal.mantissa % 10 == 0 {
        decimal.mantissa /= 10;
        decimal.exponent += 1;
    }
    if decimal.mantissa == 0 {
        decimal.exponent = 0;
    }
    format!("{}e{}", decimal.mantissa, decimal.exponent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn multiples_are_those_of_the_decimal_system() {
        for (n, of, yes) in [
            ("0.3", "0.1", true),
            ("0.3", "0.25", false),
            ("4.5", "1.5", true),
            ("7", "2", false),
            ("-6", "3", true),
            ("1e300", "7", false),
            ("0", "5", true),
            ("19.99", "0.01", true),
            ("9007199254740993", "3", true),
        ] {
            assert_eq!(is_multiple(&number(n), &number(of)), yes, "{n} of {of}");
        }
    }

    #[test]
    fn large_integers_and_fractions_compare_exactly() {
        for (a, b, order) in [
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("1", "1.0", Ordering::Equal),
            ("1e2", "100", Ordering::Equal),
            ("-1", "1", Ordering::Less),
            ("1e308", "1e-308", Ordering::Greater),
            ("18446744073709551615", "1.8446744073709552e19", Ordering::Less),
        ] {
            assert_eq!(compare(&number(a), &number(b)), order, "{a} and {b}");
        }
    }

    proptest! {
        #[test]
        fn equal_values_share_a_fingerprint(a in -3_i32..3, b in -3_i32..3, scale in 0_u32..2) {
            let written = |n: i32| if scale == 0 { json!([n, { "k": n }]) } else { json!([f64::from(n), { "k": f64::from(n) }]) };
            let (mut x, mut y) = (String::new(), String::new());
            fingerprint(&json!([a, { "k": a }]), &mut x);
            fingerprint(&written(b), &mut y);
            prop_assert_eq!(x == y, equal(&json!([a, { "k": a }]), &written(b)));
        }
    }
}
