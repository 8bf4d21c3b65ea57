//! From a letter to a message that can be queued: language, texts, data.
//! Never fails: where a text of the configuration cannot be had, our own takes its place.
//! Next: `words` for our own texts, `overrides` for those of the configuration.

use std::sync::Arc;

use narthex_config::Courier;
use narthex_gotmpl::Data;

use super::data::{go_data, or_empty, request_domain, template_data};
use super::overrides::{Overrides, Part};
use super::{Letter, Locale, words};
use crate::error::CourierError;
use crate::message::{NewMessage, Via};
use crate::outside::Http;

/// Puts letters into words. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    locale: Locale,
    site: Option<String>,
    overrides: Option<Arc<Overrides>>,
}

impl Composer {
    /// Writes in `locale` to whoever names no language of their own, and names `site` in each message: what people
    /// sign in to.
    pub fn new(locale: Locale, site: Option<String>) -> Self {
        Self { locale, site, overrides: None }
    }

    /// Uses the texts of `courier.templates` and `courier.template_override_path` where there are any. Those with an
    /// HTTP address are fetched with `http` when first needed, and kept.
    ///
    /// # Errors
    /// Every text that cannot be read or is no template that we can render, by its key.
    pub fn with_overrides(self, courier: &Courier, http: Http) -> Result<Self, Vec<CourierError>> {
        let overrides = Overrides::load(courier, http)?;
        Ok(Self { overrides: Some(Arc::new(overrides)), ..self })
    }

    /// Writes the message. The language is the identity's own, if it names one that we have.
    pub async fn compose(&self, letter: &Letter) -> NewMessage {
        let mut message = self.in_own_words(letter);
        if let Some(overrides) = &self.overrides
            && overrides.know(message.template_type)
        {
            reword(&mut message, overrides, &data(letter)).await;
        }
        message
    }

    fn in_own_words(&self, letter: &Letter) -> NewMessage {
        let locale = Locale::of_identity(&letter.occasion.identity).unwrap_or(self.locale);
        let (subject, body, html_body) = match letter.to.via {
            Via::Email => {
                let text = words::mail(&letter.template, locale, self.site.as_deref());
                (text.subject, text.plain, Some(text.html))
            }
            Via::Sms => {
                let text = words::text_message(&letter.template, locale, self.site.as_deref(), &request_domain(letter));
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

fn data(letter: &Letter) -> Data {
    Data::fields(&go_data(letter))
}

async fn reword(message: &mut NewMessage, overrides: &Overrides, data: &Data) {
    let text = |part| overrides.render(message.template_type, part, data);
    if message.via == Via::Sms {
        if let Some(text) = text(Part::Sms).await {
            message.body = text;
        }
        return;
    }
    let (subject, plain, html) = (text(Part::Subject).await, text(Part::Plain).await, text(Part::Html).await);
    if let Some(subject) = subject {
        message.subject = one_line(&subject);
    }
    if let Some(plain) = plain {
        message.body = plain;
    }
    if html.is_some() {
        message.html_body = html;
    }
}

/// A header is one line, and white space around it means nothing.
fn one_line(text: &str) -> String {
    text.trim().replace(char::is_control, " ")
}
