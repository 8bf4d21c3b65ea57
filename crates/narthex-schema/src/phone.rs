//! Phone numbers in international notation, checked against the numbering plans of the world.
//! Never here: national notation, which needs a country that nobody told. Next: `identifier.rs`, `format.rs`.

use phonenumber::Mode;

/// The longest text looked at, in bytes: the longest number has 15 digits (E.164), the rest is punctuation.
const MAX_LENGTH: usize = 250;

/// The number in E.164 notation, `+493012345678`, or nothing if this is no valid number.
pub(crate) fn to_e164(text: &str) -> Option<String> {
    if text.len() > MAX_LENGTH || !text.starts_with(['+', '＋']) {
        return None;
    }
    let number = phonenumber::parse(None, text).ok()?;
    number.is_valid().then(|| number.format().mode(Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::to_e164;

    #[test]
    fn international_notation_is_written_as_e164() {
        for (text, number) in
            [("+49 30 901820", "+4930901820"), ("+1 (212) 555-2368", "+12125552368"), ("+44 20 7946 0000", "+442079460000")]
        {
            assert_eq!(to_e164(text).as_deref(), Some(number));
        }
    }

    #[test]
    fn national_notation_and_wrong_numbers_are_refused() {
        for text in ["", "1", "+", "+1", "abc", "0049 30 901820", "030 901820", "+999 1234567", "me+4930901820@example.org"] {
            assert_eq!(to_e164(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\+?\\PC{0,60}") {
            if let Some(number) = to_e164(&text) {
                prop_assert_eq!(to_e164(&number), Some(number));
            }
        }
    }
}
