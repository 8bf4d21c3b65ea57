//! The report of an import: a line of JSON for each document that was refused. It holds no document.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use narthex::startup::StartError;
use narthex_client::Refusal;
use serde_json::json;

use crate::process::failed;

pub(super) struct Report {
    file: File,
    lines: Vec<u8>,
    length: u64,
}

impl Report {
    /// An empty report; or, with `known`, the one that is there, as far as it is known to be right.
    pub(super) fn open(path: &Path, known: Option<u64>) -> Result<Self, StartError> {
        let open = || -> io::Result<Self> {
            let mut file = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path)?;
            let length = known.unwrap_or(0).min(file.metadata()?.len());
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            Ok(Self { file, lines: Vec::new(), length })
        };
        open().map_err(|error| failed(format!("the report {} cannot be written: {error}", path.display())))
    }

    pub(super) fn add(&mut self, refusal: &Refusal) -> io::Result<()> {
        let line = json!({
            "source": refusal.place.source,
            "line": refusal.place.line,
            "index": refusal.place.index,
            "status": refusal.status,
            "reason": refusal.reason,
        });
        writeln!(self.lines, "{line}")
    }

    /// Brings what was added onto the disk. Answers the length of the whole.
    pub(super) fn sync(&mut self) -> io::Result<u64> {
        if !self.lines.is_empty() {
            self.file.write_all(&self.lines)?;
            self.file.sync_data()?;
            self.length += self.lines.len() as u64;
            self.lines.clear();
        }
        Ok(self.length)
    }
}
