//! Pages around an account: welcome, signing out, and what went wrong.

use askama::Template;
use narthex_api::identity::Identity;
use narthex_api::problem::ErrorDetail;
use narthex_api::session::Session;
use serde_json::Value;

use super::{FootLink, Moment, Page, Shell, Ui, Width};
use crate::link;
use crate::policy::Policy;

#[derive(Template)]
#[template(path = "welcome.html", whitespace = "minimize")]
struct WelcomeTemplate<'a> {
    shell: Shell<'a>,
    title: String,
    lead: &'static str,
    person: Option<Person>,
    primary: FootLink,
    secondary: Vec<FootLink>,
    foot: Vec<FootLink>,
}

/// What a page tells somebody about themselves.
struct Person {
    /// Address, and whether it is verified.
    addresses: Vec<(String, bool)>,
    since: Moment,
    until: Moment,
}

#[derive(Template)]
#[template(path = "logout.html", whitespace = "minimize")]
struct LogoutTemplate<'a> {
    shell: Shell<'a>,
    logout_url: Option<&'a str>,
    foot: Vec<FootLink>,
}

#[derive(Template)]
#[template(path = "error.html", whitespace = "minimize")]
struct ErrorTemplate<'a> {
    shell: Shell<'a>,
    title: &'static str,
    advice: &'a str,
    facts: Vec<(&'static str, &'a str)>,
    primary: FootLink,
    foot: Vec<FootLink>,
}

impl Ui<'_> {
    /// The start page: who is signed in by this session, or where to sign in.
    pub fn welcome(&self, session: Option<&Session>) -> Page {
        let words = self.words();
        let theme = self.theme;
        let mut template = WelcomeTemplate {
            shell: self.shell(words.welcome, Width::Narrow),
            title: words.welcome.to_owned(),
            lead: if theme.options.registration { words.welcome_lead } else { words.welcome_lead_closed },
            person: None,
            primary: Self::link(words.sign_in, theme.flow_url("login", &[])),
            secondary: Vec::new(),
            foot: Vec::new(),
        };
        if let Some(session) = session {
            let identity = session.identity.as_ref();
            if let Some(name) = identity.and_then(name_of) {
                template.title = words.hello.replace("{name}", &name);
            }
            template.lead = words.signed_in_lead;
            template.person = Some(self.person(session));
            template.primary = Self::link(words.settings, theme.flow_url("settings", &[]));
            template.secondary.push(Self::link(words.sessions, theme.page_url("sessions")));
            template.secondary.push(Self::link(words.sign_out, theme.page_url("logout")));
            let addresses = identity.map(|identity| identity.verifiable_addresses.as_slice());
            let unverified = addresses.unwrap_or_default().iter().any(|address| !address.verified);
            if theme.options.verification && unverified {
                let href = theme.flow_url("verification", &[]);
                template.foot.push(Self::link(words.verify_link, href));
            }
        } else {
            if theme.options.registration {
                let href = theme.flow_url("registration", &[]);
                template.secondary.push(Self::link(words.sign_up, href));
            }
            if theme.options.recovery {
                template.foot.push(Self::link(words.forgot, theme.flow_url("recovery", &[])));
            }
        }
        self.page(&template, Policy::default())
    }

    /// The page that asks whether to sign out by following `logout_url`; without one, the page that says it is done.
    pub fn logout(&self, logout_url: Option<&str>) -> Page {
        let words = self.words();
        let logout_url = logout_url.and_then(link::safe);
        let (title, foot) = match logout_url {
            Some(_) => (words.logout, Vec::new()),
            None => (words.signed_out, vec![Self::link(words.sign_in, self.theme.flow_url("login", &[]))]),
        };
        let shell = self.shell(title, Width::Narrow);
        self.page(&LogoutTemplate { shell, logout_url, foot }, Policy::default())
    }

    /// The page that says what went wrong.
    pub fn error(&self, detail: &ErrorDetail) -> Page {
        let words = self.words();
        let text = self.locale.error(detail);
        let known = detail.id.as_deref() == Some(text.key);
        let status = format!("{} {}", detail.code, detail.status);
        let message = Some(detail.message.as_str());
        let facts = [
            (words.error_reason, detail.reason.as_deref().or(message)),
            (words.error_id, detail.id.as_deref()),
            (words.error_status, Some(status.trim()).filter(|_| detail.code != 0)),
            (words.error_request, detail.request.as_deref()),
            (words.error_debug, detail.debug.as_deref()),
        ];
        let facts = facts.into_iter().filter_map(|(name, fact)| fact.filter(|f| !f.is_empty()).map(|f| (name, f)));
        let reason = detail.reason.as_deref().filter(|reason| !known && !reason.is_empty() && detail.code < 500);
        let template = ErrorTemplate {
            shell: self.shell(text.title, Width::Narrow),
            title: text.title,
            advice: reason.unwrap_or(text.advice),
            facts: facts.collect(),
            primary: Self::link(words.home, self.theme.page_url("welcome")),
            foot: Vec::new(),
        };
        self.page(&template, Policy::default())
    }

    fn person(&self, session: &Session) -> Person {
        let identity = session.identity.as_ref();
        let addresses = identity.map(|identity| identity.verifiable_addresses.as_slice()).unwrap_or_default();
        Person {
            addresses: addresses.iter().map(|address| (address.value.clone(), address.verified)).collect(),
            since: self.moment(session.authenticated_at),
            until: self.moment(session.expires_at),
        }
    }
}

/// What to call somebody, as far as their traits tell.
fn name_of(identity: &Identity) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let traits = &identity.traits;
    let given = ["first", "given", "firstname", "first_name", "given_name"];
    let whole = ["name", "full_name", "first_name", "firstname", "given_name", "display_name", "username", "nickname"];
    let from_parts = traits.get("name").and_then(|name| given.iter().find_map(|part| text(name.get(part)?)));
    from_parts.or_else(|| whole.iter().find_map(|name| text(traits.get(name)?))).or_else(|| traits.get("email").and_then(text))
}
