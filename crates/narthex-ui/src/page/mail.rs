//! The development mailbox: mail that the server kept instead of sending it.

use askama::Template;
use narthex_api::Time;

use super::{FootLink, Page, Shell, Ui, Width};
use crate::link;
use crate::policy::Policy;

/// A mail in the development mailbox.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The message's id, which is part of its page's address.
    pub id: String,
    /// Whom it is for: an e-mail address or a telephone number.
    pub recipient: String,
    /// The subject; empty for text messages.
    pub subject: String,
    /// The message in plain text.
    pub body_text: String,
    /// The message in HTML, where there is one.
    pub body_html: Option<String>,
    /// Links in the message, to be followed from its page.
    pub links: Vec<String>,
    /// When it was written.
    pub created_at: Time,
    /// `queued`, `processing`, `sent` or `abandoned`.
    pub status: String,
}

#[derive(Template)]
#[template(path = "mailbox.html", whitespace = "minimize")]
struct MailboxTemplate<'a> {
    shell: Shell<'a>,
    rows: Vec<Row<'a>>,
    foot: Vec<FootLink>,
}

/// A mail in the list or on its page.
struct Row<'a> {
    mail: &'a Mail,
    subject: &'a str,
    status: &'a str,
    href: String,
    time: String,
    machine_time: String,
}

#[derive(Template)]
#[template(path = "mail.html", whitespace = "minimize")]
struct MailTemplate<'a> {
    shell: Shell<'a>,
    row: Row<'a>,
    links: Vec<&'a str>,
    frame: Option<String>,
    foot: Vec<FootLink>,
}

impl Ui<'_> {
    /// The list of mails, as they are given: the newest first, best.
    pub fn mailbox(&self, mails: &[Mail]) -> Page {
        let shell = self.shell(self.words().mailbox, Width::Wide);
        let rows = mails.iter().map(|mail| self.row(mail)).collect();
        self.page(&MailboxTemplate { shell, rows, foot: Vec::new() }, Policy::default())
    }

    /// One mail, at `{base}/mailbox/{id}`. It shows [`Ui::mail_body`] in a frame from `{base}/mailbox/{id}/html`.
    pub fn mail(&self, mail: &Mail) -> Page {
        let row = self.row(mail);
        let frame = mail.body_html.as_ref().map(|_| format!("{}/html", row.href));
        let mut policy = Policy::default();
        if frame.is_some() {
            policy.allow_frames();
        }
        let shell = self.shell(row.subject, Width::Wide);
        let links = mail.links.iter().filter_map(|url| link::safe(url)).collect();
        let foot = vec![Self::link(self.words().mailbox_back, self.theme.page_url("mailbox"))];
        self.page(&MailTemplate { shell, row, links, frame, foot }, policy)
    }

    /// The HTML of a mail as its reader's program would show it: cut off from our origin, without scripts, links in a new tab.
    pub fn mail_body(&self, mail: &Mail) -> Option<Page> {
        let body = mail.body_html.as_ref()?;
        Some(Page {
            html: format!("<!doctype html><meta charset=\"utf-8\"><base target=\"_blank\">{body}"),
            content_security_policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; \
                base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
                sandbox allow-popups allow-popups-to-escape-sandbox"
                .to_owned(),
        })
    }

    fn row<'m>(&self, mail: &'m Mail) -> Row<'m> {
        let words = self.words();
        let subject = if mail.subject.is_empty() { words.mail_no_subject } else { &mail.subject };
        let status = match mail.status.as_str() {
            "queued" => words.mail_queued,
            "processing" => words.mail_processing,
            "sent" => words.mail_done,
            "abandoned" => words.mail_abandoned,
            other => other,
        };
        let id = link::segment(&mail.id);
        Row {
            mail,
            subject,
            status,
            href: self.theme.page_url(&format!("mailbox/{id}")),
            time: self.locale.moment(mail.created_at),
            machine_time: mail.created_at.to_string(),
        }
    }
}
