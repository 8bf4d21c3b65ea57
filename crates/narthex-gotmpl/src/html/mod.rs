//! Contextual escaping as Go's `html/template` does it: where an action stands decides how its value is made safe.
//! It never guesses: a template whose context depends on data, or that puts data into scripts, is refused.
//! Next: `analyze` walks the trees, `text` and `scan` follow the document, `action` and `escape` make values safe.

mod action;
mod analyze;
mod context;
mod css;
mod escape;
mod scan;
mod text;

pub(crate) use analyze::{CONTEXT_MARK, escaped};
pub(crate) use escape::Escaper;
