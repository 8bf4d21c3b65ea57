//! Reads what stands within an action: variables, commands, operands.
//! It never evaluates, but tells functions and variables that do not exist.
//! Next: `funcs` for the functions.

use std::sync::Arc;

use super::lex::Malformed;
use super::token::{Kind, Token};
use super::tree::{Command, Operand, Pipeline};
use super::{Parser, literal};
use crate::funcs;

impl Parser<'_> {
    /// Reads a pipeline and the token that ends it.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipeline, Malformed> {
        let line = self.peek_beyond_space().line;
        let (variables, assigns) = self.declarations(context)?;
        let mut commands = Vec::new();
        loop {
            let token = self.peek_beyond_space();
            if token.kind == end {
                self.next();
                break;
            }
            if !begins_operand(token.kind) {
                return self.malformed(format!("unexpected {token} in {context}"));
            }
            let command = self.command(context, end)?;
            if !commands.is_empty() && !is_callable(&command.head) {
                return self.malformed("only a function can take the result of a pipeline");
            }
            commands.push(command);
        }
        if commands.is_empty() {
            return self.malformed(format!("missing value for {context}"));
        }
        Ok(Pipeline { line, variables, assigns, commands })
    }

    /// `$x :=`, `$x =`, and in a range also `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Result<(Vec<Arc<str>>, bool), Malformed> {
        let start = self.at;
        let mut names: Vec<Arc<str>> = Vec::new();
        while self.peek_beyond_space().kind == Kind::Variable {
            names.push(self.next().text.into());
            let token = self.peek_beyond_space();
            match token.kind {
                Kind::Declare => {
                    self.next();
                    self.variables.extend(names.iter().cloned());
                    return Ok((names, false));
                }
                Kind::Assign => {
                    self.next();
                    for name in &names {
                        self.known(name, token.line)?;
                    }
                    return Ok((names, true));
                }
                Kind::Comma if context == "range" && names.len() == 1 => {
                    self.next();
                }
                Kind::Comma => return self.malformed(format!("too many variables in {context}")),
                _ => break,
            }
        }
        if names.len() > 1 {
            return self.malformed("a range can only initialize variables");
        }
        // Variables that are not declared are operands.
        self.at = start;
        Ok((Vec::new(), false))
    }

    fn known(&self, name: &str, line: usize) -> Result<(), Malformed> {
        if self.variables.iter().any(|variable| **variable == *name) {
            return Ok(());
        }
        Err(Malformed { line, message: format!("undefined variable {name:?}") })
    }

    /// An operand with its arguments, and the pipe after it.
    fn command(&mut self, context: &str, end: Kind) -> Result<Command, Malformed> {
        let head = self.operand()?;
        let mut arguments = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Space => {
                    let after = self.peek_beyond_space().kind;
                    if begins_operand(after) {
                        arguments.push(self.operand()?);
                    }
                }
                Kind::Pipe => {
                    self.next();
                    if !begins_operand(self.peek_beyond_space().kind) {
                        return self.malformed(format!("missing value for {context}"));
                    }
                    break;
                }
                kind if kind == end => break,
                _ => return self.malformed(format!("unexpected {token} in operand")),
            }
        }
        Ok(Command { head, arguments })
    }

    /// A term and the fields that follow it.
    fn operand(&mut self) -> Result<Operand, Malformed> {
        let line = self.peek().line;
        let term = self.term()?;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(field_name(&self.next()));
        }
        if fields.is_empty() {
            return Ok(term);
        }
        match term {
            Operand::Field(mut path) => {
                path.append(&mut fields);
                Ok(Operand::Field(path))
            }
            Operand::Variable(name, _) => Ok(Operand::Variable(name, fields)),
            Operand::Pipeline(pipeline, _) => Ok(Operand::Pipeline(pipeline, fields)),
            Operand::Function(function) => Ok(Operand::Chain(function, fields)),
            _ => Err(Malformed { line, message: "a constant or a dot has no fields".to_owned() }),
        }
    }

    fn term(&mut self) -> Result<Operand, Malformed> {
        let token = self.next_beyond_space();
        let line = token.line;
        let literal = |result: Result<Operand, String>| result.map_err(|message| Malformed { line, message });
        match token.kind {
            Kind::Dot => Ok(Operand::Dot),
            Kind::Field => Ok(Operand::Field(vec![field_name(&token)])),
            Kind::Number => literal(literal::number(token.text).map(Operand::Number)),
            Kind::Character => literal(literal::character(token.text).map(Operand::Number)),
            Kind::String => literal(literal::string(token.text).map(|text| Operand::Str(text.into()))),
            Kind::RawString => Ok(Operand::Str(literal::raw_string(token.text).into())),
            Kind::Variable => {
                self.known(token.text, line)?;
                Ok(Operand::Variable(token.text.into(), Vec::new()))
            }
            Kind::LeftParen => {
                let pipeline = self.deeper(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                Ok(Operand::Pipeline(Arc::new(pipeline), Vec::new()))
            }
            Kind::Word => match token.text {
                "true" => Ok(Operand::Bool(true)),
                "false" => Ok(Operand::Bool(false)),
                "nil" => Ok(Operand::Nil),
                name => match funcs::find(name) {
                    Some(function) => Ok(Operand::Function(function)),
                    None => Err(Malformed { line, message: format!("function {name:?} not defined") }),
                },
            },
            _ => Err(Malformed { line, message: format!("unexpected {token} in operand") }),
        }
    }
}

fn begins_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Dot
            | Kind::Field
            | Kind::Variable
            | Kind::Word
            | Kind::Number
            | Kind::Character
            | Kind::String
            | Kind::RawString
            | Kind::LeftParen
    )
}

/// Constants and the dot can only stand first in a pipeline.
fn is_callable(operand: &Operand) -> bool {
    !matches!(operand, Operand::Dot | Operand::Nil | Operand::Bool(_) | Operand::Number(_) | Operand::Str(_))
}

fn field_name(token: &Token<'_>) -> Arc<str> {
    token.text.trim_start_matches('.').into()
}
