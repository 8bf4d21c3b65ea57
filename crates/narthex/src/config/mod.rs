//! The settings in force: the configuration, and what is worked out from it once, at start or reload, for all requests.
//! Never reads a file by itself: `schemas.rs` does, through `outside`. Next: `narthex-config` for the keys.

pub mod schemas;
pub mod source;

use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;
use narthex_config::{Config, SameSite};
use narthex_courier::{Composer, CourierError, Locale};

use crate::edge::admin_key::AdminKeys;
use crate::edge::caller::csrf_cookie_name;
use crate::edge::cookie::{Attributes, Sealer};
use crate::edge::cors::Policy;
use crate::edge::{Origin, cookie, return_to::AllowList};
use crate::hook::snippets::Snippets;
use crate::hook::{self, signature::Signer};
use crate::outside::Outside;
use crate::secret::Keys;
use schemas::Schemas;

/// The settings of a moment. A request keeps those that it began with.
pub struct Settings {
    /// The configuration.
    pub config: Arc<Config>,
    /// The identity schemas, compiled.
    pub schemas: Schemas,
    /// The jsonnet of the web hooks.
    pub snippets: Snippets,
    /// Signs the calls of web hooks.
    pub signer: Signer,
    /// Where browsers may be sent.
    pub return_to: AllowList,
    /// The attributes of cookies.
    pub cookies: Attributes,
    /// The attributes of the session's cookie.
    pub session_cookie: Attributes,
    /// Seals what cookies hold.
    pub sealer: Sealer,
    /// What has been read to make sessions tokens.
    pub tokenizer: crate::session::tokenizer::Tokenizer,
    /// Seals places in lists.
    pub page_sealer: Sealer,
    /// Digests codes and tokens that are kept.
    pub code_keys: Keys,
    /// The name of the anti-forgery cookie.
    pub csrf_cookie_name: String,
    /// The server's address as others know it, without a slash at its end.
    pub public_url: String,
    /// The host and port that the public listener is reached at, where a request does not say.
    pub public_host: String,
    /// Whether the public listener speaks TLS by itself.
    pub public_tls: bool,
    /// Whose forwarding headers are believed; everyone's where there is no list.
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// Networks from which tries are not counted together.
    pub throttle_exempt: Vec<IpNet>,
    /// The most bytes of a body.
    pub body_limit: usize,
    /// What pages of other origins may do; nothing where they are not told apart.
    pub cors: Option<Policy>,
    /// Names the state of the configuration, so that operators can see which one is in force.
    pub fingerprint: String,
    /// The keys of the admin listener.
    pub admin_keys: AdminKeys,
    /// How new passwords are hashed.
    pub hashing: narthex_hash::Settings,
    /// Puts messages into words.
    pub composer: Composer,
    /// How the server's own pages look.
    pub theme: narthex_ui::Theme,
    /// How those of the admin listener look.
    pub admin_theme: narthex_ui::Theme,
}

impl Settings {
    /// The settings that follow from `config` and the documents that it names, which are read for it.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub async fn load(config: Arc<Config>, hash: String, outside: &Outside) -> Result<Self, Vec<String>> {
        let (schemas, snippets) = tokio::join!(Schemas::load(&config, outside), Snippets::load(&config, outside));
        match (schemas, snippets, hook::check(&config)) {
            (Ok(schemas), Ok(snippets), Ok(())) => Self::new(config, schemas, snippets, hash, outside),
            (schemas, snippets, hooks) => {
                let schemas = schemas.err().into_iter().flatten().map(|error| error.to_string());
                let snippets = snippets.err().into_iter().flatten().map(|error| error.to_string());
                Err(schemas.chain(snippets).chain(hooks.err().into_iter().flatten()).collect())
            }
        }
    }

    /// Where a request comes from.
    pub fn origin<'a>(&'a self, peer: SocketAddr, headers: &'a HeaderMap) -> Origin<'a> {
        Origin { proxies: self.trusted_proxies.as_deref(), header: self.config.narthex.client_address_header.as_deref(), peer, headers }
    }

    /// Whether a sign-in code for an address that no account has is answered as if it had been sent.
    pub fn hides_unknown_recipients(&self) -> bool {
        self.config.security.account_enumeration.mitigate && self.config.narthex.security.hide_unknown_recipients
    }

    /// The settings that follow from `config`, whose state `hash` names.
    ///
    /// # Errors
    /// Each way in which pages or messages cannot look as they are told to.
    pub fn new(config: Arc<Config>, schemas: Schemas, snippets: Snippets, hash: String, outside: &Outside) -> Result<Self, Vec<String>> {
        let brand = |error| vec![format!("narthex.ui.brand: {error}")];
        let theme = crate::pages::theme::public(&config).map_err(brand)?;
        let admin_theme = crate::pages::theme::admin(&config).map_err(brand)?;
        let composer = composer(&config, outside)?;
        let signer = Signer::new(&config.narthex.webhooks.secrets).map_err(|error| vec![error])?;
        let public = &config.serve.public;
        let public_url = public.base_url.as_str().trim_end_matches('/').to_owned();
        let own_pages = (config.narthex.ui.enabled == Some(true)).then(|| format!("{public_url}/ui/"));
        let allowed = config.selfservice.allowed_return_urls.iter().map(|url| url.as_str().to_owned());
        let allowed: Vec<String> = allowed.chain(own_pages).collect();
        let fallback = config.selfservice.default_browser_return_url.as_str();
        let session = &config.session.cookie;
        let secrets: Vec<&[u8]> = config.secrets.cookie.iter().map(|secret| secret.expose().as_bytes()).collect();
        Ok(Self {
            return_to: AllowList::new(&allowed, &public_url, fallback, config.feature_flags.legacy_allow_insecure_origins),
            cookies: Attributes {
                domain: config.cookies.domain.clone().filter(|domain| !domain.is_empty()),
                path: config.cookies.path.clone(),
                same_site: same_site(config.cookies.same_site),
                secure: config.cookies.secure,
            },
            session_cookie: Attributes {
                domain: session.domain.clone().filter(|domain| !domain.is_empty()),
                path: session.path.clone(),
                same_site: same_site(session.same_site),
                secure: session.secure,
            },
            sealer: Sealer::new(secrets.iter().copied()),
            tokenizer: crate::session::tokenizer::Tokenizer::default(),
            page_sealer: Sealer::new(config.secrets.pagination.iter().map(|secret| secret.expose().as_bytes())),
            code_keys: Keys::new(secrets),
            csrf_cookie_name: csrf_cookie_name(public.base_url.as_str()),
            public_host: format!("{}:{}", public.base_url.host_str().unwrap_or("localhost"), public.port),
            public_tls: public.tls.material().is_some(),
            trusted_proxies: config.narthex.trusted_proxies.as_deref().map(blocks),
            throttle_exempt: blocks(&config.narthex.security.throttle.network.exempt),
            body_limit: usize::try_from(config.narthex.limits.body_bytes).unwrap_or(usize::MAX),
            cors: public.cors.as_ref().and_then(Policy::new),
            fingerprint: config.revision.clone().filter(|revision| !revision.is_empty()).unwrap_or(hash),
            admin_keys: AdminKeys::new(&config.narthex.admin.api_keys),
            hashing: hashing(&config),
            composer,
            signer,
            theme,
            admin_theme,
            public_url,
            schemas,
            snippets,
            config,
        })
    }
}

fn same_site(configured: SameSite) -> cookie::SameSite {
    match configured {
        SameSite::Strict => cookie::SameSite::Strict,
        SameSite::Lax => cookie::SameSite::Lax,
        SameSite::None => cookie::SameSite::None,
    }
}

fn hashing(config: &Config) -> narthex_hash::Settings {
    let argon2 = &config.hashers.argon2;
    match config.hashers.algorithm {
        narthex_config::Hasher::Bcrypt => narthex_hash::Settings::Bcrypt { cost: config.hashers.bcrypt.cost },
        narthex_config::Hasher::Argon2 => narthex_hash::Settings::Argon2id {
            memory_kib: u32::try_from(argon2.memory / 1024).unwrap_or(u32::MAX),
            iterations: argon2.iterations,
            parallelism: argon2.parallelism,
            salt_length: argon2.salt_length,
            key_length: argon2.key_length,
        },
    }
}

fn composer(config: &Config, outside: &Outside) -> Result<Composer, Vec<String>> {
    let locale = config.narthex.ui.locale.as_deref().and_then(Locale::parse).unwrap_or(Locale::English);
    let told = |errors: Vec<CourierError>| errors.iter().map(ToString::to_string).collect();
    Composer::new(locale, None).with_overrides(&config.courier, outside.for_courier()).map_err(told)
}

/// The configured blocks; single addresses are blocks of one. What is neither was refused when the configuration was checked.
fn blocks(configured: &[String]) -> Vec<IpNet> {
    let block = |text: &String| text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    configured.iter().filter_map(block).collect()
}
