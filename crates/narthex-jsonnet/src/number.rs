//! The texts of numbers as Go's implementation of jsonnet prints them.
//! It never chooses the shortest text: readers that compare bytes would see a difference.
//! Next: `manifest` for the values around the numbers.

/// Digits that C and Go call for with `%.17g`.
const PRECISION: i32 = 17;

/// Prints whole numbers in full (`%.0f`) and all others with 17 significant digits (`%.17g`).
pub(crate) fn text(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let scientific = format!("{value:.16e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..PRECISION).contains(&exponent) {
        let decimals = usize::try_from(PRECISION - 1 - exponent).unwrap_or_default();
        return trimmed(&format!("{value:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
}

/// Cuts the zeros at the end of a fraction, and the point if nothing follows it.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

#[cfg(test)]
mod tests {
    use super::text;
    use proptest::prelude::*;

    #[test]
    fn whole_numbers_are_printed_in_full() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (12.0, "12"),
            (-7.0, "-7"),
            (12_345_678_901_234_567_168.0, "12345678901234567168"),
            (1e22, "10000000000000000000000"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn fractions_have_seventeen_digits() {
        for (value, expected) in [
            (0.1, "0.10000000000000001"),
            (1.0 / 3.0, "0.33333333333333331"),
            (1.5, "1.5"),
            (-2.25, "-2.25"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.2500000000000001e-05"),
            (1e-7, "9.9999999999999995e-08"),
            (5e-324, "4.9406564584124654e-324"),
            (123_456.789, "123456.789"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    proptest! {
        #[test]
        fn every_text_reads_back_as_the_same_number(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
            prop_assert_eq!(text(value).parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }
}
