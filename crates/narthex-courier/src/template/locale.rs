//! Languages that we have texts in, and which of them a person reads.
//! Never looks at request headers: a message often reaches another person than the one who caused it.
//! Next: `words` for the texts.

use serde_json::Value;

/// A language that we have texts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Locale {
    /// The language of a tag such as `de`, `de-AT` or `de_CH` (RFC 5646, and its POSIX spelling); only the
    /// first part counts.
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.']).next().unwrap_or(tag);
        if language.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else if language.eq_ignore_ascii_case("de") {
            Some(Self::German)
        } else {
            None
        }
    }

    /// The language that an identity names in `locale` or `lang`, as a trait or in its public metadata; traits win,
    /// since people set those themselves.
    pub fn of_identity(identity: &Value) -> Option<Self> {
        ["traits", "metadata_public"]
            .into_iter()
            .filter_map(|part| identity.get(part))
            .flat_map(|part| [part.get("locale"), part.get("lang")])
            .filter_map(|tag| tag?.as_str())
            .find_map(Self::parse)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trait_wins_over_metadata() {
        let identity = json!({"traits": {"lang": "de-AT"}, "metadata_public": {"locale": "en"}});
        assert_eq!(Locale::of_identity(&identity), Some(Locale::German));
        let identity = json!({"traits": {"email": "a@example.org"}, "metadata_public": {"locale": "de_CH.UTF-8"}});
        assert_eq!(Locale::of_identity(&identity), Some(Locale::German));
    }

    #[test]
    fn languages_without_texts_leave_the_choice_to_others() {
        let identity = json!({"traits": {"locale": "fr"}, "metadata_public": {"lang": "DE"}});
        assert_eq!(Locale::of_identity(&identity), Some(Locale::German));
        for identity in [json!(null), json!({"traits": {"locale": 5}}), json!({"traits": "x", "metadata_public": null})] {
            assert_eq!(Locale::of_identity(&identity), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_a_tag(tag in ".*") {
            if let Some(locale) = Locale::parse(&tag) {
                prop_assert!(tag.to_ascii_lowercase().starts_with(locale.tag()));
            }
        }
    }
}
