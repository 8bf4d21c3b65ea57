//! Which nodes share a form, in which order, and which button is the chief one.

use narthex_api::node::DEFAULT_GROUP;

use super::view::{Block, Form, Hidden, Item, Weight};
use super::{Draft, Entry, Role, button, value_text};
use crate::link;

/// The label of a provider's button that completes a sign-up, and so belongs to the form's fields.
const COMPLETE_SIGN_UP: u64 = 1_040_003;

/// The field that names the account.
pub(super) const IDENTIFIER: &str = "identifier";

impl<'a> Draft<'a> {
    /// Which groups go into which form, in the order of the page.
    pub(super) fn shapes(&self) -> Vec<Vec<&'a str>> {
        let mut groups: Vec<&str> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.role.is_visible()) {
            if !groups.contains(&&*entry.node.group) {
                groups.push(&entry.node.group);
            }
        }
        let detached: Vec<&str> = groups.iter().copied().filter(|group| self.is_detached(group)).collect();
        let (own, mut shared): (Vec<&str>, Vec<&str>) =
            groups.iter().copied().filter(|group| !detached.contains(group)).partition(|group| !self.is_shared(group));
        let with_fields = own.iter().filter(|group| self.has(group, Role::Field)).count();
        let nothing_shared = !shared.iter().any(|group| self.has(group, Role::Field));

        let mut shapes: Vec<Vec<&str>> = Vec::new();
        if self.sections || (with_fields > 1 && nothing_shared) {
            shapes.extend(own.iter().map(|group| vec![*group]));
        } else {
            shared.extend(own);
        }
        shapes.push(shared);
        let first = |group: &&str| self.entries.iter().position(|entry| is_visible_in(entry, group));
        let first_field = self.entries.iter().position(|entry| entry.role == Role::Field);
        let (before, after): (Vec<&str>, Vec<&str>) = detached.into_iter().partition(|group| first(group) < first_field);
        let alone = |groups: Vec<&'a str>| groups.into_iter().map(|group| vec![group]);
        alone(before).chain(shapes).chain(alone(after)).collect()
    }

    /// Whether the group's nodes go with every method.
    pub(super) fn is_shared(&self, group: &str) -> bool {
        group == DEFAULT_GROUP || group == "identifier_first" || (group == "profile" && !self.sections)
    }

    /// Whether the group's buttons need none of the fields: sign-in elsewhere.
    fn is_detached(&self, group: &str) -> bool {
        let completes = |entry: &Entry| entry.node.meta.label.as_ref().is_some_and(|l| l.id == COMPLETE_SIGN_UP);
        matches!(group, "oidc" | "saml")
            && !self.sections
            && !self.has(group, Role::Field)
            && !self.entries.iter().any(|entry| &*entry.node.group == group && completes(entry))
    }

    fn has(&self, group: &str, role: Role) -> bool {
        self.entries.iter().any(|entry| entry.role == role && &*entry.node.group == group)
    }

    pub(super) fn form(&self, groups: &[&str], number: usize) -> Form {
        let chief = self.chief(groups);
        let mut form = Form {
            id: format!("form-{number}"),
            method: if self.container.method.eq_ignore_ascii_case("get") { "get" } else { "post" },
            heading: groups.first().filter(|_| self.sections).and_then(|group| self.heading(group)),
            hidden: self.hidden(groups),
            ..Form::default()
        };
        // The first block holds what the chief button sends; each other method follows in a block of its own.
        let mut blocks: Vec<(Option<&str>, Block)> = vec![(None, Block::default())];
        for entry in self.entries.iter().filter(|entry| groups.contains(&&*entry.node.group)) {
            let group = &*entry.node.group;
            let leads = self.is_shared(group) || chief.is_some_and(|chief| &*chief.node.group == group);
            match self.item(entry, groups, chief) {
                None => {}
                Some(Item::Button(button)) if button.weight == Weight::Quiet => {
                    form.quiet.push(button);
                }
                Some(item) => {
                    let key = (!leads).then_some(group);
                    match blocks.iter_mut().find(|(of, _)| *of == key) {
                        Some((_, block)) => block.items.push(item),
                        None => blocks.push((key, Block { items: vec![item], ..Block::default() })),
                    }
                }
            }
        }
        form.blocks = blocks.into_iter().map(|(_, block)| block).filter(|block| !block.items.is_empty()).collect();
        let mut after_field = false;
        for (index, block) in form.blocks.iter_mut().enumerate() {
            let has_field = block.items.iter().any(Item::is_filled_in);
            block.alternative = index > 0 && (has_field || after_field);
            after_field = has_field;
            // The return key presses the first button of a form.
            if chief.is_some() {
                block.items.sort_by_key(|item| match item {
                    Item::Button(button) if button.weight == Weight::Primary => 1,
                    Item::Button(_) => 2,
                    _ => 0,
                });
            }
        }
        form.set_aside_what_takes_away();
        let sends = self.buttons(groups).next().is_some();
        form.action = link::safe(&self.container.action).filter(|_| sends).map(ToOwned::to_owned);
        form
    }

    fn hidden(&self, groups: &[&str]) -> Vec<Hidden> {
        let detached = groups.iter().all(|group| self.is_detached(group));
        let goes_along = |group: &str| {
            let shown = self.entries.iter().any(|entry| is_visible_in(entry, group));
            self.is_shared(group) || groups.contains(&group) || (!shown && !detached)
        };
        let entries = self.entries.iter().filter(|entry| entry.role == Role::Hidden && goes_along(&entry.node.group));
        entries
            .filter_map(|entry| {
                let input = entry.node.as_input()?;
                let value = input.value.as_ref().map(value_text);
                // A trait without a value is not the same as an empty one; fields of scripts wait for theirs.
                let is_trait = entry.name.split('.').next() == Some("traits");
                let value = if is_trait { value? } else { value.unwrap_or_default() };
                let trigger = input.onload_trigger.as_deref().filter(|name| button::is_trigger(name));
                let is_username = entry.name == IDENTIFIER && !value.is_empty();
                Some(Hidden { name: entry.name.to_owned(), value, is_username, trigger: trigger.map(ToOwned::to_owned) })
            })
            .collect()
    }

    fn buttons<'b>(&'b self, groups: &'b [&str]) -> impl Iterator<Item = &'b Entry<'a>> {
        self.entries.iter().filter(|entry| entry.role == Role::Button && groups.contains(&&*entry.node.group))
    }

    /// The button that a form is there for.
    fn chief<'s>(&'s self, groups: &'s [&str]) -> Option<&'s Entry<'a>> {
        let sends = |entry: &&Entry| {
            matches!(entry.name, "method" | "lookup_secret_confirm")
                && entry.node.as_input().is_some_and(|input| button::weight(entry.node, input) == Weight::Secondary)
        };
        let only = || {
            let mut plain = self
                .buttons(groups)
                .filter(|entry| entry.node.as_input().is_some_and(|input| button::weight(entry.node, input) == Weight::Secondary));
            let first = plain.next().filter(|entry| !self.sections && !self.is_detached(&entry.node.group));
            let elsewhere = |e: &Entry| e.role == Role::Field && !groups.contains(&&*e.node.group);
            first.filter(|_| plain.next().is_none() && !self.entries.iter().any(elsewhere))
        };
        self.buttons(groups)
            .filter(sends)
            .find(|entry| self.has(&entry.node.group, Role::Field))
            .or_else(|| self.buttons(groups).find(sends))
            .or_else(only)
    }
}

fn is_visible_in(entry: &Entry, group: &str) -> bool {
    &*entry.node.group == group && entry.role.is_visible()
}
