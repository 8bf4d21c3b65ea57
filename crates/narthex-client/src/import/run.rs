//! Sends batches, a few at a time, and takes a batch apart where one document in it spoils the others.

use std::io;
use std::path::PathBuf;

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::batch::{Batch, Batches, DOCUMENTS};
use super::checkpoint::{Checkpoint, CheckpointError, Progress, hex};
use super::documents::{Document, Documents, Place, SyntaxError};
use super::there::is_there;
use crate::admin::AdminClient;
use crate::error::ClientError;

/// Batches that are under way at the same time.
const CONCURRENCY: usize = 2;
/// After an interruption, as many documents may have been stored without having been noted down.
const UNCERTAIN: u64 = (CONCURRENCY * DOCUMENTS) as u64;

/// What an import has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Identities that were made.
    pub imported: u64,
    /// Documents that were refused.
    pub refused: u64,
    /// Documents that had been stored by a try that was interrupted.
    pub already_there: u64,
}

impl Tally {
    /// All documents that were looked at.
    pub fn total(&self) -> u64 {
        self.imported + self.refused + self.already_there
    }
}

/// A document that was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where it stands.
    pub place: Place,
    /// The server's status; nothing where it was not even sent.
    pub status: Option<u16>,
    /// Why.
    pub reason: String,
}

/// Watches an import.
pub trait Observer {
    /// An identity was made.
    ///
    /// # Errors
    /// Those of writing it down, which end the import.
    fn imported(&mut self, id: &str) -> io::Result<()>;

    /// A document was refused.
    ///
    /// # Errors
    /// Those of writing it down, which end the import.
    fn refused(&mut self, refusal: &Refusal) -> io::Result<()>;

    /// A batch is done with. Answers the length of what was written down of refused documents, which is on the disk by now.
    ///
    /// # Errors
    /// Those of writing it down, which end the import.
    fn batch_done(&mut self, tally: &Tally, source: &str, offset: u64) -> io::Result<u64>;
}

/// Why an import ended early. What was done until then stays done.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The documents cannot be read on.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The server cannot be talked to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// How far it came cannot be kept, or belongs to another import.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// What is to be told cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// An import in the making.
pub struct Import<'a> {
    client: &'a AdminClient,
    checkpoint: Checkpoint,
    file: Option<PathBuf>,
    /// The source that an earlier try was interrupted in.
    interrupted_in: Option<usize>,
}

/// What became of one document.
enum Outcome {
    Imported(String),
    AlreadyThere,
    Refused { status: Option<u16>, reason: String },
}

#[derive(Deserialize)]
struct Answered {
    identities: Vec<Option<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    action: String,
    #[serde(default)]
    identity: Option<String>,
    #[serde(default)]
    error: Option<EntryError>,
}

#[derive(Deserialize)]
struct EntryError {
    code: u16,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl<'a> Import<'a> {
    /// An import that begins, or goes on, where `checkpoint` says, and notes down in `file` how far it came.
    pub fn new(client: &'a AdminClient, checkpoint: Checkpoint, file: Option<PathBuf>) -> Self {
        let interrupted_in = checkpoint.sources.len().checked_sub(1);
        Self { client, checkpoint, file, interrupted_in }
    }

    /// What has been done, that before an interruption included.
    pub fn tally(&self) -> Tally {
        let Checkpoint { imported, refused, already_there, .. } = self.checkpoint;
        Tally { imported, refused, already_there }
    }

    /// Imports a source, the `number`th; `ahead` was read from it before.
    ///
    /// # Errors
    /// Where it cannot be read on, the server cannot be talked to, or what was done cannot be noted down.
    pub async fn source(
        &mut self,
        number: usize,
        name: &str,
        ahead: Vec<Document>,
        rest: Documents,
        observer: &mut impl Observer,
    ) -> Result<(), ImportError> {
        let mut batches = Batches::new(ahead, rest);
        let done = if let Some(progress) = self.checkpoint.sources.get(number) {
            resume(&mut batches, progress, name)?
        } else {
            self.checkpoint.sources.push(Progress { name: name.to_owned(), ..Progress::default() });
            self.keep()?;
            0
        };
        let uncertain = if self.interrupted_in == Some(number) { done + UNCERTAIN } else { 0 };
        let client = self.client;
        let incoming = stream::unfold(batches.read_ahead()?, async |mut batches: mpsc::Receiver<_>| Some((batches.recv().await?, batches)));
        let stored = incoming.map(async |batch: Result<Batch, SyntaxError>| {
            let batch = batch?;
            let outcomes = store(client, &batch.documents, uncertain).await?;
            Ok::<_, ImportError>((batch, outcomes))
        });
        let mut stored = std::pin::pin!(stored.buffered(CONCURRENCY));
        while let Some(next) = stored.next().await {
            let (batch, outcomes) = next?;
            self.note(number, name, &batch, outcomes, observer)?;
        }
        Ok(())
    }

    fn note(
        &mut self,
        number: usize,
        name: &str,
        batch: &Batch,
        outcomes: Vec<Outcome>,
        observer: &mut impl Observer,
    ) -> Result<(), ImportError> {
        for (document, outcome) in batch.documents.iter().zip(outcomes) {
            match outcome {
                Outcome::Imported(id) => {
                    self.checkpoint.imported += 1;
                    observer.imported(&id)?;
                }
                Outcome::AlreadyThere => self.checkpoint.already_there += 1,
                Outcome::Refused { status, reason } => {
                    self.checkpoint.refused += 1;
                    observer.refused(&Refusal { place: document.place.clone(), status, reason })?;
                }
            }
        }
        let offset = batch.documents.last().map_or(0, |document| document.offset);
        self.checkpoint.report_bytes = observer.batch_done(&self.tally(), name, offset)?;
        if let Some(progress) = self.checkpoint.sources.get_mut(number) {
            progress.documents += batch.documents.len() as u64;
            progress.sha256 = hex(batch.digest);
        }
        Ok(self.keep()?)
    }

    fn keep(&self) -> Result<(), CheckpointError> {
        self.file.as_deref().map_or(Ok(()), |file| self.checkpoint.write(file))
    }
}

/// Passes over what was done before. Answers how many documents that are.
fn resume(batches: &mut Batches, progress: &Progress, name: &str) -> Result<u64, ImportError> {
    if progress.name != name {
        return Err(CheckpointError::Other(format!("it read {} where {name} is given now", progress.name)).into());
    }
    if progress.documents > 0 && batches.skip(progress.documents)?.map(hex).as_deref() != Some(&progress.sha256) {
        return Err(CheckpointError::Other(format!("{name} has other documents than it had then")).into());
    }
    Ok(progress.documents)
}

/// Has the server store documents. Those before `uncertain` may have been stored by an earlier try, which is no mistake.
async fn store(client: &AdminClient, documents: &[Document], uncertain: u64) -> Result<Vec<Outcome>, ClientError> {
    let fault = |document: &Document| document.fault.clone().map(|reason| Outcome::Refused { status: None, reason });
    let mut outcomes: Vec<Option<Outcome>> = documents.iter().map(fault).collect();
    let sound: Vec<usize> = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_none()).map(|(at, _)| at).collect();
    let mut parts = vec![sound];
    while let Some(part) = parts.pop() {
        let chosen: Vec<&Document> = part.iter().filter_map(|at| documents.get(*at)).collect();
        if chosen.is_empty() {
            continue;
        }
        let answer = client.create_many(body(&chosen)).await?;
        let entries = match (answer.status, &*part) {
            (200, _) => entries(&answer, chosen.len())?,
            // One of them spoils the others: halves tell which, the first of them first, so that of two that are the same the earlier one stays.
            (400 | 413, [_, _, ..]) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second.to_vec(), first.to_vec()]);
                continue;
            }
            (400 | 413, _) => {
                let reason = answer.reason().unwrap_or_else(|| answer.to_string());
                vec![Outcome::Refused { status: Some(answer.status), reason }]
            }
            _ => return Err(ClientError::Refused(answer)),
        };
        for ((at, document), outcome) in part.into_iter().zip(chosen).zip(entries) {
            let perhaps = answer.repeated || document.place.index < uncertain;
            let taken = matches!(outcome, Outcome::Refused { status: Some(409), .. });
            let outcome = if perhaps && taken && is_there(client, document).await? { Outcome::AlreadyThere } else { outcome };
            if let Some(place) = outcomes.get_mut(at) {
                *place = Some(outcome);
            }
        }
    }
    let lost = || Outcome::Refused { status: None, reason: "the server did not say what became of it".to_owned() };
    Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect())
}

/// The request for these documents, whose bytes go as they are.
fn body(documents: &[&Document]) -> Vec<u8> {
    let mut body = b"{\"identities\":[".to_vec();
    for (number, document) in documents.iter().enumerate() {
        body.extend_from_slice(if number == 0 { b"{\"create\":" } else { b",{\"create\":" });
        body.extend_from_slice(&document.bytes);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    body
}

/// What the server says of each document.
fn entries(answer: &crate::answer::Answer, expected: usize) -> Result<Vec<Outcome>, ClientError> {
    let answered: Option<Answered> = serde_json::from_slice(&answer.body).ok();
    let entries = answered.map(|answered| answered.identities).filter(|entries| entries.len() == expected);
    let entries = entries.ok_or_else(|| ClientError::Refused(answer.clone()))?;
    let outcome = |entry: Option<Entry>| match entry {
        Some(Entry { action, identity: Some(id), .. }) if action == "create" => Outcome::Imported(id),
        Some(Entry { error: Some(error), .. }) => {
            Outcome::Refused { status: Some(error.code), reason: error.reason.or(error.message).unwrap_or_default() }
        }
        _ => Outcome::Refused { status: None, reason: "the server did not say what became of it".to_owned() },
    };
    Ok(entries.into_iter().map(outcome).collect())
}
