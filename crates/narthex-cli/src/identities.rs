//! `list`, `get` and `delete`: identities of a running server.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::args::{EndpointArgs, FormatArgs, GetIdentity, ListIdentities};
use crate::connect::client;
use crate::output::Output;
use crate::process::{self, failed};

const HEADER: [&str; 6] = ["ID", "EXTERNAL ID", "VERIFIED ADDRESSES", "RECOVERY ADDRESSES", "SCHEMA ID", "SCHEMA URL"];

/// One page of them.
pub(crate) fn list(args: &ListIdentities) -> ExitCode {
    process::run(async {
        if !args.former.is_empty() {
            eprintln!("Pages are not chosen by numbers: use --page-size and --page-token.");
        }
        let page = client(&args.endpoint)?.list(args.page_size, &args.page_token, &args.consistency).await.map_err(failed)?;
        let rows = page.identities.iter().map(row).collect();
        let identities: Vec<Value> = page.identities.into_iter().map(tidy).collect();
        let json = json!({ "identities": identities, "next_page_token": page.next });
        Output::table(&HEADER, rows, json).leading_on(&page.next).print(&args.format)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Those of these ids, in their order; the ones that cannot be had are told of at the end.
pub(crate) fn get(args: &GetIdentity) -> ExitCode {
    process::run(async {
        let client = client(&args.endpoint)?;
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for id in &args.ids {
            let got = if args.external_id {
                client.identity_by_external_id(id, &args.include_credentials).await
            } else {
                client.identity(id, &args.include_credentials).await
            };
            match got {
                Ok(identity) => found.push(identity),
                Err(error) => failures.push(format!("{id}: {error}")),
            }
        }
        // Where nothing was found there is nothing to show.
        if !found.is_empty() {
            shown(found).print(&args.format)?;
        }
        Ok(told(&failures))
    })
}

/// Removes those of these ids.
pub(crate) fn delete(ids: &[String], endpoint: &EndpointArgs, format: &FormatArgs) -> ExitCode {
    process::run(async {
        let client = client(endpoint)?;
        let (mut gone, mut failures) = (Vec::new(), Vec::new());
        for id in ids {
            match client.delete(id).await {
                Ok(()) => gone.push(id.clone()),
                Err(error) => failures.push(format!("{id}: {error}")),
            }
        }
        match &*gone {
            [] => {}
            [id] => Output::single(&[("ID", id.clone())], json!(id)).print(format)?,
            _ => Output::table(&["ID"], gone.iter().map(|id| vec![id.clone()]).collect(), json!(gone)).print(format)?,
        }
        Ok(told(&failures))
    })
}

/// Identities that belong to a command: one as itself, others as a list.
pub(crate) fn shown(identities: Vec<Value>) -> Output {
    match <[Value; 1]>::try_from(identities) {
        Ok([identity]) => {
            let columns: Vec<(&'static str, String)> = HEADER.into_iter().zip(row(&identity)).collect();
            Output::single(&columns, tidy(identity))
        }
        Err(identities) => {
            let rows = identities.iter().map(row).collect();
            Output::table(&HEADER, rows, identities.into_iter().map(tidy).collect())
        }
    }
}

/// Tells what failed, and how the command ends for it.
pub(crate) fn told(failures: &[String]) -> ExitCode {
    for failure in failures {
        eprintln!("{failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An identity as scripts know it from the reference's command: members sorted by name, metadata only where there is some.
fn tidy(mut identity: Value) -> Value {
    identity.sort_all_objects();
    if let Some(members) = identity.as_object_mut() {
        members.retain(|name, member| !(name.starts_with("metadata_") && member.is_null()));
    }
    identity
}

fn row(identity: &Value) -> Vec<String> {
    let text = |name: &str| identity.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let addresses = |name: &str| {
        let all = identity.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|address| address.get("value")?.as_str()).collect::<Vec<_>>().join(", ")
    };
    let external = Some(text("external_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| "<none>".to_owned());
    vec![text("id"), external, addresses("verifiable_addresses"), addresses("recovery_addresses"), text("schema_id"), text("schema_url")]
}
