//! Hooks: what happens before and after a flow.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::value::{Secret, UrlRef};

/// One entry of a list of hooks. The lists keep the configuration's order.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawHook")]
pub enum Hook {
    /// `session`: signs the person in after registration.
    Session,
    /// `show_verification_ui`: tells where the verification flow goes on.
    ShowVerificationUi,
    /// `verification`: starts a verification flow at login.
    Verification,
    /// `require_verified_address`: refuses a login without a verified address.
    RequireVerifiedAddress,
    /// `revoke_active_sessions`: ends the person's other sessions.
    RevokeActiveSessions,
    /// `verify_new_address`: a changed address takes effect once it is verified.
    VerifyNewAddress,
    /// `notify_previous_addresses`: tells the old addresses of a change.
    NotifyPreviousAddresses {
        /// Which of them.
        recipients: Recipients,
    },
    /// `web_hook`: calls out.
    WebHook(Box<WebHook>),
    /// `b2b_sso`, also written `organization`.
    B2bSso(Value),
}

/// Who hears of a changed address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipients {
    /// The addresses that are gone.
    Removed,
    /// Each verified address there was.
    AllVerified,
    /// Each address there was.
    All,
}

/// The settings of a `web_hook`.
#[derive(Clone, Debug, Deserialize)]
pub struct WebHook {
    /// A label for events.
    pub id: Option<String>,
    /// Where it goes.
    pub url: UrlRef,
    /// The HTTP method.
    pub method: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// The Jsonnet that makes the body: a URI, or a path.
    pub body: Option<String>,
    /// Whether its answer may stop the flow.
    pub can_interrupt: bool,
    /// What becomes of its answer.
    pub response: WebHookResponse,
    /// Whether it shows as an event in traces.
    pub emit_analytics_event: bool,
    /// How it shows who calls.
    pub auth: Option<HttpAuth>,
}

/// `response` of a web hook.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct WebHookResponse {
    /// Nobody waits for it.
    pub ignore: bool,
    /// It may stop the flow or change the identity.
    pub parse: bool,
}

/// How an outgoing request shows who calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", content = "config", rename_all = "snake_case")]
pub enum HttpAuth {
    /// A fixed value in a header or a cookie.
    ApiKey {
        /// The header's or cookie's name.
        name: String,
        /// The value.
        value: Secret,
        /// Which of the two.
        r#in: ApiKeyPlace,
    },
    /// HTTP Basic authentication (RFC 7617).
    BasicAuth {
        /// The user's name.
        user: String,
        /// The password.
        password: Secret,
    },
}

/// Where an API key travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyPlace {
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
}

/// A hook as it is written.
#[derive(Deserialize)]
struct RawHook {
    hook: String,
    #[serde(default)]
    config: Value,
}

impl TryFrom<RawHook> for Hook {
    type Error = String;

    fn try_from(raw: RawHook) -> Result<Self, String> {
        Ok(match raw.hook.as_str() {
            "session" => Self::Session,
            "show_verification_ui" => Self::ShowVerificationUi,
            "verification" => Self::Verification,
            "require_verified_address" => Self::RequireVerifiedAddress,
            "revoke_active_sessions" => Self::RevokeActiveSessions,
            "verify_new_address" => Self::VerifyNewAddress,
            "notify_previous_addresses" => Self::NotifyPreviousAddresses {
                recipients: match raw.config.get("recipients") {
                    Some(value) => Recipients::deserialize(value).map_err(|e| e.to_string())?,
                    None => Recipients::Removed,
                },
            },
            "web_hook" => Self::WebHook(serde_json::from_value(raw.config).map_err(|e| e.to_string())?),
            "b2b_sso" | "organization" => Self::B2bSso(raw.config),
            other => return Err(format!("unknown hook {other}")),
        })
    }
}
