//! The ways to sign in, one folder each, and their order.
//! A method never knows another. Next: `Method`, and `ALL` where a new one is entered.

pub mod code;
pub mod identifier_first;
pub mod password;
pub mod profile;
pub mod traits;

use crate::config::Settings;
use crate::flow::login::strategy::Strategy as Login;
use crate::flow::registration::strategy::Strategy as Registration;
use crate::flow::settings::strategy::Strategy as SettingsStrategy;
use crate::identity::Credential;

/// A way to sign in, or a part of signing in. Each part of it is optional.
pub trait Method: Send + Sync {
    /// The method's name in forms, paths and the configuration.
    fn id(&self) -> &'static str;

    /// How people sign up with it.
    fn registration(&self) -> Option<&dyn Registration> {
        None
    }

    /// How people sign in with it.
    fn login(&self) -> Option<&dyn Login> {
        None
    }

    /// How people change it.
    fn settings(&self) -> Option<&dyn SettingsStrategy> {
        None
    }
}

/// All methods, in the order in which they add to forms and are asked about submissions.
pub static ALL: &[&dyn Method] = &[&profile::Profile, &password::Password, &code::Code, &identifier_first::IdentifierFirst];

/// The method that was sent, or else the one that the flow has come to; nothing where it is none.
pub fn named(sent: &str, active: Option<&str>) -> Option<&'static str> {
    let name = if sent.is_empty() { active.unwrap_or_default() } else { sent };
    ALL.iter().map(|method| method.id()).find(|id| *id == name)
}

/// The highest assurance that these credentials allow: `aal2` where a second factor can be asked for.
pub fn available_aal(settings: &Settings, credentials: &[Credential]) -> &'static str {
    let methods = &settings.config.selfservice.methods;
    let has = |kind: &str| credentials.iter().find(|credential| credential.kind == kind);
    let password = has("password").is_some_and(|credential| credential.config.get("hashed_password").is_some());
    let code = has("code").is_some_and(|credential| !credential.identifiers.is_empty());
    let second = methods.code.mfa_enabled && code;
    let first = password || methods.code.passwordless_enabled;
    match (first, second) {
        (_, true) => "aal2",
        (true, false) => "aal1",
        (false, false) => "aal0",
    }
}
