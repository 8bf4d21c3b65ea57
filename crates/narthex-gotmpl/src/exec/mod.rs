//! Walks a tree with data and writes the text.
//! It never runs without end: each step is paid for, and nesting is bounded.
//! Next: `eval` for pipelines, `budget` for the bounds.

pub(crate) mod budget;
mod eval;

use std::sync::Arc;

use crate::error::{Fault, RenderError};
use crate::html::Escaper;
use crate::parse::Trees;
use crate::parse::tree::{Branch, Node, NodeKind};
use crate::print;
use crate::value::Value;
use budget::{Budget, MAX_TEXT};

/// Deepest nesting of branches and template calls.
const MAX_DEPTH: usize = 200;

/// Renders the template `name` of `trees`.
pub(crate) fn render(trees: &Trees, name: &str, data: &Value) -> Result<String, RenderError> {
    let mut renderer =
        Renderer { trees, output: String::new(), budget: Budget::new(), variables: Vec::new(), depth: 0, template: name.into(), line: 1 };
    let result = renderer.template(name, data);
    match result {
        Ok(()) => Ok(renderer.output),
        Err(Fault(message)) => Err(RenderError {
            template: visible_name(&renderer.template).to_owned(),
            line: renderer.line,
            message,
            is_boundless: renderer.budget.is_exceeded(),
        }),
    }
}

/// The name that an operator gave, without what `html` adds for other contexts.
fn visible_name(name: &str) -> &str {
    name.split(crate::html::CONTEXT_MARK).next().unwrap_or(name)
}

struct Renderer<'t> {
    trees: &'t Trees,
    output: String,
    budget: Budget,
    /// Variables of the current template, innermost last.
    variables: Vec<(Arc<str>, Value)>,
    depth: usize,
    template: Arc<str>,
    line: usize,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl Renderer<'_> {
    fn template(&mut self, name: &str, data: &Value) -> Result<(), Fault> {
        let Some((name, nodes)) = self.trees.get_key_value(name) else {
            return Err(Fault::new(format!("template {:?} not defined", visible_name(name))));
        };
        let outer = (
            std::mem::replace(&mut self.variables, vec![("$".into(), data.clone())]),
            std::mem::replace(&mut self.template, Arc::clone(name)),
        );
        self.walk(nodes, data)?;
        (self.variables, self.template) = outer;
        Ok(())
    }

    fn walk(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(self.budget.exceed("templates and branches nest too deeply"));
        }
        self.depth += 1;
        for node in nodes {
            let flow = self.node(node, dot)?;
            if flow != Flow::Next {
                self.depth -= 1;
                return Ok(flow);
            }
        }
        self.depth -= 1;
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<Flow, Fault> {
        self.line = node.line;
        self.budget.spend(1)?;
        match &node.kind {
            NodeKind::Text(text) => self.write(text)?,
            NodeKind::Action(pipeline, escapers) => {
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables.is_empty() {
                    self.print(&value, escapers)?;
                }
            }
            NodeKind::If(branch) => return self.choose(branch, dot, false),
            NodeKind::With(branch) => return self.choose(branch, dot, true),
            NodeKind::Range(branch) => return self.range(branch, dot),
            NodeKind::Template(name, pipeline) => {
                let data = match pipeline {
                    Some(pipeline) => self.pipeline(pipeline, dot)?,
                    None => Value::Missing,
                };
                self.template(name, &data)?;
            }
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn choose(&mut self, branch: &Branch, dot: &Value, binds: bool) -> Result<Flow, Fault> {
        let scope = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        let flow =
            if value.truth() { self.walk(&branch.nodes, if binds { &value } else { dot }) } else { self.walk(&branch.otherwise, dot) }?;
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn range(&mut self, branch: &Branch, dot: &Value) -> Result<Flow, Fault> {
        let scope = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        let inner = self.variables.len();
        let flow = match &value {
            Value::List(list) if !list.items().is_empty() => {
                let items = list.items().iter().zip(0_i64..);
                self.each(branch, inner, items.map(|(item, index)| (Value::Int(index), item.clone())))
            }
            Value::Map(map) if !map.entries().is_empty() => {
                let entries = map.entries().iter();
                self.each(branch, inner, entries.map(|(key, value)| (Value::str(Arc::clone(key)), value.clone())))
            }
            Value::Int(_) if branch.pipeline.variables.len() > 1 => Err(Fault::new("a number can be iterated over with one variable only")),
            Value::Int(count) if *count > 0 => self.each(branch, inner, (0..*count).map(|number| (Value::Missing, Value::Int(number)))),
            Value::List(_) | Value::Map(_) | Value::Int(_) | Value::Missing | Value::Nil => self.walk(&branch.otherwise, dot),
            other => Err(Fault::new(format!("range can't iterate over a {}", other.type_name()))),
        }?;
        self.variables.truncate(scope);
        Ok(flow)
    }

    /// Walks the branch once for each key and value; a loop that is left counts as ended.
    fn each(&mut self, branch: &Branch, inner: usize, items: impl Iterator<Item = (Value, Value)>) -> Result<Flow, Fault> {
        for (key, item) in items {
            match (branch.pipeline.variables.as_slice(), branch.pipeline.assigns) {
                ([], _) => {}
                ([only], true) => self.set_variable(only, item.clone())?,
                ([index, element, ..], true) => {
                    self.set_variable(index, key)?;
                    self.set_variable(element, item.clone())?;
                }
                ([_], false) => self.set_slot(inner, 1, item.clone()),
                ([..], false) => {
                    self.set_slot(inner, 2, key);
                    self.set_slot(inner, 1, item.clone());
                }
            }
            self.budget.spend(1)?;
            let flow = self.walk(&branch.nodes, &item)?;
            self.variables.truncate(inner);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    /// Sets the variable that stands `below` the top of the first `inner` ones.
    fn set_slot(&mut self, inner: usize, below: usize, value: Value) {
        if let Some((_, slot)) = inner.checked_sub(below).and_then(|at| self.variables.get_mut(at)) {
            *slot = value;
        }
    }

    fn set_variable(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        let slot = self.variables.iter_mut().rev().find(|(variable, _)| **variable == *name);
        let (_, slot) = slot.ok_or_else(|| Fault::new(format!("undefined variable: {name}")))?;
        *slot = value;
        Ok(())
    }

    fn print(&mut self, value: &Value, escapers: &[Escaper]) -> Result<(), Fault> {
        if escapers.is_empty() {
            let text = match value {
                Value::Str(text) => return self.write(text),
                Value::Missing | Value::Nil => "<no value>".to_owned(),
                other => print::sprint(std::slice::from_ref(other), &self.budget)?,
            };
            return self.write(&text);
        }
        let mut escaped = value.clone();
        for escaper in escapers {
            escaped = Value::str(escaper.apply(&escaped, &self.budget)?);
        }
        match escaped {
            Value::Str(text) => self.write(&text),
            _ => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Fault> {
        self.budget.spend(text.len())?;
        if self.output.len() + text.len() > MAX_TEXT {
            return Err(self.budget.exceed("the text becomes too long"));
        }
        self.output.push_str(text);
        Ok(())
    }
}
