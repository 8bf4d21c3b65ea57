//! The forms of a recovery: who asks, which address, and the code that was sent.

use narthex_api::message::Message;
use narthex_api::node::{Input, Node};
use serde_json::json;

use super::Recovery;
use crate::flow::form::Form;
use crate::flow::{Flow, State};

const CODE: &str = "code";
const CONTINUE: Message = Message::info(1_070_009, "Continue");

/// The form that every new flow has: it asks for the address.
pub(super) fn first(flow: &Flow<Recovery>) -> Form {
    let group = if flow.active.as_deref() == Some("link") { "link" } else { CODE };
    let mut form = begin(flow);
    form.append(if flow.state == State::RecoveryAwaitingAddress {
        let field = Input::new("recovery_address", "text").required();
        Node::input(group, field).labelled(Message::info(1_070_016, "Email or phone number"))
    } else {
        Node::input(group, Input::new("email", "email").required()).labelled(email())
    });
    form.append(Node::input(group, Input::submit("method", group)).labelled(CONTINUE));
    form
}

/// The form once a link is on its way.
pub(super) fn link_sent(flow: &Flow<Recovery>, to: &str) -> Form {
    let mut form = begin(flow);
    form.append(Node::input("link", Input::new("email", "email").with_value(to).required()).labelled(email()));
    form.append(Node::input("link", Input::submit("method", "link")).labelled(CONTINUE));
    form.messages.push(Message::info(
        1_060_002,
        "If an account has this address, a mail with a link is on its way to it. Please follow the link. If no mail arrives, check the address.",
    ));
    form
}

/// The form once a code is on its way.
pub(super) fn code_sent(flow: &Flow<Recovery>, to: &str) -> Form {
    let mut form = begin(flow);
    form.append(code_field());
    form.append(method());
    form.append(go_on());
    form.append(Node::input(CODE, Input::submit("email", to)).labelled(resend()));
    form.messages.push(Message::info(
        1_060_003,
        "If an account has this address, a mail with a code is on its way to it. Please enter the code. If no mail arrives, check the address.",
    ));
    form
}

/// The form of a flow whose code an administrator made. It belongs to no browser yet, so that it has no anti-forgery token.
pub(super) fn made_by_admin() -> Form {
    let mut form = Form::default();
    form.append(code_field());
    form.append(go_on());
    form
}

/// An address to choose, as the form shows it: its digest and what of it may be seen.
pub(super) struct Choice {
    /// What is sent when it is chosen.
    pub value: String,
    /// What is shown.
    pub masked: String,
}

/// The form that lets the person choose among the addresses of their account.
pub(super) fn choice(flow: &Flow<Recovery>, given: &str, choices: Vec<Choice>) -> Form {
    let mut form = begin(flow);
    for Choice { value, masked } in choices {
        let label = Message::info(1_070_000, "").with_text(masked);
        form.append(Node::input(CODE, Input::submit("recovery_select_address", value)).labelled(label));
    }
    form.append(method());
    form.append(hidden_address(given));
    form.messages.push(Message::info(1_060_006, "Where may the code be sent? Please choose an address of yours."));
    form
}

/// The form that asks for the chosen address in full.
pub(super) fn confirmation(flow: &Flow<Recovery>, given: &str, via: &str, masked: &str) -> Form {
    let mut form = begin(flow);
    let (kind, label) = if via == "sms" { ("tel", Message::info(1_070_017, "Phone number")) } else { ("email", email()) };
    form.append(Node::input(CODE, Input::new("recovery_confirm_address", kind).with_value("").required()).labelled(label));
    form.append(hidden_address(given));
    form.append(go_on());
    form.append(method());
    form.append(back());
    let text = format!("Please write {masked}, the chosen address, in full, so that nobody else learns it from here.");
    form.messages.push(Message::info(1_060_005, "").with_text(text).with_context(json!({ "masked_address": masked })));
    form
}

/// The form once a code is on its way to the address that was chosen.
pub(super) fn code_sent_to(flow: &Flow<Recovery>, given: &str, to: &str, masked: &str) -> Form {
    let mut form = begin(flow);
    form.append(code_field());
    form.append(go_on());
    form.append(method());
    form.append(Node::input(CODE, Input::submit("recovery_confirm_address", to)).labelled(resend()));
    form.append(hidden_address(given));
    form.append(back());
    let text = format!(
        "If {masked} belongs to the account, a code is on its way to it. Please enter the code. If none arrives, check the address."
    );
    form.messages.push(Message::info(1_060_004, "").with_text(text).with_context(json!({ "masked_address": masked })));
    form
}

fn begin(flow: &Flow<Recovery>) -> Form {
    let mut form = Form::default();
    form.set_csrf(flow.csrf_value());
    form
}

fn code_field() -> Node {
    let mut field = Input::new(CODE, "text").required().autocomplete("one-time-code");
    field.pattern = Some("[0-9]+".into());
    field.maxlength = Some(6);
    Node::input(CODE, field).labelled(Message::info(1_070_010, "Recovery code"))
}

fn go_on() -> Node {
    Node::input(CODE, Input::submit("method", CODE)).labelled(CONTINUE)
}

fn method() -> Node {
    Node::input(CODE, Input::new("method", "hidden").with_value(CODE))
}

fn hidden_address(given: &str) -> Node {
    Node::input(CODE, Input::new("recovery_address", "hidden").with_value(given))
}

fn back() -> Node {
    Node::input(CODE, Input::submit("screen", "previous")).labelled(Message::info(1_060_007, "Back"))
}

const fn email() -> Message {
    Message::info(1_070_007, "Email")
}

const fn resend() -> Message {
    Message::info(1_070_008, "Resend code")
}
