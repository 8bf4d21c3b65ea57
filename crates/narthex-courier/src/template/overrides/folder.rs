//! Files below `courier.template_override_path`.
//! Never leaves that directory: names are fixed, and only the files right beside them are read.
//! Next: `places.rs` for the directory of each kind of message.

use std::fs;
use std::path::Path;

use super::Part;

/// The largest file that is read.
const LIMIT: u64 = 1024 * 1024;

/// The file that holds the text of this part.
pub(super) fn entry(part: Part) -> &'static str {
    match part {
        Part::Subject => "email.subject.gotmpl",
        Part::Plain => "email.body.plaintext.gotmpl",
        Part::Html => "email.body.gotmpl",
        Part::Sms => "sms.body.gotmpl",
    }
}

/// Names and texts of the file and of those beside it that it may call, such as one for each language: all whose names
/// begin alike. Nothing if there is no file for this part.
pub(super) fn find(folder: &Path, path: &str, part: Part) -> Result<Option<Vec<(String, String)>>, String> {
    let directory = folder.join(path);
    let entry = entry(part);
    if !directory.join(entry).is_file() {
        return Ok(None);
    }
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("cannot read {}: {error}", path.display());
    let beginning = entry.strip_suffix(".gotmpl").unwrap_or(entry);
    let mut files = Vec::new();
    for item in fs::read_dir(&directory).map_err(|error| told(&directory, &error))? {
        let item = item.map_err(|error| told(&directory, &error))?.path();
        let Some(name) = item.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        // Plain text need not be sound HTML.
        let is_other_part = part == Part::Html && name.starts_with("email.body.plaintext");
        if !name.starts_with(beginning) || is_other_part || !item.is_file() {
            continue;
        }
        let size = fs::metadata(&item).map_err(|error| told(&item, &error))?.len();
        if size > LIMIT {
            return Err(told(&item, &format!("it is longer than {LIMIT} bytes")));
        }
        let text = fs::read_to_string(&item).map_err(|error| told(&item, &error))?;
        files.push((name.to_owned(), text));
    }
    // A later file may define a template again: the order must not hang on the file system.
    files.sort_unstable();
    Ok(Some(files))
}
