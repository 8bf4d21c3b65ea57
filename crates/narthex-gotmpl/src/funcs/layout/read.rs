//! Reads times that are written in a layout.
//! It never guesses: what does not fit is no time.
//! Next: the parts of layouts are those of the module above.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{ToSpan, Zoned};

use super::{Part, parts};

/// Reads a time in a layout; `zone` holds where the text names no offset.
pub(in crate::funcs) fn parse(layout: &str, text: &str, zone: &TimeZone) -> Option<Zoned> {
    let mut read = Read { rest: text, year: 1, month: 1, day: 1, ..Read::default() };
    for part in parts(layout) {
        match part {
            Part::Plain(plain) => read.rest = read.rest.strip_prefix(plain)?,
            Part::Field(name) => read.field(name)?,
            Part::Fraction(..) => read.fraction(),
        }
    }
    if !read.rest.is_empty() {
        return None;
    }
    let hour = match read.afternoon {
        Some(true) if read.hour < 12 => read.hour + 12,
        Some(false) if read.hour == 12 => 0,
        _ => read.hour,
    };
    let date = DateTime::new(read.year, read.month, read.day, hour, read.minute, read.second, read.nanosecond).ok()?;
    let date = if read.day_of_year > 0 { date.first_of_year().checked_add((read.day_of_year - 1).days()).ok()? } else { date };
    let zone = read.offset.map_or_else(|| zone.clone(), TimeZone::fixed);
    date.to_zoned(zone).ok()
}

#[derive(Default)]
struct Read<'t> {
    rest: &'t str,
    year: i16,
    month: i8,
    day: i8,
    day_of_year: i64,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Read<'_> {
    fn field(&mut self, name: &str) -> Option<()> {
        match name {
            "%Y" | "_Y" => self.year = i16::try_from(self.digits(4, 4)?).ok()?,
            "%y" => {
                let year = i16::try_from(self.digits(2, 2)?).ok()?;
                self.year = if year >= 69 { 1900 + year } else { 2000 + year };
            }
            "%m" => self.month = self.small(2)?,
            "%-m" => self.month = self.small(1)?,
            "%d" => self.day = self.small(2)?,
            "%-d" => self.day = self.small(1)?,
            "%e" => {
                self.rest = self.rest.trim_start_matches(' ');
                self.day = self.small(1)?;
            }
            "%j" | "_j" => {
                self.rest = self.rest.trim_start_matches(' ');
                self.day_of_year = i64::from(self.digits(1, 3)?);
            }
            "%H" | "%I" => self.hour = self.small(2)?,
            "%-I" => self.hour = self.small(1)?,
            "%M" => self.minute = self.small(2)?,
            "%-M" => self.minute = self.small(1)?,
            "%S" | "%-S" => {
                self.second = self.small(if name == "%S" { 2 } else { 1 })?;
                self.fraction();
            }
            "%B" => self.month = self.name(&MONTHS, false)?,
            "%b" => self.month = self.name(&MONTHS, true)?,
            "%A" => drop(self.name(&DAYS, false)?),
            "%a" => drop(self.name(&DAYS, true)?),
            "%p" | "%P" => {
                let (mark, rest) = self.rest.split_at_checked(2)?;
                self.afternoon = Some(match mark.to_ascii_uppercase().as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
                self.rest = rest;
            }
            "%Z" => {
                let letters = self.rest.find(|letter: char| !letter.is_ascii_uppercase()).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at_checked(letters).filter(|(name, _)| name.len() >= 3)?;
                self.offset = if matches!(name, "UTC" | "GMT") { Some(Offset::UTC) } else { self.offset };
                self.rest = rest;
            }
            _ => self.offset_field(name.starts_with('Z'))?,
        }
        Some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u16> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(count).filter(|_| count >= least)?;
        self.rest = rest;
        digits.parse().ok()
    }

    fn small(&mut self, least: usize) -> Option<i8> {
        i8::try_from(self.digits(least, 2)?).ok()
    }

    /// The number of a name, counted from 1.
    fn name(&mut self, names: &[&str], short: bool) -> Option<i8> {
        for (number, name) in (1..).zip(names) {
            let name = if short { name.get(..3)? } else { name };
            let begins = self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name));
            if begins {
                self.rest = self.rest.get(name.len()..)?;
                return Some(number);
            }
        }
        None
    }

    /// Decimals of a second, if there are any.
    fn fraction(&mut self) {
        let Some(digits) = self.rest.strip_prefix(['.', ',']) else {
            return;
        };
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if let (Some((decimals, rest)), 1..) = (digits.split_at_checked(count), count) {
            let nine: String = decimals.chars().chain("000000000".chars()).take(9).collect();
            self.nanosecond = nine.parse().unwrap_or_default();
            self.rest = rest;
        }
    }

    fn offset_field(&mut self, may_be_z: bool) -> Option<()> {
        if let (true, Some(rest)) = (may_be_z, self.rest.strip_prefix('Z')) {
            self.rest = rest;
            self.offset = Some(Offset::UTC);
            return Some(());
        }
        let sign = match self.rest.bytes().next()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.digits(2, 2)?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes = self.digits(2, 2).unwrap_or_default();
        self.offset = Some(Offset::from_seconds(sign * i32::from(hours * 60 + minutes) * 60).ok()?);
        Some(())
    }
}
