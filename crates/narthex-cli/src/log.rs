//! The log: lines on the error output, written by a thread of its own, so that nobody who answers requests waits for a slow terminal.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use narthex_config::{Log, LogFormat, LogLevel};
use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written. Those that come when so many wait are counted instead.
const WAITING: usize = 8192;

/// The log of this process. It is written to its end when this is dropped.
pub(crate) struct Running {
    lines: Option<Lines>,
    writer: Option<JoinHandle<()>>,
}

/// Where lines go.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

enum Message {
    Line(Vec<u8>),
    End,
}

/// One line in the making.
struct Line<'a> {
    to: &'a Lines,
    text: Vec<u8>,
}

/// Starts the log.
pub(crate) fn start(settings: &Log) -> io::Result<Running> {
    let (queue, messages) = sync_channel(WAITING);
    let lines = Lines { queue, lost: Arc::default() };
    let lost = lines.lost.clone();
    let writer = std::thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&messages, &lost))?;
    let builder = tracing_subscriber::fmt().with_max_level(level(settings.level)).with_writer(lines.clone());
    // A log that is set already is a test's.
    let _ = match settings.format {
        LogFormat::Text => builder.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(Running { lines: Some(lines), writer: Some(writer) })
}

fn level(level: LogLevel) -> tracing::Level {
    match level {
        LogLevel::Panic | LogLevel::Fatal | LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warning => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    }
}

/// Writes what is there in one go, then waits for more.
fn write_all(messages: &Receiver<Message>, lost: &AtomicU64) {
    let mut batch = Vec::new();
    while let Ok(first) = messages.recv() {
        let mut ended = false;
        for message in std::iter::once(first).chain(messages.try_iter().take(WAITING)) {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::End => ended = true,
            }
        }
        let missing = lost.swap(0, Ordering::Relaxed);
        if missing > 0 {
            batch.extend_from_slice(
                format!("{missing} lines of the log are missing here, because they came faster than they could be written\n").as_bytes(),
            );
        }
        // Where the error output is gone, there is nobody to tell.
        let _ = io::stderr().write_all(&batch);
        batch.clear();
        if ended {
            return;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(lines), Some(writer)) = (self.lines.take(), self.writer.take()) {
            let _ = lines.queue.send(Message::End);
            let _ = writer.join();
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { to: self, text: Vec::with_capacity(256) }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = Message::Line(std::mem::take(&mut self.text));
        if let Err(TrySendError::Full(_)) = self.to.queue.try_send(line) {
            self.to.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}
