//! The rows of identities: the identity itself, its credentials, and the look-up tables that keep identifiers and addresses
//! unique. All of them are durable.

mod list;
mod search;

use narthex_api::Time;
use narthex_api::identity::State;
use narthex_db::{Batch, Db, DbError, Row, params};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{Credential, Identity};
use crate::identity;

pub use list::{Filter, count, credentials_of_all, list};
pub use search::refresh_search;

/// The columns of an identity, in the order of [`read`].
pub const COLUMNS: &str = "i.id, i.schema_id, i.external_id, i.organization_id, i.state, i.available_aal, i.traits, i.metadata_public, \
    i.metadata_admin, i.verifiable_addresses, i.recovery_addresses, i.version, i.state_changed_at, i.created_at, i.updated_at";
/// How many columns [`COLUMNS`] names.
pub const WIDTH: usize = 15;

/// Adds a new identity to what is written together. A taken identifier or address lets the whole fail with a conflict.
pub fn insert_into(batch: Batch, identity: &Identity, credentials: &[Credential]) -> Batch {
    let batch = batch.push_expecting(
        1,
        "INSERT INTO identities (id, schema_id, external_id, organization_id, state, available_aal, traits, metadata_public, metadata_admin, \
         verifiable_addresses, recovery_addresses, version, state_changed_at, created_at, updated_at, search_text, searched_version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $12)",
        params![
            identity.id,
            identity.schema_id.as_str(),
            identity.external_id.as_deref(),
            identity.organization_id,
            state_name(identity.state),
            identity.available_aal.as_ref(),
            identity.traits.to_string(),
            identity.metadata_public.as_ref().map(Value::to_string),
            identity.metadata_admin.as_ref().map(Value::to_string),
            text(&identity.verifiable_addresses),
            text(&identity.recovery_addresses),
            identity.version,
            identity.state_changed_at.timestamp(),
            identity.created_at.timestamp(),
            identity.updated_at.timestamp(),
            search_text(identity, credentials),
        ],
    );
    look_ups_into(credentials_into(batch, identity.id, credentials), identity, credentials)
}

/// Adds a changed identity to what is written together; where somebody else changed it since it was read, the whole is not done.
/// Its credentials are replaced where `credentials` names them all.
pub fn update_into(batch: Batch, identity: &Identity, credentials: Option<&[Credential]>) -> Batch {
    let mut params = params![
        identity.id,
        identity.schema_id.as_str(),
        identity.external_id.as_deref(),
        identity.organization_id,
        state_name(identity.state),
        identity.available_aal.as_ref(),
        identity.traits.to_string(),
        identity.metadata_public.as_ref().map(Value::to_string),
        identity.metadata_admin.as_ref().map(Value::to_string),
        text(&identity.verifiable_addresses),
        text(&identity.recovery_addresses),
        identity.version,
        identity.state_changed_at.timestamp(),
        identity.updated_at.timestamp(),
    ];
    // Where the credentials stay, so do the traits, and what was up to date is so for the next version, too.
    let searched = match credentials {
        Some(credentials) => {
            params.push(search_text(identity, credentials).into());
            "search_text = $15, searched_version = version + 1"
        }
        None => "searched_version = searched_version + 1",
    };
    let mut batch = batch.push_expecting(
        1,
        format!(
            "UPDATE identities SET schema_id = $2, external_id = $3, organization_id = $4, state = $5, available_aal = $6, traits = $7, \
         metadata_public = $8, metadata_admin = $9, verifiable_addresses = $10, recovery_addresses = $11, version = version + 1, \
         state_changed_at = $13, updated_at = $14, {searched} WHERE id = $1 AND version = $12"
        ),
        params,
    );
    batch = batch.concerning(identity.id);
    if let Some(credentials) = credentials {
        for table in [
            "DELETE FROM identifiers WHERE identity_id = $1",
            "DELETE FROM addresses WHERE identity_id = $1",
            "DELETE FROM credentials WHERE identity_id = $1",
        ] {
            batch = batch.push(table, params![identity.id]);
        }
        batch = look_ups_into(credentials_into(batch, identity.id, credentials), identity, credentials);
    }
    batch
}

/// What the identity is looked for by.
fn search_text(identity: &Identity, credentials: &[Credential]) -> String {
    identity::search::text(&identity.traits, credentials.iter().flat_map(|credential| &credential.identifiers).map(String::as_str))
}

fn credentials_into(mut batch: Batch, id: Uuid, credentials: &[Credential]) -> Batch {
    for credential in credentials {
        batch = batch.push(
            "INSERT INTO credentials (identity_id, type, config, identifiers, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![
                id,
                credential.kind.as_ref(),
                credential.config.to_string(),
                text(&credential.identifiers),
                credential.version,
                credential.created_at.timestamp(),
                credential.updated_at.timestamp(),
            ],
        );
    }
    batch
}

fn look_ups_into(mut batch: Batch, identity: &Identity, credentials: &[Credential]) -> Batch {
    for credential in credentials {
        for identifier in &credential.identifiers {
            batch = batch.push(
                "INSERT INTO identifiers (type, value, identity_id) VALUES ($1, $2, $3)",
                params![credential.kind.as_ref(), identifier.as_str(), identity.id],
            );
        }
    }
    let verifiable = identity.verifiable_addresses.iter().map(|address| ("verifiable", &address.via, &address.value));
    let recovery = identity.recovery_addresses.iter().map(|address| ("recovery", &address.via, &address.value));
    for (purpose, via, value) in verifiable.chain(recovery) {
        batch = batch.push(
            "INSERT INTO addresses (purpose, via, value, identity_id) VALUES ($1, $2, $3, $4)",
            params![purpose, via.as_ref(), value.as_str(), identity.id],
        );
    }
    batch
}

/// The identity of this id.
///
/// # Errors
/// Where the database does not answer, or the row cannot be read.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Identity>, DbError> {
    let row = db.query_opt(format!("SELECT {COLUMNS} FROM identities i WHERE i.id = $1"), params![id]).await?;
    row.map(|row| read(&row, 0)).transpose()
}

/// The credentials of an identity, by their type.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn credentials(db: &Db, id: Uuid) -> Result<Vec<Credential>, DbError> {
    let rows = db
        .query(
            "SELECT type, config, identifiers, version, created_at, updated_at FROM credentials WHERE identity_id = $1 ORDER BY type",
            params![id],
        )
        .await?;
    rows.iter().map(|row| read_credential(row, 0)).collect()
}

/// The identity that a method finds by this identifier, with that credential.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn by_identifier(db: &Db, kind: &str, identifier: &str) -> Result<Option<(Identity, Credential)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, c.type, c.config, c.identifiers, c.version, c.created_at, c.updated_at FROM identifiers n \
         JOIN identities i ON i.id = n.identity_id JOIN credentials c ON c.identity_id = n.identity_id AND c.type = n.type \
         WHERE n.type = $1 AND n.value = $2"
    );
    let row = db.query_opt(sql, params![kind, identifier]).await?;
    row.map(|row| Ok((read(&row, 0)?, read_credential(&row, WIDTH)?))).transpose()
}

/// Adds the deletion of an identity, with all that is its own, to what is written together.
pub fn delete_into(batch: Batch, id: Uuid) -> Batch {
    batch.push_expecting(1, "DELETE FROM identities WHERE id = $1", params![id]).concerning(id)
}

/// The identity that another system knows by this id.
///
/// # Errors
/// Where the database does not answer, or the row cannot be read.
pub async fn by_external_id(db: &Db, external_id: &str) -> Result<Option<Identity>, DbError> {
    let row = db.query_opt(format!("SELECT {COLUMNS} FROM identities i WHERE i.external_id = $1"), params![external_id]).await?;
    row.map(|row| read(&row, 0)).transpose()
}

/// Whose identifier this is.
///
/// # Errors
/// Where the database does not answer.
pub async fn owner(db: &Db, kind: &str, identifier: &str) -> Result<Option<Uuid>, DbError> {
    let row = db.query_opt("SELECT identity_id FROM identifiers WHERE type = $1 AND value = $2", params![kind, identifier]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Adds to what is written together what a method keeps from now on with a credential, unless it was changed since it was read.
pub fn reconfigure_into(batch: Batch, id: Uuid, read: &Credential, config: &Value, now: Time) -> Batch {
    batch.push(
        "UPDATE credentials SET config = $3, updated_at = $4 WHERE identity_id = $1 AND type = $2 AND updated_at = $5",
        params![id, read.kind.as_ref(), config.to_string(), now.timestamp(), read.updated_at.timestamp()],
    )
}

/// Whose identifier this is, of whatever method people are found by.
///
/// # Errors
/// Where the database does not answer.
pub async fn by_any_identifier(db: &Db, identifier: &str) -> Result<Option<Uuid>, DbError> {
    let row = db
        .query_opt(
            "SELECT identity_id FROM identifiers WHERE type IN ('password', 'code', 'webauthn') AND value = $1 ORDER BY type LIMIT 1",
            params![identifier],
        )
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Whose address this is, and by which channel it is reached: `purpose` is `verifiable` or `recovery`.
///
/// # Errors
/// Where the database does not answer, or a row cannot be read.
pub async fn by_address(db: &Db, purpose: &str, value: &str) -> Result<Option<(Identity, String)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, a.via FROM addresses a JOIN identities i ON i.id = a.identity_id \
         WHERE a.purpose = $1 AND a.via IN ('email', 'sms') AND a.value = $2"
    );
    let row = db.query_opt(sql, params![purpose, value]).await?;
    row.map(|row| Ok((read(&row, 0)?, row.get(WIDTH)?))).transpose()
}

/// The identity in a row, whose columns begin at `from` and are those of [`COLUMNS`].
///
/// # Errors
/// Where a column holds something else.
pub fn read(row: &Row, from: usize) -> Result<Identity, DbError> {
    let state = match row.get::<&str>(from + 4)? {
        "inactive" => State::Inactive,
        _ => State::Active,
    };
    Ok(Identity {
        id: row.get(from)?,
        schema_id: row.get(from + 1)?,
        external_id: row.get(from + 2)?,
        organization_id: row.get(from + 3)?,
        state,
        available_aal: row.get::<String>(from + 5)?.into(),
        traits: json(row.get(from + 6)?)?,
        metadata_public: row.get::<Option<&str>>(from + 7)?.map(json).transpose()?,
        metadata_admin: row.get::<Option<&str>>(from + 8)?.map(json).transpose()?,
        verifiable_addresses: json(row.get(from + 9)?)?,
        recovery_addresses: json(row.get(from + 10)?)?,
        version: row.get(from + 11)?,
        state_changed_at: Time::new(row.get(from + 12)?),
        created_at: Time::new(row.get(from + 13)?),
        updated_at: Time::new(row.get(from + 14)?),
    })
}

fn read_credential(row: &Row, from: usize) -> Result<Credential, DbError> {
    let mut identifiers: Vec<String> = json(row.get(from + 2)?)?;
    identifiers.sort();
    Ok(Credential {
        kind: row.get::<String>(from)?.into(),
        config: json(row.get(from + 1)?)?,
        identifiers,
        version: row.get(from + 3)?,
        created_at: Time::new(row.get(from + 4)?),
        updated_at: Time::new(row.get(from + 5)?),
    })
}

/// The state's name in rows and JSON.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Inactive => "inactive",
    }
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Other(error.to_string()))
}

fn text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
