//! Refuses texts that nest so deeply that parsing them would exhaust the stack.
//! It never looks at meaning: it follows brackets and counts words.
//! Next: `engine` parses what passes.

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::StrInterner;
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::span::SpanManager;
use rsjsonnet_lang::token::STokenKind::{LeftBrace, LeftBracket, LeftParen, RightBrace, RightBracket, RightParen};
use rsjsonnet_lang::token::TokenKind;

/// Longest text.
const MAX_BYTES: usize = 256 * 1024;
/// Deepest brackets within brackets.
const MAX_DEPTH: usize = 1_000;
/// Most words, signs and gaps: each may make the one expression that holds all others a level deeper.
const MAX_TOKENS: usize = 30_000;

/// Says what is too much about `text`. A text that is no jsonnet passes here: parsing will tell.
pub(crate) fn excess(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return Some(format!("the snippet is longer than {MAX_BYTES} bytes"));
    }
    let (arena, words, mut spans, interner) = (Arena::new(), Arena::new(), SpanManager::new(), StrInterner::new());
    let (context, _) = spans.insert_source_context(text.len());
    let mut lexer = Lexer::new(&arena, &words, &interner, &mut spans, context, text.as_bytes());
    let mut depth = 0_usize;
    for count in 0.. {
        match lexer.next_token() {
            Err(_) => break,
            Ok(token) => match token.kind {
                TokenKind::EndOfFile => break,
                TokenKind::Simple(LeftBrace | LeftBracket | LeftParen) => depth += 1,
                TokenKind::Simple(RightBrace | RightBracket | RightParen) => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            },
        }
        if depth > MAX_DEPTH || count > MAX_TOKENS {
            return Some("the snippet nests too deeply".to_owned());
        }
    }
    None
}
