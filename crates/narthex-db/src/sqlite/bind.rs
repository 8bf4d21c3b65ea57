//! Values into SQLite's parameters and out of its columns.
//! Never rewrites the SQL: SQLite takes `$1` as a name, so each name is looked up for its number.
//! Next: `writer.rs` and `readers.rs` run what is bound here.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use super::errors::translate;
use crate::{DbError, Row, Value};

struct Bind<'a>(&'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Bool(value) => ValueRef::Integer((*value).into()),
            Value::I64(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
            Value::Uuid(value) => ValueRef::Blob(value.as_bytes()),
            Value::Time(value) => ValueRef::Integer(value.as_microsecond()),
        }))
    }
}

/// The statement for `sql` with `params` bound, ready to run.
pub(super) fn prepare<'conn>(conn: &'conn Connection, sql: &str, params: &[Value]) -> Result<CachedStatement<'conn>, DbError> {
    let mut statement = conn.prepare_cached(sql).map_err(|error| translate(&error))?;
    let mut highest = 0;
    for index in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
            .ok_or_else(|| DbError::other("parameters are written $1, $2 …"))?;
        highest = highest.max(number);
        let value = number
            .checked_sub(1)
            .and_then(|at| params.get(at))
            .ok_or_else(|| DbError::other(format!("${number} has no value, {} were given", params.len())))?;
        statement.raw_bind_parameter(index, Bind(value)).map_err(|error| translate(&error))?;
    }
    if highest != params.len() {
        return Err(DbError::other(format!("{} values were given for {highest} parameters", params.len())));
    }
    Ok(statement)
}

/// Runs a reading statement and collects its rows.
pub(super) fn select(conn: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
    let mut statement = prepare(conn, sql, params)?;
    if !statement.readonly() {
        return Err(DbError::other("a query must not write; use a batch"));
    }
    let columns = statement.column_count();
    let mut answer = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| translate(&error))? {
        let cell = |index| value(index, row.get_ref(index).map_err(|error| translate(&error))?);
        answer.push(Row::new((0..columns).map(cell).collect::<Result<_, _>>()?));
    }
    Ok(answer)
}

fn value(index: usize, cell: ValueRef<'_>) -> Result<Value, DbError> {
    match cell {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::I64(value)),
        ValueRef::Blob(value) => Ok(Value::Bytes(value.to_vec())),
        ValueRef::Text(value) => {
            std::str::from_utf8(value).map(Value::from).map_err(|_| DbError::other(format!("column {index} holds text that is not UTF-8")))
        }
        ValueRef::Real(_) => Err(DbError::other(format!("column {index} is a floating-point number; cast it"))),
    }
}
