//! Applies a compiled schema to a value: all violations, leaf by leaf, and the extensions that apply to it.
//! A wrong type hides what else is wrong with a value; a failed combinator tells what failed in its branches.
//! Never here: what an extension means, see `extension.rs`. Next: `rules.rs`, the rules for each type of value.

use narthex_api::message::Message;
use serde_json::Value;

use super::number::equal;
use super::{Arena, Node, NodeId, Type};
use crate::extension::Extension;
use crate::format::Format;
use crate::message::{self, Violation};

/// Subschemas applied in one validation, after which a value counts as too large.
const MAX_STEPS: usize = 4_000_000;
/// Subschemas applied inside each other; bounds the stack.
const MAX_NESTING: usize = 512;
/// Violations told of one value.
const MAX_VIOLATIONS: usize = 1000;

/// What validation found.
pub(crate) struct Outcome<'v> {
    pub(crate) violations: Vec<Violation>,
    pub(crate) hits: Vec<Hit<'v>>,
}

/// A value that an extension applies to.
pub(crate) struct Hit<'v> {
    pub(crate) extension: &'v Extension,
    pub(crate) value: &'v Value,
    pub(crate) path: Vec<String>,
}

/// Validates a value against the whole schema.
pub(crate) fn validate<'v>(arena: &'v Arena, value: &'v Value) -> Outcome<'v> {
    let mut run = Run::new(arena);
    run.check(Arena::ROOT, value, &Path::Root);
    if run.exhausted {
        let message = message::generic("This is too large or nested too deeply to be checked.");
        return Outcome { violations: vec![Violation::new(Vec::new(), message)], hits: Vec::new() };
    }
    Outcome { violations: run.violations, hits: run.hits }
}

/// The way to a value, from inside out.
pub(super) enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    pub(super) fn steps(&self) -> Vec<String> {
        match self {
            Self::Root => Vec::new(),
            Self::Member(parent, name) => extended(parent.steps(), (*name).to_owned()),
            Self::Item(parent, index) => extended(parent.steps(), index.to_string()),
        }
    }
}

fn extended(mut steps: Vec<String>, step: String) -> Vec<String> {
    steps.push(step);
    steps
}

pub(super) struct Run<'v> {
    pub(super) arena: &'v Arena,
    violations: Vec<Violation>,
    hits: Vec<Hit<'v>>,
    /// Violations that stand, told or not.
    failures: usize,
    steps: usize,
    nesting: usize,
    exhausted: bool,
}

/// A state to go back to when a branch does not count.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    violations: usize,
    hits: usize,
    failures: usize,
}

impl<'v> Run<'v> {
    pub(super) fn new(arena: &'v Arena) -> Self {
        Self { arena, violations: Vec::new(), hits: Vec::new(), failures: 0, steps: 0, nesting: 0, exhausted: false }
    }

    pub(super) fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    /// Applies a subschema; true if the value satisfies it.
    pub(super) fn check(&mut self, id: NodeId, value: &'v Value, path: &Path<'_>) -> bool {
        self.steps += 1;
        self.exhausted |= self.steps > MAX_STEPS || self.nesting >= MAX_NESTING;
        if self.exhausted {
            return false;
        }
        let before = self.failures;
        self.nesting += 1;
        self.apply(self.arena.get(id), value, path);
        self.nesting -= 1;
        self.failures == before
    }

    fn apply(&mut self, node: &'v Node, value: &'v Value, path: &Path<'_>) {
        if let Some(always) = node.always {
            if !always {
                self.report(path, message::generic("Nothing is accepted here."));
            }
            return;
        }
        if let Some(reference) = node.reference {
            self.check(reference, value, path);
            return;
        }
        if !node.types.is_empty() && !node.types.iter().any(|kind| kind.admits(value)) {
            let allowed: Vec<_> = node.types.iter().map(|kind| kind.name()).collect();
            self.report(path, message::wrong_type(&allowed, Type::of(value).name()));
            return;
        }
        self.check_value(node, value, path);
        self.combine(node, value, path);
        match value {
            Value::Object(members) => self.check_object(&node.object, value, members, path),
            Value::Array(items) => self.check_array(&node.array, items, path),
            Value::String(text) => self.check_string(&node.string, text, path),
            Value::Number(number) => self.check_number(&node.number, number, path),
            Value::Null | Value::Bool(_) => {}
        }
        if let Some(extension) = &node.extension {
            self.hits.push(Hit { extension, value, path: path.steps() });
        }
    }

    fn check_value(&mut self, node: &Node, value: &Value, path: &Path<'_>) {
        if let Some(constant) = &node.constant
            && !equal(constant, value)
        {
            self.report(path, message::constant(constant));
        }
        if !node.choices.is_empty() && !node.choices.iter().any(|choice| equal(choice, value)) {
            self.report(path, message::generic("This is not one of the values to choose from."));
        }
        if let Some(format) = node.format
            && let Some(message) = format_mistake(format, &node.annotations.format, value)
        {
            self.report(path, message);
        }
    }

    fn combine(&mut self, node: &'v Node, value: &'v Value, path: &Path<'_>) {
        if let Some(not) = node.not {
            let mark = self.mark();
            let matches = self.check(not, value, path);
            self.rewind(mark);
            if matches {
                self.report(path, message::generic("This is what is not accepted here."));
            }
        }
        for id in &node.all_of {
            self.check(*id, value, path);
        }
        if !node.any_of.is_empty() {
            self.check_any_of(&node.any_of, value, path);
        }
        if !node.one_of.is_empty() {
            self.check_one_of(&node.one_of, value, path);
        }
        if let Some(condition) = node.condition {
            let mark = self.mark();
            let branch = if self.check(condition.test, value, path) {
                condition.then
            } else {
                self.rewind(mark);
                condition.otherwise
            };
            if let Some(branch) = branch {
                self.check(branch, value, path);
            }
        }
    }

    /// The first branch that matches counts; if none does, what failed in each is told.
    fn check_any_of(&mut self, branches: &[NodeId], value: &'v Value, path: &Path<'_>) {
        let start = self.mark();
        for id in branches {
            let mark = self.mark();
            if self.check(*id, value, path) {
                self.forgive(start, mark);
                return;
            }
        }
    }

    fn check_one_of(&mut self, branches: &[NodeId], value: &'v Value, path: &Path<'_>) {
        let start = self.mark();
        let mut matched = false;
        for id in branches {
            let mark = self.mark();
            if !self.check(*id, value, path) {
                if matched {
                    self.rewind(mark);
                }
            } else if matched {
                self.rewind(start);
                self.report(path, message::generic("This fits more than one of the alternatives."));
                return;
            } else {
                self.forgive(start, mark);
                matched = true;
            }
        }
    }

    pub(super) fn report(&mut self, path: &Path<'_>, message: Message) {
        self.report_at(path.steps(), message);
    }

    pub(super) fn report_at(&mut self, path: Vec<String>, message: Message) {
        self.failures += 1;
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation::new(path, message));
        }
    }

    /// Whether further violations would be told.
    pub(super) fn has_room(&self) -> bool {
        self.violations.len() < MAX_VIOLATIONS
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { violations: self.violations.len(), hits: self.hits.len(), failures: self.failures }
    }

    /// Forgets everything found since the mark.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.violations.truncate(mark.violations);
        self.hits.truncate(mark.hits);
        self.failures = mark.failures;
    }

    /// Forgets what was found from `start` up to `matched`, where a branch began that matches.
    pub(super) fn forgive(&mut self, start: Mark, matched: Mark) {
        self.violations.truncate(start.violations);
        self.hits.drain(start.hits..matched.hits);
        self.failures = start.failures;
    }
}

/// What to say of a value that does not have a format. Only text can have one; a loose e-mail address does not mind.
fn format_mistake(format: Format, name: &str, value: &Value) -> Option<Message> {
    let text = match value {
        Value::String(text) if format.admits(text) => return None,
        Value::String(text) => text.clone(),
        _ if format == Format::EmailLoose => return None,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    Some(match format {
        Format::Email | Format::EmailLoose if !text.is_empty() => message::email(&text),
        Format::Tel if !text.is_empty() => message::phone(&text),
        _ => message::generic(format!("This is not a valid {name}.")),
    })
}
