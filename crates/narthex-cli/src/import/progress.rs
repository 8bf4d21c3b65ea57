//! How far a long import is: a bar on the terminal, and nothing where there is none.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use narthex_client::Tally;

/// The pause between two drawings, and before the first: what is done by then needs no bar.
const PAUSE: Duration = Duration::from_millis(200);
/// Characters of the bar.
const WIDTH: u64 = 24;

pub(super) struct Progress {
    total: Option<u64>,
    shown: bool,
    began: Instant,
    /// When there was last something to draw.
    last: Instant,
    drawn: bool,
    first: Option<u64>,
}

impl Progress {
    /// Nothing done yet of `total` bytes.
    pub(super) fn new(total: Option<u64>) -> Self {
        let now = Instant::now();
        Self { total, shown: io::stderr().is_terminal(), began: now, last: now, drawn: false, first: None }
    }

    pub(super) fn show(&mut self, tally: &Tally, bytes: u64) {
        let first = *self.first.get_or_insert(tally.total());
        if !self.shown || self.last.elapsed() < PAUSE {
            return;
        }
        (self.last, self.drawn) = (Instant::now(), true);
        let line = line(tally, bytes, self.total, tally.total() - first, self.began.elapsed());
        let _ = write!(io::stderr(), "\r\x1b[2K{line}").and_then(|()| io::stderr().flush());
    }

    /// Makes room for another line.
    pub(super) fn clear(&self) {
        if self.drawn {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }

    pub(super) fn end(&mut self) {
        self.clear();
        self.drawn = false;
    }
}

fn line(tally: &Tally, bytes: u64, total: Option<u64>, since: u64, elapsed: Duration) -> String {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = since.saturating_mul(1000) / milliseconds;
    let line = match total.filter(|total| *total > 0) {
        Some(total) => {
            let done = usize::try_from(bytes.min(total) * WIDTH / total).unwrap_or(0);
            let rest = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(done);
            format!("[{}{}] {:>3} %  ", "#".repeat(done), "-".repeat(rest), bytes.min(total) * 100 / total)
        }
        None => String::new(),
    };
    line + &format!("{} imported, {} refused, {rate}/s", tally.imported, tally.refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_share_sums_and_rate() {
        let tally = Tally { imported: 900, refused: 100, already_there: 0 };
        let half = line(&tally, 50, Some(100), 1000, Duration::from_secs(2));
        assert_eq!(half, "[############------------]  50 %  900 imported, 100 refused, 500/s");
        assert_eq!(line(&tally, 50, None, 1000, Duration::from_secs(2)), "900 imported, 100 refused, 500/s");
    }
}
