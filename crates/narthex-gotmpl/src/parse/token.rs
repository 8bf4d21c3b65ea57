//! The pieces that a template is made of.
//! It never holds more than a piece of the text and its line.
//! Next: `lex` makes tokens, `parse` reads them.

use std::fmt;

/// A token and the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text outside of actions.
    Text,
    LeftDelim,
    RightDelim,
    /// White space within an action: it separates arguments.
    Space,
    /// `.` alone.
    Dot,
    /// `.name`, the dot included.
    Field,
    /// `$` or `$name`.
    Variable,
    /// A function's name or a word of the language.
    Word,
    Number,
    /// `'c'`, quotes included.
    Character,
    /// `"..."`, quotes included.
    String,
    /// A string in back quotes, quotes included.
    RawString,
    Pipe,
    Comma,
    LeftParen,
    RightParen,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::End => write!(f, "the end of the template"),
            Kind::LeftDelim | Kind::RightDelim => {
                write!(f, "{:?}", self.text.trim_matches(['-', ' ']))
            }
            Kind::Space => write!(f, "white space"),
            _ if self.text.chars().count() > 20 => {
                write!(f, "{:?}...", self.text.chars().take(20).collect::<String>())
            }
            _ => write!(f, "{:?}", self.text),
        }
    }
}
