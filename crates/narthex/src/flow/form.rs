//! A form in the making: nodes and messages, and the few ways in which flows change them.

use narthex_api::message::Message;
use narthex_api::node::{DEFAULT_GROUP, Input, Node};
use narthex_schema::Violation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The elements of a form and what is said above them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The elements, in their order.
    pub nodes: Vec<Node>,
    /// What is to be said above the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

impl Form {
    /// The first node of this id.
    pub fn find(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id() == id)
    }

    /// The first node of this id, to be changed.
    pub fn find_mut(&mut self, id: &str) -> Option<&mut Node> {
        self.nodes.iter_mut().find(|node| node.id() == id)
    }

    /// Puts `node` in the place of the first one of its id, or at the end.
    pub fn upsert(&mut self, node: Node) {
        match self.nodes.iter_mut().find(|known| known.id() == node.id()) {
            Some(known) => *known = node,
            None => self.nodes.push(node),
        }
    }

    /// Puts `node` at the end, whatever is there already.
    pub fn append(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Takes out all nodes that `gone` names.
    pub fn remove(&mut self, gone: impl Fn(&Node) -> bool) {
        self.nodes.retain(|node| !gone(node));
    }

    /// Says nothing any more, neither above the form nor at its elements.
    pub fn clear_messages(&mut self) {
        self.messages.clear();
        for node in &mut self.nodes {
            node.messages.clear();
        }
    }

    /// Puts the form's anti-forgery token into its field.
    pub fn set_csrf(&mut self, token: &str) {
        let field = Input::new("csrf_token", "hidden").with_value(token).required();
        self.upsert(Node::input(DEFAULT_GROUP, field));
    }

    /// Says `message` at the element of this name, which is made if there is none.
    pub fn say_at(&mut self, name: &str, message: Message) {
        if let Some(node) = self.find_mut(name) {
            node.messages.push(message);
            return;
        }
        let mut node = Node::input(DEFAULT_GROUP, Input::new(name.to_owned(), "text"));
        node.messages.push(message);
        self.nodes.push(node);
    }

    /// Says at each element what its value violates.
    pub fn say_violations(&mut self, violations: Vec<Violation>) {
        for violation in violations {
            let name = violation.field_name();
            if name.is_empty() {
                self.messages.push(violation.message);
            } else {
                self.say_at(&name, violation.message);
            }
        }
    }

    /// Gives the elements below `prefix` what was sent for them; others keep what they hold.
    pub fn fill(&mut self, prefix: &str, sent: &Value) {
        match sent {
            Value::Object(members) => {
                for (name, value) in members {
                    self.fill(&child(prefix, name), value);
                }
            }
            value => {
                if let Some(input) = self.find_mut(prefix).and_then(Node::as_input_mut) {
                    input.value = shown(value);
                }
            }
        }
    }

    /// Gives the elements below `prefix` what was sent for them, and makes those that there are not, in this group.
    pub fn fill_all(&mut self, prefix: &str, sent: &Value, group: &'static str) {
        match sent {
            Value::Object(members) => {
                for (name, value) in members {
                    self.fill_all(&child(prefix, name), value, group);
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    self.fill_all(&format!("{prefix}.{place}"), value, group);
                }
            }
            value => {
                if let Some(input) = self.find_mut(prefix).and_then(Node::as_input_mut) {
                    input.value = shown(value);
                } else {
                    let mut input = Input::new(prefix.to_owned(), "text");
                    input.value = shown(value);
                    self.append(Node::input(group, input));
                }
            }
        }
    }

    /// Whether the elements below `prefix` hold what is sent; what has no element of its own is not compared.
    pub fn holds(&self, prefix: &str, sent: &Value) -> bool {
        match sent {
            Value::Object(members) => members.iter().all(|(name, value)| self.holds(&child(prefix, name), value)),
            Value::Array(_) => true,
            value => self.find(prefix).and_then(Node::as_input).is_none_or(|input| input.value == shown(value)),
        }
    }
}

/// The name of a member's element.
fn child(prefix: &str, name: &str) -> String {
    format!("{prefix}.{}", name.replace('.', "\\."))
}

/// What an element shows of a value: lists and objects have elements of their own.
fn shown(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        plain => Some(plain.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn form(names: &[&str]) -> Form {
        let nodes = names.iter().map(|name| Node::input(DEFAULT_GROUP, Input::new((*name).to_owned(), "text"))).collect();
        Form { nodes, messages: Vec::new() }
    }

    fn value<'a>(form: &'a Form, name: &str) -> Option<&'a Value> {
        form.find(name).and_then(Node::as_input).and_then(|input| input.value.as_ref())
    }

    #[test]
    fn only_elements_that_there_are_take_what_was_sent() {
        let mut form = form(&["traits.email", "traits.list"]);
        form.fill("traits", &json!({ "email": "a@example.org", "list": [1], "other": "x" }));
        assert_eq!(value(&form, "traits.email"), Some(&json!("a@example.org")));
        assert_eq!((value(&form, "traits.list"), form.nodes.len()), (None, 2));
    }

    #[test]
    fn what_has_no_element_gets_one_where_nothing_may_be_lost() {
        let mut form = form(&["traits.email"]);
        form.fill_all("traits", &json!({ "email": "a@example.org", "list": ["b", "c"], "dotted.name": 1 }), DEFAULT_GROUP);
        assert_eq!(value(&form, "traits.list.1"), Some(&json!("c")));
        assert_eq!(value(&form, "traits.dotted\\.name"), Some(&json!(1)));
    }

    #[test]
    fn a_message_without_a_place_gets_one() {
        let mut form = form(&[]);
        form.say_at("traits.email", Message::error(1, "no"));
        assert_eq!(form.find("traits.email").map(|node| node.messages.len()), Some(1));
        form.clear_messages();
        assert_eq!(form.find("traits.email").map(|node| node.messages.len()), Some(0));
    }

    fn traits() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z.]{1,4}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_form_holds_what_it_was_filled_with(sent in prop::collection::btree_map("[a-z.]{1,4}", traits(), 0..4)) {
            let sent = Value::Object(sent.into_iter().collect());
            let mut form = form(&[]);
            form.fill_all("traits", &sent, DEFAULT_GROUP);
            prop_assert!(form.holds("traits", &sent));
            let before = form.nodes.len();
            form.fill("traits", &sent);
            prop_assert_eq!(before, form.nodes.len());
        }
    }
}
