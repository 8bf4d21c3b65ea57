//! Texts that a configuration points to by URI: `base64://`, `file://`, `http://`, `https://`.
//! Never fetches before a text is needed; what was fetched once is kept as long as the configuration.
//! Next: `channel/http.rs` reads Jsonnet with it, `template/overrides` Go templates.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use tokio::sync::OnceCell;
use url::Url;

use crate::outside::Http;

/// The largest text that is taken.
const LIMIT: usize = 5 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a text that could not be fetched is not asked for again.
const PAUSE: Duration = Duration::from_secs(10);

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

type Parse<T> = Box<dyn Fn(&str) -> Result<T, String> + Send + Sync>;

/// A text in the form that it is used in.
pub(crate) enum Document<T> {
    Here(T),
    Remote(Box<Remote<T>>),
}

pub(crate) struct Remote<T> {
    url: Url,
    parse: Parse<T>,
    fetched: OnceCell<T>,
    failed: Mutex<Option<(Instant, String)>>,
}

impl<T> Document<T> {
    /// Reads and parses the text, unless it has to be fetched.
    pub(crate) fn open(uri: &str, parse: impl Fn(&str) -> Result<T, String> + Send + Sync + 'static) -> Result<Self, String> {
        if let Some(encoded) = uri.strip_prefix("base64://") {
            let bytes = BASE64.decode(encoded).map_err(|_| "is no base64")?;
            let text = String::from_utf8(bytes).map_err(|_| "is no UTF-8")?;
            return parse(&text).map(Self::Here);
        }
        if let Some(path) = uri.strip_prefix("file://") {
            let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
            return parse(&text).map(Self::Here);
        }
        let url = Url::parse(uri).map_err(|error| format!("is no URI: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("has scheme {}, not base64, file, http or https", url.scheme()));
        }
        let (fetched, failed) = (OnceCell::new(), Mutex::new(None));
        Ok(Self::Remote(Box::new(Remote { url, parse: Box::new(parse), fetched, failed })))
    }

    /// The text, fetched if it was not yet.
    pub(crate) async fn get(&self, http: &Http) -> Result<&T, String> {
        match self {
            Self::Here(text) => Ok(text),
            Self::Remote(remote) => remote.get(http).await,
        }
    }
}

impl<T> Remote<T> {
    async fn get(&self, http: &Http) -> Result<&T, String> {
        let fetched = self.fetched.get_or_try_init(|| async {
            if let Some((when, why)) = &*self.failed.lock().unwrap_or_else(PoisonError::into_inner)
                && when.elapsed() < PAUSE
            {
                return Err(why.clone());
            }
            let result = match fetch(http, &self.url).await {
                Ok(text) => (self.parse)(&text),
                Err(error) => Err(error),
            };
            if let Err(why) = &result {
                let failed = (Instant::now(), why.clone());
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
            }
            result
        });
        fetched.await
    }
}

async fn fetch(http: &Http, url: &Url) -> Result<String, String> {
    // The error's own text may show a query with a token in it.
    let told = |error: reqwest::Error| format!("cannot be fetched: {}", error.without_url());
    let client = http.client(url).map_err(|why| format!("cannot be fetched: {why}"))?;
    let mut response = client.get(url.clone()).timeout(TIMEOUT).send().await.map_err(told)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(format!("cannot be fetched: the server answers {}", response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        body.extend_from_slice(&chunk);
        if body.len() > LIMIT {
            return Err(format!("is longer than {LIMIT} bytes"));
        }
    }
    String::from_utf8(body).map_err(|_| "is no UTF-8".to_owned())
}

impl<T: std::fmt::Debug> std::fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here(text) => text.fmt(f),
            Self::Remote(remote) => {
                write!(f, "Remote({})", remote.url.host_str().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(uri: &str) -> Result<String, String> {
        match Document::open(uri, |text| Ok(text.to_owned()))? {
            Document::Here(text) => Ok(text),
            Document::Remote(remote) => Ok(format!("remote {}", remote.url)),
        }
    }

    #[test]
    fn base64_is_taken_with_and_without_padding() {
        assert_eq!(open("base64://aGk="), Ok("hi".into()));
        assert_eq!(open("base64://aGk"), Ok("hi".into()));
        assert_eq!(open("base64://"), Ok(String::new()));
        assert!(open("base64://%%").is_err());
        assert!(open("base64:///w==").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn files_are_read_and_missing_ones_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hello").unwrap();
        assert_eq!(open(&format!("file://{}", file.path().display())), Ok("hello".into()));
        assert!(open("file:///nowhere/at/all").unwrap_err().contains("/nowhere/at/all"));
    }

    #[test]
    fn only_known_schemes_are_taken() {
        assert_eq!(open("https://example.org/a?b"), Ok("remote https://example.org/a?b".into()));
        assert!(open("ftp://example.org/a").unwrap_err().contains("ftp"));
        assert!(open("/etc/passwd").is_err());
    }

    #[test]
    fn what_cannot_be_parsed_is_refused() {
        let refused = Document::<()>::open("base64://aGk=", |_| Err("is no template".into()));
        assert_eq!(refused.err().unwrap(), "is no template");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(uri in "(base64://|https?://|)[^f]{0,64}") {
            let _ = open(&uri);
        }
    }
}
