//! Writes words one way: single quotes, bare field names, `//` comments, no needless signs.
//! It never changes a value.
//! Next: `shape` for brackets.

use super::piece::{Kind, Piece, is_keyword};

/// Rewrites the pieces of a text.
pub(super) fn unify(pieces: &mut Vec<Piece>) {
    for piece in pieces.iter_mut() {
        for comment in &mut piece.comments {
            if let Some(words) = comment.text.strip_prefix('#').filter(|words| !words.starts_with('!')) {
                comment.text = format!("//{words}");
            }
        }
        if piece.kind == Kind::String {
            piece.text = quoted(&piece.text);
        }
    }
    bare_names(pieces);
    without_plus(pieces);
    without_parentheses(pieces);
}

/// The literal in single quotes, unless that would need more escapes. Verbatim strings stay.
fn quoted(literal: &str) -> String {
    let Some(quote) = literal.chars().next().filter(|quote| matches!(quote, '\'' | '"')) else {
        return literal.to_owned();
    };
    let inner = literal.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).unwrap_or_default();
    let plain = inner.replace("\\\\", "\0").replace("\\'", "'").replace("\\\"", "\"");
    let quote = match (plain.contains('\''), plain.contains('"')) {
        (true, true) => return literal.to_owned(),
        (true, false) => '"',
        _ => '\'',
    };
    format!("{quote}{}{quote}", plain.replace('\0', "\\\\"))
}

/// The name in a quoted string, if it could stand without quotes.
fn bare(piece: &Piece) -> Option<String> {
    let name = piece.text.strip_prefix('\'')?.strip_suffix('\'')?;
    let begins = name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
    let is_name = begins && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    (piece.kind == Kind::String && is_name && !is_keyword(name)).then(|| name.to_owned())
}

fn at(pieces: &[Piece], position: Option<usize>, text: &str) -> bool {
    position.and_then(|position| pieces.get(position)).is_some_and(|piece| piece.is(text))
}

fn is_colon(piece: &Piece) -> bool {
    piece.kind == Kind::Sign && piece.text.contains(':')
}

/// `'a': 1` becomes `a: 1`, and `x['a']` becomes `x.a`.
fn bare_names(pieces: &mut Vec<Piece>) {
    let mut brackets: Vec<bool> = Vec::new();
    let mut position = 0;
    while let Some(piece) = pieces.get(position) {
        let previous = position.checked_sub(1);
        match piece.text.as_str() {
            _ if piece.kind == Kind::String => {
                let begins_field = at(pieces, previous, "{") || at(pieces, previous, ",");
                let names_field = pieces.get(position + 1).is_some_and(is_colon);
                let in_object = brackets.last().copied().unwrap_or_default();
                if let (Some(name), true) = (bare(piece), begins_field && names_field && in_object) {
                    rename(pieces, position, name);
                }
            }
            "[" if piece.kind == Kind::Sign => {
                let indexes = previous.and_then(|previous| pieces.get(previous)).is_some_and(Piece::ends_operand);
                let name = pieces.get(position + 1).and_then(bare).filter(|_| at(pieces, Some(position + 2), "]"));
                if let (Some(name), true) = (name, indexes) {
                    rename(pieces, position + 1, name);
                    if let Some(dot) = pieces.get_mut(position) {
                        ".".clone_into(&mut dot.text);
                    }
                    pieces.remove(position + 2);
                } else {
                    brackets.push(false);
                }
            }
            "{" | "(" if piece.kind == Kind::Sign => brackets.push(piece.text == "{"),
            "}" | ")" | "]" if piece.kind == Kind::Sign => drop(brackets.pop()),
            _ => {}
        }
        position += 1;
    }
}

fn rename(pieces: &mut [Piece], position: usize, name: String) {
    if let Some(piece) = pieces.get_mut(position) {
        (piece.text, piece.kind) = (name, Kind::Name);
    }
}

/// `a.b + { ... }` becomes `a.b { ... }`.
fn without_plus(pieces: &mut Vec<Piece>) {
    let mut position = 1;
    while position + 1 < pieces.len() {
        let extends = at(pieces, Some(position), "+")
            && at(pieces, Some(position + 1), "{")
            && is_path(pieces, position - 1)
            && stands_alone(pieces, position + 1)
            && pieces.get(position).is_some_and(|plus| plus.comments.is_empty() && plus.breaks == 0);
        if extends {
            pieces.remove(position);
        }
        position += 1;
    }
}

/// Whether names joined by dots end at `end`, and no operator stands before them.
fn is_path(pieces: &[Piece], end: usize) -> bool {
    let mut start = end;
    while start >= 2 && at(pieces, Some(start - 1), ".") {
        start -= 2;
    }
    let is_name = |piece: &Piece| piece.kind == Kind::Name || piece.is("self") || piece.is("$") || piece.is("super");
    let names = pieces.get(start..=end).unwrap_or_default().iter().step_by(2).all(is_name);
    let begins = start.checked_sub(1).and_then(|before| pieces.get(before)).is_none_or(|before| {
        let sign = before.kind == Kind::Sign && (matches!(before.text.as_str(), "=" | "(" | "[" | "," | ";" | ")") || is_colon(before));
        sign || before.is("then") || before.is("else")
    });
    names && begins
}

/// Whether nothing is asked of the object that begins at `open`.
fn stands_alone(pieces: &[Piece], open: usize) -> bool {
    let mut depth = 0_usize;
    for (position, piece) in pieces.iter().enumerate().skip(open) {
        if piece.is("{") || piece.is("[") || piece.is("(") {
            depth += 1;
        } else if piece.is("}") || piece.is("]") || piece.is(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return ![".", "[", "(", "{"].iter().any(|sign| at(pieces, Some(position + 1), sign));
            }
        }
    }
    false
}

/// `((a))` becomes `(a)`.
fn without_parentheses(pieces: &mut Vec<Piece>) {
    let mut position = 1;
    while position < pieces.len() {
        let groups = position
            .checked_sub(2)
            .and_then(|before| pieces.get(before))
            .is_none_or(|before| !before.ends_operand() && !before.is("function"));
        if groups
            && at(pieces, Some(position - 1), "(")
            && at(pieces, Some(position), "(")
            && let Some(close) = closing(pieces, position)
            && at(pieces, Some(close + 1), ")")
        {
            pieces.remove(close);
            pieces.remove(position);
        } else {
            position += 1;
        }
    }
}

fn closing(pieces: &[Piece], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, piece) in pieces.iter().enumerate().skip(open) {
        if piece.is("(") {
            depth += 1;
        } else if piece.is(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(position);
            }
        }
    }
    None
}
