//! Texts from outside that try to be more than texts.

use narthex_api::message::Message;
use narthex_api::node::{Anchor, Attributes, Image, Input, InputOption, Meta, Node};
use narthex_api::problem::ErrorDetail;
use narthex_ui::{Mail, Options, Page, Theme};
use proptest::prelude::*;
use serde_json::json;

use crate::html::Document;
use crate::samples;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;{{7*7}}";

fn node(attributes: Attributes) -> Node {
    Node { kind: "x".into(), group: "default".into(), attributes, messages: Vec::new(), meta: Meta::default() }
}

fn nodes_saying(text: &str) -> Vec<Node> {
    let message = || Message::error(99, "").with_text(text.to_owned());
    let input = |kind: &'static str| Input { name: text.to_owned().into(), ..Input::new("", kind).with_value(text) };
    let mut nodes: Vec<_> = ["text", "hidden", "checkbox", "submit", "button", "password", "datetime-local"]
        .into_iter()
        .map(|kind| Node::input("default", input(kind)))
        .collect();
    let mut choice = input("text");
    choice.options = Some(vec![InputOption { value: json!(text) }, InputOption { value: json!({"a": [text]}) }]);
    choice.pattern = Some(text.to_owned().into());
    choice.autocomplete = Some(text.to_owned().into());
    choice.onclick_trigger = Some(text.to_owned().into());
    choice.onload_trigger = Some(text.to_owned().into());
    choice.disabled = true;
    nodes.push(Node::input("default", choice.clone()));
    choice.options = None;
    nodes.push(Node::input("default", choice));
    nodes.push(Node::text("default", text.to_owned(), message()));
    let anchor = Anchor { href: text.to_owned().into(), title: message(), id: text.to_owned().into() };
    nodes.push(node(Attributes::A(anchor)));
    let image = Image { src: text.to_owned().into(), id: text.to_owned().into(), width: 1, height: 1 };
    nodes.push(node(Attributes::Img(image)));
    for node in &mut nodes {
        node.meta.label = Some(message());
        node.messages.push(message());
    }
    nodes
}

fn pages_saying(text: &str) -> Vec<Page> {
    let theme = Theme::new(Options { brand_name: text.to_owned(), ..Options::default() }).unwrap();
    let ui = theme.ui(None);
    let message = Message::error(99, "").with_text(text.to_owned());
    let mut flow = samples::registration(nodes_saying(text), vec![message]);
    flow.return_to = Some(text.to_owned());
    flow.oauth2_login_challenge = Some(text.to_owned());
    let registration = ui.registration(&flow);
    flow.ui.action = String::from(text);
    let elsewhere = ui.registration(&flow);

    let mut session = samples::session();
    if let Some(identity) = &mut session.identity {
        identity.traits = json!({"name": text});
        identity.verifiable_addresses[0].value = String::from(text);
    }
    let mail = Mail {
        id: text.to_owned(),
        recipient: text.to_owned(),
        subject: text.to_owned(),
        body_text: text.to_owned(),
        links: vec![text.to_owned()],
        ..samples::mail()
    };
    let text = || Some(text.to_owned());
    let error = ErrorDetail { id: text(), reason: text(), request: text(), debug: text(), code: 400, ..samples::error() };
    vec![
        registration,
        elsewhere,
        ui.welcome(Some(&session)),
        ui.logout(text().as_deref()),
        ui.error(&error),
        ui.mailbox(std::slice::from_ref(&mail)),
        ui.mail(&mail),
    ]
}

fn assert_harmless(page: &Page) {
    let document = Document::read(&page.html);
    for element in &document.0 {
        assert!(!element.attributes.keys().any(|name| name.starts_with("on")), "{element:?}");
        if element.name == "script" {
            assert!(element.get("src").unwrap().starts_with("/ui/assets/"), "{element:?}");
        }
        for url in ["href", "src", "action"].iter().filter_map(|name| element.get(name)) {
            let scheme = url.split(['/', '?', '#']).next().unwrap();
            assert!(["", "http:", "https:"].contains(&scheme) || !scheme.contains(':'), "{element:?}");
            assert!(!url.starts_with("//"), "{element:?}");
        }
    }
    assert!(page.content_security_policy.contains("script-src 'self';"), "{}", page.content_security_policy);
    assert!(page.content_security_policy.bytes().all(|b| (0x20..0x7f).contains(&b)));
}

#[test]
fn markup_stays_text() {
    for page in pages_saying(HOSTILE) {
        assert_harmless(&page);
        assert!(!page.html.contains("<script>alert") && !page.html.contains("<img src=x"));
        assert!(Document::read(&page.html).all("script").count() == 1);
    }
}

#[test]
fn links_that_would_run_a_script_are_left_out() {
    for url in ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "java\nscript:alert(1)", "//evil.example"] {
        for page in pages_saying(url) {
            assert_harmless(&page);
        }
    }
}

#[test]
fn names_of_functions_are_checked() {
    let mut button = Input::new("x", "button");
    button.onclick = Some("alert(1)".into());
    button.onclick_trigger = Some("alert".into());
    let flow = samples::registration(vec![samples::csrf(), Node::input("default", button)], vec![]);
    let page = samples::theme().ui(None).registration(&flow);
    assert!(!page.html.contains("alert"));
}

#[test]
fn the_html_of_a_mail_is_cut_off_from_everything() {
    let mut mail = samples::mail();
    mail.body_html = Some(HOSTILE.to_owned());
    let theme = samples::theme();
    let body = theme.ui(None).mail_body(&mail).unwrap();
    let policy = &body.content_security_policy;
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    assert!(!theme.ui(None).mail(&mail).html.contains("alert"));
    mail.body_html = None;
    assert_eq!(theme.ui(None).mail_body(&mail), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_makes_a_well_formed_and_harmless_page(text in "\\PC{0,40}|(javascript|https?|data):[\\PC]{0,20}|[<>\"'&;=/ ]{0,12}") {
        for page in pages_saying(&text) {
            assert_harmless(&page);
        }
    }
}
