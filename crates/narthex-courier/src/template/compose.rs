//! From a letter to a message that can be queued: language, texts, data.
//! Never fails: where a text of the configuration cannot be had, our own takes its place.
//! Next: `words` for our own texts.

use super::data::{or_empty, request_domain, template_data};
use super::{Letter, Locale, words};
use crate::message::{NewMessage, Via};

/// Puts letters into words.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    locale: Locale,
    site: Option<String>,
}

impl Composer {
    /// Writes in `locale` to whoever names no language of their own, and signs mails with `site`, the name of what
    /// people sign in to.
    pub fn new(locale: Locale, site: Option<String>) -> Self {
        Self { locale, site }
    }

    /// Writes the message. The language is the identity's own, if it names one that we have.
    pub async fn compose(&self, letter: &Letter) -> NewMessage {
        let locale = Locale::of_identity(&letter.occasion.identity).unwrap_or(self.locale);
        let (subject, body, html_body) = match letter.to.via {
            Via::Email => {
                let text = words::mail(&letter.template, locale, self.site.as_deref());
                (text.subject, text.plain, Some(text.html))
            }
            Via::Sms => {
                let text = words::text_message(&letter.template, locale, &request_domain(letter));
                (String::new(), text, None)
            }
        };
        NewMessage {
            via: letter.to.via,
            recipient: letter.to.address.clone(),
            template_type: letter.template.type_name(),
            subject,
            body,
            html_body,
            template_data: template_data(letter),
            request_headers: or_empty(&letter.occasion.request_headers),
        }
    }
}
