//! Cuts a template into tokens, trims the white space that `{{-` and `-}}` ask for, and drops comments.
//! It never looks at the order of tokens.
//! Next: `parse` reads them.

use super::token::{Kind, Token};

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// What is wrong with the text, and on which line.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Cuts `text` into tokens; the last one is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Malformed> {
    let mut lexer = Lexer { text, at: 0, line: 1, tokens: Vec::new() };
    lexer.template()?;
    lexer.take(Kind::End, 0);
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) -> &'t str {
        let (skipped, _) = self.rest().split_at_checked(bytes).unwrap_or((self.rest(), ""));
        self.at += skipped.len();
        self.line += skipped.matches('\n').count();
        skipped
    }

    fn take(&mut self, kind: Kind, bytes: usize) {
        let line = self.line;
        let text = self.skip(bytes);
        self.tokens.push(Token { kind, text, line });
    }

    fn malformed<T>(&self, message: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed { line: self.line, message: message.into() })
    }

    fn template(&mut self) -> Result<(), Malformed> {
        loop {
            let rest = self.rest();
            let Some(open) = rest.find(LEFT) else {
                self.text_token(rest.len(), false);
                return Ok(());
            };
            let inside = rest.get(open + LEFT.len()..).unwrap_or_default();
            let trims = inside.strip_prefix('-').is_some_and(|after| after.starts_with(SPACE));
            self.text_token(open, trims);
            let marker = LEFT.len() + if trims { 2 } else { 0 };
            if self.rest().get(marker..).is_some_and(|inside| inside.starts_with("/*")) {
                self.comment(marker)?;
            } else {
                self.take(Kind::LeftDelim, marker);
                self.action()?;
            }
        }
    }

    /// Takes `bytes` of text, without the white space at its end if the action that follows trims it.
    fn text_token(&mut self, bytes: usize, trims: bool) {
        let line = self.line;
        let text = self.skip(bytes);
        let text = if trims { text.trim_end_matches(SPACE) } else { text };
        if !text.is_empty() {
            self.tokens.push(Token { kind: Kind::Text, text, line });
        }
    }

    fn comment(&mut self, marker: usize) -> Result<(), Malformed> {
        let body = self.rest().get(marker..).unwrap_or_default();
        let Some(end) = body.find("*/") else {
            return self.malformed("the comment has no end");
        };
        let after = body.get(end + 2..).unwrap_or_default();
        let close = closing(after);
        let Some((close, trims)) = close else {
            return self.malformed("a comment must end right before the closing delimiter");
        };
        self.skip(marker + end + 2 + close);
        if trims {
            self.skip_space();
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.skip(rest.len() - rest.trim_start_matches(SPACE).len());
    }

    fn action(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        loop {
            if let Some((close, trims)) = closing(self.rest()) {
                if depth > 0 {
                    return self.malformed("a parenthesis is not closed");
                }
                self.take(Kind::RightDelim, close);
                if trims {
                    self.skip_space();
                }
                return Ok(());
            }
            let Some(next) = self.peek() else {
                return self.malformed("the action has no end");
            };
            match next {
                '(' => depth += 1,
                ')' if depth == 0 => {
                    return self.malformed("a parenthesis is closed that was not opened");
                }
                ')' => depth -= 1,
                _ => {}
            }
            self.piece(next)?;
        }
    }

    fn piece(&mut self, next: char) -> Result<(), Malformed> {
        let rest = self.rest();
        let second = rest.get(1..).and_then(|rest| rest.chars().next());
        match next {
            ' ' | '\t' | '\r' | '\n' => {
                // The last space before a trimming end belongs to the end; alone it has been taken for it already.
                let space = rest.len() - rest.trim_start_matches(SPACE).len();
                let shorter = rest.get(space..).is_some_and(|after| after.starts_with("-}}"));
                self.take(Kind::Space, if shorter { space.saturating_sub(1) } else { space });
            }
            '=' => self.take(Kind::Assign, 1),
            ':' if second == Some('=') => self.take(Kind::Declare, 2),
            ':' => return self.malformed("expected :="),
            '|' => self.take(Kind::Pipe, 1),
            ',' => self.take(Kind::Comma, 1),
            '(' => self.take(Kind::LeftParen, 1),
            ')' => self.take(Kind::RightParen, 1),
            '"' => self.quoted('"', Kind::String)?,
            '\'' => self.quoted('\'', Kind::Character)?,
            '`' => {
                let Some(end) = rest.get(1..).and_then(|rest| rest.find('`')) else {
                    return self.malformed("the raw string has no end");
                };
                self.take(Kind::RawString, end + 2);
            }
            '$' => {
                let name = word_length(rest.get(1..).unwrap_or_default());
                self.take(Kind::Variable, 1 + name);
                self.must_end()?;
            }
            '.' if !second.is_some_and(|digit| digit.is_ascii_digit()) => {
                let name = word_length(rest.get(1..).unwrap_or_default());
                self.take(if name == 0 { Kind::Dot } else { Kind::Field }, 1 + name);
                self.must_end()?;
            }
            '+' | '-' | '.' | '0'..='9' => self.number(),
            letter if is_word(letter) => {
                self.take(Kind::Word, word_length(rest));
                self.must_end()?;
            }
            other => return self.malformed(format!("unexpected {other:?} in an action")),
        }
        Ok(())
    }

    fn quoted(&mut self, quote: char, kind: Kind) -> Result<(), Malformed> {
        let mut escaped = false;
        for (offset, character) in self.rest().char_indices().skip(1) {
            match character {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                other if other == quote => {
                    self.take(kind, offset + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.malformed(if quote == '"' { "the string has no end" } else { "the character has no end" })
    }

    fn number(&mut self) {
        let rest = self.rest();
        let mut length = usize::from(rest.starts_with(['+', '-']));
        let mut previous = ' ';
        let hexadecimal = rest.get(length..).is_some_and(|digits| digits.starts_with("0x") || digits.starts_with("0X"));
        for character in rest.get(length..).unwrap_or_default().chars() {
            let exponent = if hexadecimal { matches!(previous, 'p' | 'P') } else { matches!(previous, 'e' | 'E') };
            if !(is_word(character) || character == '.' || exponent && matches!(character, '+' | '-')) {
                break;
            }
            previous = character;
            length += character.len_utf8();
        }
        self.take(Kind::Number, length);
    }

    /// Fields, variables and words must be followed by something that ends them.
    fn must_end(&self) -> Result<(), Malformed> {
        match self.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | '=' | ')' | '(') => Ok(()),
            Some(_) if self.rest().starts_with(RIGHT) => Ok(()),
            Some(other) => self.malformed(format!("unexpected {other:?} in an action")),
        }
    }
}

/// Length of a closing delimiter at the beginning of `text`, and whether it trims what follows.
fn closing(text: &str) -> Option<(usize, bool)> {
    if text.starts_with(RIGHT) {
        return Some((RIGHT.len(), false));
    }
    let after = text.strip_prefix(SPACE)?;
    after.starts_with("-}}").then_some((1 + 1 + RIGHT.len(), true))
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn word_length(text: &str) -> usize {
    text.find(|character| !is_word(character)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).unwrap().iter().map(|token| token.kind).collect()
    }

    fn texts(template: &str) -> Vec<String> {
        let tokens = tokens(template).unwrap();
        tokens.iter().filter(|token| token.kind == Kind::Text).map(|token| token.text.to_owned()).collect()
    }

    #[test]
    fn actions_are_cut_into_pieces() {
        use Kind::{Declare, Dot, End, Field, LeftDelim, LeftParen, Number, Pipe, RightDelim, RightParen, Space, String, Variable, Word};
        assert_eq!(
            kinds("{{$x := print (.A.b|len) . \"q\\\"}}\" -1.5e+3 .5}}"),
            [
                LeftDelim, Variable, Space, Declare, Space, Word, Space, LeftParen, Field, Field, Pipe, Word, RightParen, Space, Dot,
                Space, String, Space, Number, Space, Number, RightDelim, End
            ]
        );
    }

    #[test]
    fn markers_trim_white_space() {
        assert_eq!(texts("a \n{{- 1 -}}\t b"), ["a", "b"]);
        assert_eq!(texts("a {{-1}} b"), ["a ", " b"]);
        assert_eq!(texts("a {{- /* c */ -}} b{{/* d */}} e"), ["a", "b", " e"]);
        assert_eq!(kinds("{{ 1   -}}"), [Kind::LeftDelim, Kind::Space, Kind::Number, Kind::Space, Kind::RightDelim, Kind::End]);
    }

    #[test]
    fn lines_are_counted() {
        let tokens = tokens("a\n{{.X}}\n\n{{.Y}}").unwrap();
        let lines: Vec<_> = tokens.iter().filter(|token| token.kind == Kind::Field).map(|token| token.line).collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn malformed_texts_are_refused() {
        for text in [
            "{{",
            "{{ \"a",
            "{{ 'a",
            "{{ `a",
            "{{/* a",
            "{{/* a */ b}}",
            "{{(}}",
            "{{)}}",
            "{{a:b}}",
            "{{.a$}}",
            "{{#}}",
            "{{\"a\nb\"}}",
            "{{$x%}}",
        ] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
