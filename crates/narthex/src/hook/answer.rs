//! What the answer of a web hook means: what it asks for, or has against the flow.

use http::StatusCode;
use narthex_api::message::{Message, Severity};
use narthex_schema::Violation;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::change::IdentityChange;
use crate::edge::Problem;
use crate::flow::Failure;
use crate::outside::Answer;

/// What an answer asks for.
///
/// # Errors
/// Where it cannot be understood.
pub(super) fn wish(answer: &Answer) -> Result<Option<IdentityChange>, Problem> {
    object(answer).map(|wish: Wish| wish.identity)
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    identity: Option<IdentityChange>,
}

/// What an answer has against the flow.
#[derive(Deserialize)]
struct Objection {
    #[serde(default)]
    messages: Vec<At>,
}

#[derive(Deserialize)]
struct At {
    #[serde(default)]
    instance_ptr: String,
    #[serde(default)]
    messages: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    text: String,
    #[serde(default, rename = "type")]
    severity: String,
    #[serde(default)]
    context: Option<Value>,
}

impl Said {
    fn message(self) -> Message {
        let severity = if self.severity == "error" { Severity::Error } else { Severity::Info };
        Message { id: self.id, text: self.text.into(), severity, context: self.context.filter(|context| !context.is_null()) }
    }
}

/// The messages of an answer, at the fields that they point to.
pub(super) fn refusal(answer: &Answer) -> Failure {
    let objection: Objection = match object(answer) {
        Ok(objection) => objection,
        Err(problem) => return problem.into(),
    };
    let violations: Vec<Violation> = objection
        .messages
        .into_iter()
        .flat_map(|at| {
            let path = steps(&at.instance_ptr);
            at.messages.into_iter().map(move |said| Violation {
                pointer: at.instance_ptr.clone(),
                path: path.clone(),
                message: said.message(),
            })
        })
        .collect();
    if violations.is_empty() {
        return misunderstood(answer, "it refuses, but has no messages that say why").into();
    }
    Failure::Invalid(violations)
}

/// The steps of a JSON pointer that may be written as a URI's fragment (RFC 6901).
fn steps(pointer: &str) -> Vec<String> {
    let pointer = pointer.strip_prefix('#').unwrap_or(pointer);
    pointer.split('/').filter(|step| !step.is_empty()).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// What an answer says, if it is an object: a list would pass for one.
fn object<T: DeserializeOwned>(answer: &Answer) -> Result<T, Problem> {
    let members: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|error| misunderstood(answer, error))?;
    T::deserialize(Value::Object(members)).map_err(|error| misunderstood(answer, error))
}

fn misunderstood(answer: &Answer, why: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The answer of a web hook cannot be understood. Please try again later.")
        .with_debug(format!("the answer has status {}: {why}", answer.status))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn messages_point_at_fields() {
        let body = r##"{"messages": [{"instance_ptr": "#/traits/a~1b", "messages": [{"id": 7, "text": "no", "type": "error", "context": {"x": 1}}, {"id": 8, "text": "hm", "type": "success"}]}, {"messages": [{"id": 9}]}]}"##;
        let Failure::Invalid(violations) = refusal(&answer(400, body)) else { panic!("not refused with messages") };
        let seen: Vec<_> = violations.iter().map(|v| (v.path.clone(), v.message.id, v.message.severity)).collect();
        let field = vec!["traits".to_owned(), "a/b".to_owned()];
        assert_eq!(seen, [(field.clone(), 7, Severity::Error), (field, 8, Severity::Info), (Vec::new(), 9, Severity::Info)]);
    }

    #[test]
    fn a_refusal_without_messages_is_an_error() {
        for body in ["", "no", "{}", r#"{"messages": []}"#, "[]"] {
            assert!(matches!(refusal(&answer(403, body)), Failure::Problem(_)), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_answer_can_be_read(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), pointer in ".{0,40}") {
            let _ = refusal(&Answer { status: 400, headers: HeaderMap::new(), body });
            let _ = steps(&pointer);
        }
    }
}
