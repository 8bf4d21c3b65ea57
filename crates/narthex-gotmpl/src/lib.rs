//! Renders the message templates of operators: the language of Go's `text/template` and `html/template`, with sprig's functions.
//! It never runs without bounds, reads nothing but its data, the clock and chance, and never emits HTML that data has not been escaped for.
//! Next: [`TemplateSet`] to parse and render, [`Data`] for what templates see.

#![forbid(unsafe_code)]

mod error;
mod exec;
mod fields;
mod funcs;
mod html;
mod parse;
mod print;
mod set;
mod value;

pub use error::{ParseError, RenderError};
pub use set::{Flavour, Template, TemplateSet};
pub use value::Data;
