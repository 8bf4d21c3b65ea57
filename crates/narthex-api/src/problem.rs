//! Errors as clients see them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The body of an error: the error itself, and what some errors say beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
    /// Such as `redirect_browser_to` or `use_flow_id`.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What went wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// The name that programs tell the error by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The HTTP status.
    pub code: u16,
    /// The HTTP status in words.
    pub status: String,
    /// The request in which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What is wrong, and how to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// More for whoever looks into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Map<String, Value>>,
    /// Shown while developing only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<String>,
    /// What kind of error it is.
    pub message: String,
}
