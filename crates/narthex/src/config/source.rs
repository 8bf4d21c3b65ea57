//! Documents that the configuration names by their address: read once, at start and at reload.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::outside::Outside;

/// The text at this address: `file://`, `http://`, `https://` or `base64://`.
///
/// # Errors
/// Why there is none.
pub async fn read(url: &str, outside: &Outside) -> Result<String, String> {
    if let Some(encoded) = url.strip_prefix("base64://") {
        let bytes = STANDARD.decode(encoded).map_err(|error| format!("what follows base64:// is not base64: {error}"))?;
        return String::from_utf8(bytes).map_err(|_| "what follows base64:// is not UTF-8 text".to_owned());
    }
    if let Some(path) = url.strip_prefix("file://") {
        return tokio::fs::read_to_string(path).await.map_err(|error| format!("the file {path} cannot be read: {error}"));
    }
    if url.starts_with("http://") || url.starts_with("https://") {
        return outside.get_text(url).await.map_err(|error| error.to_string());
    }
    Err("the address begins with none of file://, http://, https://, base64://".to_owned())
}

/// An address, short enough for a message.
pub fn shortened(url: &str) -> String {
    if url.chars().count() > 80 { url.chars().take(77).chain("...".chars()).collect() } else { url.to_owned() }
}
