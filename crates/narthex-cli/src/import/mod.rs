//! `import identities`. A small import is done as the reference does it: all of it is read first, each document is sent by itself,
//! and what was made of it is shown. A large one is streamed in batches, can be resumed, and shows its sums.
//! Next: `bulk.rs` for the large ones.

mod bulk;
mod progress;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use narthex::startup::StartError;
use narthex_client::{AdminClient, ClientError, Document, Documents, Source, Tally};

use crate::args::ImportIdentities;
use crate::connect::client;
use crate::identities::{shown, told};
use crate::process::{self, failed};
use progress::Progress;

/// The most documents of a small import.
const SMALL: usize = 1000;
/// The most bytes of a small import.
const SMALL_BYTES: usize = 8 * 1024 * 1024;
/// What the standard input is called, as scripts know it.
const STDIN: &str = "STD_IN";

/// Imports what the files or the standard input hold.
pub(crate) fn identities(args: &ImportIdentities) -> ExitCode {
    process::run(async {
        let client = client(&args.endpoint)?;
        let inputs: Vec<Input> = sources(&args.files)?.into_iter().map(Input::of).collect();
        if args.resume_file.is_some() || args.report.is_some() {
            return bulk::import(&client, args, inputs).await;
        }
        match read_small(inputs)? {
            Read::All(documents) => small(&client, args, documents).await,
            Read::Some(inputs) => bulk::import(&client, args, inputs).await,
        }
    })
}

/// The files, each of which can be opened; the standard input without any.
pub(crate) fn sources(files: &[PathBuf]) -> Result<Vec<Source>, StartError> {
    if files.is_empty() {
        return Ok(vec![Source::stream(STDIN, std::io::stdin())]);
    }
    let open = |path: &PathBuf| Source::file(path).map_err(|error| format!("{} cannot be read: {error}", path.display()));
    let (good, bad): (Vec<_>, Vec<_>) = files.iter().map(open).partition(Result::is_ok);
    let reasons: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    if reasons.is_empty() { Ok(good.into_iter().filter_map(Result::ok).collect()) } else { Err(StartError(reasons)) }
}

/// A source with what was read of it so far.
pub(crate) struct Input {
    name: String,
    bytes: Option<u64>,
    ahead: Vec<Document>,
    rest: Documents,
}

impl Input {
    fn of(source: Source) -> Self {
        let (name, bytes) = (source.name.clone(), source.bytes);
        Self { name, bytes, ahead: Vec::new(), rest: Documents::of(source) }
    }
}

enum Read {
    All(Vec<Document>),
    Some(Vec<Input>),
}

/// Reads until it is clear whether the import is a small one. Nothing has been sent when a mistake is found here.
fn read_small(mut inputs: Vec<Input>) -> Result<Read, StartError> {
    let (mut count, mut bytes) = (0, 0);
    for input in &mut inputs {
        while let Some(document) = input.rest.next_document().map_err(failed)? {
            count += 1;
            bytes += document.bytes.len();
            input.ahead.push(document);
            if count > SMALL || bytes > SMALL_BYTES {
                return Ok(Read::Some(inputs));
            }
        }
    }
    let documents: Vec<Document> = inputs.into_iter().flat_map(|input| input.ahead).collect();
    let faults = documents.iter().filter_map(|document| document.fault.as_ref().map(|fault| format!("{}: {fault}", document.place)));
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(Read::All(documents)) } else { Err(StartError(faults)) }
}

async fn small(client: &AdminClient, args: &ImportIdentities, documents: Vec<Document>) -> Result<ExitCode, StartError> {
    let (mut made, mut failures) = (Vec::new(), Vec::new());
    let mut progress = Progress::new(Some(documents.iter().map(|document| document.bytes.len() as u64).sum()));
    let mut done = 0;
    for document in documents {
        done += document.bytes.len() as u64;
        match client.create(document.bytes).await {
            Ok(identity) => made.push(identity),
            Err(error @ (ClientError::Unreachable { .. } | ClientError::Settings(_))) => {
                failures.push(format!("{}: {error}", document.place));
                break;
            }
            Err(error) => failures.push(format!("{}: {error}", document.place)),
        }
        let tally = Tally { imported: made.len() as u64, refused: failures.len() as u64, already_there: 0 };
        progress.show(&tally, done);
    }
    progress.end();
    let output = shown(made);
    let output = if output.single { output } else { output.leading_on("") };
    output.print(&args.format)?;
    Ok(told(&failures))
}
