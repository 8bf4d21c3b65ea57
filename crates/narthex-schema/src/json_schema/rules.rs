//! The rules for objects, lists, text and numbers.
//! Never here: combinators and types, see `validate.rs`. Next: `message.rs`, the words for what is wrong.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

use super::number::{compare, fingerprint, is_multiple};
use super::validate::{Path, Run};
use super::{Additional, ArrayRules, Dependency, Items, NodeId, NumberRules, ObjectRules, StringRules};
use crate::message;

impl<'v> Run<'v> {
    pub(super) fn check_object(&mut self, rules: &'v ObjectRules, value: &'v Value, members: &'v Map<String, Value>, path: &Path<'_>) {
        let count = members.len() as u64;
        if rules.min.is_some_and(|min| count < min) {
            self.report(path, message::generic("There are too few entries."));
        }
        if rules.max.is_some_and(|max| count > max) {
            self.report(path, message::generic("There are too many entries."));
        }
        for name in rules.required.iter().filter(|name| !members.contains_key(*name)) {
            self.report(&Path::Member(path, name), message::required(name));
        }
        for (name, id) in &rules.properties {
            if let Some(member) = members.get(name) {
                self.check(*id, member, &Path::Member(path, name));
            }
        }
        if let Some(names) = rules.names {
            for name in members.keys() {
                self.check_name(names, name, path);
            }
        }
        let matched = self.check_patterns(rules, members, path);
        self.check_additional(rules, members, &matched, path);
        for (_, dependency) in rules.dependencies.iter().filter(|(name, _)| members.contains_key(name)) {
            match dependency {
                Dependency::Schema(id) => {
                    self.check(*id, value, path);
                }
                Dependency::Properties(names) => {
                    for name in names.iter().filter(|name| !members.contains_key(*name)) {
                        self.report(path, message::generic(format!("{name} is missing, which belongs to what is given.")));
                    }
                }
            }
        }
    }

    /// `propertyNames`: the name is validated as a text of its own. It carries no traits, so no extension applies.
    fn check_name(&mut self, id: NodeId, name: &str, path: &Path<'_>) {
        let text = Value::from(name);
        let mut inner = Run::new(self.arena);
        inner.check(id, &text, &Path::Root);
        for violation in inner.into_violations() {
            let mut steps = Path::Member(path, name).steps();
            steps.extend(violation.path);
            self.report_at(steps, violation.message);
        }
    }

    /// Applies `patternProperties`; the names that match one of them.
    fn check_patterns(&mut self, rules: &ObjectRules, members: &'v Map<String, Value>, path: &Path<'_>) -> HashSet<&'v str> {
        let mut matched = HashSet::new();
        for (regex, id) in &rules.patterns {
            for (name, member) in members.iter().filter(|(name, _)| regex.is_match(name)) {
                matched.insert(name.as_str());
                self.check(*id, member, &Path::Member(path, name));
            }
        }
        matched
    }

    fn check_additional(&mut self, rules: &ObjectRules, members: &'v Map<String, Value>, matched: &HashSet<&str>, path: &Path<'_>) {
        let mut others = members.iter().filter(|(name, _)| !rules.properties.contains_key(*name) && !matched.contains(name.as_str()));
        match rules.additional {
            Additional::Anything => {}
            Additional::Nothing => {
                if let Some((name, _)) = others.next() {
                    let shown: String = name.chars().take(50).collect();
                    self.report(path, message::generic(format!("{shown} is not known here.")));
                }
            }
            Additional::Matching(id) => {
                for (name, member) in others {
                    self.check(id, member, &Path::Member(path, name));
                }
            }
        }
    }

    pub(super) fn check_array(&mut self, rules: &ArrayRules, items: &'v [Value], path: &Path<'_>) {
        if let Some(min) = rules.min.filter(|min| (items.len() as u64) < *min) {
            self.report(path, message::min_items(min, items.len()));
        }
        if let Some(max) = rules.max.filter(|max| items.len() as u64 > *max) {
            self.report(path, message::max_items(max, items.len()));
        }
        if rules.unique {
            self.check_unique(items, path);
        }
        match &rules.items {
            Items::Anything => {}
            Items::Each(id) => self.check_items(*id, items, 0, path),
            Items::Tuple(ids) => {
                for (i, (id, item)) in ids.iter().zip(items).enumerate() {
                    self.check(*id, item, &Path::Item(path, i));
                }
                match rules.additional {
                    Additional::Nothing if items.len() > ids.len() => {
                        self.report(path, message::generic(format!("There are more than {} entries.", ids.len())));
                    }
                    Additional::Matching(id) => self.check_items(id, items, ids.len(), path),
                    Additional::Nothing | Additional::Anything => {}
                }
            }
        }
        if let Some(contains) = rules.contains {
            self.check_contains(contains, items, path);
        }
    }

    fn check_items(&mut self, id: NodeId, items: &'v [Value], skip: usize, path: &Path<'_>) {
        for (i, item) in items.iter().enumerate().skip(skip) {
            self.check(id, item, &Path::Item(path, i));
        }
    }

    /// Every pair of equal items is told, as far as there is room.
    fn check_unique(&mut self, items: &[Value], path: &Path<'_>) {
        let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, item) in items.iter().enumerate() {
            let mut key = String::new();
            fingerprint(item, &mut key);
            let same = seen.entry(key).or_default();
            for first in &*same {
                if !self.has_room() {
                    break;
                }
                self.report(path, message::unique_items(*first, i));
            }
            same.push(i);
        }
    }

    fn check_contains(&mut self, id: NodeId, items: &'v [Value], path: &Path<'_>) {
        let start = self.mark();
        for (i, item) in items.iter().enumerate() {
            let mark = self.mark();
            if self.check(id, item, &Path::Item(path, i)) {
                self.forgive(start, mark);
                return;
            }
        }
        if items.is_empty() {
            self.report(path, message::generic("An entry is missing here."));
        }
    }

    pub(super) fn check_string(&mut self, rules: &StringRules, text: &str, path: &Path<'_>) {
        if rules.min.is_some() || rules.max.is_some() {
            let length = text.chars().count();
            if let Some(min) = rules.min.filter(|min| (length as u64) < *min) {
                self.report(path, message::min_length(min, length));
            }
            if let Some(max) = rules.max.filter(|max| length as u64 > *max) {
                self.report(path, message::max_length(max, length));
            }
        }
        if let Some((expression, regex)) = &rules.pattern
            && !regex.is_match(text)
        {
            self.report(path, message::pattern(expression));
        }
        let content = if rules.base64 { STANDARD.decode(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text.as_bytes())) };
        match content {
            Err(_) => self.report(path, message::generic("This is not Base64.")),
            Ok(content) if rules.json && serde_json::from_slice::<Value>(&content).is_err() => {
                self.report(path, message::generic("This is not JSON."));
            }
            Ok(_) => {}
        }
    }

    pub(super) fn check_number(&mut self, rules: &NumberRules, number: &Number, path: &Path<'_>) {
        let is = |bound: &Option<Number>, orders: &[Ordering]| bound.clone().filter(|bound| orders.contains(&compare(number, bound)));
        if let Some(bound) = is(&rules.minimum, &[Ordering::Less]) {
            self.report(path, message::minimum(&bound, number));
        }
        if let Some(bound) = is(&rules.exclusive_minimum, &[Ordering::Less, Ordering::Equal]) {
            self.report(path, message::exclusive_minimum(&bound, number));
        }
        if let Some(bound) = is(&rules.maximum, &[Ordering::Greater]) {
            self.report(path, message::maximum(&bound, number));
        }
        if let Some(bound) = is(&rules.exclusive_maximum, &[Ordering::Greater, Ordering::Equal]) {
            self.report(path, message::exclusive_maximum(&bound, number));
        }
        if let Some(base) = rules.multiple_of.as_ref().filter(|base| !is_multiple(number, base)) {
            self.report(path, message::multiple_of(base, number));
        }
    }
}
