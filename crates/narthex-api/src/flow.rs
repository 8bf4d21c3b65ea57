//! Self-service flows: what a person is in the middle of, and the form that takes them on.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::continue_with::ContinueWith;
use crate::identity::Identity;
use crate::message::Message;
use crate::node::Node;
use crate::{Text, Time};

/// Who drives a flow: a browser with cookies, or an application that keeps a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowType {
    /// A native application.
    Api,
    /// A browser; requests are guarded against forgery.
    Browser,
}

/// The form of a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Where the form is sent.
    pub action: String,
    /// `POST`, or `GET` where there is only somewhere to go on to.
    pub method: Text,
    /// The elements of the form, in their order.
    pub nodes: Vec<Node>,
    /// What is to be said above the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

/// A person is signing up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegistrationFlow {
    /// The flow's id.
    pub id: Uuid,
    /// The OAuth2 login request that the registration serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_login_challenge: Option<String>,
    /// That request as the OAuth2 provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_login_request: Option<Value>,
    /// Browser or application.
    #[serde(rename = "type")]
    pub kind: FlowType,
    /// When the flow ends of itself.
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The method that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The form.
    pub ui: Container,
    /// The organization that the account will belong to.
    pub organization_id: Option<Uuid>,
    /// The first half of what a session token can be fetched with later; told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token_exchange_code: Option<String>,
    /// How far the flow has come.
    pub state: Text,
    /// What the client sent along for hooks and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient_payload: Option<Value>,
    /// The identity schema of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_schema: Option<String>,
}

/// A person is signing in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoginFlow {
    /// The flow's id.
    pub id: Uuid,
    /// The organization that is signed in to.
    pub organization_id: Option<Uuid>,
    /// The OAuth2 login request that the login serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_login_challenge: Option<String>,
    /// That request as the OAuth2 provider tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_login_request: Option<Value>,
    /// Browser or application.
    #[serde(rename = "type")]
    pub kind: FlowType,
    /// When the flow ends of itself.
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The method that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The form.
    pub ui: Container,
    /// When the row was made.
    pub created_at: Time,
    /// When the row was changed.
    pub updated_at: Time,
    /// Whether a person who is signed in proves it again.
    pub refresh: bool,
    /// The assurance that is asked for.
    pub requested_aal: Text,
    /// The first half of what a session token can be fetched with later; told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token_exchange_code: Option<String>,
    /// How far the flow has come.
    pub state: Text,
    /// What the client sent along for hooks and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient_payload: Option<Value>,
    /// The identity schema whose identifiers the form names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_schema: Option<String>,
}

/// A person proves that an address is theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationFlow {
    /// The flow's id.
    pub id: Uuid,
    /// Browser or application.
    #[serde(rename = "type")]
    pub kind: FlowType,
    /// When the flow ends of itself.
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The method in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The form.
    pub ui: Container,
    /// How far the flow has come.
    pub state: Text,
    /// What the client sent along for hooks and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient_payload: Option<Value>,
}

/// A person who lost their credentials gets in again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryFlow {
    /// The flow's id.
    pub id: Uuid,
    /// Browser or application.
    #[serde(rename = "type")]
    pub kind: FlowType,
    /// When the flow ends of itself.
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The method in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The form.
    pub ui: Container,
    /// How far the flow has come.
    pub state: Text,
    /// What the client may do next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continue_with: Vec<ContinueWith>,
    /// What the client sent along for hooks and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient_payload: Option<Value>,
}

/// A person changes what is known of them, or how they sign in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsFlow {
    /// The flow's id.
    pub id: Uuid,
    /// Browser or application.
    #[serde(rename = "type")]
    pub kind: FlowType,
    /// When the flow ends of itself.
    pub expires_at: Time,
    /// When it was begun.
    pub issued_at: Time,
    /// The URL by which it was begun.
    pub request_url: String,
    /// Where to go afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The method that was used last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Text>,
    /// The organization that the flow belongs to.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
    /// The form.
    pub ui: Container,
    /// Whose settings they are.
    pub identity: Identity,
    /// How far the flow has come.
    pub state: Text,
    /// What the client may do next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continue_with: Vec<ContinueWith>,
    /// What the client sent along for hooks and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient_payload: Option<Value>,
}
