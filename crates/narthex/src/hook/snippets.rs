//! The jsonnet snippets that make the bodies of web hooks. Those of files and of the configuration itself are read and checked when
//! the configuration is loaded; those of web servers are fetched when first needed, as the reference server does, and then kept.

use std::collections::HashMap;
use std::sync::Arc;

use narthex_config::Config;
use narthex_jsonnet::Snippet;
use tokio::sync::OnceCell;

use super::places;
use crate::config::source;
use crate::outside::Outside;

/// The snippets of all web hooks, by their addresses.
#[derive(Clone, Debug, Default)]
pub struct Snippets(Arc<HashMap<String, OnceCell<Snippet>>>);

/// A snippet that cannot be had, or is no jsonnet.
#[derive(Debug, thiserror::Error)]
#[error("web hook to {target}: body ({url}): {reason}")]
pub struct SnippetError {
    target: String,
    url: String,
    reason: String,
}

impl Snippets {
    /// Reads and checks the snippets that `config` names, but for those that have to be fetched.
    ///
    /// # Errors
    /// One for each snippet that cannot be had or is none.
    pub async fn load(config: &Config, outside: &Outside) -> Result<Self, Vec<SnippetError>> {
        let mut known = HashMap::new();
        let mut errors = Vec::new();
        let migration = &config.selfservice.methods.password.config.migrate_hook.config;
        let migration = (migration.url.as_ref().map_or("", narthex_config::UrlRef::as_str), migration.body.as_deref());
        for (target, body) in places::web_hooks(config).map(|(_, hook)| (hook.url.as_str(), hook.body.as_deref())).chain([migration]) {
            let Some(url) = body.filter(|url| !known.contains_key(*url)) else { continue };
            if is_remote(url) {
                known.insert(url.to_owned(), OnceCell::new());
                continue;
            }
            match read(url, outside).await {
                Ok(snippet) => {
                    known.insert(url.to_owned(), OnceCell::new_with(Some(snippet)));
                }
                Err(reason) => errors.push(SnippetError { target: target.to_owned(), url: source::shortened(url), reason }),
            }
        }
        if errors.is_empty() { Ok(Self(Arc::new(known))) } else { Err(errors) }
    }

    /// The snippet at this address, fetched if it was not yet; nothing where the configuration does not name it.
    ///
    /// # Errors
    /// Where it cannot be fetched, or is no jsonnet.
    pub async fn get(&self, url: &str, outside: &Outside) -> Result<Option<&Snippet>, String> {
        match self.0.get(url) {
            Some(kept) => kept.get_or_try_init(|| read(url, outside)).await.map(Some),
            None => Ok(None),
        }
    }
}

fn is_remote(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

async fn read(url: &str, outside: &Outside) -> Result<Snippet, String> {
    let text =
        if url.contains("://") { source::read(url, outside).await? } else { source::read(&format!("file://{url}"), outside).await? };
    Snippet::parse(source::shortened(url), text).map_err(|error| error.to_string())
}
