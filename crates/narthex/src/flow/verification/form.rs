//! The forms of a verification: who asks, the code that was sent, and the way on.

use narthex_api::message::Message;
use narthex_api::node::{Anchor, Attributes, Input, Node};
use narthex_config::AddressMethod;

use super::{Verification, method_name};
use crate::config::Settings;
use crate::flow::Flow;
use crate::flow::form::Form;

const CONTINUE: Message = Message::info(1_070_009, "Continue");

/// The form that every new flow has: it asks for the address.
pub(super) fn first(settings: &Settings, flow: &Flow<Verification>) -> Form {
    let mut form = Form::default();
    let group = method_name(settings);
    let link = settings.config.selfservice.flows.verification.r#use == AddressMethod::Link;
    if link {
        form.set_csrf(flow.csrf_value());
    }
    form.append(address(settings, None));
    form.append(Node::input(group, Input::submit("method", group)).labelled(CONTINUE));
    if !link && flow.csrf.is_some() {
        form.set_csrf(flow.csrf_value());
    }
    form
}

/// The field that asks for the address; where text messages can be sent, it may be a phone number.
pub(super) fn address(settings: &Settings, value: Option<&str>) -> Node {
    let group = method_name(settings);
    let phones = group == "code" && settings.config.courier.channels.iter().any(|channel| channel.id == "sms");
    let mut field = Input::new("email", if phones { "text" } else { "email" }).required();
    field.value = value.map(Into::into);
    Node::input(group, field).labelled(if phones {
        Message::info(1_070_018, "Email or phone number")
    } else {
        Message::info(1_070_007, "Email")
    })
}

/// The form once a code or link is on its way; `resend` is the name of the button that has the code sent again.
pub(super) fn sent(settings: &Settings, flow: &Flow<Verification>, to: &str, via: &str, resend: &'static str) -> Form {
    let mut form = Form::default();
    if settings.config.selfservice.flows.verification.r#use == AddressMethod::Link {
        form.set_csrf(flow.csrf_value());
        form.append(address(settings, Some(to)));
        form.append(Node::input("link", Input::submit("method", "link")).labelled(CONTINUE));
        form.messages.push(Message::info(
            1_080_001,
            "A mail with a link was sent to the address that you gave. Please follow the link. If no mail arrives, check the address.",
        ));
        return form;
    }
    form.append(Node::input("code", Input::new("method", "hidden").with_value("code")));
    let field = Input::new("code", "text").required().autocomplete("one-time-code");
    form.append(Node::input("code", field).labelled(Message::info(1_070_011, "Verification code")));
    form.append(Node::input("code", Input::submit("method", "code")).labelled(CONTINUE));
    if flow.csrf.is_some() {
        form.set_csrf(flow.csrf_value());
    }
    form.append(Node::input("code", Input::submit(resend, to)).labelled(Message::info(1_070_008, "Resend code")));
    form.messages.push(if via == "sms" {
        Message::info(1_080_004, "A text message with a code was sent to the phone number that you gave. Please enter the code.")
    } else {
        Message::info(
            1_080_003,
            "A mail with a code was sent to the address that you gave. Please enter the code, or follow the link in the mail.",
        )
    });
    form
}

/// The form of a verification that another flow began, once its code or link is on its way; `via` is the channel.
pub(super) fn begun(settings: &Settings, flow: &Flow<Verification>, to: &str, via: &'static str) -> Form {
    if settings.config.selfservice.flows.verification.r#use == AddressMethod::Code {
        return sent(settings, flow, to, via, via);
    }
    // Clients know this form with its button twice, and with one that is named after the channel.
    let mut form = first(settings, flow);
    form.append(Node::input("link", Input::submit("method", "link")).labelled(CONTINUE));
    form.append(Node::input("code", Input::submit(via, to)).labelled(Message::info(1_070_008, "Resend code")));
    form
}

/// The form once the address has been verified: nothing but the way on.
pub(super) fn passed(settings: &Settings, flow: &Flow<Verification>, via: &str, url: &str) -> Form {
    let mut form = Form::default();
    form.set_csrf(flow.csrf_value());
    let anchor = Anchor { href: url.to_owned().into(), title: CONTINUE, id: "continue".into() };
    let link = Node {
        kind: "a".into(),
        group: method_name(settings).into(),
        attributes: Attributes::A(anchor),
        messages: Vec::new(),
        meta: narthex_api::node::Meta::default(),
    };
    form.append(link.labelled(CONTINUE));
    form.messages.push(if via == "sms" {
        Message::success(1_080_005, "Your phone number has been verified.")
    } else {
        Message::success(1_080_002, "Your email address has been verified.")
    });
    form
}
