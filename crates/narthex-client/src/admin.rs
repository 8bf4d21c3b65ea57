//! The operations of the admin API that commands need.

use reqwest::Method;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::answer::Answer;
use crate::error::ClientError;
use crate::http::{Http, Request, Settings};

/// A client of one admin listener. Clones share their connections.
#[derive(Clone)]
pub struct AdminClient {
    http: Http,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// What is on it.
    pub identities: Vec<Value>,
    /// The token of the next one; empty on the last.
    pub next: String,
}

const IDENTITIES: &str = "/admin/identities";

impl AdminClient {
    /// A client that has asked nothing yet.
    ///
    /// # Errors
    /// Where the endpoint is no address, or a certificate cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, ClientError> {
        Http::new(settings).map(|http| Self { http })
    }

    /// Identities, a page at a time.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn list(&self, size: u32, token: &str, consistency: &str) -> Result<Page, ClientError> {
        let mut query = vec![("page_size", size.to_string()), ("consistency", consistency.to_owned())];
        if !token.is_empty() {
            query.push(("page_token", token.to_owned()));
        }
        let request = get(IDENTITIES, &query);
        let answer = self.succeed(&request).await?;
        let next = answer.link.as_deref().and_then(next_token).unwrap_or_default();
        match answer.json() {
            Some(Value::Array(identities)) => Ok(Page { identities, next }),
            _ => Err(self.unexpected(&request, "a list of identities was expected")),
        }
    }

    /// One identity, by its id; the configuration of these kinds of credentials along with it.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn identity(&self, id: &str, include: &[String]) -> Result<Value, ClientError> {
        self.object(&get(&format!("{IDENTITIES}/{}", escaped(id)), &included(include))).await
    }

    /// One identity, by what another system knows it by.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn identity_by_external_id(&self, id: &str, include: &[String]) -> Result<Value, ClientError> {
        self.object(&get(&format!("{IDENTITIES}/by/external/{}", escaped(id)), &included(include))).await
    }

    /// The identities with this identifier.
    pub(crate) async fn by_identifier(&self, identifier: &str) -> Result<Vec<Value>, ClientError> {
        let request = get(IDENTITIES, &[("credentials_identifier", identifier.to_owned())]);
        match self.succeed(&request).await?.json() {
            Some(Value::Array(identities)) => Ok(identities),
            _ => Err(self.unexpected(&request, "a list of identities was expected")),
        }
    }

    /// Removes an identity.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn delete(&self, id: &str) -> Result<(), ClientError> {
        let request = Request { method: Method::DELETE, target: format!("{IDENTITIES}/{}", escaped(id)), body: None };
        self.succeed(&request).await.map(drop)
    }

    /// Makes an identity of a document.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn create(&self, document: Vec<u8>) -> Result<Value, ClientError> {
        self.object(&Request { method: Method::POST, target: IDENTITIES.to_owned(), body: Some(document) }).await
    }

    /// Makes many identities; the answer is the server's, whatever it is.
    pub(crate) async fn create_many(&self, body: Vec<u8>) -> Result<Answer, ClientError> {
        self.http.send(&Request { method: Method::PATCH, target: IDENTITIES.to_owned(), body: Some(body) }).await
    }

    /// The text of an identity schema.
    ///
    /// # Errors
    /// Where the server does not answer, or refuses.
    pub async fn schema(&self, id: &str) -> Result<String, ClientError> {
        let request = get(&format!("/schemas/{}", escaped(id)), &[]);
        let answer = self.succeed(&request).await?;
        String::from_utf8(answer.body).map_err(|_| self.unexpected(&request, "the schema is no UTF-8 text"))
    }

    /// The server's version.
    ///
    /// # Errors
    /// Where the server does not answer, or has none to tell.
    pub async fn version(&self) -> Result<String, ClientError> {
        let request = get("/version", &[]);
        let answer = self.object(&request).await?;
        let version = answer.get("version").and_then(Value::as_str).map(str::to_owned);
        version.ok_or_else(|| self.unexpected(&request, "a version was expected"))
    }

    /// Asks `/health/alive` or `/health/ready`.
    ///
    /// # Errors
    /// Where the server does not answer, or is not well.
    pub async fn health(&self, what: &str) -> Result<(), ClientError> {
        self.succeed(&get(&format!("/health/{what}"), &[])).await.map(drop)
    }

    async fn object(&self, request: &Request) -> Result<Value, ClientError> {
        let answer = self.succeed(request).await?;
        answer.json().filter(Value::is_object).ok_or_else(|| self.unexpected(request, "a JSON object was expected"))
    }

    async fn succeed(&self, request: &Request) -> Result<Answer, ClientError> {
        let answer = self.http.send(request).await?;
        if answer.is_success() { Ok(answer) } else { Err(ClientError::Refused(answer)) }
    }

    fn unexpected(&self, request: &Request, reason: &str) -> ClientError {
        ClientError::Unexpected { url: self.http.place(request), reason: reason.to_owned() }
    }
}

fn get(path: &str, query: &[(&str, String)]) -> Request {
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    Request { method: Method::GET, target, body: None }
}

fn included(kinds: &[String]) -> Vec<(&'static str, String)> {
    kinds.iter().map(|kind| ("include_credential", kind.clone())).collect()
}

/// A text as one segment of a path.
fn escaped(text: &str) -> String {
    Serializer::new(String::new()).append_key_only(text).finish().replace('+', "%20")
}

/// The page token that a header `Link` leads on with.
fn next_token(link: &str) -> Option<String> {
    let next = link.split(',').find(|link| link.contains("rel=\"next\""))?;
    let target = next.split_once('<')?.1.split_once('>')?.0;
    let query = target.split_once('?')?.1;
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page_token").map(|(_, token)| token.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let link = "</admin/identities?page_size=2&page_token=first>; rel=\"first\",</admin/identities?page_size=2&page_token=a%2Bb>; rel=\"next\"";
        assert_eq!(next_token(link).as_deref(), Some("a+b"));
        assert_eq!(next_token("</admin/identities>; rel=\"first\""), None);
    }

    #[test]
    fn an_id_cannot_leave_its_segment_of_the_path() {
        assert_eq!(escaped("a b/../c?d"), "a%20b%2F..%2Fc%3Fd");
    }
}
