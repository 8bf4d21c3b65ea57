//! Documents of identities in files and streams: an array of them, one a line, or one after the other.
//! No more than one is kept in memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::scan::{Cut, LONGEST, Scanner};

/// Where documents come from.
pub struct Source {
    /// What it is called in reports.
    pub name: String,
    /// Its size, where that is known.
    pub bytes: Option<u64>,
    lines: bool,
    input: Box<dyn Read + Send>,
}

impl Source {
    /// A file. Names that end with `.jsonl` or `.ndjson` have a document on each line, whatever the first one looks like.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let found = file.metadata()?;
        if found.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        let lines = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("jsonl") || end.eq_ignore_ascii_case("ndjson"));
        let bytes = found.is_file().then_some(found.len());
        Ok(Self { name: path.display().to_string(), bytes, lines, input: Box::new(file) })
    }

    /// A stream that others feed.
    pub fn stream(name: &str, input: impl Read + Send + 'static) -> Self {
        Self { name: name.to_owned(), bytes: None, lines: false, input: Box::new(input) }
    }
}

/// Where a document stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the source.
    pub source: String,
    /// How many stand before it.
    pub index: u64,
    /// The line that it begins on, counted from 1.
    pub line: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.source, self.index)
    }
}

/// One document, or what stands in its place.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it stands.
    pub place: Place,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Why it is no JSON object, where it is none.
    pub fault: Option<String>,
    /// Whether it brings a password in plain text, which the server has to hash.
    pub plain_password: bool,
    /// Bytes of the source up to its end.
    pub offset: u64,
}

/// What keeps a source from being read on.
#[derive(Debug, thiserror::Error)]
#[error("{source_name}, line {line}: {reason}")]
pub struct SyntaxError {
    /// The source.
    pub source_name: String,
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong there.
    pub reason: String,
}

/// The documents of one source, one after the other.
pub struct Documents {
    name: String,
    scanner: Scanner,
    lines: bool,
    state: State,
    index: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// Behind the bracket of an array; whether an element came before.
    Array(bool),
    Lines,
    Values,
    End,
}

impl Documents {
    /// Those of a source.
    pub fn of(source: Source) -> Self {
        Self { name: source.name, scanner: Scanner::new(source.input), lines: source.lines, state: State::Start, index: 0 }
    }

    /// The next document.
    ///
    /// # Errors
    /// Where the source cannot be read, or it is not clear where the next document begins. There are no more documents then.
    pub fn next_document(&mut self) -> Result<Option<Document>, SyntaxError> {
        let next = self.advance();
        if !matches!(next, Ok(Some(_))) {
            self.state = State::End;
        }
        next
    }

    fn advance(&mut self) -> Result<Option<Document>, SyntaxError> {
        if self.state == State::Start {
            match self.peek()? {
                None => return Err(self.wrong("there is no JSON")),
                Some(b'[') if !self.lines => {
                    self.take()?;
                    self.state = State::Array(false);
                }
                Some(_) => self.state = if self.lines { State::Lines } else { State::Values },
            }
        }
        match self.state {
            State::Array(behind_one) => self.element(behind_one),
            State::Lines => self.line(),
            State::Values => self.value(),
            State::Start | State::End => Ok(None),
        }
    }

    /// The next element of an array.
    fn element(&mut self, behind_one: bool) -> Result<Option<Document>, SyntaxError> {
        let mut next = self.peek()?;
        if behind_one && next == Some(b',') {
            self.take()?;
            next = self.peek()?;
            if next == Some(b']') {
                return Err(self.wrong("a comma is followed by no document"));
            }
        } else if behind_one && next != Some(b']') {
            return Err(self.wrong(if next.is_none() { "the array does not end" } else { "a comma or the array's end was expected" }));
        }
        match next {
            None => Err(self.wrong("the array does not end")),
            Some(b']') => {
                self.take()?;
                match self.peek()? {
                    None => Ok(None),
                    Some(_) => Err(self.wrong("something follows the array")),
                }
            }
            Some(b',' | b'}') => Err(self.wrong("a document was expected")),
            Some(_) => {
                self.state = State::Array(true);
                let line = self.scanner.line;
                let cut = self.io(Scanner::value)?;
                self.document(line, cut).map(Some)
            }
        }
    }

    /// The next line that is not empty.
    fn line(&mut self) -> Result<Option<Document>, SyntaxError> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let line = self.scanner.line;
        let cut = self.io(Scanner::line)?;
        self.document(line, cut).map(Some)
    }

    /// The next of several documents behind one another. Once one has ended where its line does, each line is taken for one.
    fn value(&mut self) -> Result<Option<Document>, SyntaxError> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let line = self.scanner.line;
        let cut = self.io(Scanner::value)?;
        let document = self.document(line, cut)?;
        if document.fault.is_some() {
            let reason = document.fault.unwrap_or_default();
            return Err(SyntaxError { source_name: self.name.clone(), line, reason });
        }
        let on_one_line = self.scanner.line == line;
        self.skip_blanks()?;
        if on_one_line && matches!(self.io(Scanner::peek)?, Some(b'\n')) {
            self.state = State::Lines;
        }
        Ok(Some(document))
    }

    fn document(&mut self, line: u64, cut: Cut) -> Result<Document, SyntaxError> {
        let place = Place { source: self.name.clone(), index: self.index, line };
        self.index += 1;
        let (bytes, fault) = match cut {
            Cut::Whole(bytes) => (bytes, None),
            Cut::TooLong => (Vec::new(), Some(format!("the document is longer than {LONGEST} bytes"))),
            Cut::Broken => return Err(self.wrong("the document does not end")),
        };
        let (fault, plain_password) = match fault {
            Some(fault) => (Some(fault), false),
            None => match serde_json::from_slice::<Probe>(&bytes) {
                Ok(_) if bytes.first() != Some(&b'{') => (Some("this is no JSON object".to_owned()), false),
                Ok(probe) => (None, probe.brings_a_plain_password()),
                Err(error) if error.is_data() => match serde_json::from_slice::<IgnoredAny>(&bytes) {
                    // Of an unusual form: the server says what is wrong with it.
                    Ok(_) if bytes.first() == Some(&b'{') => (None, true),
                    _ => (Some("this is no JSON object".to_owned()), false),
                },
                Err(error) => (Some(format!("this is no JSON: {error}")), false),
            },
        };
        Ok(Document { place, bytes, fault, plain_password, offset: self.scanner.offset })
    }

    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        while matches!(self.io(Scanner::peek)?, Some(b' ' | b'\t' | b'\r')) {
            self.take()?;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, SyntaxError> {
        self.io(Scanner::peek_text)
    }

    fn take(&mut self) -> Result<Option<u8>, SyntaxError> {
        self.io(Scanner::take)
    }

    fn io<T>(&mut self, read: impl FnOnce(&mut Scanner) -> io::Result<T>) -> Result<T, SyntaxError> {
        read(&mut self.scanner).map_err(|error| self.wrong(&format!("reading failed: {error}")))
    }

    fn wrong(&self, reason: &str) -> SyntaxError {
        SyntaxError { source_name: self.name.clone(), line: self.scanner.line, reason: reason.to_owned() }
    }
}

/// As much of a document as decides how many go together.
#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    credentials: Option<Credentials>,
}

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    password: Option<Password>,
}

#[derive(Deserialize)]
struct Password {
    #[serde(default)]
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    password: Option<IgnoredAny>,
}

impl Probe {
    fn brings_a_plain_password(self) -> bool {
        self.credentials.and_then(|all| all.password?.config?.password).is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(lines: bool, text: &[u8]) -> (Vec<(u64, String, bool)>, Option<String>) {
        let source = Source { lines, ..Source::stream("in", io::Cursor::new(text.to_vec())) };
        let mut documents = Documents::of(source);
        let mut all = Vec::new();
        loop {
            match documents.next_document() {
                Ok(Some(document)) => {
                    let text = String::from_utf8_lossy(&document.bytes).into_owned();
                    all.push((document.place.line, text, document.fault.is_none()));
                }
                Ok(None) => return (all, None),
                Err(error) => return (all, Some(error.to_string())),
            }
        }
    }

    fn texts(text: &str) -> Vec<String> {
        let (all, error) = read(false, text.as_bytes());
        assert_eq!(error, None, "{text}");
        all.into_iter().map(|(_, text, _)| text).collect()
    }

    #[test]
    fn arrays_lines_and_single_documents_are_told_apart() {
        assert_eq!(texts("\u{feff} [ ]"), Vec::<String>::new());
        assert_eq!(texts("[{\"a\":\"]},{\\\"\"} ,\n{\"b\":[1,{}]}]\n"), ["{\"a\":\"]},{\\\"\"}", "{\"b\":[1,{}]}"]);
        assert_eq!(texts("{\n \"a\": 1\n}\n"), ["{\n \"a\": 1\n}"]);
        assert_eq!(texts("{\n\"a\":1}\n{\"b\":2} {\"c\":3}"), ["{\n\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        assert_eq!(texts("{\"a\":1}\r\n\n{\"b\":2}\n"), ["{\"a\":1}", "{\"b\":2}"]);
    }

    #[test]
    fn a_bad_line_spoils_no_other() {
        let (all, error) = read(false, b"{\"a\":1}\n{\"b\":\nnonsense\n[1]\n{\"c\":3}");
        assert_eq!(error, None);
        assert_eq!(
            all.iter().map(|(line, _, good)| (*line, *good)).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, false), (4, false), (5, true)]
        );
        let (all, error) = read(true, b"nonsense\n{\"c\":3}");
        assert_eq!((all.len(), error), (2, None));
    }

    #[test]
    fn an_array_says_where_it_breaks() {
        for (text, good) in
            [("[{}", 1), ("[{},]", 1), ("[{} {}]", 1), ("[,]", 0), ("[{}] 1", 1), ("", 0), ("x", 0), ("{\"a\":", 0), ("[{\"a\"", 0)]
        {
            let (all, error) = read(false, text.as_bytes());
            assert!(error.is_some(), "{text}");
            assert_eq!(all.len(), good, "{text}");
        }
    }

    #[test]
    fn a_document_that_is_too_long_is_passed_over() {
        let text = format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"b\":2}}\n", "x".repeat(LONGEST));
        let (all, error) = read(false, text.as_bytes());
        assert_eq!(error, None);
        assert_eq!(all.iter().map(|(_, _, good)| *good).collect::<Vec<_>>(), [true, false, true]);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), lines: bool) {
            let _ = read(lines, &bytes);
        }

        #[test]
        fn what_was_written_is_read(texts in proptest::collection::vec(".*", 0..20)) {
            let documents: Vec<String> = texts.iter().map(|text| serde_json::json!({ "t": text }).to_string()).collect();
            let array = format!("[{}]", documents.join(", "));
            let (all, error) = read(false, array.as_bytes());
            prop_assert_eq!(error, None);
            prop_assert_eq!(all.into_iter().map(|(_, text, _)| text).collect::<Vec<_>>(), documents.clone());
            let (all, error) = read(true, format!("{}\n", documents.join("\n")).as_bytes());
            prop_assert_eq!(error.is_none(), !documents.is_empty());
            prop_assert_eq!(all.into_iter().map(|(_, text, _)| text).collect::<Vec<_>>(), documents);
        }
    }
}
