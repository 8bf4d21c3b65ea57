//! The order of a form's elements: by the group, then by the place of their names in the identity schema.
//!
//! The second comparison holds within a group (and between `default` and `password`) only, so it is no order in the strict
//! sense, and what comes out depends on how it is sorted. Clients know the forms in the order that Go's stable sort gives them
//! (insertion sort of runs of twenty, merged in place by rotation), which is why it is done that way here.

use std::borrow::Cow;
use std::cmp::Ordering;

use narthex_api::node::Node;
use serde_json::Value;

/// What decides the order of a flow's form.
pub struct Order<'a> {
    /// The groups, in their order; others come first.
    pub groups: &'a [&'a str],
    /// The names, in their order; a name stands for all that begin with it, others come last.
    pub keys: &'a [&'a str],
    /// Groups whose elements stay as they are.
    pub stable: &'a [&'a str],
}

impl Order<'_> {
    /// Puts `nodes` in order.
    pub fn sort(&self, nodes: &mut Vec<Node>) {
        nodes.sort_by_key(|node| self.groups.iter().position(|group| *group == node.group).map_or(0, |at| at + 1));
        let keyed: Vec<Keyed<'_>> = nodes.iter().map(|node| self.keyed(node)).collect();
        let mut places: Vec<usize> = (0..keyed.len()).collect();
        stable_sort(&mut places, &|a, b| match (keyed.get(a), keyed.get(b)) {
            (Some(a), Some(b)) => before(a, b),
            _ => false,
        });
        let mut unsorted: Vec<Option<Node>> = nodes.drain(..).map(Some).collect();
        nodes.extend(places.iter().filter_map(|place| unsorted.get_mut(*place).and_then(Option::take)));
    }

    fn keyed<'n>(&self, node: &'n Node) -> Keyed<'n> {
        let id = node.id();
        let place = match id {
            "method" => usize::MAX,
            _ => self.keys.iter().position(|key| id.starts_with(key)).unwrap_or(self.keys.len()),
        };
        Keyed { group: &node.group, stable: self.stable.contains(&node.group.as_ref()), place, value: shown(node) }
    }
}

/// What the place of a node depends on.
struct Keyed<'n> {
    group: &'n str,
    stable: bool,
    place: usize,
    value: Cow<'n, str>,
}

fn before(a: &Keyed<'_>, b: &Keyed<'_>) -> bool {
    let kin = |x: &str, y: &str| x == "default" && y == "password";
    if a.group != b.group && !kin(a.group, b.group) && !kin(b.group, a.group) {
        return false;
    }
    if a.stable && a.group == b.group {
        return false;
    }
    match a.place.cmp(&b.place) {
        Ordering::Less => true,
        Ordering::Equal => a.value < b.value,
        Ordering::Greater => false,
    }
}

fn shown(node: &Node) -> Cow<'_, str> {
    match node.as_input().and_then(|input| input.value.as_ref()) {
        None | Some(Value::Null) => Cow::Borrowed("<nil>"),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

const RUN: usize = 20;

fn stable_sort(items: &mut [usize], less: &impl Fn(usize, usize) -> bool) {
    for run in items.chunks_mut(RUN) {
        insertion_sort(run, less);
    }
    let mut width = RUN;
    while width < items.len() {
        for pair in items.chunks_mut(2 * width) {
            if pair.len() > width {
                merge(pair, width, less);
            }
        }
        width *= 2;
    }
}

fn insertion_sort(items: &mut [usize], less: &impl Fn(usize, usize) -> bool) {
    for end in 1..items.len() {
        for at in (1..=end).rev() {
            let (Some(&left), Some(&right)) = (items.get(at - 1), items.get(at)) else { break };
            if !less(right, left) {
                break;
            }
            items.swap(at, at - 1);
        }
    }
}

/// Merges `items[..middle]` and `items[middle..]`, both sorted, in place: the `SymMerge` algorithm of Kim and Kutzner (2004).
fn merge(items: &mut [usize], middle: usize, less: &impl Fn(usize, usize) -> bool) {
    let length = items.len();
    let is_less = |items: &[usize], a: usize, b: usize| match (items.get(a), items.get(b)) {
        (Some(&a), Some(&b)) => less(a, b),
        _ => false,
    };
    if middle == 1 {
        let place = partition(1, length, |at| is_less(items, at, 0));
        items.get_mut(..place).unwrap_or_default().rotate_left(1);
        return;
    }
    if length - middle == 1 {
        let place = partition(0, middle, |at| !is_less(items, middle, at));
        items.get_mut(place..).unwrap_or_default().rotate_right(1);
        return;
    }
    let half = length / 2;
    let sum = half + middle;
    let (low, high) = if middle > half { (sum - length, half) } else { (0, middle) };
    let pivot = sum - 1;
    let start = partition(low, high, |at| !is_less(items, pivot - at, at));
    let end = sum - start;
    if start < middle && middle < end {
        items.get_mut(start..end).unwrap_or_default().rotate_left(middle - start);
    }
    if start > 0 && start < half {
        merge(items.get_mut(..half).unwrap_or_default(), start, less);
    }
    if half < end && end < length {
        merge(items.get_mut(half..).unwrap_or_default(), end - half, less);
    }
}

/// The first place in `low..high` of which `holds` is not true; `holds` is true of a beginning of the range.
fn partition(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let at = low.midpoint(high);
        if holds(at) { low = at + 1 } else { high = at }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_strict_order_is_sorted_stably(keys in proptest::collection::vec(0..9_usize, 0..200)) {
            let mut places: Vec<usize> = (0..keys.len()).collect();
            stable_sort(&mut places, &|a, b| keys[a] < keys[b]);
            let mut expected: Vec<usize> = (0..keys.len()).collect();
            expected.sort_by_key(|place| keys[*place]);
            assert_eq!(places, expected);
        }
    }
}
