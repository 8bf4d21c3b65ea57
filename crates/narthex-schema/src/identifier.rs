//! Identifiers in their one normal form, so that whoever types one differently is still the same person.
//! Never here: whether an identifier is taken. Next: `extension.rs`, which normalises what traits contain.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::{email, phone};

/// Passes until the text stays as it is; each one only removes or folds, so few are ever needed.
const MAX_PASSES: usize = 8;

/// The normal form of anything a person may type to sign in: no space around, width and case folded (NFKC,
/// lower case), what cannot be seen removed (after the PRECIS `FreeformClass`, RFC 8264); phone numbers in E.164.
pub fn normalize_identifier(s: &str) -> String {
    let folded = fold(s);
    phone::to_e164(&folded).unwrap_or(folded)
}

/// The normal form of an e-mail address, if this is one (RFC 5322) and nothing in it is invisible.
pub(crate) fn strict_email(s: &str) -> Option<String> {
    let s = s.trim();
    if !s.chars().all(is_allowed) {
        return None;
    }
    let folded = fold(s);
    email::is_mailbox(&folded).then_some(folded)
}

/// The E.164 form of a phone number, if this is one.
pub(crate) fn strict_phone(s: &str) -> Option<String> {
    let folded: String = s.trim().nfkc().collect();
    phone::to_e164(&folded)
}

fn fold(s: &str) -> String {
    let mut text = s.trim().to_owned();
    for _ in 0..MAX_PASSES {
        let next: String = text.nfkc().filter(|c| is_allowed(*c)).collect::<String>().to_lowercase().nfkc().collect();
        let next = next.trim().to_owned();
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// Whether the `FreeformClass` of RFC 8264 admits a character, without those that show nothing.
fn is_allowed(c: char) -> bool {
    use GeneralCategory as G;
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let hidden = matches!(
        c.general_category(),
        G::Control | G::Format | G::Surrogate | G::PrivateUse | G::Unassigned | G::LineSeparator | G::ParagraphSeparator
    );
    !hidden && !is_ignorable(c) && !is_old_hangul_jamo(c) && !is_exception(c)
}

/// `Default_Ignorable_Code_Point`, as far as the category does not tell.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2065}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
}

/// RFC 8264 §9.9.
fn is_old_hangul_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

/// The disallowed ones of RFC 8264 §9.6.
fn is_exception(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{7fa}' | '\u{302e}'..='\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_width_space_and_invisible_characters_do_not_matter() {
        for (typed, normal) in [
            ("  Kit.Person@Example.ORG ", "kit.person@example.org"),
            ("ＫＩＴ", "kit"),
            ("k\u{200b}i\u{200d}t", "kit"),
            ("\u{202e}kit", "kit"),
            ("Ärger", "ärger"),
            ("A\u{308}rger", "ärger"),
            ("ﬁn", "fin"),
            ("two words", "two words"),
            ("", ""),
            (" \u{a0} ", ""),
        ] {
            assert_eq!(normalize_identifier(typed), normal, "{typed:?}");
        }
    }

    #[test]
    fn a_valid_phone_number_becomes_e164_and_an_invalid_one_stays() {
        assert_eq!(normalize_identifier(" +49 (30) 901820"), "+4930901820");
        assert_eq!(normalize_identifier("＋４９ ３０ ９０１８２０"), "+4930901820");
        assert_eq!(normalize_identifier("+1"), "+1");
        assert_eq!(normalize_identifier("me+4930901820@example.org"), "me+4930901820@example.org");
    }

    #[test]
    fn an_address_to_write_to_must_be_one() {
        assert_eq!(strict_email(" Kit@Example.org").as_deref(), Some("kit@example.org"));
        for wrong in ["", "kit", "@example.org", "k\u{200b}it@example.org", "a b@example.org"] {
            assert_eq!(strict_email(wrong), None, "{wrong:?}");
        }
        assert_eq!(strict_phone("+49 30 901820").as_deref(), Some("+4930901820"));
        assert_eq!(strict_phone("901820"), None);
    }

    proptest! {
        #[test]
        fn normalising_twice_is_normalising_once(s in "\\PC{0,40}|[ \\u{0}-\\u{2fff}]{0,20}|\\+[0-9 ]{0,16}") {
            let once = normalize_identifier(&s);
            prop_assert_eq!(normalize_identifier(&once), once);
        }
    }
}
