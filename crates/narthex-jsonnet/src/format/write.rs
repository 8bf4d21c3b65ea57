//! Joins pieces to lines: the spaces between them and the indentation of each line.
//! It never looks back at the original text.
//! Next: `shape` has said what brackets are.

use super::piece::{Kind, Piece};
use super::shape::Shape;

const INDENT: usize = 2;

/// Most line breaks in a row: two blank lines.
const MAX_BREAKS: usize = 3;

pub(super) fn text(pieces: &[Piece], shapes: &[Option<Shape>]) -> String {
    let mut writer =
        Writer { pieces, text: String::new(), line_start: 0, indent: 0, open: Vec::new(), expression: 0, statements: Vec::new() };
    for (position, piece) in pieces.iter().enumerate() {
        writer.piece(position, piece, shapes.get(position).copied().flatten());
    }
    let mut text = writer.text.trim_end().to_owned();
    text.push('\n');
    text
}

/// A bracket that is open.
struct Open {
    shape: Shape,
    /// Indentation of the line that it stands on, and of the items within.
    outer: usize,
    inner: usize,
    statements: usize,
    expression: usize,
    /// Whether an `assert` waits for the colon of its message.
    asserts: bool,
}

struct Writer<'p> {
    pieces: &'p [Piece],
    text: String,
    /// Where the current line begins.
    line_start: usize,
    /// Indentation of the current line.
    indent: usize,
    open: Vec<Open>,
    /// Column of the expression that is being written: its operators align with it.
    expression: usize,
    /// Words that a later one belongs to (`local` to `;`, `if` to `else`), with the indentation of their lines.
    statements: Vec<(&'static str, usize)>,
}

impl Writer<'_> {
    fn piece(&mut self, position: usize, piece: &Piece, shape: Option<Shape>) {
        let closes = piece.is("}") || piece.is("]") || piece.is(")");
        let indent = self.indent_of(position, piece);
        for comment in &piece.comments {
            if comment.breaks > 0 && !self.text.is_empty() {
                let inner = if closes { self.open.last().map_or(indent, |open| open.inner) } else { indent };
                self.new_line(comment.breaks, inner);
            } else if !self.text.is_empty() && !self.text.ends_with('\n') {
                let gap = if comment.text.starts_with("//") { "  " } else { " " };
                self.text.push_str(gap);
            }
            self.text.push_str(&comment.text);
        }
        let after_line_comment = piece.comments.last().is_some_and(|comment| comment.text.starts_with("//"));
        let breaks = piece.breaks.max(usize::from(after_line_comment));
        if piece.kind == Kind::End {
            return;
        }
        if breaks > 0 && !self.text.is_empty() {
            self.new_line(breaks, indent);
        } else if self.needs_space(position, piece) || !piece.comments.is_empty() {
            self.text.push(' ');
        }
        if begins_expression(position.checked_sub(1).and_then(|before| self.pieces.get(before))) {
            self.expression = self.column();
        }
        if piece.kind == Kind::TextBlock {
            self.text_block(&piece.text);
        } else {
            self.text.push_str(&piece.text);
        }
        self.track(position, piece, shape);
    }

    fn new_line(&mut self, breaks: usize, indent: usize) {
        self.text.extend(std::iter::repeat_n('\n', breaks.min(MAX_BREAKS)));
        self.line_start = self.text.len();
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
    }

    fn column(&self) -> usize {
        self.text.get(self.line_start..).unwrap_or_default().chars().count()
    }

    /// The indentation of a piece that begins a line.
    fn indent_of(&self, position: usize, piece: &Piece) -> usize {
        let before = position.checked_sub(1).and_then(|before| self.pieces.get(before));
        let (outer, inner) = self.open.last().map_or((0, 0), |open| (open.outer, open.inner));
        let of = |word: &str| self.statements.iter().rev().find(|(name, _)| *name == word).map(|(_, indent)| *indent);
        match before {
            _ if piece.is("}") || piece.is("]") || piece.is(")") => outer,
            None => 0,
            Some(before) if before.is("{") || before.is("[") || before.is("(") || before.is(",") => inner,
            _ if piece.is("for") => inner,
            Some(before) if piece.is("if") && before.ends_operand() => inner,
            _ if piece.is("else") => of("if").unwrap_or(inner),
            Some(before) if before.is(";") => of(";").unwrap_or(inner),
            Some(_) if self.continues(position) => self.expression,
            Some(_) => self.indent + INDENT,
        }
    }

    /// Whether the piece and the one before it are parts of the same operation.
    fn continues(&self, position: usize) -> bool {
        let operator = |at: usize| self.pieces.get(at).is_some_and(|piece| is_binary(self.pieces, at, piece));
        operator(position) || position.checked_sub(1).is_some_and(operator)
    }

    fn track(&mut self, position: usize, piece: &Piece, shape: Option<Shape>) {
        if let Some(shape) = shape {
            let breaks = self.pieces.get(position + 1).is_some_and(|next| next.breaks > 0 || !next.comments.is_empty());
            let inner = if breaks || matches!(shape, Shape::Object | Shape::Array) { self.indent + INDENT } else { self.column() };
            let statements = self.statements.len();
            self.open.push(Open { shape, outer: self.indent, inner, statements, expression: self.expression, asserts: false });
            return;
        }
        if piece.kind == Kind::Sign && matches!(piece.text.as_str(), "}" | "]" | ")") {
            if let Some(open) = self.open.pop() {
                self.statements.truncate(open.statements);
                self.expression = open.expression;
            }
            return;
        }
        let floor = self.open.last().map_or(0, |open| open.statements);
        match piece.text.as_str() {
            _ if !matches!(piece.kind, Kind::Keyword | Kind::Sign) => {}
            "if" => self.statements.push(("if", self.indent)),
            "else" => {
                if let Some(at) = self.statements.iter().rposition(|(name, _)| *name == "if").filter(|at| *at >= floor) {
                    self.statements.truncate(at);
                }
            }
            "local" | "assert" => {
                let asserts = piece.is("assert");
                if let Some(open) = self.open.last_mut() {
                    open.asserts = asserts;
                }
                self.statements.retain(|(name, _)| *name != ";");
                self.statements.push(("local", self.indent));
            }
            ";" => {
                if let Some(at) = self.statements.iter().rposition(|(name, _)| *name == "local").filter(|at| *at >= floor) {
                    let indent = self.statements.get(at).map_or(0, |(_, indent)| *indent);
                    self.statements.truncate(at);
                    self.statements.push((";", indent));
                }
            }
            "," => {
                self.statements.truncate(floor);
                if let Some(open) = self.open.last_mut() {
                    open.asserts = false;
                }
            }
            _ => {}
        }
    }

    /// Whether a space stands before a piece on the same line.
    fn needs_space(&self, position: usize, piece: &Piece) -> bool {
        let Some(before) = position.checked_sub(1).and_then(|before| self.pieces.get(before)) else {
            return false;
        };
        let shape = self.open.last().map(|open| open.shape);
        let colon = |piece: &Piece| piece.kind == Kind::Sign && piece.text.contains(':');
        let asserts = self.open.last().is_none_or(|open| open.asserts);
        match (before.text.as_str(), piece.text.as_str()) {
            _ if piece.is("{") && before.is("{") => true,
            _ if piece.is("}") => !before.is("{"),
            _ if before.is("{") => true,
            (_, "," | ";" | ")" | "]" | ".") if piece.kind == Kind::Sign => false,
            ("(" | "[" | "." | "!" | "~" | "$", _) if before.kind == Kind::Sign => before.is("$") && !piece.is("(") && !piece.is("["),
            (_, "(") if piece.kind == Kind::Sign => !(before.ends_operand() || before.is("function")),
            (_, "[") if piece.kind == Kind::Sign && before.ends_operand() => false,
            (_, "=") | ("=", _) if shape == Some(Shape::Arguments) => false,
            _ if shape == Some(Shape::Index) && (colon(piece) || colon(before)) => false,
            _ if colon(piece) => asserts && piece.is(":"),
            ("-" | "+", _) if before.kind == Kind::Sign => is_binary(self.pieces, position - 1, before),
            _ => true,
        }
    }

    /// The lines of a text block, indented under the line that begins it.
    fn text_block(&mut self, raw: &str) {
        let mut lines = raw.lines();
        let first = lines.next().unwrap_or_default().trim_end();
        let lines: Vec<_> = lines.collect();
        let Some((last, body)) = lines.split_last() else {
            return self.text.push_str(raw);
        };
        let begin = body.iter().find(|line| !line.trim().is_empty()).copied().unwrap_or_default();
        let old = begin.len() - begin.trim_start_matches([' ', '\t']).len();
        self.text.push_str(first);
        for line in body {
            self.text.push('\n');
            if let Some(words) = line.get(old..).filter(|_| !line.trim().is_empty()) {
                self.text.extend(std::iter::repeat_n(' ', self.indent + INDENT));
                self.text.push_str(words);
            }
        }
        self.text.push('\n');
        self.line_start = self.text.len();
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        self.text.push_str(last.trim_start());
    }
}

/// Whether an expression begins after a piece.
fn begins_expression(before: Option<&Piece>) -> bool {
    before.is_none_or(|before| match before.kind {
        Kind::Sign => matches!(before.text.as_str(), "=" | "(" | "[" | "{" | "," | ";") || before.text.contains(':'),
        Kind::Keyword => matches!(before.text.as_str(), "then" | "else" | "error" | "if" | "assert"),
        _ => false,
    })
}

fn is_binary(pieces: &[Piece], position: usize, piece: &Piece) -> bool {
    let operator = match piece.kind {
        Kind::Sign => matches!(
            piece.text.as_str(),
            "+" | "-" | "*" | "/" | "%" | "&&" | "||" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "&" | "|" | "^" | "<<" | ">>"
        ),
        _ => piece.is("in"),
    };
    operator && position.checked_sub(1).and_then(|before| pieces.get(before)).is_some_and(Piece::ends_operand)
}
