//! Sessions as JSON Web Tokens (RFC 7519) for services that check signatures instead of asking: `whoami?tokenize_as=…`.
//! Never keeps a token. Next: `keys.rs`, which signs.

mod keys;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use narthex_api::session::Session;
use narthex_config::{Config, TokenSubject, TokenTemplate, UrlRef};
use narthex_jsonnet::{Arguments, Snippet};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::config::source;
use crate::edge::{Caller, Problem};
use crate::outside::Outside;
use keys::SigningKey;

/// How long keys and mappers are used before they are read again.
const FRESH: Duration = Duration::from_secs(600);

/// What templates refer to, as far as it has been read for these settings.
#[derive(Default)]
pub struct Tokenizer(Mutex<BTreeMap<String, (Instant, Arc<Loaded>)>>);

struct Loaded {
    key: SigningKey,
    mapper: Option<Snippet>,
}

/// The session as a token, by the template of this name.
///
/// # Errors
/// 400 where there is no such template, or where it cannot be used for this session.
pub async fn token(caller: &Caller, name: &str, session: &Session) -> Result<String, Problem> {
    let template = caller.settings.config.session.whoami.tokenizer.templates.get(name);
    let template =
        template.ok_or_else(|| Problem::bad_request(format!("There is no template \"{name}\" in session.whoami.tokenizer.templates.")))?;
    let subject = subject(template, session)?;
    let loaded = caller.settings.tokenizer.load(name, template, &caller.app.outside).await.map_err(|reason| unusable(name, &reason))?;
    let mut claims = claims(caller, template, session);
    claims.insert("sub".to_owned(), json!(subject));
    if let Some(mapper) = &loaded.mapper {
        let arguments =
            Arguments { tla: Vec::new(), ext: vec![("claims".to_owned(), json!(claims)), ("session".to_owned(), json!(session))] };
        let mapped = caller.app.jsonnet.evaluate(mapper, &arguments).await.map_err(|error| unusable(name, &error.to_string()))?;
        let mapped: Value = serde_json::from_str(&mapped).map_err(|error| unusable(name, &error.to_string()))?;
        let Some(Value::Object(mapped)) = mapped.get("claims") else {
            return Err(unusable(name, "the claims mapper answers without an object claims"));
        };
        claims.extend(mapped.clone());
        claims.insert("sub".to_owned(), json!(subject));
    }
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(loaded.key.header()), part(Value::Object(claims)));
    let signature = loaded.key.sign(signed.as_bytes()).ok_or_else(|| unusable(name, "the key cannot sign"))?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Why is for the operator: it names files and addresses of the server.
fn unusable(name: &str, reason: &str) -> Problem {
    tracing::warn!(template = name, reason, "a session could not be made a token");
    Problem::bad_request(format!("The session cannot be made a token by the template \"{name}\". The server's log says more."))
        .with_debug(reason)
}

/// What keeps templates from being used, as far as it can be seen without asking other servers.
pub async fn warnings(config: &Config, outside: &Outside) -> Vec<String> {
    let mut told = Vec::new();
    for (name, template) in &config.session.whoami.tokenizer.templates {
        let mut add = |key: &str, error: Option<String>| {
            told.extend(error.map(|error| {
                format!("session.whoami.tokenizer.templates.{name}.{key}: {error}. Until then the template makes no tokens.")
            }));
        };
        if is_at_hand(&template.jwks_url) {
            add("jwks_url", key_of(template, outside).await.err());
        }
        if template.claims_mapper_url.as_ref().is_some_and(is_at_hand) {
            add("claims_mapper_url", mapper_of(name, template, outside).await.err());
        }
    }
    told
}

fn is_at_hand(url: &UrlRef) -> bool {
    !url.as_str().starts_with("http")
}

async fn key_of(template: &TokenTemplate, outside: &Outside) -> Result<SigningKey, String> {
    SigningKey::first_of(&source::read(template.jwks_url.as_str(), outside).await?)
}

async fn mapper_of(name: &str, template: &TokenTemplate, outside: &Outside) -> Result<Option<Snippet>, String> {
    let Some(url) = &template.claims_mapper_url else { return Ok(None) };
    let text = source::read(url.as_str(), outside).await?;
    let named = format!("session.whoami.tokenizer.templates.{name}.claims_mapper_url");
    Snippet::parse(named, text).map(Some).map_err(|error| error.to_string())
}

fn subject(template: &TokenTemplate, session: &Session) -> Result<String, Problem> {
    let identity = session.identity.as_ref().ok_or_else(|| Problem::internal("a session without its identity was to be made a token"))?;
    match template.subject_source {
        TokenSubject::Id => Ok(identity.id.to_string()),
        TokenSubject::ExternalId => identity
            .external_id
            .clone()
            .ok_or_else(|| Problem::bad_request("The identity has no external id, which the template takes for the subject.")),
    }
}

fn claims(caller: &Caller, template: &TokenTemplate, session: &Session) -> Map<String, Value> {
    let now = caller.app.clock.now();
    let claims = json!({
        "jti": Uuid::new_v4(),
        "iss": caller.settings.public_url,
        "exp": now.plus(template.ttl).unix(),
        "sid": session.id,
        "nbf": now.unix(),
        "iat": now.unix(),
    });
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

impl Tokenizer {
    /// What a template refers to. One request reads it, others wait for it.
    async fn load(&self, name: &str, template: &TokenTemplate, outside: &Outside) -> Result<Arc<Loaded>, String> {
        let mut known = self.0.lock().await;
        if let Some((read_at, loaded)) = known.get(name)
            && read_at.elapsed() < FRESH
        {
            return Ok(loaded.clone());
        }
        let (key, mapper) = (key_of(template, outside).await?, mapper_of(name, template, outside).await?);
        let loaded = Arc::new(Loaded { key, mapper });
        known.insert(name.to_owned(), (Instant::now(), loaded.clone()));
        Ok(loaded)
    }
}
