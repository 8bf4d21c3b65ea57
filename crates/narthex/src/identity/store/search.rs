//! What identities are looked for by, made anew where it is missing or of an older version of the identity: rows from before there
//! was such a thing, and those that the version of the program before has written since.

use std::collections::HashMap;

use narthex_db::{Batch, Db, DbError, params};
use serde_json::Value;
use uuid::Uuid;

use super::json;
use super::list::place;
use crate::identity::search;

/// Identities that are brought up to date at a time.
const AT_ONCE: i64 = 500;

/// Brings all identities up to date, and tells how many that were. One that somebody changes at the same time is left to them.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read. What was done until then stays done.
pub async fn refresh_search(db: &Db) -> Result<u64, DbError> {
    let (mut refreshed, mut after) = (0, Uuid::nil());
    loop {
        let sql =
            "SELECT id, version, traits FROM identities WHERE COALESCE(searched_version, 0) <> version AND id > $1 ORDER BY id LIMIT $2";
        let rows = db.query_slow(sql, params![after, AT_ONCE]).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
        let Some(last) = ids.last() else { return Ok(refreshed) };
        after = *last;
        let identifiers = identifiers(db, &ids).await?;
        let mut batch = Batch::ephemeral();
        for (id, row) in ids.iter().zip(&rows) {
            let traits: Value = json(row.get(2)?)?;
            let own = identifiers.get(id).into_iter().flatten().map(String::as_str);
            let sql = "UPDATE identities SET search_text = $2, searched_version = version WHERE id = $1 AND version = $3";
            batch = batch.push(sql, params![*id, search::text(&traits, own), row.get::<i64>(1)?]);
        }
        refreshed += db.write(batch).await?.into_iter().sum::<u64>();
    }
}

/// The identifiers of these identities.
async fn identifiers(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    let mut params = Vec::new();
    let places: Vec<String> = ids.iter().map(|id| place(&mut params, *id)).collect();
    let sql = format!("SELECT identity_id, value FROM identifiers WHERE identity_id IN ({}) ORDER BY type, value", places.join(", "));
    let mut found: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in db.query_slow(sql, params).await? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}
