//! Cuts a text into words and signs, each with the comments and line breaks before it.
//! It never loses a comment.
//! Next: `style` rewrites pieces, `shape` brackets them.

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::StrInterner;
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::span::SpanManager;
use rsjsonnet_lang::token::TokenKind;

/// A word or sign.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Line breaks before it, after the last comment.
    pub(super) breaks: usize,
    pub(super) comments: Vec<Comment>,
}

/// A comment before a piece.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub(super) text: String,
    /// Line breaks before it.
    pub(super) breaks: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Keyword,
    Number,
    String,
    TextBlock,
    Sign,
    End,
}

impl Piece {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text && matches!(self.kind, Kind::Keyword | Kind::Sign)
    }

    /// Whether an expression can end with it, so that what follows is an operator, an index or arguments.
    pub(super) fn ends_operand(&self) -> bool {
        match self.kind {
            Kind::Name | Kind::Number | Kind::String | Kind::TextBlock => true,
            Kind::Keyword => matches!(self.text.as_str(), "self" | "super" | "null" | "true" | "false"),
            Kind::Sign => matches!(self.text.as_str(), ")" | "]" | "}" | "$"),
            Kind::End => false,
        }
    }
}

const KEYWORDS: [&str; 18] = [
    "assert",
    "else",
    "error",
    "false",
    "for",
    "function",
    "if",
    "import",
    "importstr",
    "importbin",
    "in",
    "local",
    "null",
    "tailstrict",
    "then",
    "self",
    "super",
    "true",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// The pieces of a text that has been checked; the last one is [`Kind::End`].
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let (arena, words, mut spans, interner) = (Arena::new(), Arena::new(), SpanManager::new(), StrInterner::new());
    let (context, _) = spans.insert_source_context(text.len());
    let lexer = Lexer::new(&arena, &words, &interner, &mut spans, context, text.as_bytes());
    let tokens = lexer.lex_to_eof(true).unwrap_or_default();
    let mut pieces = Vec::with_capacity(tokens.len());
    let (mut breaks, mut comments) = (0, Vec::new());
    for token in tokens {
        let (_, start, end) = spans.get_span(token.span);
        let raw = text.get(start..end).unwrap_or_default();
        let kind = match token.kind {
            TokenKind::Whitespace => {
                breaks += raw.matches('\n').count();
                continue;
            }
            TokenKind::Comment => {
                comments.push(Comment { text: raw.trim_end().to_owned(), breaks });
                breaks = usize::from(raw.ends_with('\n'));
                continue;
            }
            TokenKind::EndOfFile => Kind::End,
            TokenKind::Ident(_) => Kind::Name,
            TokenKind::Number(_) => Kind::Number,
            TokenKind::String(_) => Kind::String,
            TokenKind::TextBlock(_) => Kind::TextBlock,
            TokenKind::Simple(_) | TokenKind::OtherOp(_) if is_keyword(raw) => Kind::Keyword,
            TokenKind::Simple(_) | TokenKind::OtherOp(_) => Kind::Sign,
        };
        let comments = std::mem::take(&mut comments);
        pieces.push(Piece { kind, text: raw.to_owned(), breaks, comments });
        breaks = 0;
    }
    pieces
}
