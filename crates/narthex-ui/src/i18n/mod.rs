//! The languages of the pages: their own words, the server's messages by id, dates.
//! Never decides which message is shown; a message without a translation keeps the server's English text.
//! Next: `en` and `de` for the words, `i18n/*.txt` beside the sources for the messages.

mod de;
mod en;
mod words;

use std::borrow::Cow;
use std::sync::LazyLock;

use narthex_api::Time;
use narthex_api::message::Message;
use narthex_api::problem::ErrorDetail;
use serde_json::Value;

pub(crate) use words::{ErrorText, Words};

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English, which is spoken where nothing else is asked for.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// The language that a BCP 47 tag such as `de-AT` asks for, where the pages speak it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        [Self::En, Self::De].into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }

    /// The BCP 47 tag, for `lang` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        self.words().tag
    }

    /// What the pages themselves say.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::De => &de::WORDS,
        }
    }

    /// The message in this language; the server's own text where there is none, or where its values are missing.
    pub(crate) fn message(self, message: &Message) -> Cow<'_, str> {
        self.template(message.id).and_then(|template| self.fill(template, message.context.as_ref())).unwrap_or(Cow::Borrowed(&message.text))
    }

    /// Title and advice for an error: by its id, else by its status.
    pub(crate) fn error(self, detail: &ErrorDetail) -> &'static ErrorText {
        let errors = match self {
            Self::En => en::ERRORS,
            Self::De => de::ERRORS,
        };
        let by_key = |key: &str| errors.iter().find(|text| text.key == key);
        detail
            .id
            .as_deref()
            .and_then(by_key)
            .or_else(|| by_key(&detail.code.to_string()))
            .or_else(|| by_key(&(detail.code / 100).to_string()))
            .unwrap_or(&UNKNOWN_ERROR)
    }

    /// A moment as people write it.
    pub(crate) fn moment(self, time: Time) -> String {
        time.timestamp().strftime(self.words().date_format).to_string()
    }

    fn template(self, id: u64) -> Option<&'static str> {
        static EN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../../i18n/en.txt")));
        static DE: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../../i18n/de.txt")));
        let catalogue = match self {
            Self::En => &EN,
            Self::De => &DE,
        };
        let at = catalogue.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        catalogue.get(at).map(|(_, text)| *text)
    }

    fn fill(self, template: &'static str, context: Option<&Value>) -> Option<Cow<'static, str>> {
        if !template.contains('{') {
            return Some(Cow::Borrowed(template));
        }
        let mut filled = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, next) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(&match name.split_once('|') {
                Some((name, forms)) => numbered(context?.get(name)?, forms)?.to_owned(),
                None => self.value(name, context?.get(name)?)?,
            });
            rest = next;
        }
        filled.push_str(rest);
        Some(Cow::Owned(filled))
    }

    fn value(self, name: &str, value: &Value) -> Option<String> {
        match value {
            Value::Null | Value::Object(_) => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(match serde_json::from_value::<Time>(value.clone()) {
                Ok(time) if name.ends_with("_at") => self.moment(time),
                _ => text.clone(),
            }),
            Value::Array(items) => {
                let items: Option<Vec<_>> = items.iter().map(|item| self.value(name, item)).collect();
                items.map(|items| items.join(", "))
            }
            other => Some(other.to_string()),
        }
    }
}

/// The language that suits an `Accept-Language` header best (RFC 9110, section 12.5.4); English where none does.
pub fn negotiate(accept_language: &str) -> Locale {
    let mut best = (Locale::default(), 0);
    for range in accept_language.split(',').take(32) {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
        let locale = if tag == "*" { Some(Locale::default()) } else { Locale::from_tag(tag) };
        if let Some(locale) = locale
            && weight > best.1
        {
            best = (locale, weight);
        }
    }
    best.0
}

/// A weight such as `0.8`; nothing that is no weight counts.
fn thousandths(weight: &str) -> u32 {
    match weight.trim().split_once('.').unwrap_or((weight.trim(), "")) {
        ("1", _) => 1000,
        ("0", digits) => format!("{digits:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0),
        _ => 0,
    }
}

/// The form of a word that goes with a number: of `second|seconds`, the first with 1.
fn numbered<'a>(number: &Value, forms: &'a str) -> Option<&'a str> {
    let (one, many) = forms.split_once('|')?;
    Some(if number.as_u64() == Some(1) { one } else { many })
}

type Catalogue = Vec<(u64, &'static str)>;

fn parse(text: &'static str) -> Catalogue {
    let mut entries: Catalogue =
        text.lines().filter_map(|line| line.split_once(' ')).filter_map(|(id, text)| Some((id.parse().ok()?, text))).collect();
    entries.sort_unstable_by_key(|(id, _)| *id);
    entries
}

const UNKNOWN_ERROR: ErrorText = ErrorText { key: "", title: "Error", advice: "" };

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const LOCALES: [Locale; 2] = [Locale::En, Locale::De];

    fn placeholders(template: &str) -> Vec<&str> {
        let parts = template.split('{').skip(1).filter_map(|part| part.split_once('}'));
        let mut names: Vec<_> = parts.map(|(part, _)| part.split('|').next().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_know_the_same_messages_with_the_same_values() {
        let english = parse(include_str!("../../i18n/en.txt"));
        let german = parse(include_str!("../../i18n/de.txt"));
        assert!(english.len() > 150);
        assert_eq!(english.len(), german.len());
        for ((id, english), (german_id, german)) in english.iter().zip(&german) {
            assert_eq!(id, german_id);
            assert_eq!(placeholders(english), placeholders(german), "{id}");
        }
    }

    #[test]
    fn both_languages_know_the_same_errors() {
        let keys = |errors: &[ErrorText]| errors.iter().map(|text| text.key).collect::<Vec<_>>();
        assert_eq!(keys(en::ERRORS), keys(de::ERRORS));
    }

    #[test]
    fn values_of_the_context_are_filled_in() {
        let message = Message::error(4_000_032, "server text").with_context(json!({"min_length": 8, "actual_length": 3}));
        assert_eq!(Locale::De.message(&message), "Bitte mindestens 8 Zeichen für das Passwort; es sind 3.");
    }

    #[test]
    fn words_go_with_their_number() {
        let wait = |seconds: u64| Message::error(4_900_001, "").with_context(json!({ "wait_seconds": seconds }));
        assert_eq!(Locale::En.message(&wait(1)), "There were too many tries. Please wait 1 second, then try again.");
        assert!(Locale::De.message(&wait(1)).contains("1 Sekunde und") && Locale::De.message(&wait(2)).contains("2 Sekunden und"));
    }

    #[test]
    fn moments_are_written_in_the_language_of_the_page() {
        let message = Message::info(1_050_014, "").with_context(json!({"used_at": "2026-11-22T14:30:00Z"}));
        assert_eq!(Locale::En.message(&message), "Used on 22 November 2026, 14:30 UTC");
        assert_eq!(Locale::De.message(&message), "Benutzt am 22.11.2026, 14:30 UTC");
    }

    #[test]
    fn without_a_translation_or_its_values_the_text_of_the_server_stands() {
        for locale in LOCALES {
            assert_eq!(locale.message(&Message::error(4_000_001, "from a hook")), "from a hook");
            assert_eq!(locale.message(&Message::error(4_000_032, "too short")), "too short");
            assert_eq!(locale.message(&Message::info(99, "new")), "new");
        }
    }

    #[test]
    fn errors_are_worded_by_id_then_by_status_then_by_its_class() {
        let detail = |id: Option<&str>, code| ErrorDetail { id: id.map(Into::into), code, ..ErrorDetail::default() };
        assert_eq!(Locale::En.error(&detail(Some("security_csrf_violation"), 403)).key, "security_csrf_violation");
        assert_eq!(Locale::En.error(&detail(Some("unheard_of"), 404)).key, "404");
        assert_eq!(Locale::En.error(&detail(None, 418)).key, "4");
        assert_eq!(Locale::En.error(&detail(None, 0)).title, "Error");
    }

    #[test]
    fn the_best_language_is_chosen() {
        for (header, locale) in [
            ("", Locale::En),
            ("fr", Locale::En),
            ("de", Locale::De),
            ("de-AT,en;q=0.5", Locale::De),
            ("en;q=0.3, de;q=0.35", Locale::De),
            ("fr, en;q=0.8, de;q=0.7", Locale::En),
            ("de;q=0", Locale::En),
            ("*, de;q=0.5", Locale::En),
            ("DE-ch", Locale::De),
        ] {
            assert_eq!(negotiate(header), locale, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_answered(header in ".{0,200}") {
            negotiate(&header);
        }

        #[test]
        fn any_context_is_answered(name in "(reason|provider|min_length)", value in ".*", id in 1_000_000_u64..5_100_000) {
            let message = Message::info(id, "text").with_context(json!({name: value}));
            for locale in LOCALES {
                locale.message(&message);
            }
        }
    }
}
