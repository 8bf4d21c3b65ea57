//! The nodes of the samples.

use narthex_api::message::Message;
use narthex_api::node::{Anchor, Attributes, Image, Input, InputOption, Meta, Node, Script};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn label(id: u64, text: &'static str) -> Message {
    Message::info(id, text)
}

pub(crate) fn titled(title: &'static str) -> Message {
    label(1_070_002, title).with_context(json!({"title": title, "name": "x"}))
}

pub(crate) fn csrf() -> Node {
    Node::input("default", Input::new("csrf_token", "hidden").with_value("token").required())
}

pub(crate) fn method(group: &'static str, id: u64, text: &'static str) -> Node {
    Node::input(group, Input::submit("method", group)).labelled(label(id, text))
}

pub(crate) fn password(autocomplete: &'static str) -> Node {
    let input = Input::new("password", "password").required().autocomplete(autocomplete);
    Node::input("password", input).labelled(label(1_070_001, "Password"))
}

pub(crate) fn field(name: &'static str, kind: &'static str, title: &'static str) -> Node {
    Node::input("default", Input::new(name, kind)).labelled(titled(title))
}

pub(crate) fn email() -> Node {
    let input = Input::new("traits.email", "email").required().autocomplete("email");
    Node::input("default", input).labelled(titled("E-mail"))
}

pub(crate) fn provider(id: &'static str, name: &'static str, message: u64) -> Node {
    let text = label(message, "").with_text(format!("Sign in with {name}"));
    Node::input("oidc", Input::submit("provider", id)).labelled(text.with_context(json!({"provider": name, "provider_id": id})))
}

pub(crate) fn set(node: &mut Node, change: impl FnOnce(&mut Input)) {
    change(node.as_input_mut().unwrap());
}

/// The nodes of a sign-up with address, name and password.
pub(crate) fn one_step() -> Vec<Node> {
    vec![
        csrf(),
        email(),
        password("new-password"),
        field("traits.name.first", "text", "First name"),
        field("traits.name.last", "text", "Last name"),
        method("password", 1_040_001, "Sign up"),
    ]
}

pub(crate) fn with_errors() -> Vec<Node> {
    let mut nodes = one_step();
    set(&mut nodes[1], |input| {
        input.value = Some(json!("mia@example"));
    });
    nodes[1].messages.push(Message::error(4_000_040, "no address").with_context(json!({"value": "mia@example"})));
    nodes[2].messages.push(Message::error(4_000_032, "too short").with_context(json!({"min_length": 8, "actual_length": 4})));
    set(&mut nodes[3], |input| input.value = Some(json!("Mia")));
    nodes
}

pub(crate) fn with_providers() -> Vec<Node> {
    let mut nodes = vec![provider("google", "Google", 1_040_002), provider("github", "GitHub", 1_040_002)];
    nodes.extend([csrf(), email(), field("traits.name", "text", "Name"), method("profile", 1_040_001, "Sign up")]);
    nodes
}

pub(crate) fn every_kind() -> Vec<Node> {
    let option = |value: Value| InputOption { value };
    let mut nodes = vec![
        csrf(),
        email(),
        field("traits.phone", "tel", "Phone"),
        field("traits.site", "url", "Web site"),
        field("traits.born", "date", "Date of birth"),
        field("traits.met", "datetime-local", "First met"),
        field("traits.age", "number", "Age"),
        field("traits.size", "text", "Size"),
        field("traits.year", "number", "Year"),
        field("traits.terms", "checkbox", "I accept the terms of use"),
        field("traits.news", "checkbox", "Send me news now and then"),
        field("traits.code", "text", "Membership number"),
        field("traits.fixed", "text", "Tenant"),
        field("traits.odd", "color", "Unknown kind"),
        Node::input("default", Input::new("traits.favourite_colour", "text")),
        field("traits.tags", "text", "Tags"),
        Node::input("default", Input::new("traits.tags.0", "text").with_value("red")),
        Node::input("default", Input::new("traits.tags.1", "text").with_value("blue")),
        password("new-password"),
        method("password", 1_040_001, "Sign up"),
    ];
    set(&mut nodes[7], |input| {
        input.options = Some(["s", "m", "l"].map(|v| option(json!(v))).to_vec());
    });
    set(&mut nodes[7], |input| input.required = true);
    set(&mut nodes[8], |input| {
        input.options = Some([1, 2, 3].map(|v| option(json!(v))).to_vec());
        input.value = Some(json!(599));
    });
    set(&mut nodes[9], |input| input.required = true);
    nodes[9].messages.push(Message::error(4_000_029, "must be true").with_context(json!({"expected": true})));
    set(&mut nodes[11], |input| {
        input.pattern = Some("^[A-Z]{2}-[0-9]+$".into());
        input.maxlength = Some(12);
    });
    nodes[11].messages.push(Message::info(99, "It is on your card, such as AB-123."));
    set(&mut nodes[12], |input| {
        input.disabled = true;
        input.value = Some(json!("acme"));
    });
    nodes
}

pub(crate) fn second_step() -> Vec<Node> {
    let mut nodes = vec![provider("google", "Google", 1_040_002), csrf(), email()];
    set(&mut nodes[2], |input| {
        input.kind = "hidden".into();
        input.value = Some(json!("mia@example.org"));
    });
    let mut last = field("traits.name.last", "hidden", "Last name");
    last.messages.push(Message::error(4_000_003, "short").with_context(json!({"min_length": 2, "actual_length": 1})));
    nodes.push(last);
    nodes.push(webauthn_script());
    let mut passkey =
        Node::input("passkey", Input::new("passkey_register_trigger", "button")).labelled(label(1_040_007, "Create a passkey"));
    set(&mut passkey, |input| {
        input.onclick_trigger = Some("oryPasskeyRegistration".into());
    });
    nodes.push(passkey);
    nodes.push(Node::input("passkey", Input::new("passkey_register", "hidden")));
    nodes.push(method("code", 1_040_006, "Send a code"));
    nodes.push(password("new-password"));
    nodes.push(method("password", 1_040_001, "Sign up"));
    nodes.push(Node::input("profile", Input::submit("screen", "previous")).labelled(label(1_040_008, "Back")));
    nodes
}

pub(crate) fn webauthn_script() -> Node {
    Node {
        kind: "script".into(),
        group: "webauthn".into(),
        attributes: Attributes::Script(Script {
            src: "http://127.0.0.1:4433/.well-known/ory/webauthn.js".into(),
            asynchronous: true,
            referrerpolicy: "no-referrer".into(),
            crossorigin: "anonymous".into(),
            integrity: "sha512-AAAA".into(),
            kind: "text/javascript".into(),
            id: "webauthn_script".into(),
            nonce: Uuid::from_u128(7),
        }),
        messages: Vec::new(),
        meta: Meta::default(),
    }
}

pub(crate) fn code_sent(address: &'static str) -> Vec<Node> {
    let code = Input::new("code", "text").required().autocomplete("one-time-code");
    vec![
        csrf(),
        Node::input("code", Input::submit("resend", "code")).labelled(label(1_070_008, "Resend")),
        Node::input("code", code).labelled(label(1_070_011, "Code")),
        Node::input("code", Input::new("method", "hidden").with_value("code")),
        Node::input("default", Input::new(address, "hidden").with_value("mia@example.org")),
        method("code", 1_070_009, "Continue"),
        Node::input("profile", Input::submit("screen", "credential-selection")).labelled(label(1_040_008, "Back")),
    ]
}

pub(crate) fn password_login() -> Vec<Node> {
    let identifier = Input::new("identifier", "text").with_value("").required();
    vec![
        csrf(),
        Node::input("default", identifier).labelled(titled("E-mail")),
        password("current-password"),
        method("password", 1_010_022, "Sign in"),
    ]
}

/// The second step, once the identifier is known.
pub(crate) fn login_of(identifier: &'static str) -> Vec<Node> {
    let known = Node::input("identifier_first", Input::new("identifier", "hidden").with_value(identifier));
    vec![csrf(), known, password("current-password"), method("password", 1_010_022, "Sign in")]
}

pub(crate) fn every_login() -> Vec<Node> {
    let mut nodes = vec![provider("google", "Google", 1_010_002), provider("apple", "Apple", 1_010_002)];
    let mut rest = password_login();
    let mut passkey =
        Node::input("passkey", Input::new("passkey_login_trigger", "button").with_value("")).labelled(label(1_010_021, "Passkey"));
    set(&mut passkey, |input| {
        input.onclick_trigger = Some("oryPasskeyLogin".into());
    });
    let mut load = Node::input("passkey", Input::new("passkey_login", "hidden"));
    set(&mut load, |input| {
        input.onload_trigger = Some("oryPasskeyLoginAutocompleteInit".into());
    });
    let between = [webauthn_script(), passkey, load, method("code", 1_010_015, "Send a code")];
    rest.splice(2..2, between);
    nodes.extend(rest);
    nodes
}

pub(crate) fn second_factors() -> Vec<Node> {
    let totp = Input::new("totp_code", "text").with_value("").required();
    let lookup = Input::new("lookup_secret", "text").with_value("").required();
    let address = label(1_010_023, "Send to").with_context(json!({"address": "mia@example.org", "channel": "email"}));
    vec![
        csrf(),
        Node::input("code", Input::submit("address", "mia@example.org")).labelled(address),
        Node::input("totp", totp).labelled(label(1_010_006, "Code")),
        method("totp", 1_010_009, "Use"),
        Node::input("lookup_secret", lookup).labelled(label(1_010_007, "Backup code")),
        method("lookup_secret", 1_010_010, "Use"),
    ]
}

pub(crate) fn address_form() -> Vec<Node> {
    let email = Input::new("email", "email").required();
    vec![csrf(), Node::input("code", email).labelled(label(1_070_007, "E-mail")), method("code", 1_070_009, "Continue")]
}

pub(crate) fn address_choice() -> Vec<Node> {
    let choice = |value: &'static str, text: &'static str| {
        Node::input("code", Input::submit("recovery_select_address", value)).labelled(label(1_070_000, text))
    };
    vec![
        csrf(),
        choice("aaa", "mi****@example.org"),
        choice("bbb", "+49****21"),
        Node::input("code", Input::new("recovery_address", "hidden").with_value("mia@example.org")),
    ]
}

pub(crate) fn passed() -> Vec<Node> {
    let anchor = Anchor { href: "https://app.example/".into(), title: label(1_070_009, "Continue"), id: "continue".into() };
    vec![
        csrf(),
        Node { kind: "a".into(), group: "code".into(), attributes: Attributes::A(anchor), messages: Vec::new(), meta: Meta::default() },
    ]
}

pub(crate) fn every_setting() -> Vec<Node> {
    let save = |group: &'static str| method(group, 1_070_003, "Save");
    let profile = |mut node: Node| {
        node.group = "profile".into();
        node
    };
    let mut address = profile(email());
    set(&mut address, |input| {
        input.value = Some(json!("mia@example.org"));
    });
    let provider = |action: &'static str, id: u64| {
        Node::input("oidc", Input::submit(action, "google")).labelled(label(id, "Google").with_context(json!({"provider": "Google"})))
    };
    let picture = Image {
        src: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgaGBgYAAABQQBASX4sQ0AAAAASUVORK5CYII="
            .into(),
        id: "totp_qr".into(),
        width: 256,
        height: 256,
    };
    let picture = Node {
        kind: "img".into(),
        group: "totp".into(),
        attributes: Attributes::Img(picture),
        messages: Vec::new(),
        meta: Meta { label: Some(label(1_050_005, "QR code")) },
    };
    let secret = label(1_050_006, "JBSWY3DPEHPK3PXP").with_context(json!({"secret": "JBSWY3DPEHPK3PXP"}));
    let codes = json!([
        {"id": 1_050_009, "text": "abcd1234", "type": "info", "context": {"secret": "abcd1234"}},
        {"id": 1_050_014, "text": "Used", "type": "info", "context": {"used_at": "2026-11-20T10:00:00Z"}},
        {"id": 1_050_009, "text": "wxyz9876", "type": "info", "context": {"secret": "wxyz9876"}},
    ]);
    let codes = label(1_050_015, "abcd1234, Used, wxyz9876").with_context(json!({"secrets": codes}));
    let key = label(1_050_018, "Remove").with_context(json!({"display_name": "Blue key", "added_at": "x"}));
    vec![
        csrf(),
        address,
        profile(field("traits.name", "text", "Name")),
        save("profile"),
        password("new-password"),
        save("password"),
        provider("unlink", 1_050_003),
        provider("link", 1_050_002),
        Node::text("lookup_secret", "lookup_secret_codes", codes).labelled(label(1_050_010, "Codes")),
        Node::input("lookup_secret", Input::submit("lookup_secret_confirm", "true")).labelled(label(1_050_011, "OK")),
        Node::input("webauthn", Input::submit("webauthn_remove", "00ff")).labelled(key),
        Node::input("webauthn", Input::new("webauthn_register_displayname", "text").with_value(""))
            .labelled(label(1_050_013, "Name of the key")),
        Node::input("webauthn", Input::new("webauthn_register", "hidden").with_value("")),
        Node::input("webauthn", Input::new("webauthn_register_trigger", "button")).labelled(label(1_050_012, "Add")),
        webauthn_script(),
        picture,
        Node::text("totp", "totp_secret_key", secret).labelled(label(1_050_017, "Key")),
        Node::input("totp", Input::new("totp_code", "text").required()).labelled(label(1_070_006, "Code")),
        save("totp"),
    ]
}
