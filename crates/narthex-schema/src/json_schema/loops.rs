//! Refuses schemas that would never be done with a value: a subschema that applies itself to the same value again,
//! by reference or combinator. Going around by way of a property or an item is fine, for values end.
//! Never here: other mistakes. Next: `validate.rs`, whose recursion this bounds.

use super::{Arena, Dependency, Node, NodeId};
use crate::error::SchemaError;

/// Subschemas that may be applied to one value inside each other.
const MAX_CHAIN: usize = 64;

/// # Errors
/// If a chain of in-place subschemas is endless or longer than [`MAX_CHAIN`].
pub(super) fn check(arena: &Arena) -> Result<(), SchemaError> {
    let mut waiting = vec![0_usize; arena.nodes.len()];
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); arena.nodes.len()];
    for (i, node) in arena.nodes.iter().enumerate() {
        for NodeId(child) in in_place(node) {
            if let (Some(parents), Some(waiting)) = (parents.get_mut(child), waiting.get_mut(i)) {
                parents.push(i);
                *waiting += 1;
            }
        }
    }
    // Leaves first: a node is ready when all that it applies is done. What never gets ready is on a loop.
    let mut ready: Vec<usize> = waiting.iter().enumerate().filter(|(_, n)| **n == 0).map(|(i, _)| i).collect();
    let mut height = vec![0_usize; arena.nodes.len()];
    let mut done = 0;
    while let Some(i) = ready.pop() {
        done += 1;
        let above = height.get(i).copied().unwrap_or_default() + 1;
        for &parent in parents.get(i).into_iter().flatten() {
            let (Some(height), Some(waiting)) = (height.get_mut(parent), waiting.get_mut(parent)) else {
                continue;
            };
            *height = above.max(*height);
            *waiting -= 1;
            if *waiting == 0 {
                ready.push(parent);
            }
        }
    }
    let mut error = SchemaError::default();
    if done < arena.nodes.len() {
        error.fault("#", "a $ref leads back to itself without entering a property or an item", None);
    } else if height.iter().any(|height| *height > MAX_CHAIN) {
        error.fault("#", format!("more than {MAX_CHAIN} references and combinators inside each other apply to one value"), None);
    }
    error.or(())
}

/// The subschemas that a node applies to the same value as itself.
fn in_place(node: &Node) -> Vec<NodeId> {
    let mut out: Vec<NodeId> = node.reference.into_iter().chain(node.not).collect();
    out.extend(node.all_of.iter().chain(&node.any_of).chain(&node.one_of));
    if let Some(condition) = node.condition {
        out.push(condition.test);
        out.extend(condition.then.into_iter().chain(condition.otherwise));
    }
    for (_, dependency) in &node.object.dependencies {
        if let Dependency::Schema(id) = dependency {
            out.push(*id);
        }
    }
    out
}
