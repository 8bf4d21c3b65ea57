//! `Batch`: a write as a value, an ordered list of statements that commit together or not at all.
//! Never runs anything itself; being data, it can be queued, grouped with others, pipelined and tried again.
//! Next: `sqlite/writer.rs` and `postgres/transactions.rs` run it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::Value;

/// What a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Durability {
    /// Never half-written, but the last moments may be lost with the machine (not with the process).
    Ephemeral,
    /// On disk before the answer.
    Durable,
}

/// Statements that commit together or not at all.
#[derive(Clone, Debug)]
#[must_use = "a batch does nothing until `Db::write` runs it"]
pub struct Batch {
    pub(crate) durability: Durability,
    pub(crate) statements: Vec<Statement>,
    /// What the process is told of once the batch has run.
    pub(crate) concerns: Vec<Uuid>,
}

/// One statement of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) params: Vec<Value>,
    /// The rows it must change, or else the batch is undone.
    pub(crate) expected: Option<u64>,
    pub(crate) then: Option<Then>,
}

/// What is done once a statement is committed.
#[derive(Clone)]
pub(crate) struct Then(Arc<dyn Fn() + Send + Sync>);

impl Then {
    pub(crate) fn run(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

impl Batch {
    /// For what must survive a power failure: identities, credentials, sessions, messages.
    pub fn durable() -> Self {
        Self { durability: Durability::Durable, statements: Vec::new(), concerns: Vec::new() }
    }

    /// For what may be lost with the machine: flows just begun, throttle counters.
    pub fn ephemeral() -> Self {
        Self { durability: Durability::Ephemeral, statements: Vec::new(), concerns: Vec::new() }
    }

    /// Adds a statement that may change any number of rows.
    pub fn push(mut self, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        self.statements.push(Statement { sql: sql.into(), params, expected: None, then: None });
        self
    }

    /// Adds a statement that must change exactly `rows` rows; else the whole batch is undone and
    /// answered with [`DbError::Unmet`](crate::DbError::Unmet). This is how a code is used only once
    /// and how an update is refused when someone else was faster.
    pub fn push_expecting(mut self, rows: u64, sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        self.statements.push(Statement { sql: sql.into(), params, expected: Some(rows), then: None });
        self
    }

    /// Says what the batch changes, for whoever in this process keeps copies of it: see [`Db::observe`](crate::Db::observe).
    pub fn concerning(mut self, id: Uuid) -> Self {
        self.concerns.push(id);
        self
    }

    /// Adds all statements of `other` after these. The stricter durability holds for both.
    pub fn append(mut self, other: Self) -> Self {
        self.durability = self.durability.max(other.durability);
        self.statements.extend(other.statements);
        self.concerns.extend(other.concerns);
        self
    }

    /// Has `tell` called once the batch is committed, if the statement that was added last has changed any row. Whoever
    /// stops waiting for the batch is not told.
    pub fn then(mut self, tell: impl Fn() + Send + Sync + 'static) -> Self {
        if let Some(last) = self.statements.last_mut() {
            last.then = Some(Then(Arc::new(tell)));
        }
        self
    }

    /// What is to be done once the batch is committed, each with the number of its statement.
    pub(crate) fn thens(&self) -> Vec<(usize, Then)> {
        self.statements.iter().enumerate().filter_map(|(at, statement)| Some((at, statement.then.clone()?))).collect()
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Whether something may have to be undone by hand when it fails: a lone statement without an
    /// expectation undoes itself.
    pub(crate) fn undoes_itself(&self) -> bool {
        matches!(self.statements.as_slice(), [only] if only.expected.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn appending_keeps_the_stricter_durability_and_the_order() {
        let batch = Batch::ephemeral().push("A", params![]).append(Batch::durable().push_expecting(1, "B", params![]));
        assert_eq!(batch.durability, Durability::Durable);
        let order: Vec<_> = batch.statements.iter().map(|statement| statement.sql.as_ref()).collect();
        assert_eq!(order, ["A", "B"]);
    }

    #[test]
    fn what_is_done_then_keeps_to_its_statement() {
        let other = Batch::durable().push("B", params![]).push("C", params![]).then(|| {});
        let batch = Batch::ephemeral().then(|| {}).push("A", params![]).append(other);
        assert_eq!(batch.thens().iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn only_a_lone_statement_without_expectation_undoes_itself() {
        assert!(Batch::durable().push("A", params![]).undoes_itself());
        assert!(!Batch::durable().push_expecting(1, "A", params![]).undoes_itself());
        assert!(!Batch::durable().push("A", params![]).push("B", params![]).undoes_itself());
    }
}
