//! JSON (RFC 8259). Positions come from reading the same text as YAML, which it nearly always is.

use super::SyntaxError;
use crate::tree::{Node, Origin, Value};

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| SyntaxError {
        line: u64::try_from(error.line()).unwrap_or(0),
        column: u64::try_from(error.column()).unwrap_or(0),
        message: error.to_string(),
    })?;
    let mut node = Node::from_json(&json, Origin::default());
    if let Ok(positioned) = super::yaml::positions(text) {
        borrow_positions(&mut node, &positioned);
    }
    Ok(node)
}

fn borrow_positions(node: &mut Node, from: &Node) {
    node.at = from.at;
    match (&mut node.value, &from.value) {
        (Value::List(mine), Value::List(theirs)) => mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| borrow_positions(mine, theirs)),
        (Value::Map(mine), Value::Map(theirs)) => {
            for (name, member) in mine {
                if let Some(from) = theirs.get(name) {
                    member.name_at = from.name_at;
                    borrow_positions(&mut member.node, &from.node);
                }
            }
        }
        _ => {}
    }
}
