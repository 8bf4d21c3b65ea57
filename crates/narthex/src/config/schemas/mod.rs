//! The identity schemas that the configuration names: fetched and compiled at start and at each reload, never for a request.
//! A source that goes away later changes nothing. Next: `http.rs` for how clients read them.

pub(crate) mod http;

use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use narthex_config::Config;
use narthex_schema::{IdentitySchema, References};
use url::Url;

use crate::config::source;
use crate::outside::Outside;

/// As many documents as the references of one schema may bring in.
const REFERENCES: usize = 64;

/// A schema with what the configuration says of it.
pub struct Schema {
    /// The name by which identities refer to it.
    pub id: String,
    /// Whether a flow may be begun for it by name.
    pub selectable: bool,
    /// The schema itself.
    pub compiled: IdentitySchema,
    /// The file that it was read from, if it was one.
    source: Option<Source>,
}

/// A file as it was when it was read.
struct Source {
    path: String,
    modified: SystemTime,
}

impl Source {
    /// The file at `url`, if that is one and can be looked at.
    fn look(url: &str) -> Option<Self> {
        let path = url.strip_prefix("file://")?;
        Some(Self { path: path.to_owned(), modified: modified(path)? })
    }
}

fn modified(path: &str) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|found| found.modified()).ok()
}

/// All schemas, in the order of the configuration.
#[derive(Clone)]
pub struct Schemas {
    all: Arc<Vec<Schema>>,
    default: String,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("identity schema \"{id}\" ({url}): {reason}")]
pub struct SchemaLoadError {
    id: String,
    url: String,
    reason: String,
}

impl Schemas {
    /// Fetches and compiles the schemas of `config`.
    ///
    /// # Errors
    /// One for each schema that cannot be had or is none.
    pub async fn load(config: &Config, outside: &Outside) -> Result<Self, Vec<SchemaLoadError>> {
        let mut all = Vec::new();
        let mut errors = Vec::new();
        for entry in &config.identity.schemas {
            let url = entry.url.as_str();
            let source = Source::look(url);
            match compile(config, url, outside).await {
                Ok(compiled) => all.push(Schema { id: entry.id.clone(), selectable: entry.selfservice_selectable, compiled, source }),
                Err(reason) => errors.push(SchemaLoadError { id: entry.id.clone(), url: source::shortened(url), reason }),
            }
        }
        if errors.is_empty() { Ok(Self { all: Arc::new(all), default: config.identity.default_schema_id.clone() }) } else { Err(errors) }
    }

    /// Whether a file was written since a schema was read from it. One that is gone was not: what was read of it still counts.
    pub fn have_changed(&self) -> bool {
        let sources = self.all.iter().filter_map(|schema| schema.source.as_ref());
        sources.into_iter().any(|source| modified(&source.path).is_some_and(|modified| modified != source.modified))
    }

    /// The schema of this id, which may also be written in base64url, as it stands in the schema's address.
    pub fn get(&self, id: &str) -> Option<&Schema> {
        let named = |id: &str| self.all.iter().find(|schema| schema.id == id);
        named(id).or_else(|| named(std::str::from_utf8(&URL_SAFE_NO_PAD.decode(id).ok()?).ok()?))
    }

    /// Where clients of the server at `public_url` can read the schema of this id.
    pub fn url(&self, public_url: &str, id: &str) -> String {
        let id = self.get(id).map_or(id, |schema| &schema.id);
        format!("{public_url}/schemas/{}", URL_SAFE_NO_PAD.encode(id))
    }

    /// The id of the schema that is used where none is named.
    pub fn default_id(&self) -> &str {
        &self.default
    }

    /// The schema that a flow is for: the one it names, or the default.
    pub fn for_flow(&self, named: Option<&str>) -> Option<&Schema> {
        self.get(named.unwrap_or(&self.default))
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        self.all.iter()
    }
}

/// A reference reads only what the configuration names: other schemas, and documents listed for the purpose.
fn may_refer(config: &Config, url: &Url) -> bool {
    let schemas = config.identity.schemas.iter().map(|schema| &schema.url);
    schemas.chain(&config.narthex.schema_references).any(|named| Url::parse(named.as_str()).is_ok_and(|named| named == *url))
}

/// Fetches a schema, and what it refers to as far as the configuration allows references, and compiles it.
async fn compile(config: &Config, url: &str, outside: &Outside) -> Result<IdentitySchema, String> {
    let text = source::read(url, outside).await?;
    let mut references = References::none();
    if let Ok(base) = Url::parse(url)
        && !base.cannot_be_a_base()
        && base.scheme() != "base64"
    {
        references = references.with_base(base);
    }
    let mut fetched: Vec<Url> = Vec::new();
    loop {
        let error = match IdentitySchema::compile(&text, &references) {
            Ok(compiled) => return Ok(compiled),
            Err(error) => error,
        };
        let missing: Vec<Url> = error.missing_references().iter().filter(|url| !fetched.contains(url)).cloned().collect();
        let refused = missing.iter().find(|url| !may_refer(config, url));
        if missing.is_empty() || config.security.disallow_ref_in_identity_schemas || fetched.len() > REFERENCES {
            return Err(error.to_string());
        }
        if let Some(url) = refused {
            return Err(format!("$ref to {url}: no such document is configured. Name it in narthex.schema_references to have it read."));
        }
        for reference in missing {
            let document = source::read(reference.as_str(), outside).await.map_err(|reason| format!("$ref to {reference}: {reason}"))?;
            references = references.with(reference.clone(), document);
            fetched.push(reference);
        }
    }
}
