//! Migrations: the numbered steps that build the schema, one portable text for every engine.
//! Never undone and never edited once released; a step that was applied is skipped by its number.
//! Next: `sqlite/writer.rs` and `postgres/scripts.rs` run a step.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Batch, Db, DbError, Dialect, params};

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place; steps run in the order of their numbers.
    pub number: u32,
    /// A short name for people.
    pub name: &'static str,
    /// Statements that each end in `;` at the end of a line. The column types that engines call
    /// differently are written `{uuid}`, `{time}`, `{json}`, `{bytes}` and `{bool}`.
    pub sql: &'static str,
}

/// A step that [`Db::migrate`] has run just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
}

/// A known step, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// When it was applied; `None` if it is still to come.
    pub applied_at: Option<Timestamp>,
}

/// A step made ready for one engine.
pub(crate) struct Script {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    pub(crate) statements: Vec<String>,
}

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS narthex_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// Records a step; takes its number, its name and the time. The primary key keeps two processes from doing the same step.
pub(crate) const RECORD: &str = "INSERT INTO narthex_migrations (number, name, applied_at) VALUES ($1, $2, $3)";

impl Db {
    /// Runs the steps that the database does not have yet and answers with them. Several processes
    /// may do this at once: each step runs once.
    ///
    /// # Errors
    /// [`DbError::Newer`] if the database has a step that `migrations` does not know (nothing is run then),
    /// and whatever a statement of a step fails with (that step is undone, except on CockroachDB and
    /// YugabyteDB, where a schema change cannot be).
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<Vec<Applied>, DbError> {
        self.ensure_table().await?;
        let done = self.done().await?;
        if let Some((found, known)) = newer(&done, migrations) {
            return Err(DbError::Newer { found, known });
        }
        let mut pending: Vec<_> = migrations.iter().filter(|step| !done.contains_key(&step.number)).collect();
        pending.sort_by_key(|step| step.number);
        let mut applied = Vec::new();
        for step in pending {
            let script = Script { number: step.number, name: step.name, statements: split(&with_types(step.sql, self.dialect())?) };
            if self.run_script(script).await? {
                tracing::info!(number = step.number, name = step.name, "applied migration");
                applied.push(Applied { number: step.number, name: step.name });
            }
        }
        Ok(applied)
    }

    /// Tells of each known step whether the database has it.
    ///
    /// # Errors
    /// What reading fails with.
    pub async fn migration_status(&self, migrations: &[Migration]) -> Result<Vec<MigrationStatus>, DbError> {
        self.ensure_table().await?;
        let done = self.done().await?;
        let status =
            |step: &Migration| MigrationStatus { number: step.number, name: step.name, applied_at: done.get(&step.number).copied() };
        Ok(migrations.iter().map(status).collect())
    }

    /// The highest step of the database, where `migrations` goes less far: a newer version of the program has run it.
    ///
    /// # Errors
    /// What reading fails with.
    pub async fn newer_migration(&self, migrations: &[Migration]) -> Result<Option<u32>, DbError> {
        self.ensure_table().await?;
        Ok(newer(&self.done().await?, migrations).map(|(found, _)| found))
    }

    async fn ensure_table(&self) -> Result<(), DbError> {
        let create = || self.write(Batch::durable().push(TABLE, params![]));
        match create().await {
            // PostgreSQL says so to the slower of two that create the same table; it exists now.
            Err(DbError::Conflict { .. }) => create().await.map(drop),
            result => result.map(drop),
        }
    }

    async fn done(&self) -> Result<BTreeMap<u32, Timestamp>, DbError> {
        let rows = self.query("SELECT number, applied_at FROM narthex_migrations", params![]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }
}

/// The highest step of the database and of `migrations`, where they go less far.
fn newer(done: &BTreeMap<u32, Timestamp>, migrations: &[Migration]) -> Option<(u32, u32)> {
    let known = migrations.iter().map(|step| step.number).max().unwrap_or(0);
    let (&found, _) = done.last_key_value()?;
    (found > known).then_some((found, known))
}

/// Puts the engine's names in place of `{uuid}` and the like.
fn with_types(sql: &str, dialect: Dialect) -> Result<String, DbError> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('{') {
        let (word, tail) = after.split_once('}').ok_or_else(|| DbError::other("a migration has a `{` without its `}`"))?;
        out.push_str(before);
        out.push_str(column_type(word, dialect).ok_or_else(|| DbError::other(format!("unknown column type {{{word}}}")))?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn column_type(word: &str, dialect: Dialect) -> Option<&'static str> {
    let (sqlite, server) = match word {
        "uuid" => ("BLOB", "UUID"),
        "time" => ("INTEGER", "BIGINT"),
        "json" => ("TEXT", "TEXT"),
        "bytes" => ("BLOB", "BYTEA"),
        "bool" => ("INTEGER", "BOOLEAN"),
        _ => return None,
    };
    Some(if dialect == Dialect::Sqlite { sqlite } else { server })
}

/// The statements of a step. Lines that hold only a comment are left out.
fn split(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = String::new();
    for line in sql.lines().map(str::trim_end) {
        if line.trim_start().starts_with("--") {
            continue;
        }
        current.push_str(line.strip_suffix(';').unwrap_or(line));
        current.push('\n');
        if line.ends_with(';') {
            statements.push(std::mem::take(&mut current));
        }
    }
    statements.push(current);
    statements.retain(|statement| !statement.trim().is_empty());
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_types_follow_the_engine() {
        let sql = "CREATE TABLE t (a {uuid}, b {time}, c {json}, d {bytes}, e {bool});";
        assert_eq!(with_types(sql, Dialect::Sqlite).unwrap(), "CREATE TABLE t (a BLOB, b INTEGER, c TEXT, d BLOB, e INTEGER);");
        assert_eq!(with_types(sql, Dialect::Cockroach).unwrap(), "CREATE TABLE t (a UUID, b BIGINT, c TEXT, d BYTEA, e BOOLEAN);");
        assert!(with_types("a {number}", Dialect::Postgres).is_err());
        assert!(with_types("a {uuid", Dialect::Postgres).is_err());
    }

    #[test]
    fn statements_end_at_a_semicolon_at_the_end_of_a_line() {
        let statements = split("-- first; step\nCREATE TABLE a (\n  x TEXT DEFAULT ';'\n);\n\nCREATE INDEX i ON a (x);  \n");
        assert_eq!(statements, ["CREATE TABLE a (\n  x TEXT DEFAULT ';'\n)\n", "\nCREATE INDEX i ON a (x)\n"]);
        assert!(split(" \n-- nothing\n").is_empty());
    }
}
