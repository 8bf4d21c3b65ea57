//! What a template is after parsing.
//! It never changes after that: `html` makes trees anew.
//! Next: `exec` walks them.

use std::sync::Arc;

use crate::funcs::Function;
use crate::html::Escaper;

/// Nodes in a row.
pub(crate) type Nodes = Vec<Node>;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Text(Arc<str>),
    /// Prints the pipeline, unless it declares or sets variables; escapers are what `html` adds.
    Action(Arc<Pipeline>, Vec<Escaper>),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template(Arc<str>, Option<Arc<Pipeline>>),
    Break,
    Continue,
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) nodes: Nodes,
    pub(crate) otherwise: Nodes,
}

#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub(crate) line: usize,
    pub(crate) variables: Vec<Arc<str>>,
    /// Whether the variables exist already (`=`) or are new (`:=`).
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// An operand and, if it is a function, its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) head: Operand,
    pub(crate) arguments: Vec<Operand>,
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Str(Arc<str>),
    /// `.A.B`
    Field(Vec<Arc<str>>),
    /// `$x.A.B`
    Variable(Arc<str>, Vec<Arc<str>>),
    Function(&'static Function),
    /// `(pipeline).A.B`
    Pipeline(Arc<Pipeline>, Vec<Arc<str>>),
    /// A function without arguments, `name.A.B`
    Chain(&'static Function, Vec<Arc<str>>),
}

/// A constant. Its syntax tells its type where no parameter does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    /// A floating constant; the second is its value as an integer if it has no fraction.
    Float(f64, Option<i64>),
}
