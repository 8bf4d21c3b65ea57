//! Which inserts can be joined: `INSERT INTO t (a, b) VALUES ($1, $2)` and nothing more.
//! Never changes what an insert means; whatever has another form is run as it is.
//! Next: `inserts.rs` uses it.

use tokio_postgres::types::{Kind, Type};

use crate::Batch;
use crate::batch::{Durability, Statement};

/// A plain insert, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape<'sql> {
    table: &'sql str,
    columns: &'sql str,
    values: usize,
}

/// The batch's only statement, if it is one that may be joined with others of the same text.
pub(super) fn joinable(batch: &Batch) -> Option<&Statement> {
    match batch.statements.as_slice() {
        [only]
            if batch.durability == Durability::Ephemeral
                && matches!(only.expected, None | Some(1))
                && of_insert(&only.sql).is_some_and(|shape| shape.values == only.params.len()) =>
        {
            Some(only)
        }
        _ => None,
    }
}

/// Takes the text of an insert apart; `None` if it is not a plain one.
pub(super) fn of_insert(sql: &str) -> Option<Shape<'_>> {
    let rest = keyword(keyword(sql.trim(), "INSERT")?, "INTO")?;
    let (table, rest) = rest.split_once('(')?;
    let (columns, rest) = rest.split_once(')')?;
    let values = keyword(rest.trim_start(), "VALUES")?.strip_prefix('(')?.strip_suffix(')')?;
    let table = table.trim();
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.\"".contains(&byte));
    if !is_name(table) || !columns.split(',').all(|column| is_name(column.trim())) {
        return None;
    }
    let mut count = 0;
    for value in values.split(',') {
        count += 1;
        if value.trim().strip_prefix('$')?.parse() != Ok(count) {
            return None;
        }
    }
    (columns.split(',').count() == count).then_some(Shape { table, columns, values: count })
}

/// What follows `word` and the blanks after it.
fn keyword<'sql>(text: &'sql str, word: &str) -> Option<&'sql str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let blank = rest.starts_with(|next: char| next.is_whitespace() || next == '(');
    (start.eq_ignore_ascii_case(word) && blank).then(|| rest.trim_start())
}

impl Shape<'_> {
    /// The insert that takes a list for each column, given the columns' types.
    pub(super) fn joined(&self, types: &[Type]) -> Option<String> {
        let simple = types.len() == self.values && types.iter().all(|ty| *ty.kind() == Kind::Simple);
        let list = |(index, ty): (usize, &Type)| format!("${}::{}[]", index + 1, ty.name());
        let lists: Vec<_> = types.iter().enumerate().map(list).collect();
        let Self { table, columns, .. } = self;
        simple.then(|| format!("INSERT INTO {table} ({columns}) SELECT * FROM UNNEST({})", lists.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::params;

    #[test]
    fn a_plain_insert_is_taken_apart_and_joined() {
        let shape = of_insert("insert into  app.flows(id, at)\n VALUES ( $1 ,$2)").unwrap();
        assert_eq!(
            shape.joined(&[Type::UUID, Type::INT8]).unwrap(),
            "INSERT INTO app.flows (id, at) SELECT * FROM UNNEST($1::uuid[], $2::int8[])"
        );
        assert_eq!(shape.joined(&[Type::UUID]), None);
        assert_eq!(shape.joined(&[Type::UUID, Type::INT8_ARRAY]), None);
    }

    #[test]
    fn anything_else_is_left_as_it_is() {
        for sql in [
            "INSERT INTO t (a, b) VALUES ($2, $1)",
            "INSERT INTO t (a, b) VALUES ($1, $1)",
            "INSERT INTO t (a, b) VALUES ($1, 'x')",
            "INSERT INTO t (a, b) VALUES ($1)",
            "INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING",
            "INSERT INTO t (a) VALUES ($1), ($2)",
            "INSERT INTO t (a) SELECT $1",
            "INSERT INTO t VALUES ($1)",
            "INSERT INTO t; DROP (a) VALUES ($1)",
            "INSERTINTO t (a) VALUES ($1)",
            "UPDATE t SET a = $1",
            "",
        ] {
            assert_eq!(of_insert(sql), None, "{sql}");
        }
    }

    #[test]
    fn only_a_lone_ephemeral_insert_is_joinable() {
        let sql = "INSERT INTO t (a) VALUES ($1)";
        assert!(joinable(&Batch::ephemeral().push(sql, params![1_i64])).is_some());
        assert!(joinable(&Batch::ephemeral().push_expecting(1, sql, params![1_i64])).is_some());
        assert!(joinable(&Batch::ephemeral().push_expecting(2, sql, params![1_i64])).is_none());
        assert!(joinable(&Batch::ephemeral().push(sql, params![])).is_none());
        assert!(joinable(&Batch::durable().push(sql, params![1_i64])).is_none());
        assert!(joinable(&Batch::ephemeral().push(sql, params![1_i64]).push(sql, params![2_i64])).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_harm(text in "(INSERT INTO )?.{0,20}\\(?.{0,9}\\)?( VALUES )?\\(?.{0,9}\\)?") {
            if let Some(shape) = of_insert(&text) {
                prop_assert!(shape.values > 0);
            }
        }
    }
}
