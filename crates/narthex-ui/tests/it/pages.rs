//! Pages for tests, read.

use narthex_api::node::{Input, Node};

use crate::html::Document;
use crate::samples::{self, csrf, field};

/// The sample of this name.
pub(crate) fn sample(name: &str) -> Document {
    let theme = samples::theme();
    let (_, draw) = samples::ALL.iter().find(|(known, _)| *known == name).expect("a sample");
    Document::read(&draw(theme.ui(None)).html)
}

/// The page of a registration flow with these nodes.
pub(crate) fn registration(nodes: Vec<Node>) -> Document {
    Document::read(&samples::theme().ui(None).registration(&samples::registration(nodes, vec![])).html)
}

/// A form with this one field and a button.
pub(crate) fn with_field(change: impl FnOnce(&mut Node)) -> Document {
    let mut node = field("traits.x", "text", "X");
    change(&mut node);
    let button = Node::input("profile", Input::submit("method", "profile"));
    registration(vec![csrf(), node, button])
}

pub(crate) fn input_of(node: &mut Node) -> &mut Input {
    node.as_input_mut().unwrap()
}
