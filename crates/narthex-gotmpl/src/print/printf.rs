//! Formats with verbs as Go's `fmt.Sprintf` does, wrong verbs and missing arguments included.
//! It never fails because of a format: Go writes the fault into the text, and so does this.
//! Next: `verb` for single values.

use super::verb::{self, Flags};
use crate::error::Fault;
use crate::exec::budget::{Budget, Text};
use crate::value::Value;

/// Widths and precisions beyond it are refused, by Go too.
const MAX_WIDTH: usize = 1_000_000;

pub(crate) fn sprintf(format: &str, values: &[Value], budget: &Budget) -> Result<String, Fault> {
    let mut printer = Printer { rest: format, values, next: 0, reordered: false, good_index: true, text: budget.text() };
    printer.run()?;
    Ok(printer.text.into_string())
}

struct Printer<'f, 'b> {
    rest: &'f str,
    values: &'f [Value],
    /// Position of the next argument.
    next: usize,
    /// Whether an argument was chosen by its number: then none counts as superfluous.
    reordered: bool,
    good_index: bool,
    text: Text<'b>,
}

impl Printer<'_, '_> {
    fn run(&mut self) -> Result<(), Fault> {
        while let Some((plain, directive)) = self.rest.split_once('%') {
            self.text.push(plain)?;
            self.rest = directive;
            self.directive()?;
        }
        self.text.push(self.rest)?;
        if !self.reordered && self.next < self.values.len() {
            self.superfluous()?;
        }
        Ok(())
    }

    fn eat(&mut self, character: char) -> bool {
        let after = self.rest.strip_prefix(character);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn directive(&mut self) -> Result<(), Fault> {
        self.good_index = true;
        let mut flags = self.flags();
        self.index();
        if self.eat('*') {
            match self.star() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.text.push("%!(BADWIDTH)")?,
            }
        } else {
            flags.width = self.number();
        }
        self.index();
        if self.eat('.') {
            self.index();
            if self.eat('*') {
                match self.star() {
                    Some(precision) => flags.precision = usize::try_from(precision).ok(),
                    None => self.text.push("%!(BADPREC)")?,
                }
            } else {
                flags.precision = Some(self.number().unwrap_or_default());
            }
        }
        self.index();
        flags.zero &= !flags.minus;
        let Some(letter) = self.rest.chars().next() else {
            return self.text.push("%!(NOVERB)");
        };
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        match (letter, self.values.get(self.next)) {
            ('%', _) => self.text.push("%"),
            _ if !self.good_index => self.text.push(&format!("%!{letter}(BADINDEX)")),
            (_, None) => self.text.push(&format!("%!{letter}(MISSING)")),
            (_, Some(value)) => {
                self.next += 1;
                verb::write(value, letter, flags, &mut self.text)
            }
        }
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.rest.as_bytes().first() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => return flags,
            }
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    fn number(&mut self) -> Option<usize> {
        let end = self.rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        let number: usize = digits.parse().ok()?;
        if number > MAX_WIDTH {
            self.good_index = false;
        }
        self.rest = rest;
        Some(number.min(MAX_WIDTH))
    }

    /// The width or precision that an argument gives.
    fn star(&mut self) -> Option<i64> {
        let value = self.values.get(self.next);
        self.next += usize::from(value.is_some());
        match value {
            Some(Value::Int(number)) if number.unsigned_abs() <= MAX_WIDTH as u64 => Some(*number),
            _ => None,
        }
    }

    /// `[n]`: the number of the argument that is next, counted from 1.
    fn index(&mut self) {
        let Some(inside) = self.rest.strip_prefix('[') else {
            return;
        };
        self.reordered = true;
        let Some((number, rest)) = inside.split_once(']') else {
            self.good_index = false;
            self.rest = inside;
            return;
        };
        self.rest = rest;
        match number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
            Some(position) if position < self.values.len() => self.next = position,
            _ => self.good_index = false,
        }
    }

    fn superfluous(&mut self) -> Result<(), Fault> {
        self.text.push("%!(EXTRA ")?;
        for (position, value) in self.values.iter().enumerate().skip(self.next) {
            if position > self.next {
                self.text.push(", ")?;
            }
            if value.is_nil() {
                self.text.push("<nil>")?;
            } else {
                self.text.push(value.type_name())?;
                self.text.push("=")?;
                super::write(value, &mut self.text)?;
            }
        }
        self.text.push(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: &str, values: &[Value]) -> String {
        sprintf(format, values, &Budget::new()).unwrap()
    }

    fn list() -> Value {
        Value::list(vec![Value::str("a"), Value::Int(1), Value::Nil]).unwrap()
    }

    #[test]
    fn verbs_print_as_in_go() {
        let decimal = Value::Float(12.3456);
        for (format, value, expected) in [
            ("%v", Value::Int(42), "42"),
            ("%5d|", Value::Int(42), "   42|"),
            ("%-5d|", Value::Int(42), "42   |"),
            ("%05d", Value::Int(-42), "-0042"),
            ("%+d", Value::Int(42), "+42"),
            ("% d", Value::Int(42), " 42"),
            ("%.3d", Value::Int(5), "005"),
            ("%08.3d", Value::Int(5), "     005"),
            ("%x", Value::Int(-255), "-ff"),
            ("%#X", Value::Int(255), "0XFF"),
            ("%o", Value::Int(8), "10"),
            ("%#o", Value::Int(8), "010"),
            ("%O", Value::Int(8), "0o10"),
            ("%b", Value::Int(5), "101"),
            ("%c", Value::Int(0x1F600), "😀"),
            ("%q", Value::Int(120), "'x'"),
            ("%U", Value::Int(120), "U+0078"),
            ("%#U", Value::Int(0xe9), "U+00E9 'é'"),
            ("%f", decimal.clone(), "12.345600"),
            ("%08.3f", decimal.clone(), "0012.346"),
            ("%+.1e", Value::Float(12345.678), "+1.2e+04"),
            ("%6.2v", decimal.clone(), "    12"),
            ("%g", Value::Float(1e6), "1e+06"),
            ("%s", Value::str("abc"), "abc"),
            ("%8s", Value::str("äb"), "      äb"),
            ("%05s", Value::str("ab"), "000ab"),
            ("%.2s", Value::str("äbc"), "äb"),
            ("%q", Value::str("a\"é"), "\"a\\\"é\""),
            ("%+q", Value::str("é"), "\"\\u00e9\""),
            ("%#q", Value::str("a"), "`a`"),
            ("%6q", Value::str("a"), "   \"a\""),
            ("%x", Value::str("hi"), "6869"),
            ("% X", Value::str("hi"), "68 69"),
            ("%t", Value::Bool(true), "true"),
            ("%5t", Value::Bool(true), " true"),
            ("%T", decimal, "float64"),
            ("%#v", Value::str("a"), "\"a\""),
        ] {
            assert_eq!(text(format, &[value]), expected, "{format}");
        }
    }

    #[test]
    fn wrong_verbs_show_in_the_text() {
        assert_eq!(text("%d", &[Value::str("x")]), "%!d(string=x)");
        assert_eq!(text("%s", &[Value::Int(5)]), "%!s(int=5)");
        assert_eq!(text("%d|%v|%s", &[Value::Nil, Value::Nil, Value::Nil]), "%!d(<nil>)|<nil>|%!s(<nil>)");
        assert_eq!(text("%z", &[Value::Bool(true)]), "%!z(bool=true)");
        assert_eq!(text("%f", &[Value::Int(1)]), "%!f(int=1)");
        assert_eq!(text("%d%%", &[]), "%!d(MISSING)%");
        assert_eq!(text("a", &[Value::Int(1), Value::str("b")]), "a%!(EXTRA int=1, string=b)");
        assert_eq!(text("%", &[]), "%!(NOVERB)");
    }

    #[test]
    fn verbs_reach_into_lists() {
        assert_eq!(text("%s", &[list()]), "[a %!s(int=1) %!s(<nil>)]");
        assert_eq!(text("%v", &[list()]), "[a 1 <nil>]");
        assert_eq!(text("%#v", &[list()]), "[]interface {}{\"a\", 1, interface {}(nil)}");
    }

    #[test]
    fn arguments_can_be_chosen_by_number() {
        assert_eq!(text("%[2]d %[1]d", &[Value::Int(1), Value::Int(2)]), "2 1");
        assert_eq!(text("%[3]d %d %[x]d", &[Value::Int(1), Value::Int(2)]), "%!d(BADINDEX) 1 %!d(BADINDEX)");
        assert_eq!(text("%*d|%-*d|", &[5, 1, 5, 2].map(Value::Int)), "    1|2    |");
    }

    #[test]
    fn huge_widths_end_the_rendering_or_show() {
        assert!(sprintf("%999999d%999999d%999999d", &[1, 2, 3].map(Value::Int), &Budget::new()).is_err());
        assert!(text("%99999999999999999999d", &[Value::Int(1)]).contains("%!"));
    }
}
