//! One value under one verb.
//! It never looks at the format around it.
//! Next: `printf` reads formats.

use super::{float, quote};
use crate::error::Fault;
use crate::exec::budget::Text;
use crate::value::Value;

/// What stands between the percent sign and the verb.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a sign of a format")]
pub(super) struct Flags {
    pub(super) sharp: bool,
    pub(super) zero: bool,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) space: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

pub(super) fn write(value: &Value, verb: char, flags: Flags, text: &mut Text<'_>) -> Result<(), Fault> {
    match (verb, value) {
        ('T', _) => pad(value.type_name(), flags, text),
        ('v', _) if flags.sharp => syntax(value, true, text),
        (_, Value::List(list)) => {
            text.push("[")?;
            for (position, item) in list.items().iter().enumerate() {
                text.push(if position > 0 { " " } else { "" })?;
                write(item, verb, flags, text)?;
            }
            text.push("]")
        }
        (_, Value::Map(map)) => {
            text.push("map[")?;
            for (position, (key, item)) in map.entries().iter().enumerate() {
                text.push(if position > 0 { " " } else { "" })?;
                write(&Value::Str(key.clone()), verb, flags, text)?;
                text.push(":")?;
                write(item, verb, flags, text)?;
            }
            text.push("]")
        }
        ('v', Value::Missing | Value::Nil) => pad("<nil>", flags, text),
        (_, Value::Missing | Value::Nil) => text.push(&format!("%!{verb}(<nil>)")),
        ('t' | 'v', Value::Bool(value)) => pad(if *value { "true" } else { "false" }, flags, text),
        (_, Value::Int(value)) => match integer(*value, verb, flags) {
            Some(number) => pad_number(&number, flags, flags.precision.is_none(), text),
            None => bad(&Value::Int(*value), verb, flags, text),
        },
        (_, Value::Float(value)) => match floating(*value, verb, flags) {
            Some(number) => pad_number(&number, flags, value.is_finite(), text),
            None => bad(&Value::Float(*value), verb, flags, text),
        },
        (_, Value::Str(string)) => match string_text(string, verb, flags) {
            Some(string) => pad(&string, flags, text),
            None => bad(&Value::Str(string.clone()), verb, flags, text),
        },
        ('s', Value::Bool(_)) => bad(value, verb, flags, text),
        ('v' | 's', other) => super::write(other, text),
        (_, other) => bad(other, verb, flags, text),
    }
}

/// What Go writes for a verb that the value does not know: the value under `%v`, with the same flags.
fn bad(value: &Value, verb: char, flags: Flags, text: &mut Text<'_>) -> Result<(), Fault> {
    text.push(&format!("%!{verb}({}=", value.type_name()))?;
    write(value, 'v', flags, text)?;
    text.push(")")
}

/// Pads to the width, counted in characters.
fn pad(string: &str, flags: Flags, text: &mut Text<'_>) -> Result<(), Fault> {
    let missing = flags.width.unwrap_or_default().saturating_sub(string.chars().count());
    if flags.minus {
        text.push(string)?;
        return text.repeat(" ", missing);
    }
    text.repeat(if flags.zero { "0" } else { " " }, missing)?;
    text.push(string)
}

/// Pads a number: zeros go between its sign and its digits, where they may be.
fn pad_number(number: &str, flags: Flags, zeros: bool, text: &mut Text<'_>) -> Result<(), Fault> {
    let flags = Flags { zero: flags.zero && zeros, ..flags };
    let sign = usize::from(number.starts_with(['+', '-', ' ']));
    let (Some(sign), Some(digits), true) = (number.get(..sign), number.get(sign..), flags.zero) else {
        return pad(number, flags, text);
    };
    text.push(sign)?;
    let width = flags.width.map(|width| width.saturating_sub(sign.len()));
    pad(digits, Flags { width, ..flags }, text)
}

fn sign(negative: bool, flags: Flags) -> &'static str {
    match (negative, flags.plus, flags.space) {
        (true, _, _) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn integer(value: i64, verb: char, flags: Flags) -> Option<String> {
    let number = value.unsigned_abs();
    let character = || u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
    let (prefix, digits) = match verb {
        'v' | 'd' => ("", number.to_string()),
        'b' => (if flags.sharp { "0b" } else { "" }, format!("{number:b}")),
        'o' => (if flags.sharp { "0" } else { "" }, format!("{number:o}")),
        'O' => ("0o", format!("{number:o}")),
        'x' => (if flags.sharp { "0x" } else { "" }, format!("{number:x}")),
        'X' => (if flags.sharp { "0X" } else { "" }, format!("{number:X}")),
        'c' => return Some(character().to_string()),
        'q' => return Some(quote::quoted(&character().to_string(), '\'', flags.plus)),
        'U' if flags.sharp => return Some(format!("U+{number:04X} '{}'", character())),
        'U' => return Some(format!("U+{number:04X}")),
        _ => return None,
    };
    let digits = match flags.precision {
        Some(0) if value == 0 => String::new(),
        Some(precision) => format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len()).min(MAX_PRECISION))),
        None => digits,
    };
    Some(format!("{}{prefix}{digits}", sign(value < 0, flags)))
}

/// More digits than any number has.
const MAX_PRECISION: usize = 2_000;

fn floating(value: f64, verb: char, flags: Flags) -> Option<String> {
    let precision = flags.precision.map(|precision| precision.min(MAX_PRECISION));
    let six = Some(precision.unwrap_or(6));
    let number = match verb {
        'v' => float::general(value, precision, 'e'),
        'g' | 'G' => float::general(value, precision, if verb == 'g' { 'e' } else { 'E' }),
        'e' | 'E' => float::exponential(value, six, verb),
        'f' | 'F' => float::fixed(value, six),
        _ => return None,
    };
    let digits = number.trim_start_matches(['+', '-']);
    Some(format!("{}{digits}", sign(number.starts_with('-'), flags)))
}

fn string_text(string: &str, verb: char, flags: Flags) -> Option<String> {
    let cut = |string: &str| match flags.precision {
        Some(precision) => string.chars().take(precision).collect(),
        None => string.to_owned(),
    };
    match verb {
        'v' | 's' => Some(cut(string)),
        'q' if flags.sharp && !string.contains(['`', '\u{feff}']) && !string.chars().any(|c| c.is_control() && c != '\t') => {
            Some(format!("`{}`", cut(string)))
        }
        'q' => Some(quote::quoted(&cut(string), '"', flags.plus)),
        'x' | 'X' => Some(hexadecimal(string.as_bytes(), verb == 'X', flags)),
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8], upper: bool, flags: Flags) -> String {
    let bytes = bytes.get(..flags.precision.unwrap_or(usize::MAX)).unwrap_or(bytes);
    let digits: Vec<_> = bytes.iter().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect();
    let prefix = match (flags.sharp && !digits.is_empty(), upper) {
        (false, _) => "",
        (true, true) => "0X",
        (true, false) => "0x",
    };
    if flags.space { format!("{prefix}{}", digits.join(&format!(" {prefix}"))) } else { format!("{prefix}{}", digits.concat()) }
}

/// The value as Go source (`%#v`).
fn syntax(value: &Value, outermost: bool, text: &mut Text<'_>) -> Result<(), Fault> {
    match value {
        Value::Missing | Value::Nil => text.push(if outermost { "<nil>" } else { "interface {}(nil)" }),
        Value::Str(string) => text.push(&quote::quoted(string, '"', false)),
        Value::List(list) => {
            text.push("[]interface {}{")?;
            for (position, item) in list.items().iter().enumerate() {
                text.push(if position > 0 { ", " } else { "" })?;
                syntax(item, false, text)?;
            }
            text.push("}")
        }
        Value::Map(map) => {
            text.push("map[string]interface {}{")?;
            for (position, (key, item)) in map.entries().iter().enumerate() {
                text.push(if position > 0 { ", " } else { "" })?;
                text.push(&quote::quoted(key, '"', false))?;
                text.push(":")?;
                syntax(item, false, text)?;
            }
            text.push("}")
        }
        other => super::write(other, text),
    }
}
