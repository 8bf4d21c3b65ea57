//! Walks the trees of templates along with the document that they make, and gives each action its escapers.
//! It never changes what an action computes, only how it is printed.
//! Next: `text` for text, `action` for actions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::context::{Context, State};
use super::{action, text};
use crate::error::ParseError;
use crate::parse::Trees;
use crate::parse::tree::{Branch, Node, NodeKind, Nodes};

/// Stands between a template's name and the context that a copy of it is made for.
pub(crate) const CONTEXT_MARK: &str = "$htmltemplate_";

/// Nodes that are looked at, copies for other contexts and repetitions of loops included.
const MAX_NODES: usize = 200_000;

/// Deepest nesting of branches and template calls.
const MAX_DEPTH: usize = 200;

/// The trees that print the templates `roots` safely. Templates that they call in other contexts than text are added as copies.
pub(crate) fn escaped(trees: &Trees, roots: &[Arc<str>]) -> Result<Trees, ParseError> {
    let mut analyzer = Analyzer {
        trees,
        escaped: Trees::new(),
        outcomes: BTreeMap::new(),
        called: BTreeSet::new(),
        loops: Vec::new(),
        template: Arc::from(""),
        line: 1,
        left: MAX_NODES,
        depth: 0,
    };
    for root in roots {
        analyzer.root(root).map_err(|Refusal(message)| ParseError {
            template: analyzer.template.to_string(),
            line: analyzer.line,
            message,
        })?;
    }
    Ok(analyzer.escaped)
}

struct Refusal(String);

fn refused<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(message.into()))
}

struct Analyzer<'t> {
    trees: &'t Trees,
    escaped: Trees,
    /// The contexts in which templates end, by their names for the contexts in which they begin.
    outcomes: BTreeMap<Arc<str>, Context>,
    called: BTreeSet<Arc<str>>,
    /// Contexts at the `break` and `continue` actions of the loops around.
    loops: Vec<Vec<Context>>,
    template: Arc<str>,
    line: usize,
    left: usize,
    depth: usize,
}

impl Analyzer<'_> {
    fn root(&mut self, name: &Arc<str>) -> Result<(), Refusal> {
        self.template = Arc::clone(name);
        let (end, _) = self.template(Context::default(), name)?;
        if end.state == State::Text { Ok(()) } else { refused(format!("the template ends in {}", end.name())) }
    }

    /// The context in which a template ends that begins in `context`, and the name of its copy for that.
    fn template(&mut self, context: Context, name: &Arc<str>) -> Result<(Context, Arc<str>), Refusal> {
        let copy: Arc<str> =
            if context == Context::default() { Arc::clone(name) } else { format!("{name}{CONTEXT_MARK}{context:?}").into() };
        self.called.insert(Arc::clone(&copy));
        if let Some(end) = self.outcomes.get(&copy) {
            return Ok((*end, copy));
        }
        let Some(nodes) = self.trees.get(name) else {
            return refused(format!("template {name:?} not defined"));
        };
        let place = (std::mem::replace(&mut self.template, Arc::clone(name)), self.line);
        let loops = std::mem::take(&mut self.loops);
        // A template that calls itself must end as it is assumed to: first as it began, then as that led to.
        let mut assumed = context;
        for _ in 0..2 {
            let known = self.outcomes.clone();
            self.called.remove(&copy);
            self.outcomes.insert(Arc::clone(&copy), assumed);
            let (end, nodes) = self.list(context, nodes)?;
            if end == assumed || !self.called.contains(&copy) {
                self.outcomes.insert(Arc::clone(&copy), end);
                self.escaped.insert(Arc::clone(&copy), nodes);
                (self.template, self.line) = place;
                self.loops = loops;
                return Ok((end, copy));
            }
            self.outcomes = known;
            assumed = end;
        }
        refused(format!("the context in which template {name:?} ends cannot be told"))
    }

    fn list(&mut self, context: Context, nodes: &[Node]) -> Result<(Context, Nodes), Refusal> {
        if self.depth >= MAX_DEPTH {
            return refused("templates and branches nest too deeply");
        }
        self.depth += 1;
        let mut context = context;
        let mut escaped = Nodes::with_capacity(nodes.len());
        for node in nodes {
            self.line = node.line;
            self.left = self.left.checked_sub(1).ok_or_else(|| Refusal("the template is too complex".to_owned()))?;
            let (next, kind) = self.node(context, &node.kind)?;
            escaped.push(Node { line: node.line, kind });
            context = next;
            if context.state == State::Dead {
                break;
            }
        }
        self.depth -= 1;
        Ok((context, escaped))
    }

    fn node(&mut self, context: Context, kind: &NodeKind) -> Result<(Context, NodeKind), Refusal> {
        Ok(match kind {
            NodeKind::Text(words) => {
                let (end, text) = text::text_node(context, words).map_err(Refusal)?;
                (end, NodeKind::Text(text.into()))
            }
            NodeKind::Action(pipeline, _) => action::action(context, pipeline).map_err(Refusal)?,
            NodeKind::If(branch) => {
                let (end, branch) = self.branch(context, branch, "if")?;
                (end, NodeKind::If(branch))
            }
            NodeKind::With(branch) => {
                let (end, branch) = self.branch(context, branch, "with")?;
                (end, NodeKind::With(branch))
            }
            NodeKind::Range(branch) => {
                let (end, branch) = self.range(context, branch)?;
                (end, NodeKind::Range(branch))
            }
            NodeKind::Template(name, pipeline) => {
                let (end, name) = self.template(context, name)?;
                (end, NodeKind::Template(name, pipeline.clone()))
            }
            NodeKind::Break | NodeKind::Continue => {
                if let Some(ends) = self.loops.last_mut() {
                    ends.push(context);
                }
                (Context { state: State::Dead, ..Context::default() }, kind.clone())
            }
        })
    }

    fn branch(&mut self, context: Context, branch: &Branch, word: &str) -> Result<(Context, Branch), Refusal> {
        let line = self.line;
        let (end, nodes) = self.list(context, &branch.nodes)?;
        let (other_end, otherwise) = self.list(context, &branch.otherwise)?;
        self.line = line;
        let end = joined(end, other_end, word)?;
        Ok((end, Branch { pipeline: Arc::clone(&branch.pipeline), nodes, otherwise }))
    }

    /// The body may run again: it must end where it can begin.
    fn range(&mut self, context: Context, branch: &Branch) -> Result<(Context, Branch), Refusal> {
        let line = self.line;
        let (mut end, nodes) = self.loop_body(context, branch)?;
        if end != context {
            let (again, _) = self.loop_body(end, branch)?;
            self.line = line;
            end = joined(end, again, "range")?;
        }
        let (other_end, otherwise) = self.list(context, &branch.otherwise)?;
        self.line = line;
        let end = joined(end, other_end, "range")?;
        Ok((end, Branch { pipeline: Arc::clone(&branch.pipeline), nodes, otherwise }))
    }

    fn loop_body(&mut self, context: Context, branch: &Branch) -> Result<(Context, Nodes), Refusal> {
        self.loops.push(Vec::new());
        let (mut end, nodes) = self.list(context, &branch.nodes)?;
        for left in self.loops.pop().unwrap_or_default() {
            end = joined(end, left, "range")?;
        }
        Ok((end, nodes))
    }
}

fn joined(a: Context, b: Context, word: &str) -> Result<Context, Refusal> {
    let parted = || Refusal(format!("the branches of {{{{{word}}}}} end in different contexts: {} and {}", a.name(), b.name()));
    a.joined(b).ok_or_else(parted)
}
