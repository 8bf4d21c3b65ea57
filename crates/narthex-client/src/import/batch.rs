//! Documents that are sent together, read ahead by a thread of their own.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::documents::{Document, Documents, SyntaxError};

/// The most documents of one request.
pub(super) const DOCUMENTS: usize = 500;
/// The most bytes of one request, well below what the server takes.
const BYTES: usize = 4 * 1024 * 1024;
/// The most passwords of one request that have to be hashed.
const PASSWORDS: usize = 100;
/// Batches that are read ahead.
const AHEAD: usize = 2;

/// Documents of one source that are sent together.
#[derive(Debug)]
pub(super) struct Batch {
    /// The documents, those that are none included.
    pub(super) documents: Vec<Document>,
    /// SHA-256 of all documents of the source up to the end of this batch.
    pub(super) digest: [u8; 32],
}

/// Cuts a source into batches. Documents that were read before come first.
pub(super) struct Batches {
    ahead: VecDeque<Document>,
    rest: Documents,
    digest: Sha256,
    read: u64,
    failed: Option<SyntaxError>,
}

impl Batches {
    pub(super) fn new(ahead: Vec<Document>, rest: Documents) -> Self {
        Self { ahead: ahead.into(), rest, digest: Sha256::new(), read: 0, failed: None }
    }

    fn next_document(&mut self) -> Result<Option<Document>, SyntaxError> {
        let next = match self.ahead.pop_front() {
            Some(document) => Some(document),
            None => self.rest.next_document()?,
        };
        if let Some(document) = &next {
            self.digest.update(&document.bytes);
            self.digest.update(b"\n");
            self.read += 1;
        }
        Ok(next)
    }

    /// Passes over as many documents. Answers their digest; nothing where there are not as many.
    pub(super) fn skip(&mut self, documents: u64) -> Result<Option<[u8; 32]>, SyntaxError> {
        while self.read < documents {
            if self.next_document()?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(self.digest()))
    }

    fn digest(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// The next batch. What was read before a mistake still comes; the mistake comes after it.
    fn next_batch(&mut self) -> Result<Option<Batch>, SyntaxError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut batch = Batch { documents: Vec::new(), digest: [0; 32] };
        let (mut bytes, mut passwords) = (0, 0);
        while batch.documents.len() < DOCUMENTS && bytes < BYTES && passwords < PASSWORDS {
            let document = match self.next_document() {
                Ok(Some(document)) => document,
                Ok(None) => break,
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            };
            bytes += document.bytes.len();
            passwords += usize::from(document.plain_password);
            batch.documents.push(document);
        }
        batch.digest = self.digest();
        if batch.documents.is_empty() { self.failed.take().map_or(Ok(None), Err) } else { Ok(Some(batch)) }
    }

    /// Reads on a thread of its own, as far ahead as a few batches.
    pub(super) fn read_ahead(mut self) -> std::io::Result<mpsc::Receiver<Result<Batch, SyntaxError>>> {
        let (sender, batches) = mpsc::channel(AHEAD);
        std::thread::Builder::new().name("import".to_owned()).spawn(move || {
            loop {
                let next = match self.next_batch() {
                    Ok(Some(batch)) => Ok(batch),
                    Ok(None) => return,
                    Err(error) => Err(error),
                };
                let last = next.is_err();
                if sender.blocking_send(next).is_err() || last {
                    return;
                }
            }
        })?;
        Ok(batches)
    }
}
