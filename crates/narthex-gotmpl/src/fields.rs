//! Which fields of its data a template mentions: one that the data never have would fail every rendering that comes by.
//! It never looks into values: only the fields of the data themselves are known beforehand.
//! Next: `set.rs` asks.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::ParseError;
use crate::parse::Trees;
use crate::parse::tree::{Branch, Node, NodeKind, Operand, Pipeline};

/// Finds a field that is none of `known`, in this template or one that it calls with its data.
pub(crate) fn check(trees: &Trees, entry: &str, known: &[&str]) -> Result<(), ParseError> {
    Search { trees, known, seen: HashSet::new() }.template(entry)
}

struct Search<'t> {
    trees: &'t Trees,
    known: &'t [&'t str],
    seen: HashSet<Arc<str>>,
}

/// The template that is searched, and whether the dot stands for the data there. `$` always does.
#[derive(Clone, Copy)]
struct Place<'t> {
    template: &'t str,
    dot: bool,
}

impl<'t> Search<'t> {
    fn template(&mut self, name: &str) -> Result<(), ParseError> {
        let Some((name, nodes)) = self.trees.get_key_value(name) else { return Ok(()) };
        if !self.seen.insert(Arc::clone(name)) {
            return Ok(());
        }
        self.nodes(nodes, Place { template: name, dot: true })
    }

    fn nodes(&mut self, nodes: &'t [Node], place: Place<'t>) -> Result<(), ParseError> {
        for node in nodes {
            match &node.kind {
                NodeKind::Action(pipeline, _) => self.pipeline(pipeline, place)?,
                NodeKind::If(branch) => self.branch(branch, place, place.dot)?,
                NodeKind::With(branch) | NodeKind::Range(branch) => self.branch(branch, place, false)?,
                NodeKind::Template(name, Some(pipeline)) => {
                    self.pipeline(pipeline, place)?;
                    if passes_on(pipeline, place) {
                        self.template(name)?;
                    }
                }
                NodeKind::Template(_, None) | NodeKind::Text(_) | NodeKind::Break | NodeKind::Continue => {}
            }
        }
        Ok(())
    }

    fn branch(&mut self, branch: &'t Branch, place: Place<'t>, dot: bool) -> Result<(), ParseError> {
        self.pipeline(&branch.pipeline, place)?;
        self.nodes(&branch.nodes, Place { dot, ..place })?;
        self.nodes(&branch.otherwise, place)
    }

    fn pipeline(&self, pipeline: &Pipeline, place: Place<'_>) -> Result<(), ParseError> {
        for operand in pipeline.commands.iter().flat_map(|command| std::iter::once(&command.head).chain(&command.arguments)) {
            let path = match operand {
                Operand::Field(path) if place.dot => path,
                Operand::Variable(name, path) if &**name == "$" => path,
                Operand::Pipeline(inner, _) => {
                    self.pipeline(inner, place)?;
                    continue;
                }
                _ => continue,
            };
            if let Some(field) = path.first().filter(|field| !self.known.contains(&&***field)) {
                let (template, line) = (place.template.to_owned(), pipeline.line);
                return Err(ParseError { template, line, message: format!("there is no field .{field}") });
            }
        }
        Ok(())
    }
}

/// Whether a call hands on the data as they are.
fn passes_on(pipeline: &Pipeline, place: Place<'_>) -> bool {
    let [command] = pipeline.commands.as_slice() else { return false };
    match &command.head {
        Operand::Dot => place.dot && command.arguments.is_empty(),
        Operand::Variable(name, path) => &**name == "$" && path.is_empty() && command.arguments.is_empty(),
        _ => false,
    }
}
