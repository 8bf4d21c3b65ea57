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
        let bytes = fragment.as_bytes();
        let mut done = 0;
        for (at, character) in fragment.char_indices() {
            let escape = match character {
                '<' => "\\u003c",
                '>' => "\\u003e",
                '&' => "\\u0026",
                '\u{2028}' => "\\u2028",
                '\u{2029}' => "\\u2029",
                _ => continue,
            };
            writer.write_all(bytes.get(done..at).unwrap_or_default())?;
            writer.write_all(escape.as_bytes())?;
            done = at + character.len_utf8();
        }
        writer.write_all(bytes.get(done..).unwrap_or_default())
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
        let written = super::to_vec("</script>\u{2028}& \"\n\u{1}").unwrap();
        assert_eq!(written, b"\"\\u003c/script\\u003e\\u2028\\u0026 \\\"\\n\\u0001\"");
    }
}
