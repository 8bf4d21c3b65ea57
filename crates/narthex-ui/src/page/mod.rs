//! The pages: each a function of wire types, and a template that draws what it makes of them.
//! Never fetches anything and never decides what a person may do.
//! Next: `flow` for the forms of self-service flows; `sessions` for one's own sessions; `mail` for the development mailbox.

mod account;
mod flow;
mod mail;
mod sessions;

pub use mail::Mail;
pub use sessions::{Ended, Sessions};

use askama::Template;
use narthex_api::Time;

use crate::i18n::{Locale, Words};
use crate::policy::Policy;
use crate::theme::Theme;

/// A page and the header without which it is not to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The document, `text/html; charset=utf-8`.
    pub html: String,
    /// The value of the header `Content-Security-Policy`.
    pub content_security_policy: String,
}

/// The pages in the language of one browser.
#[derive(Clone, Copy, Debug)]
pub struct Ui<'a> {
    pub(crate) theme: &'a Theme,
    pub(crate) locale: Locale,
}

impl<'a> Ui<'a> {
    /// The language, for `Content-Language`.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    fn words(&self) -> &'static Words {
        self.locale.words()
    }

    fn shell(&self, title: &str, width: Width) -> Shell<'a> {
        let brand = self.theme.options.brand_name.as_str();
        let title = if title == brand { title.to_owned() } else { format!("{title} – {brand}") };
        Shell { theme: self.theme, words: self.words(), title, brand, width }
    }

    fn page(&self, template: &impl Template, mut policy: Policy) -> Page {
        if let Some(logo) = self.theme.logo_url() {
            policy.allow_image(logo);
        }
        // Writing to a string does not fail.
        let html = template.render().unwrap_or_default();
        Page { html, content_security_policy: policy.header() }
    }

    fn moment(&self, time: Time) -> Moment {
        Moment { text: self.locale.moment(time), machine: time.to_string() }
    }

    fn link(text: &'static str, href: String) -> FootLink {
        FootLink { lead: None, text, href }
    }
}

/// A moment for people and for programs.
struct Moment {
    text: String,
    machine: String,
}

/// What surrounds each page.
struct Shell<'a> {
    theme: &'a Theme,
    words: &'static Words,
    title: String,
    brand: &'a str,
    width: Width,
}

/// How much room a page takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// A form.
    Narrow,
    /// Sections, lists.
    Wide,
}

impl Width {
    fn class(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Wide => "wide",
        }
    }
}

/// A link below the card.
struct FootLink {
    /// What leads to it: "New here?".
    lead: Option<&'static str>,
    text: &'static str,
    href: String,
}
