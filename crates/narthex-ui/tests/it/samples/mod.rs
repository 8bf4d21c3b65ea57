//! One sample of each page, as the server would fill it. Shared with the gallery in `examples/`.

mod nodes;

use narthex_api::Time;
use narthex_api::flow::{Container, FlowType, LoginFlow, RecoveryFlow, RegistrationFlow, SettingsFlow, VerificationFlow};
use narthex_api::identity::{Identity, State, VerifiableAddress};
use narthex_api::message::Message;
use narthex_api::node::Node;
use narthex_api::problem::ErrorDetail;
use narthex_api::session::{Device, Session};
use narthex_ui::{Ended, Mail, Page, Sessions, Theme, Ui};
use serde_json::json;
use uuid::Uuid;

pub(crate) use nodes::*;

/// A page under a name, drawn by the given theme in a language.
pub(crate) type Sample = (&'static str, fn(Ui<'_>) -> Page);

/// One page of each kind and state.
pub(crate) const ALL: &[Sample] = &[
    ("registration", |ui| ui.registration(&registration(one_step(), vec![]))),
    ("registration-errors", |ui| ui.registration(&registration(with_errors(), vec![]))),
    ("registration-social", |ui| ui.registration(&registration(with_providers(), vec![]))),
    ("registration-kinds", |ui| ui.registration(&registration(every_kind(), vec![]))),
    ("registration-credentials", |ui| ui.registration(&registration(second_step(), vec![Message::info(1_040_009, "Please choose")]))),
    ("registration-code", |ui| {
        let mut flow = registration(code_sent("traits.email"), vec![Message::info(1_040_005, "Sent")]);
        flow.state = "sent_email".into();
        ui.registration(&flow)
    }),
    ("registration-empty", |ui| ui.registration(&registration(vec![csrf()], vec![]))),
    ("login", |ui| ui.login(&login(password_login(), vec![]))),
    ("login-known", |ui| ui.login(&login(login_of("mia@example.org"), vec![]))),
    ("login-all", |ui| ui.login(&login(every_login(), vec![]))),
    ("login-wrong", |ui| ui.login(&login(password_login(), vec![Message::error(4_000_006, "Wrong")]))),
    ("login-second-factor", |ui| {
        let mut flow = login(second_factors(), vec![Message::info(1_010_004, "Second factor")]);
        flow.requested_aal = "aal2".into();
        ui.login(&flow)
    }),
    ("verification", |ui| ui.verification(&verification("choose_method", address_form(), vec![]))),
    ("verification-code", |ui| {
        let message = Message::info(1_080_003, "Sent");
        ui.verification(&verification("sent_email", code_sent("email"), vec![message]))
    }),
    ("verification-done", |ui| ui.verification(&verification("passed_challenge", passed(), vec![Message::success(1_080_002, "Done")]))),
    ("recovery", |ui| ui.recovery(&recovery("choose_method", address_form(), vec![]))),
    ("recovery-choose", |ui| {
        let message = Message::info(1_060_006, "Choose");
        ui.recovery(&recovery("recovery_awaiting_address_choice", address_choice(), vec![message]))
    }),
    ("recovery-confirm", |ui| {
        let message = Message::info(1_060_005, "Confirm").with_context(json!({ "masked_address": "mi****@example.org" }));
        ui.recovery(&recovery("recovery_confirming_address", address_form(), vec![message]))
    }),
    ("settings", |ui| ui.settings(&settings(every_setting(), vec![Message::success(1_050_001, "Saved")]))),
    ("welcome", |ui| ui.welcome(None)),
    ("welcome-signed-in", |ui| ui.welcome(Some(&session()))),
    ("error", |ui| ui.error(&error())),
    ("error-unknown", |ui| ui.error(&ErrorDetail { code: 404, ..ErrorDetail::default() })),
    ("logout", |ui| ui.logout(Some("http://127.0.0.1:4433/self-service/logout?token=abc"))),
    ("logout-done", |ui| ui.logout(None)),
    ("sessions", |ui| ui.sessions(&sessions(&[session_on(None), session_on(Some("Acme-App/3 (Android 15)"))], Some(Ended::One)))),
    ("sessions-many", |ui| ui.sessions(&Sessions { more: true, ..sessions(&[session_on(Some("curl/8.5.0"))], None) })),
    ("sessions-one", |ui| ui.sessions(&sessions(&[], Some(Ended::Others)))),
    ("mailbox", |ui| ui.mailbox(&[mail(), text_message()])),
    ("mailbox-empty", |ui| ui.mailbox(&[])),
    ("mail", |ui| ui.mail(&mail())),
];

/// The theme with nothing configured.
pub(crate) fn theme() -> Theme {
    Theme::new(narthex_ui::Options::default()).unwrap()
}

pub(crate) fn at(text: &str) -> Time {
    Time::new(text.parse().unwrap())
}

fn ui(flow: &str, nodes: Vec<Node>, messages: Vec<Message>) -> Container {
    Container {
        action: format!("http://127.0.0.1:4433/self-service/{flow}?flow={}", Uuid::from_u128(1)),
        method: "POST".into(),
        nodes,
        messages,
    }
}

pub(crate) fn registration(nodes: Vec<Node>, messages: Vec<Message>) -> RegistrationFlow {
    RegistrationFlow {
        id: Uuid::from_u128(1),
        oauth2_login_challenge: None,
        oauth2_login_request: None,
        kind: FlowType::Browser,
        expires_at: at("2026-11-22T15:00:00Z"),
        issued_at: at("2026-11-22T14:00:00Z"),
        request_url: "http://127.0.0.1:4433/self-service/registration/browser".to_owned(),
        return_to: None,
        active: None,
        ui: ui("registration", nodes, messages),
        organization_id: None,
        session_token_exchange_code: None,
        state: "choose_method".into(),
        transient_payload: None,
        identity_schema: None,
    }
}

pub(crate) fn login(nodes: Vec<Node>, messages: Vec<Message>) -> LoginFlow {
    LoginFlow {
        id: Uuid::from_u128(1),
        organization_id: None,
        oauth2_login_challenge: None,
        oauth2_login_request: None,
        kind: FlowType::Browser,
        expires_at: at("2026-11-22T15:00:00Z"),
        issued_at: at("2026-11-22T14:00:00Z"),
        request_url: "http://127.0.0.1:4433/self-service/login/browser".to_owned(),
        return_to: Some("https://app.example/back?a=1&b=2".to_owned()),
        active: None,
        ui: ui("login", nodes, messages),
        created_at: at("2026-11-22T14:00:00Z"),
        updated_at: at("2026-11-22T14:00:00Z"),
        refresh: false,
        requested_aal: "aal1".into(),
        session_token_exchange_code: None,
        state: "choose_method".into(),
        transient_payload: None,
        identity_schema: None,
    }
}

pub(crate) fn verification(state: &'static str, nodes: Vec<Node>, messages: Vec<Message>) -> VerificationFlow {
    VerificationFlow {
        id: Uuid::from_u128(1),
        kind: FlowType::Browser,
        expires_at: at("2026-11-22T15:00:00Z"),
        issued_at: at("2026-11-22T14:00:00Z"),
        request_url: "http://127.0.0.1:4433/self-service/verification/browser".to_owned(),
        return_to: None,
        active: None,
        ui: ui("verification", nodes, messages),
        state: state.into(),
        transient_payload: None,
    }
}

pub(crate) fn recovery(state: &'static str, nodes: Vec<Node>, messages: Vec<Message>) -> RecoveryFlow {
    RecoveryFlow {
        id: Uuid::from_u128(1),
        kind: FlowType::Browser,
        expires_at: at("2026-11-22T15:00:00Z"),
        issued_at: at("2026-11-22T14:00:00Z"),
        request_url: "http://127.0.0.1:4433/self-service/recovery/browser".to_owned(),
        return_to: None,
        active: None,
        ui: ui("recovery", nodes, messages),
        state: state.into(),
        continue_with: Vec::new(),
        transient_payload: None,
    }
}

pub(crate) fn settings(nodes: Vec<Node>, messages: Vec<Message>) -> SettingsFlow {
    SettingsFlow {
        id: Uuid::from_u128(1),
        kind: FlowType::Browser,
        expires_at: at("2026-11-22T15:00:00Z"),
        issued_at: at("2026-11-22T14:00:00Z"),
        request_url: "http://127.0.0.1:4433/self-service/settings/browser".to_owned(),
        return_to: None,
        active: None,
        organization_id: None,
        ui: ui("settings", nodes, messages),
        identity: identity(),
        state: "show_form".into(),
        continue_with: Vec::new(),
        transient_payload: None,
    }
}

pub(crate) fn identity() -> Identity {
    let address = |n: u128, value: &str, verified| VerifiableAddress {
        id: Uuid::from_u128(n),
        value: value.to_owned(),
        verified,
        via: "email".into(),
        status: "sent".into(),
        verified_at: None,
        created_at: at("2026-11-22T14:00:00Z"),
        updated_at: at("2026-11-22T14:00:00Z"),
    };
    Identity {
        id: Uuid::from_u128(2),
        external_id: None,
        credentials: None,
        schema_id: "default".to_owned(),
        schema_url: "http://127.0.0.1:4433/schemas/ZGVmYXVsdA".to_owned(),
        state: State::Active,
        state_changed_at: None,
        traits: json!({"email": "mia@example.org", "name": {"first": "Mia", "last": "Berg"}}),
        verifiable_addresses: vec![address(3, "mia@example.org", true), address(4, "mia.berg@work.example", false)],
        recovery_addresses: Vec::new(),
        metadata_public: None,
        metadata_admin: None,
        created_at: at("2026-11-22T14:00:00Z"),
        updated_at: at("2026-11-22T14:00:00Z"),
        organization_id: None,
    }
}

pub(crate) fn session() -> Session {
    Session {
        id: Uuid::from_u128(5),
        active: true,
        expires_at: at("2026-11-23T14:00:00Z"),
        authenticated_at: at("2026-11-22T14:00:00Z"),
        authenticator_assurance_level: "aal1".into(),
        authentication_methods: Vec::new(),
        issued_at: at("2026-11-22T14:00:00Z"),
        identity: Some(identity()),
        devices: Vec::new(),
        tokenized: None,
    }
}

/// A session on a device that calls itself so.
pub(crate) fn session_on(user_agent: Option<&str>) -> Session {
    let device = Device {
        id: Uuid::from_u128(6),
        ip_address: Some("192.0.2.1:55012".to_owned()),
        user_agent: user_agent.map(str::to_owned),
        location: Some("Berlin, DE".to_owned()),
    };
    Session { devices: vec![device], identity: None, ..session() }
}

/// The page of sessions of somebody with these others.
pub(crate) fn sessions(others: &[Session], ended: Option<Ended>) -> Sessions<'_> {
    static CURRENT: std::sync::LazyLock<Session> =
        std::sync::LazyLock::new(|| session_on(Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")));
    Sessions { current: &CURRENT, others, more: false, ended, csrf_token: "token" }
}

pub(crate) fn error() -> ErrorDetail {
    ErrorDetail {
        id: Some("security_csrf_violation".to_owned()),
        code: 403,
        status: "Forbidden".to_owned(),
        request: Some("8a1f".to_owned()),
        reason: Some("The cookie of the form is missing.".to_owned()),
        message: "The request could not be trusted.".to_owned(),
        ..ErrorDetail::default()
    }
}

pub(crate) fn mail() -> Mail {
    Mail {
        id: "0193".to_owned(),
        recipient: "mia@example.org".to_owned(),
        subject: "Please verify your address".to_owned(),
        body_text: "Hello Mia,\n\nyour code is 493027. Or open\n\nhttp://127.0.0.1:4433/self-service/verification?code=493027\n".to_owned(),
        body_html: Some("<p>Hello Mia,</p><p>your code is <b>493027</b>.</p>".to_owned()),
        links: vec!["http://127.0.0.1:4433/self-service/verification?flow=0193&code=493027".to_owned()],
        created_at: at("2026-11-22T14:00:00Z"),
        status: "sent".to_owned(),
    }
}

fn text_message() -> Mail {
    Mail {
        id: "0194".to_owned(),
        recipient: "+49 30 901820".to_owned(),
        subject: String::new(),
        body_text: "Your code is 493027.".to_owned(),
        body_html: None,
        links: Vec::new(),
        created_at: at("2026-11-22T13:00:00Z"),
        status: "queued".to_owned(),
    }
}
