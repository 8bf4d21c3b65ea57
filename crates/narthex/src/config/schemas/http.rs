//! Identity schemas for clients that draw forms of their own: `/schemas`, `/schemas/{id}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Schema, Schemas};
use crate::edge::paging::{target, with_links};
use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// Schemas of a page, unless the request says otherwise.
const PAGE: usize = 250;

/// The routes of schemas on the public listener, which also knows them by their admin paths.
pub(crate) fn routes() -> Vec<Resource> {
    let list = |path| Resource::new(path, Guard::Csrf).on(Method::GET, handler!(list));
    let one = |path| Resource::new(path, Guard::Open).on(Method::GET, handler!(one));
    vec![list("/schemas"), list("/admin/schemas"), one("/schemas/{id}"), one("/admin/schemas/{id}")]
}

/// A schema in the list.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    schema: &'a RawValue,
}

async fn one(caller: &Caller) -> Result<Reply, Problem> {
    let schemas = fresh(caller).await;
    let asked = caller.param("id").unwrap_or_default();
    match schemas.get(&asked) {
        Some(schema) => Ok(Reply::json_bytes(StatusCode::OK, schema.compiled.document().to_owned())),
        // Whoever asks for a document gets no page.
        None => Ok(Reply::problem(&Problem::not_found("There is no identity schema of this id."), false)),
    }
}

async fn list(caller: &Caller) -> Result<Reply, Problem> {
    let schemas = fresh(caller).await;
    let all: Vec<&Schema> = schemas.iter().collect();
    let page = Page::asked(caller, all.len());
    let shown = all.iter().skip(page.number * page.size).take((page.number + 1) * page.size);
    let listed: Vec<Listed<'_>> = shown
        .map(|schema| Ok(Listed { id: &schema.id, schema: serde_json::from_str(schema.compiled.document())? }))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(Problem::internal)?;
    let reply = Reply::json(&listed).header(TOTAL, HeaderValue::from(all.len()));
    Ok(with_links(reply, &page.links(all.len())))
}

/// The schemas in force, read again before if a file of theirs has changed.
async fn fresh(caller: &Caller) -> Schemas {
    if !caller.settings.schemas.have_changed() || !caller.app.reload.is_due() {
        return caller.settings.schemas.clone();
    }
    caller.app.reload.ask().await;
    caller.app.settings().schemas.clone()
}

/// A numbered page of the list; numbers count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// The page that is asked for, by `page` and `per_page` or by `page_token` and `page_size`. What is no number is not there.
    fn asked(caller: &Caller, total: usize) -> Self {
        let number = |name: &str| caller.query.filled(name).and_then(|text| text.parse::<i64>().ok());
        let size = number("page_size").or_else(|| number("per_page")).map_or(PAGE, |size| usize::try_from(size).unwrap_or(1));
        let token = || caller.query.filled("page_token").and_then(page_of);
        let asked = number("page").map(|page| usize::try_from(page).unwrap_or(0)).or_else(token);
        // A page that nothing can be on need not be told from any other.
        Self { number: asked.unwrap_or(0).min(total), size: size.clamp(1, total.max(1)) }
    }

    fn links(self, total: usize) -> Vec<String> {
        let last = total.saturating_sub(1) / self.size;
        let mut pages = Vec::new();
        if self.number > 0 {
            pages.push((0, "first"));
        }
        if self.number < last {
            pages.push((self.number + 1, "next"));
        }
        if self.number > 0 {
            pages.push((self.number.min(last).saturating_sub(1), "prev"));
        }
        if self.number < last {
            pages.push((last, "last"));
        }
        if pages.is_empty() {
            pages.push((0, "first"));
        }
        pages.into_iter().map(|(page, name)| format!("<{}>; rel=\"{name}\"", self.target(page))).collect()
    }

    fn target(self, page: usize) -> String {
        let size = self.size.to_string();
        let token = STANDARD.encode(format!("{{\"page\":{page}}}"));
        target("/schemas", &[], &[("page", page.to_string()), ("page_size", size.clone()), ("page_token", token), ("per_page", size)])
    }
}

/// The page that a token of [`Page::target`] stands for.
fn page_of(token: &str) -> Option<usize> {
    let plain: serde_json::Value = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
    usize::try_from(plain.get("page")?.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(page: Page, total: usize) -> Vec<String> {
        page.links(total).iter().filter_map(|link| link.split('"').nth(1).map(str::to_owned)).collect()
    }

    #[test]
    fn links_lead_to_the_pages_that_there_are() {
        assert_eq!(names(Page { number: 0, size: 5 }, 5), ["first"]);
        assert_eq!(names(Page { number: 0, size: 2 }, 5), ["next", "last"]);
        assert_eq!(names(Page { number: 1, size: 2 }, 5), ["first", "next", "prev", "last"]);
        assert_eq!(names(Page { number: 2, size: 2 }, 5), ["first", "prev"]);
        assert_eq!(names(Page { number: 0, size: 1 }, 0), ["first"]);
    }

    #[test]
    fn a_token_stands_for_its_page() {
        let link = Page { number: 0, size: 2 }.target(7);
        let (_, query) = link.split_once('?').unwrap();
        let token = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page_token").unwrap().1.into_owned();
        assert_eq!(page_of(&token), Some(7));
        assert_eq!(page_of("garbage"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_token_can_be_read(token in ".{0,40}") {
            let _ = page_of(&token);
        }
    }
}
