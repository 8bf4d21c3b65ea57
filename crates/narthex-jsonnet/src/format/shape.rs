//! Tells what each bracket holds and whether its items stand on lines of their own.
//! It never breaks a line where there was none around: one item on its own line brings the others along.
//! Next: `write` indents and joins.

use super::piece::{Kind, Piece};

/// What the pair of brackets is that opens at a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
    /// An index or slice, or the computed name of a field.
    Index,
    /// Arguments or parameters.
    Arguments,
    Group,
}

struct Open {
    position: usize,
    shape: Shape,
    /// Positions of the pieces that begin items.
    items: Vec<usize>,
    comprehension: bool,
}

/// The shapes of brackets by the position of what opens them. Line breaks and last commas are put right on the way.
pub(super) fn shapes(pieces: &mut Vec<Piece>) -> Vec<Option<Shape>> {
    let mut shapes: Vec<Option<Shape>> = Vec::with_capacity(pieces.len());
    let mut open: Vec<Open> = Vec::new();
    let mut position = 0;
    while position < pieces.len() {
        shapes.push(None);
        let (text, kind) = match pieces.get(position) {
            Some(piece) => (piece.text.clone(), piece.kind),
            None => break,
        };
        if matches!(kind, Kind::Sign | Kind::Keyword) {
            match text.as_str() {
                "{" | "[" | "(" => {
                    let shape = shape(pieces, position, open.last());
                    if let Some(last) = shapes.last_mut() {
                        *last = Some(shape);
                    }
                    open.push(Open { position, shape, items: vec![position + 1], comprehension: false });
                }
                "}" | "]" | ")" => {
                    if let Some(bracket) = open.pop() {
                        let before = pieces.len();
                        settle(pieces, &bracket, position);
                        // A comma that comes or goes moves what follows.
                        let moved = pieces.len();
                        if moved > before {
                            shapes.push(None);
                            position += 1;
                        } else if moved < before {
                            shapes.pop();
                            position -= 1;
                        }
                    }
                }
                "," => {
                    if let Some(bracket) = open.last_mut() {
                        bracket.items.push(position + 1);
                    }
                }
                "for" => {
                    if let Some(bracket) = open.last_mut() {
                        bracket.comprehension = true;
                        bracket.items.push(position);
                    }
                }
                "if" if open.last().is_some_and(|bracket| bracket.comprehension) => {
                    let filters = position.checked_sub(1).and_then(|before| pieces.get(before)).is_some_and(Piece::ends_operand);
                    if let (Some(bracket), true) = (open.last_mut(), filters) {
                        bracket.items.push(position);
                    }
                }
                _ => {}
            }
        }
        position += 1;
    }
    shapes
}

fn shape(pieces: &[Piece], position: usize, outer: Option<&Open>) -> Shape {
    let before = position.checked_sub(1).and_then(|before| pieces.get(before));
    let after_operand = before.is_some_and(Piece::ends_operand);
    let begins_item = before.is_some_and(|before| before.is("{") || before.is(","));
    match pieces.get(position).map(|piece| piece.text.as_str()) {
        Some("{") => Shape::Object,
        Some("[") if after_operand => Shape::Index,
        Some("[") if begins_item && outer.is_some_and(|outer| outer.shape == Shape::Object) => Shape::Index,
        Some("[") => Shape::Array,
        _ if after_operand || before.is_some_and(|before| before.is("function")) => Shape::Arguments,
        _ => Shape::Group,
    }
}

/// Gives each item of an object or array a line of its own if one has, and puts the last comma right.
fn settle(pieces: &mut Vec<Piece>, bracket: &Open, close: usize) {
    if !matches!(bracket.shape, Shape::Object | Shape::Array) || close == bracket.position + 1 {
        return;
    }
    let trailing = close.checked_sub(1).filter(|last| pieces.get(*last).is_some_and(|piece| piece.is(",")));
    let begins: Vec<usize> = bracket.items.iter().copied().filter(|item| *item < close).chain([close]).collect();
    let breaks = |piece: &Piece| piece.breaks > 0 || piece.comments.iter().any(|comment| comment.breaks > 0);
    let expanded = begins.iter().any(|item| pieces.get(*item).is_some_and(breaks));
    if expanded {
        for item in begins {
            if let Some(piece) = pieces.get_mut(item).filter(|piece| !breaks(piece)) {
                piece.breaks = 1;
            }
        }
    }
    match (expanded && !bracket.comprehension, trailing) {
        (true, None) => {
            let comma = Piece { kind: Kind::Sign, text: ",".to_owned(), breaks: 0, comments: Vec::new() };
            pieces.insert(close, comma);
        }
        (false, Some(comma)) => {
            let removed = pieces.remove(comma);
            if let Some(closing) = pieces.get_mut(comma) {
                closing.comments.splice(0..0, removed.comments);
            }
        }
        _ => {}
    }
}
