//! The small types that settings are made of: secrets, references, durations, sizes.
//! They never read a file and know no key; each is one parse and one way to print.
//! Next: `settings/`, which is built from them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that must not be seen: a signing secret, a password, an API key, a database address with a password in it.
///
/// `Debug` prints a placeholder, there is no `Display` and no `Serialize`, equality takes constant time, and the memory is
/// overwritten when the value is dropped.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// A URI reference (RFC 3986, section 4.1) kept as it was written: an absolute URL, or a path on the public base URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub struct UrlRef(String);

impl UrlRef {
    /// The reference as it stands in the configuration.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has no scheme, so that it means something only on a base URL.
    pub fn is_relative(&self) -> bool {
        crate::check::format::scheme(&self.0).is_none()
    }

    /// The absolute URL, resolved against `base` when relative (RFC 3986, section 5).
    ///
    /// # Errors
    /// When the reference is no URL even then, such as one with a port out of range.
    pub fn resolve(&self, base: &url::Url) -> Result<url::Url, url::ParseError> {
        base.join(&self.0)
    }
}

impl fmt::Display for UrlRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for UrlRef {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Reads a duration in Go's notation without sign and fraction: `1h30m`, `90s`, `500ms`.
///
/// Answers `None` for any other text, and where the sum does not fit.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u64 = number.parse().ok()?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(end)?;
        let part = match unit {
            "ns" => Duration::from_nanos(number),
            "us" => Duration::from_micros(number),
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        total = total.checked_add(part)?;
        rest = next;
    }
    Some(total)
}

/// Reads a size in bytes: a whole number and `B`, `KB`, `MB`, `GB`, `TB`, `PB` or `EB`, each step being 1024.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let shift = match unit {
        "B" => 0,
        "KB" => 10,
        "MB" => 20,
        "GB" => 30,
        "TB" => 40,
        "PB" => 50,
        "EB" => 60,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

/// For `deserialize_with`: a duration from its text.
pub(crate) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text).ok_or_else(|| serde::de::Error::custom("no duration"))
}

/// For `deserialize_with`: a duration that may be absent.
pub(crate) fn some_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    duration(from).map(Some)
}

/// For `deserialize_with`: a size in bytes from its text.
pub(crate) fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    parse_bytes(&text).ok_or_else(|| serde::de::Error::custom("no size"))
}

/// For `deserialize_with`: a truth value written as a text, as `cookies.secure` is.
pub(crate) fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    String::deserialize(from).map(|text| parse_truth(&text))
}

/// Reads a truth value as Go's `strconv.ParseBool` does; everything else is `false`.
pub(crate) fn parse_truth(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_numbers_with_units() {
        for (text, wanted) in [("1h30m", 5_400_000), ("90s", 90_000), ("500ms", 500), ("0s", 0), ("1m1m", 120_000), ("1000us", 1)] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(wanted)), "{text}");
        }
        for text in ["", "1", "h", "1 h", "-1h", "1.5h", "1d", "1hh", "soon", "99999999999999999999h", "18446744073709551615h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_a_number_and_a_unit() {
        for (text, wanted) in [("1B", 1), ("19MB", 19 << 20), ("1GB", 1 << 30), ("2EB", 2 << 60)] {
            assert_eq!(parse_bytes(text), Some(wanted), "{text}");
        }
        for text in ["", "1", "MB", "1mb", "1.5GB", "lots", "99EB"] {
            assert_eq!(parse_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hidden")), "[redacted]");
        assert!(Secret::new("a") == Secret::new("a") && Secret::new("a") != Secret::new("b"));
    }

    #[test]
    fn a_reference_is_resolved_on_a_base() {
        let base = url::Url::parse("https://id.example.org/x/").unwrap();
        let [path, address] = ["/ui/login", "https://app.example.org/"].map(|text| UrlRef(text.to_owned()));
        assert!(path.is_relative() && !address.is_relative());
        assert_eq!(path.resolve(&base).unwrap().as_str(), "https://id.example.org/ui/login");
        assert_eq!(address.resolve(&base).unwrap().as_str(), "https://app.example.org/");
    }
}
