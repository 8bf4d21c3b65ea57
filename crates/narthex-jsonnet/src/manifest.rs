//! Writes an evaluated value as JSON text, with the line breaks and indents of Go's implementation of jsonnet.
//! It never evaluates: a value that holds a function is refused.
//! Next: `number` for the texts of numbers, `engine` for where values come from.

use std::fmt::Write;

use rsjsonnet_lang::program::{Value, ValueKind};

use crate::number;
use crate::protocol::Failure;

const INDENT: &str = "   ";

/// Writes `value` and ends the text with a line break.
///
/// # Errors
/// A function somewhere in the value, or a text of more than `max_bytes` bytes.
pub(crate) fn json(value: &Value<'_>, max_bytes: usize) -> Result<String, Failure> {
    let mut writer = Writer { text: String::new(), depth: 0, max_bytes };
    writer.value(value)?;
    writer.text.push('\n');
    Ok(writer.text)
}

struct Writer {
    text: String,
    depth: usize,
    max_bytes: usize,
}

impl Writer {
    fn value(&mut self, value: &Value<'_>) -> Result<(), Failure> {
        match value.kind() {
            ValueKind::Null => self.text.push_str("null"),
            ValueKind::Bool(value) => self.text.push_str(if value { "true" } else { "false" }),
            ValueKind::Number(value) => self.text.push_str(&number::text(value)),
            ValueKind::String(value) => self.string(&value),
            ValueKind::Array(items) if items.is_empty() => self.text.push_str("[ ]"),
            ValueKind::Array(items) => self.list('[', &items, ']', Self::value)?,
            ValueKind::Object(fields) if fields.is_empty() => self.text.push_str("{ }"),
            ValueKind::Object(mut fields) => {
                fields.sort_unstable_by(|(a, _), (b, _)| a.value().cmp(b.value()));
                self.list('{', &fields, '}', |writer, (name, value)| {
                    writer.string(name.value());
                    writer.text.push_str(": ");
                    writer.value(value)
                })?;
            }
            ValueKind::Function => {
                return Err(Failure::Runtime("couldn't manifest function as JSON".to_owned()));
            }
        }
        if self.text.len() > self.max_bytes { Err(Failure::TooLarge) } else { Ok(()) }
    }

    fn list<T>(
        &mut self,
        open: char,
        items: &[T],
        close: char,
        item_text: impl Fn(&mut Self, &T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.text.push(open);
        self.depth += 1;
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.text.push(',');
            }
            self.line();
            item_text(self, item)?;
        }
        self.depth -= 1;
        self.line();
        self.text.push(close);
        Ok(())
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str(INDENT);
        }
    }

    fn string(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                control if control.is_control() => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(control));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }
}
