//! Our own texts: one `Words` per message and language, laid out here as plain text, HTML and text message.
//! Never mentions traits or anything else that a stranger could have typed, and has at most one link and one code.
//! Next: `english.rs` and `german.rs` hold the sentences.

mod english;
mod german;

use std::fmt::Write;

use super::{Locale, Template};

/// The sentences of one message in one language.
struct Words {
    /// The subject of a mail.
    subject: &'static str,
    /// What the message is about; leads up to code and link.
    lead: &'static str,
    /// What the link does: a short label.
    link: &'static str,
    /// What leads up to the link where it comes after a code.
    link_lead: &'static str,
    /// What else there is to know.
    notes: Vec<Note>,
}

/// A sentence or two beside what the message is about.
struct Note {
    text: String,
    /// Whether it can be done without where there is little room.
    for_mail_only: bool,
}

impl Words {
    fn new(subject: &'static str, lead: &'static str) -> Self {
        Self { subject, lead, link: "", link_lead: "", notes: Vec::new() }
    }

    fn link(mut self, link: &'static str) -> Self {
        self.link = link;
        self
    }

    fn link_lead(mut self, link_lead: &'static str) -> Self {
        self.link_lead = link_lead;
        self
    }

    fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { text: text.into(), for_mail_only: false });
        self
    }

    fn mail_note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { text: text.into(), for_mail_only: true });
        self
    }
}

/// A message in our own words.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

fn words(template: &Template, locale: Locale) -> Words {
    match locale {
        Locale::English => english::words(template),
        Locale::German => german::words(template),
    }
}

/// The mail of this kind, signed with the name of the site if it has one.
pub(super) fn mail(template: &Template, locale: Locale, site: Option<&str>) -> Text {
    let words = words(template, locale);
    Text { subject: words.subject.to_owned(), plain: plain(&words, template, site), html: html(&words, template, locale, site) }
}

/// The text message of this kind; it begins with the name of the site if that has one. Its last line binds the code to `domain`, so
/// that phones fill it in on that site only (Origin-bound one-time codes, WICG).
pub(super) fn text_message(template: &Template, locale: Locale, site: Option<&str>, domain: &str) -> String {
    let words = words(template, locale);
    let mut text = site.map(|site| format!("{site}: ")).unwrap_or_default();
    text.push_str(words.lead);
    if let Some(said) = template.code().or_else(|| template.link()) {
        text.push(' ');
        text.push_str(said);
    }
    for note in words.notes.iter().filter(|note| !note.for_mail_only) {
        text.push('\n');
        text.push_str(&note.text);
    }
    if let (Some(code), false) = (template.code(), domain.is_empty()) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\n@{domain} #{code}");
    }
    text
}

fn plain(words: &Words, template: &Template, site: Option<&str>) -> String {
    let mut blocks = vec![words.lead];
    blocks.extend(template.code());
    if let Some(link) = template.link() {
        if template.code().is_some() {
            blocks.push(words.link_lead);
        }
        blocks.push(link);
    }
    blocks.extend(words.notes.iter().map(|note| note.text.as_str()));
    let mut text = blocks.join("\n\n");
    text.push('\n');
    if let Some(site) = site {
        let _ = writeln!(text, "\n-- \n{site}");
    }
    text
}

const PAGE: &str = "margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
const BOX: &str = "max-width:34em;margin:0 auto";
const CODE: &str = "margin:24px 0;font:600 30px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.15em";
const BUTTON: &str = "display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none";
const SMALL: &str = "margin:12px 0;font-size:14px";

fn html(words: &Words, template: &Template, locale: Locale, site: Option<&str>) -> String {
    let mut body = format!("<p>{}</p>\n", escape(words.lead));
    if let Some(code) = template.code() {
        let _ = writeln!(body, "<p style=\"{CODE}\">{}</p>", escape(code));
    }
    if let Some(url) = template.link() {
        let (url, label) = (escape(url), escape(words.link));
        if template.code().is_some() {
            let _ = writeln!(body, "<p>{}</p>", escape(words.link_lead));
        }
        let _ = writeln!(body, "<p><a href=\"{url}\" style=\"{BUTTON}\">{label}</a></p>");
        let _ = writeln!(body, "<p style=\"{SMALL};word-break:break-all\">{url}</p>");
    }
    for note in &words.notes {
        let _ = writeln!(body, "<p style=\"{SMALL}\">{}</p>", escape(&note.text));
    }
    if let Some(site) = site {
        let _ = writeln!(body, "<p style=\"{SMALL};opacity:.7\">{}</p>", escape(site));
    }
    let (tag, title) = (locale.tag(), escape(words.subject));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n</head>\n<body style=\"{PAGE}\">\n<div style=\"{BOX}\">\n{body}</div>\n</body>\n</html>\n"
    )
}

/// Text made safe inside elements and quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
