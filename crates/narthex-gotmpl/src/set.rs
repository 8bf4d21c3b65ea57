//! Templates that can be rendered, alone or with others that they call.
//! It never renders what has not been checked in full.
//! Next: `parse` and `html` check, `exec` renders.

use std::sync::Arc;

use crate::error::{ParseError, RenderError};
use crate::parse::Trees;
use crate::parse::tree::{Node, NodeKind};
use crate::value::Data;
use crate::{exec, fields, html, parse};

/// What a template makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Plain text: values are printed as they are (Go's `text/template`).
    Text,
    /// HTML: values are escaped for the place where they stand (Go's `html/template`).
    Html,
}

/// Templates that were parsed together and can call one another by name. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    trees: Arc<Trees>,
}

impl TemplateSet {
    /// Parses files, each a name and a text. A template is called by its file's name, or by the name that it is defined under;
    /// of two with the same name the later one counts, unless it is empty.
    ///
    /// # Errors
    /// The first fault: of syntax, an unknown function, or, in HTML, an action in a place where values cannot be made safe.
    pub fn parse<N: AsRef<str>, T: AsRef<str>>(files: impl IntoIterator<Item = (N, T)>, flavour: Flavour) -> Result<Self, ParseError> {
        let mut trees = Trees::new();
        let mut roots = Vec::new();
        for (name, text) in files {
            for (name, nodes) in parse::parse(name.as_ref(), text.as_ref())? {
                parse::add(&mut trees, &name, nodes);
            }
            roots.push(Arc::from(name.as_ref()));
        }
        for (name, nodes) in &trees {
            calls(nodes, &trees).map_err(|(line, message)| ParseError { template: name.to_string(), line, message })?;
        }
        if flavour == Flavour::Html {
            trees = html::escaped(&trees, &roots)?;
        }
        Ok(Self { trees: Arc::new(trees) })
    }

    /// Checks that the template of a name, and those that it hands its data on to, mention no fields of the data but these.
    ///
    /// # Errors
    /// The first field that is none of them.
    pub fn check_fields(&self, name: &str, fields: &[&str]) -> Result<(), ParseError> {
        fields::check(&self.trees, name, fields)
    }

    /// Renders the template of a name.
    ///
    /// # Errors
    /// A field that the data do not have, a function's failure, a template that is not defined, or a bound that is exceeded.
    pub fn render(&self, name: &str, data: &Data) -> Result<String, RenderError> {
        exec::render(&self.trees, name, &data.0)
    }
}

/// Checks that all templates that are called exist; the error has the line of the call.
fn calls(nodes: &[Node], trees: &Trees) -> Result<(), (usize, String)> {
    nodes.iter().try_for_each(|node| match &node.kind {
        NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => {
            calls(&branch.nodes, trees)?;
            calls(&branch.otherwise, trees)
        }
        NodeKind::Template(name, _) if !trees.contains_key(name) => Err((node.line, format!("template {name:?} not defined"))),
        _ => Ok(()),
    })
}

/// A single template.
#[derive(Clone, Debug)]
pub struct Template {
    name: Arc<str>,
    set: TemplateSet,
}

impl Template {
    /// Parses one text.
    ///
    /// # Errors
    /// As [`TemplateSet::parse`].
    pub fn parse(name: &str, text: &str, flavour: Flavour) -> Result<Self, ParseError> {
        Ok(Self { name: name.into(), set: TemplateSet::parse([(name, text)], flavour)? })
    }

    /// Renders it.
    ///
    /// # Errors
    /// As [`TemplateSet::render`].
    pub fn render(&self, data: &Data) -> Result<String, RenderError> {
        self.set.render(&self.name, data)
    }
}
