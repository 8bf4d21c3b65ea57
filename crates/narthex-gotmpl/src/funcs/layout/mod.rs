//! Go's layouts: a time is described by how the reference time, Monday 2 January 2006 15:04:05 -0700, would be written.
//! It never reads the clock.
//! Next: `read` for texts in a layout; `dates` uses both.

mod read;

use jiff::Zoned;

pub(super) use read::parse;

/// A part of a layout.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part<'l> {
    Plain(&'l str),
    /// A conversion, named as in `strftime` where it has one there.
    Field(&'static str),
    /// Decimals of a second, the separator included; whether zeros at the end are left out.
    Fraction(char, usize, bool),
}

/// What is written in a layout, and the conversion that it means; longer ones stand before their beginnings.
const FIELDS: [(&str, &str); 34] = [
    ("January", "%B"),
    ("Monday", "%A"),
    ("Jan", "%b"),
    ("Mon", "%a"),
    ("MST", "%Z"),
    ("Z07:00:00", "Z::"),
    ("Z070000", "Zs"),
    ("Z07:00", "Z:"),
    ("Z0700", "Zm"),
    ("Z07", "Zh"),
    ("-07:00:00", "%::z"),
    ("-070000", "zs"),
    ("-07:00", "%:z"),
    ("-0700", "%z"),
    ("-07", "zh"),
    ("2006", "%Y"),
    ("002", "%j"),
    ("__2", "_j"),
    ("_2006", "_Y"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("_2", "%e"),
    ("1", "%-m"),
    ("2", "%-d"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
];

/// The first part of a layout and the rest.
fn part(layout: &str) -> Option<(Part<'_>, &str)> {
    if let Some(fraction) = fraction(layout) {
        return Some(fraction);
    }
    // "Janet" has no month: short names count only if no lower-case letter follows.
    for (text, name) in FIELDS {
        let Some(rest) = layout.strip_prefix(text) else {
            continue;
        };
        if matches!(text, "Jan" | "Mon") && rest.starts_with(|next: char| next.is_ascii_lowercase()) {
            continue;
        }
        return Some((Part::Field(name), rest));
    }
    let first = layout.chars().next()?;
    let (plain, rest) = layout.split_at_checked(first.len_utf8())?;
    Some((Part::Plain(plain), rest))
}

/// `.000`, `,999` and the like.
fn fraction(layout: &str) -> Option<(Part<'_>, &str)> {
    let separator = layout.chars().next().filter(|first| matches!(first, '.' | ','))?;
    let digits = layout.get(1..)?;
    let digit = digits.chars().next().filter(|digit| matches!(digit, '0' | '9'))?;
    let rest = digits.trim_start_matches(digit);
    let count = digits.len() - rest.len();
    let ends = !rest.starts_with(|next: char| next.is_ascii_digit());
    ends.then_some((Part::Fraction(separator, count, digit == '9'), rest))
}

fn parts(mut layout: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while let Some((part, rest)) = part(layout) {
        parts.push(part);
        layout = rest;
    }
    parts
}

/// Writes `time` in a layout.
pub(super) fn format(layout: &str, time: &Zoned) -> String {
    let mut text = String::new();
    for part in parts(layout) {
        match part {
            Part::Plain(plain) => text.push_str(plain),
            Part::Field(name) => text.push_str(&field(name, time)),
            Part::Fraction(separator, digits, trims) => {
                let nanoseconds = format!("{:09}", time.subsec_nanosecond());
                let decimals = nanoseconds.get(..digits.min(9)).unwrap_or_default();
                let decimals = if trims { decimals.trim_end_matches('0') } else { decimals };
                if !decimals.is_empty() {
                    text.push(separator);
                    text.push_str(decimals);
                }
            }
        }
    }
    text
}

fn field(name: &str, time: &Zoned) -> String {
    let offset = |format: &str| time.strftime(format).to_string();
    if name.starts_with('Z') && time.offset().seconds() == 0 {
        return "Z".to_owned();
    }
    match name {
        "Z::" => offset("%::z"),
        "Z:" => offset("%:z"),
        "Zm" => offset("%z"),
        "Zs" | "zs" => offset("%::z").replace(':', ""),
        "Zh" | "zh" => offset("%:z").get(..3).unwrap_or_default().to_owned(),
        "_j" => format!("{:>3}", time.day_of_year()),
        "_Y" => format!("_{}", offset("%Y")),
        "%Z" => abbreviation(time),
        conversion => offset(conversion),
    }
}

/// The zone's abbreviation, or its offset if it has none.
fn abbreviation(time: &Zoned) -> String {
    let name = time.strftime("%Z").to_string();
    if name.starts_with(['+', '-']) { time.strftime("%z").to_string().trim_end_matches("00").to_owned() } else { name }
}
