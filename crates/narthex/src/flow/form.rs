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
            Value::Object(members) if self.find(prefix).is_none() || members.is_empty() => {
                for (name, value) in members {
                    self.fill(&format!("{prefix}.{}", name.replace('.', "\\.")), value);
                }
            }
            value => {
                let holds = match value {
                    Value::Null | Value::Array(_) | Value::Object(_) => None,
                    plain => Some(plain.clone()),
                };
                if let Some(input) = self.find_mut(prefix).and_then(Node::as_input_mut) {
                    input.value = holds;
                }
            }
        }
    }
}
