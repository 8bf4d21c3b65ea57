//! Lists of identities, in the order of their ids.

use narthex_api::Time;
use narthex_api::identity::State;
use narthex_db::{Db, DbError, Value, params};
use uuid::Uuid;

use super::{COLUMNS, read, read_credential, state_name};
use crate::identity::{Credential, Identity, search};

/// Which identities a list shows; one that says nothing shows all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those with these ids.
    pub ids: Option<Vec<Uuid>>,
    /// Those with this identifier, in its normal form or as it is.
    pub identifier: Option<(String, String)>,
    /// Those with an identifier in which this stands.
    pub similar: Option<String>,
    /// Those of this organization.
    pub organization_id: Option<Uuid>,
    /// Those in whose identifiers or values of traits this stands, whatever its case.
    pub search: Option<String>,
    /// Those in this state.
    pub state: Option<State>,
    /// Those of this schema.
    pub schema_id: Option<String>,
    /// Those made at this time or later.
    pub created_after: Option<Time>,
    /// Those made before this time.
    pub created_before: Option<Time>,
}

impl Filter {
    /// The conditions, and what stands for their parameters.
    fn conditions(&self) -> (Vec<String>, Vec<Value>) {
        let (mut conditions, mut params) = (Vec::new(), Vec::new());
        if let Some(ids) = &self.ids {
            let places: Vec<String> = ids.iter().map(|id| place(&mut params, *id)).collect();
            conditions.push(format!("i.id IN ({})", places.join(", ")));
        }
        if let Some((normal, plain)) = &self.identifier {
            let (normal, plain) = (place(&mut params, normal), place(&mut params, plain));
            conditions.push(format!("i.id IN (SELECT n.identity_id FROM identifiers n WHERE n.value IN ({normal}, {plain}))"));
        }
        if let Some(similar) = &self.similar {
            let pattern = place(&mut params, format!("%{}%", escaped(similar)));
            conditions.push(format!("i.id IN (SELECT n.identity_id FROM identifiers n WHERE n.value LIKE {pattern} ESCAPE '!')"));
        }
        if let Some(organization) = self.organization_id {
            conditions.push(format!("i.organization_id = {}", place(&mut params, organization)));
        }
        if let Some(search) = &self.search {
            let pattern = place(&mut params, format!("%{}%", escaped(&search::fold(search))));
            conditions.push(format!("i.search_text LIKE {pattern} ESCAPE '!'"));
        }
        if let Some(state) = self.state {
            conditions.push(format!("i.state = {}", place(&mut params, state_name(state))));
        }
        if let Some(schema_id) = &self.schema_id {
            conditions.push(format!("i.schema_id = {}", place(&mut params, schema_id)));
        }
        if let Some(time) = self.created_after {
            conditions.push(format!("i.created_at >= {}", place(&mut params, time.timestamp())));
        }
        if let Some(time) = self.created_before {
            conditions.push(format!("i.created_at < {}", place(&mut params, time.timestamp())));
        }
        (conditions, params)
    }
}

pub(super) fn place(params: &mut Vec<Value>, value: impl Into<Value>) -> String {
    params.push(value.into());
    format!("${}", params.len())
}

fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c])).collect()
}

fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) }
}

/// A part of the list: those behind `after`, without the first `offset`, at most `limit`.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn list(db: &Db, filter: &Filter, after: Option<Uuid>, offset: usize, limit: usize) -> Result<Vec<Identity>, DbError> {
    let (mut conditions, mut params) = filter.conditions();
    if let Some(after) = after {
        conditions.push(format!("i.id > {}", place(&mut params, after)));
    }
    let limit = place(&mut params, number(limit));
    let offset = place(&mut params, number(offset));
    let sql = format!("SELECT {COLUMNS} FROM identities i {} ORDER BY i.id LIMIT {limit} OFFSET {offset}", all_of(&conditions));
    db.query_slow(sql, params).await?.iter().map(|row| read(row, 0)).collect()
}

/// How many there are in the whole list.
///
/// # Errors
/// Where the database does not answer.
pub async fn count(db: &Db, filter: &Filter) -> Result<usize, DbError> {
    let (conditions, params) = filter.conditions();
    let rows = db.query_slow(format!("SELECT COUNT(*) FROM identities i {}", all_of(&conditions)), params).await?;
    let count: i64 = rows.first().map(|row| row.get(0)).transpose()?.unwrap_or(0);
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The credentials of these identities, by their type.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn credentials_of_all(db: &Db, ids: &[Uuid]) -> Result<Vec<(Uuid, Credential)>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = params![];
    let places: Vec<String> = ids.iter().map(|id| place(&mut params, *id)).collect();
    let sql = format!(
        "SELECT type, config, identifiers, version, created_at, updated_at, identity_id FROM credentials WHERE identity_id IN ({}) ORDER BY type",
        places.join(", ")
    );
    db.query_slow(sql, params).await?.iter().map(|row| Ok((row.get(6)?, read_credential(row, 0)?))).collect()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
