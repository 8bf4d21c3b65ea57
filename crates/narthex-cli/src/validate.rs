//! `validate identity`: documents held against the API and the schemas of a running server, without storing anything.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use narthex::identity::document::{Document as Sent, Unknown};
use narthex::startup::StartError;
use narthex_client::{AdminClient, Document, Documents, Place};
use narthex_schema::{IdentitySchema, References};
use serde_json::Value;

use crate::args::EndpointArgs;
use crate::connect::client;
use crate::import::sources;
use crate::process::{self, failed};

/// Checks documents, one after the other; the first that is wrong ends it.
pub(crate) fn identities(files: &[PathBuf], endpoint: &EndpointArgs) -> ExitCode {
    process::run(async {
        let client = client(endpoint)?;
        let mut schemas = HashMap::new();
        let mut count = 0_u64;
        for source in sources(files)? {
            let mut documents = Documents::of(source);
            while let Some(document) = documents.next_document().map_err(failed)? {
                check(&client, &mut schemas, document).await?;
                count += 1;
            }
        }
        println!("Valid identities: {count}. Nothing was stored.");
        Ok(ExitCode::SUCCESS)
    })
}

async fn check(client: &AdminClient, schemas: &mut HashMap<String, IdentitySchema>, document: Document) -> Result<(), StartError> {
    let Document { place, bytes, fault, .. } = document;
    let wrong = |reason: &str| failed(format!("{place}: {reason}"));
    if let Some(fault) = fault {
        return Err(wrong(&fault));
    }
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&error.to_string()))?;
    let sent = Sent::of(value, Unknown::Refuse).map_err(|problem| wrong(&problem.reason))?;
    let id = sent.schema_id.ok_or_else(|| wrong("schema_id is missing: name the schema that the traits follow"))?;
    if !sent.traits.is_object() {
        return Err(wrong("traits is missing, or no object"));
    }
    let schema = if let Some(schema) = schemas.get(&id) {
        schema
    } else {
        let schema = fetch(client, &id, &place).await?;
        schemas.entry(id).or_insert(schema)
    };
    schema.validate(&sent.traits).map(drop).map_err(|violations| {
        StartError(violations.iter().map(|found| format!("{place}: {}: {}", found.field_name(), found.message.text)).collect())
    })
}

async fn fetch(client: &AdminClient, id: &str, place: &Place) -> Result<IdentitySchema, StartError> {
    let text = client.schema(id).await.map_err(|error| failed(format!("{place}: schema_id: {id}: {error}")))?;
    IdentitySchema::compile(&text, &References::none()).map_err(|error| {
        let what = if error.missing_references().is_empty() {
            "cannot be used"
        } else {
            "refers to other documents, which cannot be had from here"
        };
        failed(format!("{place}: the identity schema {id} {what}: {error}"))
    })
}
