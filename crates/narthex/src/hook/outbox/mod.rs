//! Calls that nobody waits for, kept until they are delivered (`narthex.webhooks.outbox`): each is a row that is written with the change
//! it tells of, so that a crash loses neither or both. Any number of instances delivers; a crash between claim and note repeats a
//! call once, under the same id.
//! Never keeps credentials: a row names its hook, and the configuration of the moment says how that one is called.
//! Next: `worker.rs` delivers, `http.rs` shows and replays, `store.rs` has the SQL.

pub mod http;
mod store;
pub(crate) mod worker;

use narthex_config::{Hook, WebHook};
use narthex_db::Batch;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::web_hook::{self, Call};
use super::{Scene, web_hooks};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::outside::place;

pub(crate) use store::{backlog, cleanup};

/// Whether the calls of this hook are kept.
pub fn takes(settings: &Settings, hook: &WebHook) -> bool {
    settings.config.narthex.webhooks.outbox.enabled && hook.response.ignore && !super::asks(hook)
}

/// The calls of those hooks that are kept, added to the write of what they tell.
///
/// # Errors
/// Where the scene cannot be shown. A call whose body cannot be made is noted as failed and left out, for nobody waits for it.
pub async fn keep_into(
    mut batch: Batch,
    caller: &Caller,
    hooks: &[Hook],
    scene: impl Fn() -> Result<Scene, Problem>,
) -> Result<Batch, Problem> {
    for hook in web_hooks(hooks).filter(|hook| takes(&caller.settings, hook)) {
        batch = one_into(batch, caller, hook, &scene()?).await;
    }
    Ok(batch)
}

async fn one_into(batch: Batch, caller: &Caller, hook: &WebHook, scene: &Scene) -> Batch {
    match Call::new(caller, hook, scene).make().await {
        Ok(Some(body)) => {
            let new = store::New {
                id: Uuid::now_v7(),
                hook: &fingerprint(hook),
                label: hook.id.as_deref(),
                url: &place(hook.url.as_str()),
                method: &hook.method,
                body,
            };
            let app = caller.app.clone();
            let kept = store::insert_into(Batch::durable(), new, app.clock.now()).then(move || app.outbox.notify_one());
            batch.append(kept)
        }
        Ok(None) => batch,
        Err(problem) => {
            web_hook::told_of(caller, hook, scene, problem).await;
            batch
        }
    }
}

/// Names a hook of the configuration: by its label, method and address.
fn fingerprint(hook: &WebHook) -> String {
    let mut digest = Sha256::new();
    for part in [hook.id.as_deref().unwrap_or_default(), &hook.method, hook.url.as_str()] {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().iter().take(16).fold(String::with_capacity(32), |hex, byte| format!("{hex}{byte:02x}"))
}
