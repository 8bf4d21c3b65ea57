//! Many new identities at once.

use futures_util::{StreamExt, stream};
use narthex_db::{Batch, DbError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::create::{New, Refusal, make};
use super::refused;
use crate::edge::{Caller, Problem, Reply};
use crate::identity::document::{Document, Unknown, json, unreadable};

/// The most identities at once.
const MOST: usize = 1000;
/// The most passwords in plain text at once, each of which has to be hashed.
const MOST_PASSWORDS: usize = 200;
/// How many passwords of one batch are hashed at a time, so that sign-ins find their turn.
const HASHES_AT_A_TIME: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    #[serde(default)]
    identities: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    create: Option<Value>,
    #[serde(default)]
    patch_id: Option<Uuid>,
}

#[derive(Serialize)]
struct Answered {
    identities: Vec<Option<Outcome>>,
}

#[derive(Serialize)]
struct Outcome {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<narthex_api::problem::ErrorDetail>,
}

/// `PATCH /admin/identities`: what cannot be read, and credentials that cannot be imported, refuse the whole; an identity that
/// does not follow its schema, or that is there already, fails alone.
pub(super) async fn patch(caller: &Caller) -> Result<Reply, Problem> {
    let entries = read(&caller.body).map_err(as_known)?;
    if entries.len() > MOST {
        return Err(Problem::bad_request(format!("At most {MOST} identities can be sent at once.")));
    }
    let patch_ids: Vec<_> = entries.iter().map(|entry| entry.patch_id).collect();
    let documents = entries.into_iter().map(|entry| entry.create.map(|create| Document::of(create, Unknown::Refuse)).transpose());
    let documents: Vec<Option<Document>> = documents.collect::<Result<_, _>>()?;
    let passwords: usize = documents.iter().flatten().map(|document| document.credentials.plain_passwords()).sum();
    if passwords > MOST_PASSWORDS {
        return Err(Problem::bad_request(format!(
            "At most {MOST_PASSWORDS} passwords in plain text can be sent at once: send hashes, or fewer."
        )));
    }
    let made = stream::iter(documents).map(async |document| match document {
        Some(document) => Some(make(caller, document).await),
        None => None,
    });
    let made: Vec<Option<Result<New, Refusal>>> = made.buffered(HASHES_AT_A_TIME).collect().await;
    let mut news = Vec::new();
    let mut outcomes: Vec<Option<Result<usize, Problem>>> = Vec::new();
    for entry in made {
        outcomes.push(match entry {
            None => None,
            Some(Err(Refusal::Whole(problem))) => return Err(problem),
            Some(Err(Refusal::Identity(problem))) => Some(Err(problem)),
            Some(Ok(new)) => {
                news.push(new);
                Some(Ok(news.len() - 1))
            }
        });
    }
    let written = write(caller, &news).await?;
    let dev = caller.settings.config.dev;
    let identities = outcomes.into_iter().zip(patch_ids).map(|(outcome, patch_id)| {
        let problem = match outcome? {
            Ok(at) => match written.get(at) {
                Some(None) => {
                    return Some(Outcome { action: "create", identity: news.get(at).map(|new| new.identity.id), patch_id, error: None });
                }
                Some(Some(problem)) => problem.clone(),
                None => Problem::internal("an identity of a batch was lost"),
            },
            Err(problem) => problem,
        };
        Some(Outcome { action: "error", identity: None, patch_id, error: Some(problem.body(dev).error) })
    });
    Ok(Reply::json(&Answered { identities: identities.collect() }))
}

fn read(body: &[u8]) -> Result<Vec<Entry>, Problem> {
    let Value::Object(members) = json(body)? else { return Err(Problem::bad_request("The body is not a JSON object.")) };
    let sent: Sent = serde_json::from_value(Value::Object(members)).map_err(unreadable)?;
    let entries = sent.identities.unwrap_or_default();
    match entries.iter().filter_map(|entry| entry.create.as_ref()).find_map(Document::stranger) {
        Some(name) => Err(Problem::bad_request(format!("An identity has no member \"{name}\"."))),
        None => Ok(entries),
    }
}

/// The reference server answers what it cannot read with 400, and calls it an error of its own.
fn as_known(problem: Problem) -> Problem {
    problem.told_as("Internal Server Error")
}

/// Stores them in as few writes as can be: one, unless some are there already or cannot be kept; then halves are tried, and halves of those.
/// Answers why each was not stored, if it was not.
async fn write(caller: &Caller, news: &[New]) -> Result<Vec<Option<Problem>>, Problem> {
    let mut outcomes = vec![None; news.len()];
    let mut parts = vec![(0, news.len())];
    while let Some((from, to)) = parts.pop() {
        let part = news.get(from..to).unwrap_or_default();
        let batch = part.iter().fold(Batch::durable(), |batch, new| new.insert_into(batch, caller));
        match caller.app.db.write(batch).await {
            Ok(_) => {}
            Err(error @ (DbError::Conflict { .. } | DbError::ZeroCharacter)) if part.len() == 1 => {
                if let Some(outcome) = outcomes.get_mut(from) {
                    *outcome = Some(refused(error));
                }
            }
            Err(DbError::Conflict { .. } | DbError::ZeroCharacter) => {
                // The first half goes first: of two that are the same, the earlier one stays.
                let middle = from + part.len() / 2;
                parts.extend([(middle, to), (from, middle)]);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outcomes)
}
