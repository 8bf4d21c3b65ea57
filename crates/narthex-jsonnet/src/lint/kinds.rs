//! What a value is, as far as the text tells.
//! It never guesses: what depends on arguments or data is unknown.
//! Next: `scope` asks.

use rsjsonnet_lang::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

/// The kind of a value that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
    Function,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Function => "a function",
        }
    }

    /// Whether values of the kind have anything under a name or a position.
    pub(super) fn can_be_indexed(self) -> bool {
        matches!(self, Self::String | Self::Array | Self::Object)
    }
}

/// The kind of an expression; `variable` tells those of variables.
pub(super) fn kind(expression: &Expr<'_, '_>, variable: &dyn Fn(&str) -> Option<Kind>) -> Option<Kind> {
    match &expression.kind {
        ExprKind::Null => Some(Kind::Null),
        ExprKind::Bool(_) | ExprKind::Unary(UnaryOp::LogicNot, _) => Some(Kind::Boolean),
        ExprKind::Number(_) | ExprKind::Unary(..) => Some(Kind::Number),
        ExprKind::String(_) | ExprKind::TextBlock(_) => Some(Kind::String),
        ExprKind::Array(_) | ExprKind::ArrayComp(..) => Some(Kind::Array),
        ExprKind::Object(_) | ExprKind::ObjExt(..) | ExprKind::SelfObj | ExprKind::Dollar => Some(Kind::Object),
        ExprKind::Func(..) => Some(Kind::Function),
        ExprKind::Paren(inner) => kind(inner, variable),
        ExprKind::Ident(name) => variable(name.value.value()),
        ExprKind::Binary(left, operator, right) => binary(kind(left, variable), *operator, kind(right, variable)),
        ExprKind::If(_, then, Some(otherwise)) => kind(then, variable).filter(|found| kind(otherwise, variable) == Some(*found)),
        _ => None,
    }
}

fn binary(left: Option<Kind>, operator: BinaryOp, right: Option<Kind>) -> Option<Kind> {
    match operator {
        BinaryOp::Add if left == Some(Kind::String) || right == Some(Kind::String) => Some(Kind::String),
        BinaryOp::Add => left.filter(|left| Some(*left) == right),
        BinaryOp::Rem => None,
        BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Shl
        | BinaryOp::Shr
        | BinaryOp::BitwiseAnd
        | BinaryOp::BitwiseOr
        | BinaryOp::BitwiseXor => Some(Kind::Number),
        BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::In
        | BinaryOp::LogicAnd
        | BinaryOp::LogicOr => Some(Kind::Boolean),
    }
}
