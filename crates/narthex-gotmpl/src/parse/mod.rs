//! Reads templates into trees: text, actions, branches, definitions.
//! It never evaluates; names of functions and variables are checked here.
//! Next: `pipeline` for what stands within actions, `html` and `exec` for what happens to trees.

mod lex;
mod literal;
mod pipeline;
mod token;
pub(crate) mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::ParseError;
use lex::Malformed;
use token::{Kind, Token};
use tree::{Branch, Node, NodeKind, Nodes};

/// Deepest nesting of branches and parentheses.
const MAX_DEPTH: usize = 100;

/// The templates of one text by name: the text itself under its own, and those that it defines.
pub(crate) type Trees = BTreeMap<Arc<str>, Nodes>;

/// Parses one text.
pub(crate) fn parse(name: &str, text: &str) -> Result<Trees, ParseError> {
    let parsed = lex::tokens(text).and_then(|tokens| {
        let mut parser = Parser::new(tokens);
        let root = parser.root()?;
        add(&mut parser.definitions, name, root);
        Ok(parser.definitions)
    });
    parsed.map_err(|Malformed { line, message }| ParseError { template: name.to_owned(), line, message })
}

/// A later definition replaces an earlier one, unless it is empty.
pub(crate) fn add(trees: &mut Trees, name: &str, nodes: Nodes) {
    if !trees.contains_key(name) || !is_empty(&nodes) {
        trees.insert(name.into(), nodes);
    }
}

/// Whether a template has nothing but white space.
pub(crate) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| matches!(&node.kind, NodeKind::Text(text) if text.trim().is_empty()))
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    /// Variables in scope, innermost last.
    variables: Vec<Arc<str>>,
    /// Loops around the current node.
    loops: usize,
    depth: usize,
    definitions: Trees,
}

/// How a list of nodes ended.
enum Ending {
    End,
    Else,
}

#[derive(Clone, Copy, PartialEq)]
enum Control {
    If,
    With,
    Range,
}

impl<'t> Parser<'t> {
    fn new(tokens: Vec<Token<'t>>) -> Self {
        Self { tokens, at: 0, variables: vec!["$".into()], loops: 0, depth: 0, definitions: Trees::new() }
    }

    /// The next token; the last one is never passed.
    fn peek(&self) -> Token<'t> {
        let end = Token { kind: Kind::End, text: "", line: 1 };
        self.tokens.get(self.at).or(self.tokens.last()).cloned().unwrap_or(end)
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    fn peek_beyond_space(&mut self) -> Token<'t> {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
        self.peek()
    }

    fn next_beyond_space(&mut self) -> Token<'t> {
        self.peek_beyond_space();
        self.next()
    }

    fn malformed<T>(&self, message: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed { line: self.peek().line, message: message.into() })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        if self.depth >= MAX_DEPTH {
            return self.malformed("the template nests too deeply");
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The nodes of the text itself; only here may templates be defined.
    fn root(&mut self) -> Result<Nodes, Malformed> {
        let mut nodes = Nodes::new();
        loop {
            let token = self.peek();
            if token.kind == Kind::End {
                return Ok(nodes);
            }
            let start = self.at;
            if token.kind == Kind::LeftDelim {
                self.next();
                let word = self.next_beyond_space();
                if word.kind == Kind::Word && word.text == "define" {
                    self.definition()?;
                    continue;
                }
                self.at = start;
            }
            match self.node()? {
                Ok(node) => nodes.push(node),
                Err(Ending::End) => return self.malformed("unexpected {{end}}"),
                Err(Ending::Else) => return self.malformed("unexpected {{else}}"),
            }
        }
    }

    /// `{{define "name"}} nodes {{end}}`, after the word.
    fn definition(&mut self) -> Result<(), Malformed> {
        let name = self.template_name("define")?;
        self.right_delim("define")?;
        let nodes = self.body(&name)?;
        add(&mut self.definitions, &name, nodes);
        Ok(())
    }

    /// The nodes of a definition: neither variables nor loops of its surroundings reach into it.
    fn body(&mut self, name: &str) -> Result<Nodes, Malformed> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let loops = std::mem::take(&mut self.loops);
        let (nodes, ending) = self.deeper(Self::nodes)?;
        if matches!(ending, Ending::Else) {
            return self.malformed(format!("unexpected {{{{else}}}} in the definition of {name:?}"));
        }
        (self.variables, self.loops) = (variables, loops);
        Ok(nodes)
    }

    fn nodes(&mut self) -> Result<(Nodes, Ending), Malformed> {
        let mut nodes = Nodes::new();
        loop {
            if self.peek().kind == Kind::End {
                return self.malformed("an action is not ended: {{end}} is missing");
            }
            match self.node()? {
                Ok(node) => nodes.push(node),
                Err(ending) => return Ok((nodes, ending)),
            }
        }
    }

    /// A node, or the end of the list that it would have belonged to.
    fn node(&mut self) -> Result<Result<Node, Ending>, Malformed> {
        let token = self.next();
        let line = token.line;
        if token.kind == Kind::Text {
            return Ok(Ok(Node { line, kind: NodeKind::Text(token.text.into()) }));
        }
        let word = self.peek_beyond_space();
        let start = self.at;
        let keyword = if word.kind == Kind::Word { word.text } else { "" };
        self.next();
        let kind = match keyword {
            "if" => NodeKind::If(self.branch(Control::If)?),
            "with" => NodeKind::With(self.branch(Control::With)?),
            "range" => NodeKind::Range(self.branch(Control::Range)?),
            "block" => self.block()?,
            "template" => self.call()?,
            "break" => self.jump("break", NodeKind::Break)?,
            "continue" => self.jump("continue", NodeKind::Continue)?,
            "define" => {
                return self.malformed("{{define}} must stand outside of all other actions");
            }
            "end" => {
                self.right_delim("end")?;
                return Ok(Err(Ending::End));
            }
            "else" => return Ok(Err(Ending::Else)),
            _ => {
                self.at = start;
                NodeKind::Action(Arc::new(self.pipeline("action", Kind::RightDelim)?), Vec::new())
            }
        };
        Ok(Ok(Node { line, kind }))
    }

    fn branch(&mut self, control: Control) -> Result<Branch, Malformed> {
        let scope = self.variables.len();
        let context = match control {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        };
        let pipeline = Arc::new(self.pipeline(context, Kind::RightDelim)?);
        self.loops += usize::from(control == Control::Range);
        let (nodes, ending) = self.deeper(Self::nodes)?;
        self.loops -= usize::from(control == Control::Range);
        let otherwise = match ending {
            Ending::End => Nodes::new(),
            Ending::Else => self.otherwise(control)?,
        };
        self.variables.truncate(scope);
        Ok(Branch { pipeline, nodes, otherwise })
    }

    /// What follows `{{else`: nodes, or a branch of its own that the same `{{end}}` ends.
    fn otherwise(&mut self, control: Control) -> Result<Nodes, Malformed> {
        let word = self.peek_beyond_space();
        let line = word.line;
        let chained = match (control, word.text) {
            (Control::If, "if") => Some(Control::If),
            (Control::With, "with") => Some(Control::With),
            _ => None,
        };
        if let (Some(control), Kind::Word) = (chained, word.kind) {
            self.next();
            let branch = self.deeper(|parser| parser.branch(control))?;
            let kind = if control == Control::If { NodeKind::If(branch) } else { NodeKind::With(branch) };
            return Ok(vec![Node { line, kind }]);
        }
        self.right_delim("else")?;
        let (nodes, ending) = self.deeper(Self::nodes)?;
        if matches!(ending, Ending::Else) {
            return self.malformed("expected {{end}}, found {{else}}");
        }
        Ok(nodes)
    }

    /// `{{block "name" pipeline}} nodes {{end}}`: a definition and its use.
    fn block(&mut self) -> Result<NodeKind, Malformed> {
        let name = self.template_name("block")?;
        let pipeline = Arc::new(self.pipeline("block", Kind::RightDelim)?);
        let nodes = self.body(&name)?;
        add(&mut self.definitions, &name, nodes);
        Ok(NodeKind::Template(name, Some(pipeline)))
    }

    fn call(&mut self) -> Result<NodeKind, Malformed> {
        let name = self.template_name("template")?;
        if self.peek_beyond_space().kind == Kind::RightDelim {
            self.next();
            return Ok(NodeKind::Template(name, None));
        }
        let pipeline = self.pipeline("template", Kind::RightDelim)?;
        Ok(NodeKind::Template(name, Some(Arc::new(pipeline))))
    }

    fn jump(&mut self, word: &str, kind: NodeKind) -> Result<NodeKind, Malformed> {
        if self.loops == 0 {
            return self.malformed(format!("{{{{{word}}}}} outside of {{{{range}}}}"));
        }
        self.right_delim(word)?;
        Ok(kind)
    }

    fn template_name(&mut self, context: &str) -> Result<Arc<str>, Malformed> {
        let token = self.next_beyond_space();
        let name = match token.kind {
            Kind::String => literal::string(token.text),
            Kind::RawString => Ok(literal::raw_string(token.text)),
            _ => Err(format!("unexpected {token} after {context}, a name in quotes is needed")),
        };
        name.map(Arc::from).map_err(|message| Malformed { line: token.line, message })
    }

    fn right_delim(&mut self, context: &str) -> Result<(), Malformed> {
        let token = self.next_beyond_space();
        if token.kind == Kind::RightDelim {
            return Ok(());
        }
        Err(Malformed { line: token.line, message: format!("unexpected {token} in {context}") })
    }
}

#[cfg(test)]
mod tests;
