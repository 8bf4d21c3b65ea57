//! Finds what is wrong or useless in a snippet without running it: unknown and unused names, uses that no type allows.
//! It never warns of what depends on data.
//! Next: `scope` follows names, `kinds` what values are.

mod kinds;
mod scope;

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::StrInterner;
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::parser::Parser;
use rsjsonnet_lang::span::{SpanId, SpanManager};

use crate::engine;
use crate::locate::Place;
use crate::snippet::ParseError;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

/// Looks a text over; the findings are in the order of the text.
///
/// # Errors
/// The text is no jsonnet.
pub fn lint(name: &str, text: &str) -> Result<Vec<Finding>, ParseError> {
    engine::check_syntax(name, text)?;
    Ok(engine::on_deep_stack(|| findings(text)).unwrap_or_default())
}

fn findings(text: &str) -> Vec<Finding> {
    let (arena, trees, interner, mut spans) = (Arena::new(), Arena::new(), StrInterner::new(), SpanManager::new());
    let (context, _) = spans.insert_source_context(text.len());
    let lexer = Lexer::new(&arena, &trees, &interner, &mut spans, context, text.as_bytes());
    let Ok(tokens) = lexer.lex_to_eof(false) else {
        return Vec::new();
    };
    let Ok(root) = Parser::new(&arena, &trees, &interner, &mut spans, tokens).parse_root_expr() else {
        return Vec::new();
    };
    let mut found: Vec<(usize, String)> =
        scope::faults(&root).into_iter().map(|(span, message): (SpanId, String)| (spans.get_span(span).1, message)).collect();
    found.sort();
    found
        .into_iter()
        .map(|(offset, message)| {
            let Place { line, column } = Place::of(text, offset);
            Finding { line, column, message }
        })
        .collect()
}
