//! Lays out jsonnet texts as `jsonnetfmt` does by default: spaces, quotes, commas, indentation.
//! It never changes what a text means: comments, line breaks and blank lines stay, two of them at most.
//! Next: `piece` cuts the text, `shape` decides on brackets, `style` on words, `write` puts it together.

mod piece;
mod shape;
mod style;
mod write;

use crate::engine;
use crate::snippet::ParseError;

/// Lays out a text; the result ends with a line break. `name` is what the error calls it.
///
/// # Errors
/// The text is no jsonnet. Unknown variables are no faults here.
pub fn format(name: &str, text: &str) -> Result<String, ParseError> {
    engine::check_syntax(name, text)?;
    let mut pieces = piece::pieces(text);
    style::unify(&mut pieces);
    let shapes = shape::shapes(&mut pieces);
    Ok(write::text(&pieces, &shapes))
}
