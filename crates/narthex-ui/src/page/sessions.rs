//! Where somebody is signed in, and how they end that.

use askama::Template;
use narthex_api::session::Session;

use super::{FootLink, Moment, Page, Shell, Ui, Width};
use crate::device;
use crate::policy::Policy;

/// What the page of sessions shows.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a> {
    /// The session of this browser.
    pub current: &'a Session,
    /// The person's other sessions, the newest first.
    pub others: &'a [Session],
    /// Whether there are more than those.
    pub more: bool,
    /// What was ended just now.
    pub ended: Option<Ended>,
    /// The anti-forgery token of the forms.
    pub csrf_token: &'a str,
}

/// What a person has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// One session.
    One,
    /// All but the present one.
    Others,
}

#[derive(Template)]
#[template(path = "sessions.html", whitespace = "minimize")]
struct SessionsTemplate<'a> {
    shell: Shell<'a>,
    status: Option<&'static str>,
    /// The session of this browser is the first.
    rows: Vec<Row>,
    more: bool,
    action: String,
    csrf_token: &'a str,
    foot: Vec<FootLink>,
}

/// A session in the list.
struct Row {
    /// What it is ended by; nothing for the present one, which is ended by signing out.
    id: Option<String>,
    device: String,
    place: String,
    since: Moment,
}

impl Ui<'_> {
    /// The page that says where somebody is signed in. Its forms send `csrf_token` and `session`, an id or `others`, to
    /// `{base}/sessions/end`.
    pub fn sessions(&self, shown: &Sessions<'_>) -> Page {
        let words = self.words();
        let theme = self.theme;
        let others = shown.others.iter().map(|session| Row { id: Some(session.id.to_string()), ..self.session(session) });
        let template = SessionsTemplate {
            shell: self.shell(words.sessions, Width::Wide),
            status: shown.ended.map(|ended| match ended {
                Ended::One => words.session_ended,
                Ended::Others => words.sessions_ended,
            }),
            rows: std::iter::once(self.session(shown.current)).chain(others).collect(),
            more: shown.more,
            action: theme.page_url("sessions/end"),
            csrf_token: shown.csrf_token,
            foot: vec![
                Self::link(words.settings, theme.flow_url("settings", &[])),
                Self::link(words.sign_out, theme.page_url("logout")),
                Self::link(words.home, theme.page_url("welcome")),
            ],
        };
        let mut policy = Policy::default();
        for target in &theme.options.form_targets {
            policy.allow_form_source(target);
        }
        self.page(&template, policy)
    }

    fn session(&self, session: &Session) -> Row {
        let words = self.words();
        let last = session.devices.last();
        let device = last.and_then(|device| device.user_agent.as_deref()).and_then(|agent| device::name(agent, words.device));
        let place = [
            last.and_then(|device| device.location.as_deref()).map(str::to_owned),
            last.and_then(|device| device.ip_address.as_deref()).map(device::without_port),
        ];
        let place: Vec<String> = place.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        Row {
            id: None,
            device: device.unwrap_or_else(|| words.device_unknown.to_owned()),
            place: place.join(" · "),
            since: self.moment(session.authenticated_at),
        }
    }
}
