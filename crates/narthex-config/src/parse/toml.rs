//! TOML 1.0.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SyntaxError;
use crate::tree::{Map, Member, Node, Origin, Value};

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let lines = Lines::of(text);
    match DeTable::parse(text) {
        Ok(table) => Ok(Node::new(lines.origin(&table.span()), Value::Map(members(table.get_ref(), &lines)))),
        Err(error) => {
            let at = error.span().map(|span| lines.origin(&span)).unwrap_or_default();
            Err(SyntaxError { line: at.line, column: at.column, message: error.message().to_owned() })
        }
    }
}

fn members(table: &DeTable<'_>, lines: &Lines) -> Map {
    table
        .iter()
        .map(|(name, value)| (name.get_ref().to_string(), Member { name_at: lines.origin(&name.span()), node: node(value, lines) }))
        .collect()
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines) -> Node {
    let at = lines.origin(&value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map_or(Value::Float(f64::MAX), Value::Int),
        DeValue::Float(f) => Value::Float(f.as_str().parse().unwrap_or(f64::MAX)),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, lines)).collect()),
        DeValue::Table(table) => Value::Map(members(table, lines)),
    };
    Node::new(at, value)
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn origin(&self, span: &Range<usize>) -> Origin {
        let line = self.0.partition_point(|begin| *begin <= span.start);
        let begin = line.checked_sub(1).and_then(|index| self.0.get(index)).copied().unwrap_or(0);
        let count = |n: usize| u64::try_from(n).unwrap_or(0);
        Origin { line: count(line), column: count(span.start - begin + 1), ..Origin::default() }
    }
}
