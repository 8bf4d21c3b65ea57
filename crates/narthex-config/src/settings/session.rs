//! `cookies`, `session`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::value::{UrlRef, duration, truth};

/// `cookies`: what holds for all cookies but the session's own settings.
#[derive(Clone, Debug, Deserialize)]
pub struct Cookies {
    /// The `Domain` attribute; absent leaves it out.
    pub domain: Option<String>,
    /// The `Path` attribute.
    pub path: String,
    /// The `SameSite` attribute.
    pub same_site: SameSite,
    /// The `Secure` attribute; on outside development mode unless the configuration says otherwise.
    #[serde(deserialize_with = "truth")]
    pub secure: bool,
}

/// The `SameSite` attribute of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the attribute's own values")]
pub enum SameSite {
    Strict,
    Lax,
    None,
}

/// `session`.
#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    /// How long a session lasts.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
    /// A session may be extended when less than this remains; the lifespan unless configured.
    #[serde(deserialize_with = "duration")]
    pub earliest_possible_extend: Duration,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// `/sessions/whoami`.
    pub whoami: Whoami,
}

/// `session.cookie`, with what falls back to `cookies` filled in.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionCookie {
    /// The cookie's name.
    pub name: String,
    /// The `Domain` attribute.
    pub domain: Option<String>,
    /// The `Path` attribute.
    pub path: String,
    /// The `SameSite` attribute.
    pub same_site: SameSite,
    /// The `Secure` attribute. It does not fall back to `cookies.secure`, but to "outside development mode".
    #[serde(deserialize_with = "truth")]
    pub secure: bool,
    /// Whether the cookie outlives the browser.
    pub persistent: bool,
}

/// `session.whoami`.
#[derive(Clone, Debug, Deserialize)]
pub struct Whoami {
    /// The assurance that is asked for.
    pub required_aal: RequiredAal,
    /// Sessions as signed tokens.
    pub tokenizer: Tokenizer,
}

/// The authenticator assurance level that a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredAal {
    /// One factor is enough.
    Aal1,
    /// Every factor that the person has set up.
    HighestAvailable,
}

/// `session.whoami.tokenizer`.
#[derive(Clone, Debug, Deserialize)]
pub struct Tokenizer {
    /// The templates by name.
    #[serde(default)]
    pub templates: BTreeMap<String, TokenTemplate>,
}

/// One template of a session token.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenTemplate {
    /// How long the token lasts; zero when the configuration names none.
    #[serde(deserialize_with = "duration")]
    pub ttl: Duration,
    /// The signing keys, a JSON Web Key Set.
    pub jwks_url: UrlRef,
    /// The Jsonnet that makes the claims.
    pub claims_mapper_url: Option<UrlRef>,
    /// Where `sub` comes from.
    pub subject_source: TokenSubject,
}

/// Where a session token's `sub` comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenSubject {
    /// The identity's id.
    Id,
    /// The identity's external id.
    ExternalId,
}
