//! How single nodes become controls.

use serde_json::json;

use crate::pages::{input_of, sample, with_field};
use crate::samples;

#[test]
fn ticks_send_true_or_where_an_answer_is_due_false() {
    let page = sample("registration-kinds");
    let sent = |name: &str| -> Vec<_> {
        let inputs = page.all("input").filter(|e| e.get("name") == Some(name));
        inputs.map(|e| (e.get("type").unwrap().to_owned(), e.get("value").unwrap().to_owned())).collect()
    };
    let pair = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    assert_eq!(sent("traits.terms"), [pair("hidden", "false"), pair("checkbox", "true")]);
    assert_eq!(sent("traits.news"), [pair("checkbox", "true")]);
    assert!(page.all("input").filter(|e| e.get("type") == Some("checkbox")).all(|e| !e.has("required")));
}

#[test]
fn ticks_show_what_was_answered() {
    for (value, ticked) in [(json!(true), true), (json!("true"), true), (json!(false), false), (json!("maybe"), false)] {
        let page = with_field(|node| {
            input_of(node).kind = "checkbox".into();
            input_of(node).value = Some(value.clone());
        });
        let boxes: Vec<_> = page.all("input").filter(|e| e.get("name") == Some("traits.x")).collect();
        assert_eq!(boxes.len(), 2, "{value}");
        assert_eq!((boxes[0].get("value"), boxes[1].has("checked")), (Some("false"), ticked), "{value}");
    }
}

#[test]
fn choices_offer_their_options_and_keep_what_lies_beyond() {
    let page = sample("registration-kinds");
    let options = |field: &str| -> Vec<(String, bool)> {
        let start = page.0.iter().position(|e| e.get("name") == Some(field)).unwrap();
        let options = page.0[start + 1..].iter().take_while(|e| e.name == "option");
        options.map(|o| (o.get("value").unwrap().to_owned(), o.has("selected"))).collect()
    };
    let expected = |list: &[(&str, bool)]| list.iter().map(|(v, s)| ((*v).to_owned(), *s)).collect::<Vec<_>>();
    assert_eq!(options("traits.size"), expected(&[("", true), ("s", false), ("m", false), ("l", false)]));
    assert_eq!(options("traits.year"), expected(&[("", false), ("1", false), ("2", false), ("3", false), ("599", true)]));
}

#[test]
fn kinds_become_input_types_and_unknown_ones_text() {
    let page = sample("registration-kinds");
    for (name, kind) in [
        ("traits.phone", "tel"),
        ("traits.site", "url"),
        ("traits.born", "date"),
        ("traits.met", "text"),
        ("traits.age", "number"),
        ("traits.odd", "text"),
        ("password", "password"),
    ] {
        assert_eq!(page.named(name, None).unwrap().get("type"), Some(kind), "{name}");
    }
    assert_eq!(page.named("traits.age", None).unwrap().get("step"), Some("any"));
}

#[test]
fn a_pattern_may_match_anywhere_as_it_does_on_the_server() {
    let page = with_field(|node| input_of(node).pattern = Some("[0-9]+".into()));
    assert_eq!(page.named("traits.x", None).unwrap().get("pattern"), Some(".*(?:[0-9]+).*"));
}

#[test]
fn a_field_that_may_not_be_changed_is_sent_as_it_is() {
    let page = sample("registration-kinds");
    let fixed = page.named("traits.fixed", None).unwrap();
    assert!(fixed.has("readonly") && !fixed.has("disabled") && fixed.get("value") == Some("acme"));
    let page = with_field(|node| input_of(node).disabled = true);
    assert!(page.named("traits.x", None).unwrap().has("disabled"));
}

#[test]
fn a_list_is_sent_by_its_name_value_for_value() {
    let page = sample("registration-kinds");
    let tags: Vec<_> = page.all("input").filter(|e| e.get("name") == Some("traits.tags")).collect();
    assert_eq!(tags.iter().map(|e| e.get("value")).collect::<Vec<_>>(), [Some("red"), Some("blue")]);
    let labels: Vec<_> = page.all("label").map(|label| label.text.clone()).collect();
    assert!(labels.iter().any(|label| label.starts_with("Tags 1")), "{labels:?}");
    assert!(page.named("traits.tags.0", None).is_none());
}

#[test]
fn fields_without_a_label_are_called_by_their_name() {
    let page = sample("registration-kinds");
    assert!(page.all("label").any(|label| label.text.starts_with("Favourite colour")));
}

#[test]
fn passwords_are_never_sent_back() {
    let mut nodes = samples::one_step();
    nodes[2].as_input_mut().unwrap().value = Some(json!("hunter2"));
    let theme = samples::theme();
    assert!(!theme.ui(None).registration(&samples::registration(nodes, vec![])).html.contains("hunter2"));
}

#[test]
fn what_a_browser_may_fill_in_is_named() {
    let page = sample("registration");
    for (name, what) in
        [("traits.email", "email"), ("password", "new-password"), ("traits.name.first", "given-name"), ("traits.name.last", "family-name")]
    {
        assert_eq!(page.named(name, None).unwrap().get("autocomplete"), Some(what), "{name}");
    }
    assert_eq!(sample("login").named("identifier", None).unwrap().get("autocomplete"), Some("username"));
}
