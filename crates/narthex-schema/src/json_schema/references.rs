//! The documents a schema may refer to, fetched beforehand, and the ones that it consists of while it is compiled.
//! Never here: fetching. Next: `compile.rs`.

use std::collections::HashMap;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

/// Bytes that one document may have.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Documents that a schema may consist of.
const MAX_DOCUMENTS: usize = 64;

/// What a schema may refer to beyond itself: its own address, against which relative references resolve, and
/// the text of other documents by address. A `base64://` address carries its document itself.
#[derive(Debug, Clone, Default)]
pub struct References {
    base: Option<Url>,
    documents: HashMap<Url, String>,
}

impl References {
    /// Nothing: the schema has to be complete in itself.
    pub fn none() -> Self {
        Self::default()
    }

    /// The address that the schema came from.
    #[must_use]
    pub fn with_base(mut self, base: Url) -> Self {
        self.base = Some(base);
        self
    }

    /// A document that may be referred to, by its address (a fragment in it does not count).
    #[must_use]
    pub fn with(mut self, mut address: Url, text: impl Into<String>) -> Self {
        address.set_fragment(None);
        self.documents.insert(address, text.into());
        self
    }
}

/// One parsed document.
pub(super) struct Document {
    /// Where it came from, without a fragment.
    pub(super) url: Url,
    pub(super) root: Value,
    /// Pointers of the subschemas that have a `$id`, by what it resolves to.
    ids: HashMap<Url, String>,
}

/// All documents in use; the first one is the schema itself.
pub(super) struct Documents<'a> {
    references: &'a References,
    loaded: Vec<Rc<Document>>,
}

/// Why a reference leads nowhere.
pub(super) enum Dead {
    /// The document is not among those given.
    Missing(Url),
    /// Anything else, in words.
    Wrong(String),
}

impl<'a> Documents<'a> {
    pub(super) fn new(root: Value, references: &'a References) -> Result<Self, Dead> {
        let url = match &references.base {
            Some(url) => url.clone(),
            None => Url::parse("schema:/").map_err(|e| Dead::Wrong(e.to_string()))?,
        };
        let mut documents = Self { references, loaded: Vec::new() };
        documents.add(url, root);
        Ok(documents)
    }

    pub(super) fn get(&self, index: usize) -> Option<Rc<Document>> {
        self.loaded.get(index).cloned()
    }

    /// The document and the pointer in it that a `$ref` means.
    pub(super) fn resolve(&mut self, from: usize, base: &Url, reference: &str) -> Result<(usize, String), Dead> {
        let wrong = |why: &str| Dead::Wrong(format!("\"{}\" {why}", shortened(reference)));
        let here = self.get(from).ok_or_else(|| wrong("has no document"))?;
        if reference.is_empty() || reference == "#" || reference == "#/" {
            return Ok((from, String::new()));
        }
        if reference.starts_with("#/") {
            return Ok((from, decoded(reference.trim_start_matches('#')).ok_or_else(|| wrong("is not UTF-8"))?));
        }
        let target = base.join(reference).map_err(|_| wrong("is not a URL"))?;
        if let Some(pointer) = here.ids.get(&target) {
            return Ok((from, pointer.clone()));
        }
        let mut address = target.clone();
        address.set_fragment(None);
        let fragment = decoded(target.fragment().unwrap_or_default()).ok_or_else(|| wrong("is not UTF-8"))?;
        if let Some(pointer) = here.ids.get(&address).filter(|_| fragment.is_empty() || fragment.starts_with('/')) {
            return Ok((from, format!("{pointer}{}", fragment.trim_end_matches('/'))));
        }
        let index = self.load(address)?;
        let document = self.get(index).ok_or_else(|| wrong("has no document"))?;
        match document.ids.get(&target) {
            Some(pointer) => Ok((index, pointer.clone())),
            None if fragment.is_empty() || fragment.starts_with('/') => Ok((index, fragment.trim_end_matches('/').to_owned())),
            None => Err(wrong("points to nothing")),
        }
    }

    fn load(&mut self, address: Url) -> Result<usize, Dead> {
        if let Some(index) = self.loaded.iter().position(|document| document.url == address) {
            return Ok(index);
        }
        if self.loaded.len() >= MAX_DOCUMENTS {
            return Err(Dead::Wrong(format!("more than {MAX_DOCUMENTS} documents are referred to")));
        }
        let inline;
        let text = match self.references.documents.get(&address) {
            Some(text) => text,
            None if address.scheme() == "base64" => {
                inline = inline_document(&address).ok_or_else(|| Dead::Wrong("the reference is not Base64 of UTF-8 text".into()))?;
                &inline
            }
            None => return Err(Dead::Missing(address)),
        };
        if text.len() > MAX_BYTES {
            return Err(Dead::Wrong(format!("the document referred to is larger than {MAX_BYTES} bytes")));
        }
        let root = serde_json::from_str(text).map_err(|e| Dead::Wrong(format!("the document referred to is not JSON: {e}")))?;
        Ok(self.add(address, root))
    }

    fn add(&mut self, mut url: Url, root: Value) -> usize {
        url.set_fragment(None);
        let mut ids = HashMap::new();
        collect_ids(&root, &url, &mut String::new(), &mut ids);
        self.loaded.push(Rc::new(Document { url, root, ids }));
        self.loaded.len() - 1
    }
}

/// The address that `$id` makes the base of a subschema.
pub(super) fn rebased(base: &Url, schema: &Value) -> Option<Url> {
    base.join(schema.get("$id")?.as_str()?).ok()
}

/// The address against which the `$id` of the subschema at a pointer resolves.
pub(super) fn base_at(document: &Document, pointer: &str) -> Url {
    let mut base = document.url.clone();
    let mut at = &document.root;
    for step in pointer.split('/').skip(1) {
        base = rebased(&base, at).unwrap_or(base);
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match at {
            Value::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
            other => other.get(&step),
        };
        let Some(next) = next else { break };
        at = next;
    }
    base
}

fn collect_ids(value: &Value, base: &Url, pointer: &mut String, ids: &mut HashMap<Url, String>) {
    let base = match rebased(base, value) {
        Some(id) => {
            ids.insert(id.clone(), pointer.clone());
            id
        }
        None => base.clone(),
    };
    let length = pointer.len();
    let mut descend = |step: &str, child: &Value| {
        pointer.push('/');
        pointer.push_str(step);
        collect_ids(child, &base, pointer, ids);
        pointer.truncate(length);
    };
    match value {
        Value::Object(members) => {
            for (name, child) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "enum" | "const" | "default" | "examples")) {
                descend(&super::compile::token(name), child);
            }
        }
        Value::Array(items) => {
            for (i, child) in items.iter().enumerate() {
                descend(&i.to_string(), child);
            }
        }
        _ => {}
    }
}

fn inline_document(address: &Url) -> Option<String> {
    let data = address.as_str().strip_prefix("base64://")?;
    let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(data).ok())?;
    String::from_utf8(bytes).ok()
}

fn decoded(fragment: &str) -> Option<String> {
    percent_decode_str(fragment).decode_utf8().ok().map(Into::into)
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}
