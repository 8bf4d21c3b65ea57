//! Results on the standard output, in the format that was asked for.
//! Next: `table.rs` and `yaml.rs` for how two of them look.

mod table;
mod yaml;

use std::io::Write;

use serde_json::Value;

use crate::args::FormatArgs;
use narthex::startup::StartError;

use crate::process::failed;
use crate::streams::Stdout;

/// A result: rows for people, a document for programs.
pub(crate) struct Output {
    /// The names of the columns.
    pub(crate) header: Vec<&'static str>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// The document.
    pub(crate) json: Value,
    /// It is about one thing: shown as lines of name and value.
    pub(crate) single: bool,
}

impl Output {
    /// One thing.
    pub(crate) fn single(columns: &[(&'static str, String)], json: Value) -> Self {
        let (header, row) = columns.iter().cloned().unzip();
        Self { header, rows: vec![row], json, single: true }
    }

    /// A list of things.
    pub(crate) fn table(header: &[&'static str], rows: Vec<Vec<String>>, json: Value) -> Self {
        Self { header: header.to_vec(), rows, json, single: false }
    }

    /// The same list with the token of the next page below.
    pub(crate) fn leading_on(mut self, token: &str) -> Self {
        self.rows.extend([vec![String::new()], vec!["NEXT PAGE TOKEN".to_owned(), token.to_owned()]]);
        self
    }

    /// Prints it.
    pub(crate) fn print(&self, how: &FormatArgs) -> Result<(), StartError> {
        let text = self.text(how)?;
        Stdout.write_all(text.as_bytes()).map_err(failed)
    }

    fn text(&self, how: &FormatArgs) -> Result<String, StartError> {
        if how.quiet {
            return Ok(self.first_columns());
        }
        let (name, argument) = how.format.split_once('=').map_or((how.format.as_str(), None), |(name, rest)| (name, Some(rest)));
        let pretty = |value: &Value| serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(failed);
        match (name, argument) {
            ("json", _) => Ok(format!("{}\n", self.json)),
            ("json-pretty", _) => pretty(&self.json),
            ("yaml", _) => Ok(yaml::text(&self.json)),
            ("jsonpath", Some(path)) => {
                let json = self.json.to_string();
                let found = gjson::get(&json, path);
                if !found.exists() {
                    return Err(failed(format!("there is nothing at {path} in the result")));
                }
                pretty(&serde_json::from_str(found.json()).map_err(failed)?)
            }
            ("jsonpointer", Some(pointer)) => match self.json.pointer(pointer) {
                Some(found) => pretty(found),
                None => Err(failed(format!("there is nothing at {pointer} in the result"))),
            },
            ("jsonpath" | "jsonpointer", None) => {
                Err(failed(format!("--format {name} needs to be told where to look, as in --format {name}=…")))
            }
            // Whatever else is asked for has always been a table.
            _ if self.single => Ok(table::text(
                self.header.iter().zip(self.rows.iter().flatten()).map(|(name, value)| vec![(*name).to_owned(), value.clone()]),
            )),
            _ => {
                let header = self.header.iter().map(|name| (*name).to_owned()).collect();
                Ok(table::text(std::iter::once(header).chain(self.rows.iter().cloned())))
            }
        }
    }

    fn first_columns(&self) -> String {
        if self.rows.is_empty() {
            return "\n".to_owned();
        }
        self.rows.iter().flat_map(|row| [row.first().map_or("", String::as_str), "\n"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(output: &Output, format: &str, quiet: bool) -> Result<String, String> {
        output.text(&FormatArgs { format: format.to_owned(), quiet }).map_err(|error| error.to_string())
    }

    #[test]
    fn every_format_shows_the_same_result() {
        let json = serde_json::json!([{ "id": "1", "name": "Ada" }, { "id": "22222222", "name": "" }]);
        let rows = vec![vec!["1".to_owned(), "Ada".to_owned()], vec!["22222222".to_owned(), String::new()]];
        let output = Output::table(&["ID", "NAME"], rows, json);
        assert_eq!(shown(&output, "table", false).unwrap(), "ID\t\tNAME\n1\t\tAda\n22222222\t\n");
        assert_eq!(shown(&output, "nonsense", true).unwrap(), "1\n22222222\n");
        assert_eq!(shown(&output, "jsonpath=#.id", false).unwrap(), "[\n  \"1\",\n  \"22222222\"\n]\n");
        assert_eq!(shown(&output, "jsonpath=0.name", false).unwrap(), "\"Ada\"\n");
        assert_eq!(shown(&output, "jsonpointer=/1/id", false).unwrap(), "\"22222222\"\n");
        assert!(shown(&output, "jsonpointer=/2", false).is_err());
        assert!(shown(&output, "jsonpath", false).unwrap_err().contains("jsonpath="));
        assert_eq!(shown(&output, "yaml", false).unwrap(), "- id: \"1\"\n  name: \"Ada\"\n- id: \"22222222\"\n  name: \"\"\n");
        let one = Output::single(&[("ID", "1".to_owned())], serde_json::json!({ "id": "1" }));
        assert_eq!(shown(&one, "table", false).unwrap(), "ID\t1\n");
        assert_eq!(shown(&Output::table(&["ID"], Vec::new(), serde_json::json!([])), "table", true).unwrap(), "\n");
    }
}
