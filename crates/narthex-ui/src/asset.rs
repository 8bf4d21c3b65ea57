//! The files that pages refer to: style sheet, script, icon. Named by their content, so that browsers may keep them for good.

use std::borrow::Cow;

/// A file to be served below `{base}/assets/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset<'a> {
    /// The content.
    pub bytes: &'a [u8],
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// Whether the name stands for exactly this content: then it may be cached for a year (`immutable`), else not at all.
    pub immutable: bool,
}

/// A file and the name that its content gives it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    name: String,
    content: Cow<'static, str>,
}

impl File {
    pub(crate) fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        content: impl Into<Cow<'static, str>>,
    ) -> Self {
        let content = content.into();
        let name = format!("{stem}-{:016x}.{extension}", fnv1a(content.as_bytes()));
        Self { stem, extension, content_type, name, content }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    /// This file, if `name` asks for it. A page of another version asks for another content: it gets what there is.
    pub(crate) fn asked_for(&self, name: &str) -> Option<Asset<'_>> {
        let hash = name.strip_prefix(self.stem)?.strip_prefix('-')?.strip_suffix(self.extension)?.strip_suffix('.')?;
        (hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Asset {
            bytes: self.content.as_bytes(),
            content_type: self.content_type,
            immutable: name == self.name,
        })
    }
}

/// FNV-1a with 64 bits: tells versions of our own files apart, and is the same on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn only_the_exact_name_is_kept_for_good() {
        let file = File::new("page", "css", "text/css", "a{}");
        assert!(file.asked_for(file.name()).unwrap().immutable);
        assert!(!file.asked_for("page-0000000000000000.css").unwrap().immutable);
        for name in ["page.css", "page-.css", "page-0.css", "page-000000000000000g.css", "page-0000000000000000.js", "../page"] {
            assert_eq!(file.asked_for(name), None, "{name}");
        }
    }
}
