//! How far an import came, in a file: it is written anew after each batch, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The form of the file.
const VERSION: u32 = 1;

/// How far an import came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    version: u32,
    /// The server that it went to.
    pub endpoint: String,
    /// What was imported from each source, in their order.
    pub sources: Vec<Progress>,
    /// Identities that were made.
    pub imported: u64,
    /// Documents that were refused.
    pub refused: u64,
    /// Documents that an interrupted try had stored already.
    pub already_there: u64,
    /// The length of the report of refused documents.
    pub report_bytes: u64,
}

/// How far one source came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The source's name.
    pub name: String,
    /// Documents that are done with.
    pub documents: u64,
    /// SHA-256 of these, in hexadecimal digits.
    pub sha256: String,
}

/// Why an import cannot go on where it was interrupted, or cannot note down how far it came.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("the resume file {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// It belongs to another import.
    #[error("the resume file belongs to another import: {0}. Remove it to begin anew.")]
    Other(String),
}

impl Checkpoint {
    /// One that nothing has been done of.
    pub fn new(endpoint: &str) -> Self {
        Self { version: VERSION, endpoint: endpoint.to_owned(), ..Self::default() }
    }

    /// The one in a file; nothing where there is no such file.
    ///
    /// # Errors
    /// Where the file cannot be read, or is of another import.
    pub fn read(path: &Path, endpoint: &str) -> Result<Option<Self>, CheckpointError> {
        let failed = |reason: String| CheckpointError::File { path: path.to_owned(), reason };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error.to_string())),
        };
        let read: Self = serde_json::from_slice(&text).map_err(|error| failed(format!("it is none: {error}")))?;
        if read.version != VERSION {
            return Err(failed(format!("it is of another version ({})", read.version)));
        }
        if read.endpoint != endpoint {
            return Err(CheckpointError::Other(format!("it went to {}", read.endpoint)));
        }
        Ok(Some(read))
    }

    /// Puts it into a file, in place of what was there.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        let write = || -> io::Result<()> {
            let mut file = File::create(&draft)?;
            serde_json::to_writer(&mut file, self)?;
            file.write_all(b"\n")?;
            file.sync_data()?;
            fs::rename(&draft, path)
        };
        write().map_err(|error| CheckpointError::File { path: path.to_owned(), reason: error.to_string() })
    }
}

/// A digest in hexadecimal digits.
pub(super) fn hex(digest: [u8; 32]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found_again_and_only_by_the_same_import() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("resume");
        assert_eq!(Checkpoint::read(&path, "http://a").unwrap(), None);
        let mut checkpoint = Checkpoint::new("http://a");
        checkpoint.sources.push(Progress { name: "people".to_owned(), documents: 7, sha256: hex([1; 32]) });
        checkpoint.write(&path).unwrap();
        checkpoint.imported = 7;
        checkpoint.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path, "http://a").unwrap(), Some(checkpoint));
        assert!(matches!(Checkpoint::read(&path, "http://b"), Err(CheckpointError::Other(_))));
        fs::write(&path, "{").unwrap();
        assert!(matches!(Checkpoint::read(&path, "http://a"), Err(CheckpointError::File { .. })));
    }
}
