//! The query of a URL, read as Go reads it: a pair that cannot be decoded, or that has a semicolon, is left out.

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use narthex_api::Time;
use percent_encoding::percent_decode_str;

use super::Problem;

/// The pairs of a query, in their order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The pairs in `text`, which stands behind the question mark.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        Self(
            pairs
                .filter_map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    Some((unescape(name)?, unescape(value)?))
                })
                .collect(),
        )
    }

    /// The first value of this name, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name, if there is more to it than nothing.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Whether the value of this name says yes, in one of the words that Go's flags know.
    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
    }

    /// The time of this name, if there is one.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn time(&self, name: &str) -> Result<Option<Time>, Problem> {
        let none = || Problem::bad_request(format!("The parameter {name} is no time: 2026-01-02T03:04:05Z."));
        let read = |text: &str| moment(text).map(Time::new).ok_or_else(none);
        self.filled(name).map(read).transpose()
    }

    /// All pairs, in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// The moment that a text names by RFC 3339. The last hours of the year 9999 are beyond what can be reckoned with, and are taken for
/// the last moment that can.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let pieces = Pieces::parse(text).ok()?;
    let complete = pieces.time().is_some() && pieces.to_numeric_offset().is_some();
    (complete && pieces.date().year() == 9999).then_some(Timestamp::MAX)
}

/// Form decoding (`+` is a space); nothing where a percent sign is not followed by two hexadecimal digits.
pub fn unescape(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let broken = bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'%' && !bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if broken {
        return None;
    }
    let spaced = text.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_counts() {
        let query = Query::parse("a=1&b=x%20y+z&a=2&flag&empty=");
        assert_eq!(query.get("a"), Some("1"));
        assert_eq!(query.get("b"), Some("x y z"));
        assert_eq!((query.get("flag"), query.filled("empty"), query.get("none")), (Some(""), None, None));
    }

    #[test]
    fn every_time_of_rfc_3339_is_one() {
        let time = |text: &str| Query::parse(&format!("t={text}")).time("t").ok().flatten().map(|time| time.to_string());
        assert_eq!(time("2026-01-02T03:04:05%2B01:00").as_deref(), Some("2026-01-02T02:04:05Z"));
        assert_eq!(time("0000-01-01T00:00:00Z").as_deref(), Some("0000-01-01T00:00:00Z"));
        for last in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999-12:00"] {
            assert_eq!(time(last), Some(Time::new(Timestamp::MAX).to_string()), "{last}");
        }
        for none in ["9999-12-31T23:59:59", "9999-12-31", "9999-13-01T00:00:00Z", "10000-01-01T00:00:00Z", "tomorrow"] {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn broken_pairs_are_left_out() {
        let query = Query::parse("return_to=%zz&a=1;b=2&c=3");
        assert_eq!((query.get("return_to"), query.get("a"), query.get("c")), (None, None, Some("3")));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".{0,200}") {
            let _ = Query::parse(&text);
        }
    }
}
