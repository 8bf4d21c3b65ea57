//! JSON as Go's encoder writes it, which clients of the reference server may have come to rely on.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};

/// Writes `value` compactly, with `<`, `>`, `&` and the line separators U+2028 and U+2029 escaped, so that the text may
/// stand inside HTML.
///
/// # Errors
/// Where `value` cannot be written as JSON, such as a map whose keys are no strings.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(2048);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, HtmlSafe))?;
    Ok(out)
}

struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment.as_bytes();
        // Byte by byte, as this is most of what an answer costs: 0xE2 begins the line separators and little else.
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'<' | b'>' | b'&' | 0xE2)) {
            let (plain, special) = rest.split_at(at);
            writer.write_all(plain)?;
            let (escape, length): (&[u8], usize) = match special {
                [b'<', ..] => (b"\\u003c", 1),
                [b'>', ..] => (b"\\u003e", 1),
                [b'&', ..] => (b"\\u0026", 1),
                [0xE2, 0x80, 0xA8, ..] => (b"\\u2028", 3),
                [0xE2, 0x80, 0xA9, ..] => (b"\\u2029", 3),
                _ => (special.get(..1).unwrap_or_default(), 1),
            };
            writer.write_all(escape)?;
            rest = special.get(length..).unwrap_or_default();
        }
        writer.write_all(rest)
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let text: &[u8] = match escape {
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::Solidus => b"\\/",
            CharEscape::Backspace => b"\\b",
            CharEscape::FormFeed => b"\\f",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, "\\u{byte:04x}"),
        };
        writer.write_all(text)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn html_cannot_be_left_from_within_a_string() {
        let written = super::to_vec("</script>\u{2028}& \u{2014}\u{2029}é \"\n\u{1}").unwrap();
        assert_eq!(written, "\"\\u003c/script\\u003e\\u2028\\u0026 \u{2014}\\u2029é \\\"\\n\\u0001\"".as_bytes());
    }
}
