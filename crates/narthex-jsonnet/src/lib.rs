//! Evaluates the jsonnet snippets that operators write: bodies of web hooks and of HTTP messages, claim mappers, tokenizer claims.
//! It never reads a file, never imports, and never lets a snippet run on without bounds of time, memory, depth and output.
//! Next: [`Evaluator`] for the server, [`worker_main`] for the process that does the work, [`format()`] and [`lint()`] for the commands.

#![forbid(unsafe_code)]

mod engine;
mod evaluator;
mod format;
mod lint;
mod locate;
mod manifest;
mod name;
mod nesting;
mod number;
mod pool;
mod protocol;
mod reason;
mod snippet;
mod worker;

pub use evaluator::{Arguments, EvalError, Evaluator, Limits, WorkerCommand};
pub use format::format;
pub use lint::{Finding, lint};
pub use snippet::{ParseError, Snippet};
pub use worker::{Input, worker_main};
