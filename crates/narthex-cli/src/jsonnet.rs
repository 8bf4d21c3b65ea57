//! `format jsonnet` and `lint lint`: files that operators write.

use std::path::PathBuf;
use std::process::ExitCode;

use narthex::startup::StartError;

use crate::glob::glob;
use crate::process::{failed, finish};

/// Lays files out: printed, or written anew.
pub(crate) fn format(patterns: &[String], write: bool) -> ExitCode {
    finish(each(patterns, |path, text| {
        let tidy = narthex_jsonnet::format(&path.display().to_string(), text).map_err(failed)?;
        if write {
            return std::fs::write(path, tidy).map_err(|error| failed(format!("{} cannot be written: {error}", path.display())));
        }
        println!("{tidy}");
        Ok(())
    }))
}

/// Looks files over. The first one with something to find ends it.
pub(crate) fn lint(patterns: &[String]) -> ExitCode {
    finish(each(patterns, |path, text| {
        let name = path.display();
        let found = narthex_jsonnet::lint(&name.to_string(), text).map_err(failed)?;
        let lines: Vec<String> =
            found.iter().map(|finding| format!("{name}:{}:{}: {}", finding.line, finding.column, finding.message)).collect();
        if lines.is_empty() { Ok(()) } else { Err(StartError(lines)) }
    }))
}

fn each(patterns: &[String], work: impl Fn(&PathBuf, &str) -> Result<(), StartError>) -> Result<ExitCode, StartError> {
    for pattern in patterns {
        let files = glob(pattern);
        if files.is_empty() {
            eprintln!("No file matches {pattern}.");
        }
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(format!("{} cannot be read: {error}", path.display())))?;
            work(&path, &text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
