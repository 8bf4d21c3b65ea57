//! `selfservice.flows`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::hooks::Hook;
use super::session::RequiredAal;
use crate::value::{UrlRef, duration};

/// `selfservice.flows`.
#[derive(Clone, Debug, Deserialize)]
pub struct Flows {
    /// Signing in.
    pub login: LoginFlow,
    /// Signing up.
    pub registration: RegistrationFlow,
    /// Changing one's own account.
    pub settings: SettingsFlow,
    /// Getting back in.
    pub recovery: AddressFlow,
    /// Proving that an address is one's own.
    pub verification: AddressFlow,
    /// Signing out.
    pub logout: LogoutFlow,
    /// Where errors are shown.
    pub error: ErrorFlow,
}

/// `selfservice.flows.login`.
#[derive(Clone, Debug, Deserialize)]
pub struct LoginFlow {
    /// The page; gets `?flow=<id>`.
    pub ui_url: UrlRef,
    /// How long a flow can be completed.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// One form, or the identifier first.
    pub style: LoginStyle,
    /// Before the flow is created.
    pub before: Before,
    /// Once it is done.
    pub after: After,
}

/// How login asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginStyle {
    /// Everything on one form.
    Unified,
    /// The identifier first, then what fits it.
    IdentifierFirst,
}

/// `selfservice.flows.registration`.
#[derive(Clone, Debug, Deserialize)]
pub struct RegistrationFlow {
    /// Whether people may sign up.
    pub enabled: bool,
    /// The page; gets `?flow=<id>`.
    pub ui_url: UrlRef,
    /// How long a flow can be completed.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// One form or two steps, with the deprecated `enable_legacy_one_step` taken into account.
    pub style: RegistrationStyle,
    /// A taken identifier names the methods to sign in with.
    pub login_hints: bool,
    /// Before the flow is created.
    pub before: Before,
    /// Once it is done.
    pub after: After,
}

/// How registration asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStyle {
    /// Everything on one form.
    Unified,
    /// The traits first, then the credential.
    ProfileFirst,
}

/// `selfservice.flows.settings`.
#[derive(Clone, Debug, Deserialize)]
pub struct SettingsFlow {
    /// The page; gets `?flow=<id>`.
    pub ui_url: UrlRef,
    /// How long a flow can be completed.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// How long after a login credentials may be changed; zero is always.
    #[serde(deserialize_with = "duration")]
    pub privileged_session_max_age: Duration,
    /// The assurance that is asked for.
    pub required_aal: RequiredAal,
    /// Before the flow is created.
    pub before: Before,
    /// Once it is done.
    pub after: After,
}

/// `selfservice.flows.recovery` and `.verification`.
#[derive(Clone, Debug, Deserialize)]
pub struct AddressFlow {
    /// Whether the flow exists.
    pub enabled: bool,
    /// The page; gets `?flow=<id>`.
    pub ui_url: UrlRef,
    /// How long a flow can be completed.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// How the address is proven.
    pub r#use: AddressMethod,
    /// Whether an unknown address gets a message too.
    pub notify_unknown_recipients: bool,
    /// Before the flow is created.
    pub before: Before,
    /// Once it is done.
    pub after: After,
}

/// How an address is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressMethod {
    /// By following a link.
    Link,
    /// By typing a code.
    Code,
}

/// `selfservice.flows.logout`.
#[derive(Clone, Debug, Deserialize)]
pub struct LogoutFlow {
    /// Asks the browser to forget what it kept.
    pub clear_browser_data: bool,
    /// Once it is done.
    pub after: LogoutAfter,
}

/// `selfservice.flows.logout.after`.
#[derive(Clone, Debug, Deserialize)]
pub struct LogoutAfter {
    /// Where the browser goes.
    pub default_browser_return_url: Option<UrlRef>,
}

/// `selfservice.flows.error`.
#[derive(Clone, Debug, Deserialize)]
pub struct ErrorFlow {
    /// The page; gets `?id=<id>`.
    pub ui_url: UrlRef,
}

/// `before` of a flow.
#[derive(Clone, Debug, Deserialize)]
pub struct Before {
    /// In order.
    #[serde(default)]
    pub hooks: Vec<Hook>,
}

/// `after` of a flow. Use [`After::hooks`] and [`After::return_url`], which know what overrides what.
#[derive(Clone, Debug, Deserialize)]
pub struct After {
    /// For every method that says nothing else.
    #[serde(flatten)]
    pub any: AfterMethod,
    /// By method, where the flow knows methods.
    #[serde(flatten)]
    pub methods: BTreeMap<String, AfterMethod>,
}

/// `after` of a flow, for one method.
#[derive(Clone, Debug, Deserialize)]
pub struct AfterMethod {
    /// Where the browser goes.
    #[serde(default)]
    pub default_browser_return_url: Option<UrlRef>,
    /// In order.
    #[serde(default)]
    pub hooks: Vec<Hook>,
}

impl After {
    /// The hooks that run when `method` completed the flow: its own, or else those of the flow.
    pub fn hooks(&self, method: &str) -> &[Hook] {
        match self.methods.get(method) {
            Some(own) if !own.hooks.is_empty() => &own.hooks,
            _ => &self.any.hooks,
        }
    }

    /// Where the browser goes when `method` completed the flow: its own address, or else the flow's.
    pub fn return_url(&self, method: &str) -> Option<&UrlRef> {
        self.methods.get(method).and_then(|own| own.default_browser_return_url.as_ref()).or(self.any.default_browser_return_url.as_ref())
    }
}
