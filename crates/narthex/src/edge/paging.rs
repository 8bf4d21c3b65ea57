//! Lists page by page: how much of one is asked for, from where, and the links to its other pages.

use http::header::{HeaderName, HeaderValue, LINK};
use narthex_api::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use super::{Caller, Problem, Reply};

/// The most items of a numbered page.
pub const MOST_NUMBERED: usize = 1000;
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// What a list is: where it is asked for, what it shows, and how long its pages are unless somebody says.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// Its path, as links name it.
    pub path: &'a str,
    /// All that decides what is in it, so that a place in another list is no place in this one.
    pub filter: &'a str,
    /// Items of a page where the size is not given.
    pub size: usize,
    /// The most items of a page.
    pub most: usize,
    /// The token of the first page, where clients know one that is the same for all; else it is sealed like the others.
    pub start: Option<&'static str>,
}

/// A part of a list that goes on from a place in it.
#[derive(Debug)]
pub struct Page<P> {
    /// How many items it has.
    pub size: usize,
    /// Behind what it begins; nothing at the start.
    pub after: Option<P>,
    /// The query for its links.
    query: Vec<(String, String)>,
}

/// Some time-ordered lists go by this place.
pub type ByTime = (Time, uuid::Uuid);

impl<P: Serialize + DeserializeOwned> Page<P> {
    /// The page that a request asks for.
    ///
    /// # Errors
    /// 400 where the size is no number, or the token not one of this list.
    pub fn asked(caller: &Caller, list: List<'_>) -> Result<Self, Problem> {
        let mut query = caller.query.pairs().to_vec();
        let has = |name: &str| caller.query.get(name).is_some();
        // The older name counts where none of the newer ones is there.
        if has("per_page") && !has("page_size") && !has("page_token") {
            for (name, _) in query.iter_mut().filter(|(name, _)| name == "per_page") {
                "page_size".clone_into(name);
            }
        }
        let size = query.iter().find(|(name, _)| name == "page_size").map_or("", |(_, value)| value.as_str());
        let size = match size {
            "" => list.size,
            text => match text.parse::<i64>() {
                Ok(number) if number > 0 => usize::try_from(number).unwrap_or(list.most).min(list.most),
                Ok(_) => list.size,
                Err(_) => return Err(Problem::bad_request("The parameter page_size is no whole number.")),
            },
        };
        let token = caller.query.filled("page_token").filter(|token| Some(*token) != list.start);
        let after = token.map(|token| open::<Option<P>>(caller, &purpose(list), token)).transpose()?.flatten();
        Ok(Self { size, after, query })
    }

    /// The answer with links to the first page and, where there is one, to that behind `next`.
    pub fn link(self, caller: &Caller, list: List<'_>, reply: Reply, next: Option<P>) -> Reply {
        let first = self.target(caller, list, None);
        let next = next.map(|place| self.target(caller, list, Some(&place)));
        let links = [("first", first), ("next", next.flatten())];
        let links: Vec<String> = links.into_iter().filter_map(|(name, target)| Some(format!("<{}>; rel=\"{name}\"", target?))).collect();
        with_links(reply, &links)
    }

    fn target(&self, caller: &Caller, list: List<'_>, place: Option<&P>) -> Option<String> {
        let token = match (place, list.start) {
            (None, Some(start)) => start.to_owned(),
            _ => caller.settings.page_sealer.seal(&purpose(list), &serde_json::to_vec(&place).ok()?)?,
        };
        Some(target(list.path, &self.query, &[("page_size", self.size.to_string()), ("page_token", token)]))
    }
}

/// What a list with numbered pages is.
#[derive(Clone, Copy, Debug)]
pub struct NumberedList<'a> {
    /// Its path, as links name it.
    pub path: &'a str,
    /// All that decides what is in it, so that a page of another list is none of this one.
    pub filter: &'a str,
    /// Which page it begins with.
    pub first: First,
}

/// A part of a list by its number, in the older way that lists of sessions have kept.
#[derive(Debug)]
pub struct Numbered {
    /// The page as links count it, from 0.
    page: usize,
    /// How many pages come before it.
    before: usize,
    /// How many items it has.
    pub size: usize,
}

/// Which page a list without a token begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Page 0, as links count.
    Zero,
    /// Page 1 as well as page 0, as clients of the admin API have learnt. The tokens of links tell the pages apart.
    One,
}

impl Numbered {
    /// The page that a request asks for: by its number, or by the token of a link. What is no number is passed over.
    ///
    /// # Errors
    /// 400 where the token is not one of this list.
    pub fn asked(caller: &Caller, list: NumberedList<'_>) -> Result<Self, Problem> {
        let number = |name: &str| caller.query.get(name).and_then(|text| text.parse::<i64>().ok());
        let token = caller.query.filled("page_token").map(|token| open::<i64>(caller, &numbered_purpose(list), token)).transpose()?;
        let page = usize::try_from(token.or_else(|| number("page")).unwrap_or(0)).unwrap_or(0);
        let before = if token.is_none() && list.first == First::One { page.saturating_sub(1) } else { page };
        let size = number("per_page").or_else(|| number("page_size"));
        Ok(Self { page, before, size: size.map_or(250, |size| usize::try_from(size).unwrap_or(1).clamp(1, MOST_NUMBERED)) })
    }

    /// How many items come before it.
    pub fn offset(&self) -> usize {
        self.before.saturating_mul(self.size)
    }

    /// The answer with links to other pages, and with how many items the whole list has.
    pub fn link(&self, caller: &Caller, list: NumberedList<'_>, reply: Reply, total: usize) -> Reply {
        let link = |name: &str, page: i64, size: usize| {
            let plain = page.to_string();
            let token = caller.settings.page_sealer.seal(&numbered_purpose(list), plain.as_bytes()).unwrap_or_default();
            let set = [("page", plain), ("page_size", size.to_string()), ("page_token", token), ("per_page", size.to_string())];
            format!("<{}>; rel=\"{name}\"", target(list.path, caller.query.pairs(), &set))
        };
        let links = if total == 0 {
            // Clients have learnt that an empty list has a page on either side.
            vec![link("first", 0, self.size), link("next", 1, self.size), link("prev", -1, self.size)]
        } else {
            let size = self.size.min(total);
            neighbours(self.page, self.size, total)
                .into_iter()
                .map(|(name, page)| link(name, i64::try_from(page).unwrap_or(i64::MAX), size))
                .collect()
        };
        with_links(reply, &links).header(TOTAL, HeaderValue::from(total))
    }
}

/// The pages that a numbered page is linked to. One that lies behind the end is taken for the last.
pub fn neighbours(page: usize, size: usize, total: usize) -> Vec<(&'static str, usize)> {
    let last = total.saturating_sub(1) / size.max(1);
    let page = page.min(last);
    let links = [
        (page > 0 || last == 0).then_some(("first", 0)),
        (page < last).then_some(("next", page + 1)),
        page.checked_sub(1).map(|before| ("prev", before)),
        (page < last).then_some(("last", last)),
    ];
    links.into_iter().flatten().collect()
}

fn numbered_purpose(list: NumberedList<'_>) -> String {
    format!("page number\0{}\0{}", list.path, list.filter)
}

fn purpose(list: List<'_>) -> String {
    format!("page token\0{}\0{}", list.path, list.filter)
}

fn open<P: DeserializeOwned>(caller: &Caller, purpose: &str, token: &str) -> Result<P, Problem> {
    let plain = caller.settings.page_sealer.open(purpose, token);
    plain.and_then(|plain| serde_json::from_slice(&plain).ok()).ok_or_else(|| {
        Problem::bad_request("The parameter page_token is none of this list: take it from the header Link, and ask with the same filters.")
    })
}

/// A path with a query in which some parameters are set anew, sorted by name.
pub fn target(path: &str, query: &[(String, String)], set: &[(&str, String)]) -> String {
    let kept = query.iter().filter(|(name, _)| set.iter().all(|(new, _)| new != name)).map(|(name, value)| (name.as_str(), value.as_str()));
    let mut pairs: Vec<(&str, &str)> = kept.chain(set.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    pairs.sort_by_key(|(name, _)| *name);
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

/// The answer with these links in the header `Link` (RFC 8288).
pub fn with_links(reply: Reply, links: &[String]) -> Reply {
    match HeaderValue::from_str(&links.join(",")) {
        Ok(value) => reply.header(LINK, value),
        Err(_) => reply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_pages_know_their_neighbours() {
        assert_eq!(neighbours(0, 2, 5), [("next", 1), ("last", 2)]);
        assert_eq!(neighbours(1, 2, 5), [("first", 0), ("next", 2), ("prev", 0), ("last", 2)]);
        assert_eq!(neighbours(2, 2, 5), [("first", 0), ("prev", 1)]);
        assert_eq!(neighbours(9, 2, 5), [("first", 0), ("prev", 1)]);
        assert_eq!(neighbours(0, 250, 5), [("first", 0)]);
    }

    #[test]
    fn links_name_parameters_in_their_order_and_keep_the_others() {
        let query = [("page_size", "3"), ("active", "a b")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(target("/list", &query, &[("page_size", "2".to_owned())]), "/list?active=a+b&page_size=2");
    }
}
