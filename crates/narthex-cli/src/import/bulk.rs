//! A large import: streamed, with its progress on a terminal, a report of what was refused, and a file to resume by.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use narthex::startup::StartError;
use narthex_client::{AdminClient, Checkpoint, Import, Observer, Refusal, Tally};
use serde_json::json;

use super::Input;
use super::progress::Progress;
use super::report::Report;
use crate::args::ImportIdentities;
use crate::connect::endpoint;
use crate::output::Output;
use crate::process::failed;
use crate::streams::Stdout;

/// As many refused documents are named on the terminal; a report names all.
const NAMED: u64 = 20;

/// Imports all inputs, or what an interrupted try left of them.
pub(super) async fn import(client: &AdminClient, args: &ImportIdentities, inputs: Vec<Input>) -> Result<ExitCode, StartError> {
    let endpoint = endpoint(&args.endpoint)?;
    let known = args.resume_file.as_deref().map(|file| Checkpoint::read(file, &endpoint)).transpose().map_err(failed)?.flatten();
    let resumed = known.is_some();
    let checkpoint = known.unwrap_or_else(|| Checkpoint::new(&endpoint));
    let report = args.report.as_deref().map(|file| Report::open(file, resumed.then_some(checkpoint.report_bytes))).transpose()?;
    let mut import = Import::new(client, checkpoint, args.resume_file.clone());
    let total = inputs.iter().map(|input| input.bytes).sum::<Option<u64>>();
    let mut telling =
        Telling { ids: args.format.quiet.then(|| BufWriter::new(Stdout)), report, progress: Progress::new(total), named: 0, before: 0 };
    if resumed {
        eprintln!("Going on where the import was interrupted: documents done with so far: {}", import.tally().total());
    }
    let mut result = Ok(());
    for (number, input) in inputs.into_iter().enumerate() {
        result = import.source(number, &input.name, input.ahead, input.rest, &mut telling).await;
        if result.is_err() {
            break;
        }
        telling.before += input.bytes.unwrap_or(0);
    }
    telling.progress.end();
    let tally = import.tally();
    telling.conclude(&tally, args)?;
    match result {
        Err(error) if args.resume_file.is_some() => {
            Err(failed(format!("{error}\nThe import is not complete. The same command goes on from here, once that is mended.")))
        }
        Err(error) => Err(failed(format!("{error}\nThe import is not complete. With --resume-file it could be gone on with."))),
        Ok(()) if tally.refused > 0 => Ok(ExitCode::FAILURE),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// Tells of an import while it goes on.
struct Telling {
    ids: Option<BufWriter<Stdout>>,
    report: Option<Report>,
    progress: Progress,
    /// Refused documents that were named on the terminal.
    named: u64,
    /// Bytes of the inputs that are done with.
    before: u64,
}

impl Telling {
    /// The sums, in the format that was asked for.
    fn conclude(&mut self, tally: &Tally, args: &ImportIdentities) -> Result<(), StartError> {
        if self.named > NAMED {
            let hint = if self.report.is_some() { "the report names them all" } else { "use --report to have them all named" };
            eprintln!("… and {} more; {hint}", self.named - NAMED);
        }
        if let Some(ids) = &mut self.ids {
            return ids.flush().map_err(failed);
        }
        let Tally { imported, refused, already_there } = *tally;
        let columns = [("IMPORTED", imported.to_string()), ("REFUSED", refused.to_string()), ("ALREADY THERE", already_there.to_string())];
        Output::single(&columns, json!({ "imported": imported, "refused": refused, "already_there": already_there })).print(&args.format)
    }
}

impl Observer for Telling {
    fn imported(&mut self, id: &str) -> io::Result<()> {
        self.ids.as_mut().map_or(Ok(()), |ids| writeln!(ids, "{id}"))
    }

    fn refused(&mut self, refusal: &Refusal) -> io::Result<()> {
        self.named += 1;
        if self.named <= NAMED {
            self.progress.clear();
            eprintln!("{}: {}", refusal.place, refusal.reason);
        }
        self.report.as_mut().map_or(Ok(()), |report| report.add(refusal))
    }

    fn batch_done(&mut self, tally: &Tally, _source: &str, offset: u64) -> io::Result<u64> {
        if let Some(ids) = &mut self.ids {
            ids.flush()?;
        }
        let length = self.report.as_mut().map_or(Ok(0), Report::sync)?;
        self.progress.show(tally, self.before + offset);
        Ok(length)
    }
}
