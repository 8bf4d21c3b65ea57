//! What a client may do once a flow has come to its end.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One thing to do next; a client takes them in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ContinueWith {
    /// Keep this token: it stands for the session.
    SetOrySessionToken {
        /// The session's token.
        ory_session_token: String,
    },
    /// Show the flow in which an address is verified.
    ShowVerificationUi {
        /// The flow.
        flow: VerificationTarget,
    },
    /// Show the settings, so that a new password can be chosen.
    ShowSettingsUi {
        /// The flow.
        flow: FlowTarget,
    },
    /// Show the flow in which access is recovered.
    ShowRecoveryUi {
        /// The flow.
        flow: FlowTarget,
    },
    /// Send the browser there.
    RedirectBrowserTo {
        /// Where to.
        redirect_browser_to: String,
    },
}

/// A verification flow to go on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationTarget {
    /// The flow's id.
    pub id: Uuid,
    /// The address that it verifies.
    pub verifiable_address: String,
    /// Its page, for browsers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A flow to go on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowTarget {
    /// The flow's id.
    pub id: Uuid,
    /// Its page, for browsers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
