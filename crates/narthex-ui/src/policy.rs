//! The content security policy of a page: nothing but what the page itself needs.

use std::fmt::Write as _;

use crate::link;

/// What a page needs beyond its own style sheet, script and icon.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    nonces: Vec<String>,
    images: Vec<String>,
    form_targets: Vec<String>,
    frames: bool,
}

impl Policy {
    /// Lets a script with this nonce run.
    pub(crate) fn allow_nonce(&mut self, nonce: &str) {
        add(&mut self.nonces, nonce.to_owned());
    }

    /// Lets the page show a picture that comes from this URL.
    pub(crate) fn allow_image(&mut self, url: &str) {
        if url.starts_with("data:") {
            add(&mut self.images, "data:".to_owned());
        } else if let Some(origin) = link::origin(url) {
            add(&mut self.images, origin);
        }
    }

    /// Lets a form be sent there, and its answer redirect there. Relative URLs need no leave.
    pub(crate) fn allow_form_target(&mut self, url: &str) {
        if let Some(origin) = link::origin(url) {
            add(&mut self.form_targets, origin);
        }
    }

    /// Lets a form, or its answer, lead to all places of this kind: a scheme or an origin that was checked before.
    pub(crate) fn allow_form_source(&mut self, source: &str) {
        add(&mut self.form_targets, source.to_owned());
    }

    /// Lets the page show another of our own in a frame.
    pub(crate) fn allow_frames(&mut self) {
        self.frames = true;
    }

    /// The value of the header `Content-Security-Policy` (CSP level 3).
    pub(crate) fn header(&self) -> String {
        let mut header = String::from("default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'; script-src 'self'");
        for nonce in &self.nonces {
            // Writing to a string does not fail.
            let _ = write!(header, " 'nonce-{nonce}'");
        }
        let mut list = |directive: &str, sources: &[String]| {
            header.push_str(directive);
            for source in sources {
                header.push(' ');
                header.push_str(source);
            }
        };
        list("; img-src 'self'", &self.images);
        list("; form-action 'self'", &self.form_targets);
        if self.frames {
            list("; frame-src 'self'", &[]);
        }
        header
    }
}

fn add(sources: &mut Vec<String>, source: String) {
    if !sources.contains(&source) {
        sources.push(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_page_may_do_next_to_nothing() {
        assert_eq!(
            Policy::default().header(),
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'; script-src 'self'; \
             img-src 'self'; form-action 'self'"
        );
    }

    #[test]
    fn what_a_page_needs_is_named_once() {
        let mut policy = Policy::default();
        policy.allow_image("data:image/png;base64,AA");
        policy.allow_image("https://cdn.example/logo.png");
        policy.allow_form_target("https://app.example/back");
        policy.allow_form_target("https://app.example/other");
        policy.allow_form_target("/relative");
        let header = policy.header();
        assert!(header.contains("img-src 'self' data: https://cdn.example;"), "{header}");
        assert!(header.ends_with("form-action 'self' https://app.example"), "{header}");
    }

    #[test]
    fn a_url_cannot_smuggle_a_directive_in() {
        let mut policy = Policy::default();
        policy.allow_form_target("https://a.example;script-src *");
        policy.allow_image("https://a.example ; script-src 'unsafe-inline'");
        assert_eq!(policy.header(), Policy::default().header());
    }
}
