//! What a client wants to be answered with: JSON, or what a browser shows.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

/// The offers, the best first among those that a client likes equally well.
const OFFERS: [(&str, &str); 4] = [("text", "html"), ("text", "*"), ("*", "*"), ("application", "json")];

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// With a redirect or a page.
    Html,
    /// With JSON.
    Json,
}

impl Wants {
    /// What the `Accept` header asks for. No header, or one that accepts neither, is a browser's.
    pub fn by_accept(headers: &HeaderMap) -> Self {
        let accept = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut best = (0.0_f32, 0_u8, None);
        for range in accept.flat_map(|line| line.split(',')) {
            let Some((kind, subtype, quality)) = parse(range) else { continue };
            for (offered_kind, offered_subtype) in OFFERS {
                let Some(precision) = covers((kind, subtype), (offered_kind, offered_subtype)) else { continue };
                if quality > best.0 || (quality > 0.0 && quality >= best.0 && precision > best.1) {
                    best = (quality, precision, Some(offered_subtype));
                }
            }
        }
        if best.2 == Some("json") { Self::Json } else { Self::Html }
    }

    /// What an error is answered with: JSON also to those who sent JSON.
    pub fn for_errors(headers: &HeaderMap) -> Self {
        let sent_json = headers.get(CONTENT_TYPE).is_some_and(|sent| sent == "application/json");
        if sent_json { Self::Json } else { Self::by_accept(headers) }
    }
}

/// Type, subtype and quality of one media range.
fn parse(range: &str) -> Option<(&str, &str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
    Some((kind, subtype, quality))
}

/// How precisely a media range names an offer; nothing where it does not.
fn covers(range: (&str, &str), offer: (&str, &str)) -> Option<u8> {
    if range == offer {
        Some(2)
    } else if range.0 == offer.0 && range.1 == "*" {
        Some(1)
    } else {
        (range == ("*", "*")).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(accept: &str) -> Wants {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        Wants::by_accept(&headers)
    }

    #[test]
    fn browsers_are_redirected_and_scripts_get_json() {
        for browser in [
            "*/*",
            "text/html",
            "text/*",
            "text/plain",
            "nonsense",
            "application/hal+json",
            "application/json;q=0",
            "application/json;q=0.4, text/html;q=0.8",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ] {
            assert_eq!(wants(browser), Wants::Html, "{browser}");
        }
        for script in [
            "application/json",
            "application/*",
            "application/json, text/plain, */*",
            "application/json;q=0.9, text/html;q=0.8",
            "text/html;q=0.8, application/json;q=0.9",
        ] {
            assert_eq!(wants(script), Wants::Json, "{script}");
        }
    }

    #[test]
    fn who_says_nothing_is_a_browser() {
        assert_eq!(Wants::by_accept(&HeaderMap::new()), Wants::Html);
    }

    #[test]
    fn who_sends_json_is_told_errors_in_json() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        assert_eq!(Wants::for_errors(&headers), Wants::Json);
        headers.insert(CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap());
        assert_eq!(Wants::for_errors(&headers), Wants::Html);
    }
}
