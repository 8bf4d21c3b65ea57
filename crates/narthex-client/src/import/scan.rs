//! Cuts a stream of bytes into JSON values and lines, without understanding them and without keeping more than one.

use std::io::{self, BufRead, BufReader, Read};

/// The most bytes of one document: as many as the admin API takes.
pub(super) const LONGEST: usize = 5 * 1024 * 1024;

/// A stream of bytes that knows where it is.
pub(super) struct Scanner {
    input: BufReader<Box<dyn Read + Send>>,
    /// The line, counted from 1.
    pub(super) line: u64,
    /// Bytes read so far.
    pub(super) offset: u64,
}

/// What a cut gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The bytes of one value or line.
    Whole(Vec<u8>),
    /// It is longer than [`LONGEST`]; it was passed over.
    TooLong,
    /// The stream ended within it.
    Broken,
}

impl Scanner {
    pub(super) fn new(input: Box<dyn Read + Send>) -> Self {
        Self { input: BufReader::with_capacity(64 * 1024, input), line: 1, offset: 0 }
    }

    /// The next byte, which stays.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.input.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes the next byte.
    pub(super) fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.input.consume(1);
            self.offset += 1;
            if byte == b'\n' {
                self.line += 1;
            }
        }
        Ok(byte)
    }

    /// Passes over white space and a byte order mark, and shows what follows.
    pub(super) fn peek_text(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            let mark = self.offset < 3 && matches!(byte, 0xef | 0xbb | 0xbf);
            if !mark && !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    /// Takes the rest of the line, without its end.
    pub(super) fn line(&mut self) -> io::Result<Cut> {
        let mut text = Bounded::default();
        while let Some(byte) = self.take()? {
            if byte == b'\n' {
                break;
            }
            text.push(byte);
        }
        Ok(text.cut())
    }

    /// Takes one JSON value: brackets are counted, texts passed over. Whether it is right is for others to say.
    pub(super) fn value(&mut self) -> io::Result<Cut> {
        let mut text = Bounded::default();
        let (mut depth, mut within, mut escaped) = (0_u32, false, false);
        loop {
            let Some(byte) = self.peek()? else {
                // Only a value without brackets and quotes ends with the stream.
                return Ok(if depth == 0 && !within { text.cut() } else { Cut::Broken });
            };
            let bare = !within && depth == 0;
            if bare && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}')) {
                return Ok(text.cut());
            }
            self.take()?;
            text.push(byte);
            if within {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => within = false,
                    _ => {}
                }
                if !within && depth == 0 {
                    return Ok(text.cut());
                }
                continue;
            }
            match byte {
                b'"' => within = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(text.cut());
                    }
                }
                _ => {}
            }
        }
    }
}

/// Bytes up to a bound.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    too_long: bool,
}

impl Bounded {
    fn push(&mut self, byte: u8) {
        if self.bytes.len() < LONGEST {
            self.bytes.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn cut(self) -> Cut {
        if self.too_long { Cut::TooLong } else { Cut::Whole(self.bytes) }
    }
}
