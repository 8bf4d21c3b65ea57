//! A message as a mail: MIME, headers, envelope (RFC 5322, RFC 2045).
//! Never lets text from outside become a header of its own.
//! Next: `mod.rs` hands it over.

use std::collections::BTreeMap;

use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::channel::Refusal;
use crate::error::CourierError;
use crate::settings::SmtpServer;
use crate::store::Outgoing;

/// The parts of a mail that are the same for all.
pub(super) struct Letterhead {
    from: Mailbox,
    headers: Vec<HeaderValue>,
}

/// A mail that is ready to be sent.
pub(super) struct Mail {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

impl Letterhead {
    pub(super) fn new(server: &SmtpServer) -> Result<Self, CourierError> {
        let address = server.from_address.parse().map_err(|_| CourierError::new("courier.smtp.from_address", "is no mail address"))?;
        let name = server.from_name.clone().filter(|name| !name.is_empty());
        if name.as_deref().is_some_and(|name| name.contains(char::is_control)) {
            return Err(CourierError::new("courier.smtp.from_name", "has a line break or control character"));
        }
        Ok(Self { from: Mailbox::new(name, address), headers: headers(&server.headers)? })
    }

    /// Writes the mail. All tries of a message have the same `Message-ID`, so that a mailbox can tell a repetition.
    pub(super) fn write(&self, message: &Outgoing) -> Result<Mail, Refusal> {
        let to: Address = message.recipient.parse().map_err(|_| "the recipient is no mail address".to_owned())?;
        let from = self.from.email.clone();
        let builder = lettre::Message::builder()
            .date_now()
            .message_id(Some(format!("<{}@{}>", message.id, from.domain())))
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(message.subject.as_str());
        let plain = message.body.clone();
        let mail = match &message.html_body {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(plain, html.clone())),
            None => builder.singlepart(SinglePart::plain(plain)),
        };
        let mut mail = mail.map_err(|error| format!("the mail cannot be written: {error}"))?;
        for header in &self.headers {
            mail.headers_mut().insert_raw(header.clone());
        }
        Ok(Mail { from, to, bytes: mail.formatted() })
    }
}

fn headers(configured: &BTreeMap<String, String>) -> Result<Vec<HeaderValue>, CourierError> {
    configured.iter().map(|(name, value)| header(name, value)).collect()
}

fn header(name: &str, value: &str) -> Result<HeaderValue, CourierError> {
    let wrong = |reason| CourierError::new(format!("courier.smtp.headers.{name}"), reason);
    // RFC 5322, 3.6.8: printable ASCII without the colon.
    let printable = name.bytes().all(|byte| byte.is_ascii_graphic());
    let named = HeaderName::new_from_ascii(name.to_owned()).ok().filter(|_| printable);
    let named = named.ok_or_else(|| wrong("is no name of a mail header"))?;
    if value.contains(|c: char| c.is_control() && c != '\t') {
        return Err(wrong("has a line break or control character"));
    }
    Ok(HeaderValue::new(named, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::message::Via;

    fn server() -> SmtpServer {
        SmtpServer {
            connection_uri: "smtp://127.0.0.1".into(),
            from_address: "no-reply@issuer.test".into(),
            from_name: Some("Zoë's Desk".into()),
            headers: [("Reply-To".to_owned(), "desk@issuer.test".to_owned())].into(),
            local_name: "localhost".into(),
            client_certificate: None,
        }
    }

    fn outgoing(recipient: &str, subject: &str) -> Outgoing {
        Outgoing {
            id: Uuid::from_u128(1),
            via: Via::Email,
            template_type: "recovery_code_valid".into(),
            recipient: recipient.into(),
            subject: subject.into(),
            body: "Grüße\r\n.\r\n482913\r\n".into(),
            html_body: Some("<p>Grüße</p>".into()),
            template_data: Value::Null,
            request_headers: Value::Null,
        }
    }

    #[test]
    fn a_mail_is_plain_text_and_html_in_seven_bits() {
        let mail = Letterhead::new(&server()).unwrap().write(&outgoing("ada@example.org", "Zurück")).unwrap();
        let text = String::from_utf8(mail.bytes).unwrap();
        assert!(text.is_ascii());
        for wanted in [
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "Reply-To: desk@issuer.test",
            "To: ada@example.org",
            "Message-ID: <00000000-0000-0000-0000-000000000001@issuer.test>",
        ] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
    }

    #[test]
    fn recipients_that_are_no_address_are_refused() {
        let letterhead = Letterhead::new(&server()).unwrap();
        for recipient in ["", "ada", "ada@example.org\r\nBcc: eve@example.org", "a@b@c", "<ada@example.org>"] {
            assert!(letterhead.write(&outgoing(recipient, "x")).is_err(), "{recipient}");
        }
    }

    #[test]
    fn headers_that_would_break_out_are_refused_by_name() {
        for (name, value) in [("X-A", "b\r\nBcc: eve@example.org"), ("X A", "b"), ("X:A", "b"), ("X\nA", "b"), ("", "b")] {
            let mut server = server();
            server.headers = [(name.to_owned(), value.to_owned())].into();
            let error = Letterhead::new(&server).err().unwrap();
            assert!(error.key.starts_with("courier.smtp.headers."), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_subject_adds_a_header(subject in ".*") {
            let subject = format!("x{subject}\r\nBcc: eve@example.org");
            let letterhead = Letterhead::new(&server()).unwrap();
            let mail = letterhead.write(&outgoing("ada@example.org", &subject)).unwrap();
            let text = String::from_utf8(mail.bytes).unwrap();
            prop_assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{}", text);
        }
    }
}
