//! Recovery: a person who lost their credentials gets in again, by a code or a link that was sent to an address of theirs, or that
//! an administrator made. Never changes credentials: it leads to a settings flow. Next: `submit.rs` for what is sent, `finish.rs`
//! for what a code or link does.

mod admin;
mod choose;
mod code;
mod finish;
mod form;
pub mod http;
mod link;
mod send;
mod submit;

use narthex_api::flow::{FlowType, RecoveryFlow};
use narthex_config::{AddressMethod, UrlRef};
use serde::{Deserialize, Serialize};

pub use admin::routes as admin_routes;

use super::{Flow, Kind};
use crate::config::Settings;
use crate::edge::Caller;
use crate::edge::accept::Wants;

/// What a recovery flow adds to what all flows have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Recovery {
    /// Whether an administrator made it: whoever has its code or link goes on with it, in whatever browser.
    #[serde(default)]
    pub by_admin: bool,
    /// Whether the person goes on without a look at their settings.
    #[serde(default)]
    pub skip_settings: bool,
}

impl Kind for Recovery {
    const NAME: &'static str = "recovery";
    const EXPIRED: u64 = 4_060_005;

    fn expiry_has_id(client: FlowType) -> bool {
        client == FlowType::Api
    }

    fn ui_url(settings: &Settings) -> &UrlRef {
        &settings.config.selfservice.flows.recovery.ui_url
    }
}

/// By what somebody gets in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A code, in the browser or application in which the flow was begun.
    Code(FlowType),
    /// A link, in whatever browser the mail was read.
    Link,
}

impl By {
    /// The name by which sessions tell how they were begun.
    fn proof(self) -> &'static str {
        match self {
            Self::Code(_) => "code_recovery",
            Self::Link => "link_recovery",
        }
    }

    /// Whether it goes on in a browser or in an application.
    fn client(self) -> FlowType {
        match self {
            Self::Code(client) => client,
            Self::Link => FlowType::Browser,
        }
    }

    /// Whether it goes on with a page. Who follows a link gets one, whatever they accept.
    fn shows_page(self, caller: &Caller) -> bool {
        self == Self::Link || caller.wants_error() == Wants::Html
    }
}

/// The name of the method that new flows offer: `code` or `link`.
fn method_name(settings: &Settings) -> &'static str {
    match settings.config.selfservice.flows.recovery.r#use {
        AddressMethod::Code => "code",
        AddressMethod::Link => "link",
    }
}

/// Whether a method is switched on.
fn is_enabled(settings: &Settings, method: &str) -> bool {
    let methods = &settings.config.selfservice.methods;
    match method {
        "code" => methods.code.enabled,
        "link" => methods.link.enabled,
        _ => false,
    }
}

/// The flow as clients get it.
pub fn public(settings: &Settings, flow: &Flow<Recovery>) -> RecoveryFlow {
    let form = flow.form.clone().unwrap_or_else(|| form::first(flow));
    RecoveryFlow {
        id: flow.id,
        kind: flow.client,
        expires_at: flow.expires_at,
        issued_at: flow.issued_at,
        request_url: flow.request_url.clone(),
        return_to: flow.return_to.clone(),
        active: flow.active.clone(),
        ui: flow.container(&settings.public_url, form),
        state: flow.state.name().into(),
        continue_with: Vec::new(),
        transient_payload: None,
    }
}
