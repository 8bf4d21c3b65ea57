//! What a worker process is asked and what it answers: JSON requests and texts, each ended by a NUL byte.
//! It never carries a NUL inside a message, since JSON texts escape it.
//! Next: `worker` answers, `pool` asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::evaluator::{Arguments, Limits};
use crate::snippet::Snippet;

/// Ends each request and each answer.
pub(crate) const END: u8 = 0;

/// One evaluation. The keys are those of the reference's worker; `Limits` is an addition that other callers leave out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Request {
    pub(crate) filename: String,
    pub(crate) snippet: String,
    #[serde(rename = "TLACodes", deserialize_with = "null_is_empty")]
    pub(crate) tla_codes: Vec<Pair>,
    #[serde(rename = "TLAVars", deserialize_with = "null_is_empty")]
    pub(crate) tla_vars: Vec<Pair>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) ext_codes: Vec<Pair>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) ext_vars: Vec<Pair>,
    pub(crate) limits: RequestLimits,
}

/// A name and either a text or a piece of jsonnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct RequestLimits {
    pub(crate) time_millis: u64,
    pub(crate) stack: usize,
    pub(crate) result_bytes: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self::from(&Limits::default())
    }
}

impl From<&Limits> for RequestLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            time_millis: u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX),
            stack: limits.stack,
            result_bytes: limits.result_bytes,
        }
    }
}

impl RequestLimits {
    pub(crate) fn time(self) -> Duration {
        Duration::from_millis(self.time_millis)
    }
}

impl Request {
    pub(crate) fn new(snippet: &Snippet, arguments: &Arguments, limits: &Limits) -> Self {
        let pairs = |values: &[(String, serde_json::Value)]| {
            values.iter().map(|(key, value)| Pair { key: key.clone(), value: value.to_string() }).collect()
        };
        Self {
            filename: snippet.name().to_owned(),
            snippet: snippet.text().to_owned(),
            tla_codes: pairs(&arguments.tla),
            ext_codes: pairs(&arguments.ext),
            limits: limits.into(),
            ..Self::default()
        }
    }

    /// The request's text without its end mark.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(self).map_err(|error| Failure::Request(error.to_string()))
    }

    pub(crate) fn decode(text: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(text).map_err(|error| Failure::Request(error.to_string()))
    }
}

/// Go writes an empty list as `null`.
fn null_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Pair>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Why there is no result. The texts are what a worker answers after [`ERROR`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{RUNTIME}{0}")]
    Runtime(String),
    #[error("{STATIC}{0}")]
    Static(String),
    #[error("{REQUEST}{0}")]
    Request(String),
    #[error("{TIMED_OUT}")]
    TimedOut,
    #[error("{OUT_OF_MEMORY}")]
    OutOfMemory,
    #[error("{TOO_LARGE}")]
    TooLarge,
}

const ERROR: &str = "ERROR: ";
const RUNTIME: &str = "RUNTIME ERROR: ";
const STATIC: &str = "STATIC ERROR: ";
const REQUEST: &str = "REQUEST ERROR: ";
const TIMED_OUT: &str = "the snippet ran for too long";
const OUT_OF_MEMORY: &str = "the snippet needs too much memory";
const TOO_LARGE: &str = "the result of the snippet is too large";

/// An answer's text without its end mark. No JSON text begins as an error does.
pub(crate) fn encode_answer(answer: &Result<String, Failure>) -> String {
    match answer {
        Ok(json) => json.clone(),
        Err(failure) => format!("{ERROR}{}", failure.to_string().replace('\0', "\u{fffd}")),
    }
}

pub(crate) fn decode_answer(text: String) -> Result<String, Failure> {
    let Some(failure) = text.strip_prefix(ERROR) else {
        return Ok(text);
    };
    Err(match failure {
        TIMED_OUT => Failure::TimedOut,
        OUT_OF_MEMORY => Failure::OutOfMemory,
        TOO_LARGE => Failure::TooLarge,
        other => {
            if let Some(message) = other.strip_prefix(RUNTIME) {
                Failure::Runtime(message.to_owned())
            } else if let Some(message) = other.strip_prefix(STATIC) {
                Failure::Static(message.to_owned())
            } else {
                Failure::Request(other.strip_prefix(REQUEST).unwrap_or(other).to_owned())
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_the_way_through_text() {
        for answer in [
            Ok("{ }\n".to_owned()),
            Ok("\"ERROR: not one\"\n".to_owned()),
            Err(Failure::Runtime("cancel".into())),
            Err(Failure::Static("a.jsonnet:1:1: expected an expression".into())),
            Err(Failure::Request("no JSON".into())),
            Err(Failure::TimedOut),
            Err(Failure::OutOfMemory),
            Err(Failure::TooLarge),
        ] {
            assert_eq!(decode_answer(encode_answer(&answer)), answer);
        }
    }

    #[test]
    fn no_answer_holds_the_end_mark() {
        assert!(!encode_answer(&Err(Failure::Runtime("a\0b".into()))).as_bytes().contains(&END));
    }

    #[test]
    fn requests_of_other_callers_are_understood() {
        let request = Request::decode(br#"{"Filename":"f","Snippet":"1","TLACodes":null,"ExtVars":[{"Key":"k","Value":"v"}]}"#).unwrap();
        assert_eq!((request.filename.as_str(), request.snippet.as_str()), ("f", "1"));
        assert_eq!(request.ext_vars[0].value, "v");
        assert_eq!(request.limits.stack, Limits::default().stack);
    }
}
