//! The bounds of a rendering: work done and text made.
//! It never measures time: the same template and data always end alike.
//! Next: `exec` and `funcs` spend from it.

use std::cell::Cell;

use crate::error::Fault;

/// Steps, bytes handled and bytes made in one rendering.
const WORK: usize = 20_000_000;

/// Longest text that a rendering or one of its functions makes, in bytes.
pub(crate) const MAX_TEXT: usize = 2 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<usize>,
    exceeded: Cell<bool>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: Cell::new(WORK), exceeded: Cell::new(false) }
    }

    /// Pays for `work` before it is done.
    pub(crate) fn spend(&self, work: usize) -> Result<(), Fault> {
        let left = self.left.get().checked_sub(work);
        self.left.set(left.unwrap_or_default());
        if left.is_some() { Ok(()) } else { Err(self.exceed("the template needs too many steps")) }
    }

    /// The failure of a rendering that goes beyond a bound.
    pub(crate) fn exceed(&self, message: &str) -> Fault {
        self.exceeded.set(true);
        Fault::new(message)
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.exceeded.get()
    }

    /// What can still be spent.
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// An empty text that grows within the bounds.
    pub(crate) fn text(&self) -> Text<'_> {
        Text { buffer: String::new(), budget: self }
    }
}

/// A text that refuses to grow beyond the bounds.
#[derive(Debug)]
pub(crate) struct Text<'b> {
    buffer: String,
    budget: &'b Budget,
}

impl Text<'_> {
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Fault> {
        self.budget.spend(text.len())?;
        if self.buffer.len() + text.len() > MAX_TEXT {
            return Err(self.budget.exceed("the text becomes too long"));
        }
        self.buffer.push_str(text);
        Ok(())
    }

    pub(crate) fn push_char(&mut self, character: char) -> Result<(), Fault> {
        self.push(character.encode_utf8(&mut [0; 4]))
    }

    pub(crate) fn repeat(&mut self, text: &str, times: usize) -> Result<(), Fault> {
        let length = text.len().saturating_mul(times);
        self.budget.spend(length)?;
        if self.buffer.len().saturating_add(length) > MAX_TEXT {
            return Err(self.budget.exceed("the text becomes too long"));
        }
        self.buffer.extend(std::iter::repeat_n(text, times));
        Ok(())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.buffer
    }

    pub(crate) fn into_string(self) -> String {
        self.buffer
    }
}
