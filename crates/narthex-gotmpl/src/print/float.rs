//! Texts of floating numbers as Go's `strconv` writes them.
//! It never pads: `verb` does.
//! Next: `verb` for flags and widths.

/// `%v`: the shortest text that reads back as the same number.
pub(super) fn shortest(value: f64) -> String {
    general(value, None, 'e')
}

/// `%e` (and `%E`).
pub(super) fn exponential(value: f64, precision: Option<usize>, letter: char) -> String {
    if let Some(text) = special(value) {
        return text;
    }
    let text = match precision {
        Some(digits) => format!("{value:.digits$e}"),
        None => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}{letter}{sign}{digits:0>2}")
}

/// `%f`.
pub(super) fn fixed(value: f64, precision: Option<usize>) -> String {
    special(value).unwrap_or_else(|| match precision {
        Some(digits) => format!("{value:.digits$}"),
        None => format!("{value}"),
    })
}

/// What decides about the exponent where no precision does.
const USUAL_PRECISION: i32 = 6;

/// `%g` (and `%G`): with an exponent if that is below -4 or not below the precision.
pub(super) fn general(value: f64, precision: Option<usize>, letter: char) -> String {
    if let Some(text) = special(value) {
        return text;
    }
    let digits = precision.map(|precision| precision.max(1));
    let scientific = exponential(value, digits.map(|digits| digits - 1), 'e');
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or_default();
    let bound = digits.map_or(USUAL_PRECISION, |digits| i32::try_from(digits).unwrap_or(i32::MAX));
    if exponent < -4 || exponent >= bound {
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, ""));
        let mantissa = if digits.is_some() { trimmed(mantissa) } else { mantissa };
        return format!("{mantissa}{letter}{power}");
    }
    match digits {
        None => format!("{value}"),
        Some(digits) => {
            let decimals = i64::try_from(digits).unwrap_or(i64::MAX) - 1 - i64::from(exponent);
            let text = format!("{value:.*}", usize::try_from(decimals).unwrap_or_default());
            trimmed(&text).to_owned()
        }
    }
}

fn special(value: f64) -> Option<String> {
    if value.is_nan() {
        return Some("NaN".to_owned());
    }
    value.is_infinite().then(|| if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned())
}

fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_text_switches_to_exponents_as_go_does() {
        for (value, expected) in [
            (1.0, "1"),
            (100_000.0, "100000"),
            (100_000.5, "100000.5"),
            (1e6, "1e+06"),
            (123_456_789.0, "1.23456789e+08"),
            (12_345_678.9, "1.23456789e+07"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e21, "1e+21"),
            (-2.5, "-2.5"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(shortest(value), expected);
        }
    }

    #[test]
    fn precisions_are_kept() {
        assert_eq!(general(1e6, Some(3), 'e'), "1e+06");
        assert_eq!(general(1e6, Some(10), 'e'), "1000000");
        assert_eq!(general(123.456, Some(4), 'e'), "123.5");
        assert_eq!(exponential(1234.5, Some(6), 'E'), "1.234500E+03");
        assert_eq!(fixed(1.005, Some(1)), "1.0");
        assert_eq!(fixed(1e21, Some(0)), "1000000000000000000000");
    }
}
