//! The standard streams. Whoever reads one may have had enough, as `head` has: what else was to be said then goes unheard, and the
//! command does its work all the same. The macros take the place of those that end the program.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// The standard output, where nobody needs to listen.
pub(crate) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        heard(io::stdout().write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        heard(io::stdout().flush(), ())
    }
}

fn heard<T>(written: io::Result<T>, whole: T) -> io::Result<T> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(whole),
        other => other,
    }
}

/// Says something on the standard output. Where it cannot be written, what was asked for is not had, and the command fails.
pub(crate) fn say(text: Arguments<'_>) {
    if let Err(error) = Stdout.write_fmt(text).and_then(|()| Stdout.flush()) {
        note(format_args!("Error: the standard output cannot be written: {error}\n"));
        std::process::exit(1);
    }
}

/// Says something on the standard error. Where that cannot be, there is nobody left to tell.
pub(crate) fn note(text: Arguments<'_>) {
    let _ = io::stderr().write_fmt(text);
}

macro_rules! print {
    ($($text:tt)*) => { $crate::streams::say(format_args!($($text)*)) };
}

macro_rules! println {
    ($($text:tt)*) => { $crate::streams::say(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::streams::note(format_args!("{}\n", format_args!($($text)*))) };
}
