//! Lists of values among the nodes.

use std::collections::BTreeSet;

use narthex_api::node::Node;

/// Lists of values: a form has a node for the list and one, `list.0`, for each value. All are sent by the list's name.
pub(super) struct Lists<'a>(BTreeSet<&'a str>);

impl<'a> Lists<'a> {
    pub(super) fn of(nodes: &'a [Node]) -> Self {
        let names: BTreeSet<&str> = nodes.iter().filter_map(Node::as_input).map(|input| &*input.name).collect();
        let lists = names.iter().filter_map(|name| list_of(name)).filter(|list| names.contains(list));
        Self(lists.collect())
    }

    /// The name by which a node is sent; nothing for an empty node whose list has values.
    pub(super) fn name_of(&self, node: &'a Node) -> Option<&'a str> {
        let name = node.id();
        let Some(input) = node.as_input() else {
            return Some(name);
        };
        if let Some(list) = list_of(name).filter(|list| self.0.contains(list)) {
            return Some(list);
        }
        let superseded = self.0.contains(name) && input.value.is_none() && node.messages.is_empty();
        (!superseded).then_some(name)
    }
}

/// `traits.tags` for `traits.tags.0`.
fn list_of(name: &str) -> Option<&str> {
    let (list, position) = name.rsplit_once('.')?;
    (!position.is_empty() && position.bytes().all(|b| b.is_ascii_digit())).then_some(list)
}
