//! Identities page by page: by the place in the list, or, in the older way, by the page's number.

use std::collections::BTreeSet;

use http::header::{HeaderName, HeaderValue};
use narthex_schema::normalize_identifier;
use uuid::Uuid;

use super::{PATH, included};
use crate::edge::paging::{List, MOST_NUMBERED, Page, neighbours, target, with_links};
use crate::edge::{Caller, Problem, Reply};
use crate::identity::Identity;
use crate::identity::document::state;
use crate::identity::store::{self, Filter};

/// Identities of a page where the size is not given.
const PAGE_SIZE: usize = 250;
/// The most identities of a page that is not numbered.
const MOST: usize = 500;
/// The most ids that may be asked for at once.
const MOST_IDS: usize = 500;
/// How far into the list numbered pages reach.
const DEEPEST: usize = 1000;
/// The token of the first page: the id that comes before all others.
const START: &str = "00000000-0000-0000-0000-000000000000";
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// `GET /admin/identities`.
pub(super) async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let filter = filter(caller)?;
    let has = |name: &str| caller.query.get(name).is_some();
    if has("page") && !has("page_size") && !has("page_token") {
        return numbered(caller, &filter).await;
    }
    let described = format!("{filter:?}");
    let list = List { path: PATH, filter: &described, size: PAGE_SIZE, most: MOST, start: Some(START) };
    let page: Page<Uuid> = Page::asked(caller, list)?;
    let mut identities = store::list(&caller.app.db, &filter, page.after, 0, page.size + 1).await?;
    let more = identities.len() > page.size;
    identities.truncate(page.size);
    let next = identities.last().filter(|_| more).map(|last| last.id);
    let reply = shown(caller, &filter, &identities).await?;
    Ok(page.link(caller, list, reply, next))
}

/// A page by its number, counted from 0.
async fn numbered(caller: &Caller, filter: &Filter) -> Result<Reply, Problem> {
    let number = |name: &str| caller.query.get(name).and_then(|text| text.parse::<i64>().ok());
    let page = usize::try_from(number("page").unwrap_or(0)).unwrap_or(0);
    let size = match number("per_page") {
        Some(size) => usize::try_from(size).unwrap_or(1).clamp(1, MOST_NUMBERED),
        None => PAGE_SIZE,
    };
    let offset = page.saturating_mul(size);
    if offset > DEEPEST {
        return Err(Problem::bad_request(format!(
            "Numbered pages reach {DEEPEST} identities into the list. Go on with page_token, from the header Link."
        )));
    }
    let total = store::count(&caller.app.db, filter).await?;
    let identities = store::list(&caller.app.db, filter, None, offset, size).await?;
    let shown_size = size.min(total).to_string();
    let link = |(name, page): (&str, usize)| {
        format!("<{}>; rel=\"{name}\"", target(PATH, caller.query.pairs(), &[("page", page.to_string()), ("per_page", shown_size.clone())]))
    };
    let links: Vec<String> = neighbours(page, size, total).into_iter().map(link).collect();
    let reply = shown(caller, filter, &identities).await?.header(TOTAL, HeaderValue::from(total));
    Ok(with_links(reply, &links))
}

/// What is asked for. One of the reference server's ways to choose identities can be used at a time; the others go with each of
/// them and with one another.
fn filter(caller: &Caller) -> Result<Filter, Problem> {
    let values = |name: &'static str| caller.query.pairs().iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str());
    let uuid =
        |name: &str, text: &str| Uuid::parse_str(text).map_err(|_| Problem::bad_request(format!("The parameter {name} holds no UUID.")));
    let ids: Vec<Uuid> = values("ids").map(|id| uuid("ids", id)).collect::<Result<_, _>>()?;
    if ids.len() > MOST_IDS {
        return Err(Problem::bad_request(format!("At most {MOST_IDS} ids can be asked for at once.")));
    }
    let ids = (!ids.is_empty()).then(|| ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
    let identifier = caller.query.filled("credentials_identifier").map(str::to_owned);
    // What has no normal form stands in no identifier, and is looked for as it is.
    let similar = caller.query.filled("preview_credentials_identifier_similar");
    let similar =
        similar.map(|text| Some(normalize_identifier(text)).filter(|normal| !normal.is_empty()).unwrap_or_else(|| text.to_owned()));
    let organization_id = caller.query.filled("organization_id").map(|id| uuid("organization_id", id)).transpose()?;
    let chosen = [ids.is_some(), identifier.is_some(), similar.is_some(), organization_id.is_some()];
    if chosen.iter().filter(|chosen| **chosen).count() > 1 {
        return Err(Problem::bad_request(
            "Only one of ids, credentials_identifier, preview_credentials_identifier_similar and organization_id can be used at a time.",
        ));
    }
    Ok(Filter {
        ids,
        identifier: identifier.map(|text| (normalize_identifier(&text), text)),
        similar,
        organization_id,
        search: caller.query.filled("search").map(str::to_owned),
        state: caller.query.filled("state").map(state).transpose()?,
        schema_id: caller.query.filled("schema_id").map(str::to_owned),
        created_after: caller.query.time("created_after")?,
        created_before: caller.query.time("created_before")?,
    })
}

/// The identities as administrators see them: with credentials where those are asked for or searched.
async fn shown(caller: &Caller, filter: &Filter, identities: &[Identity]) -> Result<Reply, Problem> {
    let included = included(caller, None).await?;
    let with_credentials = !included.is_empty() || filter.identifier.is_some() || filter.similar.is_some();
    let ids: Vec<Uuid> = identities.iter().map(|identity| identity.id).collect();
    let credentials = if with_credentials { store::credentials_of_all(&caller.app.db, &ids).await? } else { Vec::new() };
    let shown: Vec<_> = identities
        .iter()
        .map(|identity| {
            let own: Vec<_> =
                credentials.iter().filter(|(owner, _)| *owner == identity.id).map(|(_, credential)| credential.clone()).collect();
            identity.for_admin(&caller.settings, &own, &included)
        })
        .collect();
    Ok(Reply::json(&shown))
}
