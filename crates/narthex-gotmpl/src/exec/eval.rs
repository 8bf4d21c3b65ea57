//! Evaluates pipelines: operands, fields, function calls.
//! It never writes to the output.
//! Next: `funcs` for what functions do.

use std::sync::Arc;

use super::Renderer;
use crate::error::Fault;
use crate::funcs::{Call, Function, Style, Type};
use crate::parse::tree::{Command, Number, Operand, Pipeline};
use crate::value::Value;

impl Renderer<'_> {
    /// The value of a pipeline; its variables stay until the end of the branch.
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Fault> {
        self.line = pipeline.line;
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(command, dot, value)?.unwrapped());
        }
        let value = value.unwrap_or(Value::Missing);
        for name in &pipeline.variables {
            if pipeline.assigns {
                self.set_variable(name, value.clone())?;
            } else {
                self.variables.push((Arc::clone(name), value.clone()));
            }
        }
        Ok(value)
    }

    /// `last` is the result of the command before: the last argument of this one.
    fn command(&mut self, command: &Command, dot: &Value, last: Option<Value>) -> Result<Value, Fault> {
        self.budget.spend(1)?;
        if let Operand::Function(function) = &command.head {
            return self.call(function, &command.arguments, dot, last);
        }
        if !command.arguments.is_empty() || last.is_some() {
            return Err(Fault::new("only a function can be given arguments"));
        }
        if matches!(command.head, Operand::Nil) {
            return Err(Fault::new("nil is not a command"));
        }
        self.operand(&command.head, dot)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, Fault> {
        match operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Nil => Ok(Value::Nil),
            Operand::Bool(value) => Ok(Value::Bool(*value)),
            Operand::Number(Number::Int(value)) => Ok(Value::Int(*value)),
            Operand::Number(Number::Float(value, _)) => Ok(Value::Float(*value)),
            Operand::Str(text) => Ok(Value::Str(Arc::clone(text))),
            Operand::Field(path) => fields(dot.clone(), path),
            Operand::Variable(name, path) => fields(self.variable(name)?, path),
            Operand::Function(function) => self.call(function, &[], dot, None),
            Operand::Chain(function, path) => fields(self.call(function, &[], dot, None)?, path),
            Operand::Pipeline(pipeline, path) => fields(self.pipeline(pipeline, dot)?, path),
        }
    }

    fn variable(&self, name: &str) -> Result<Value, Fault> {
        let found = self.variables.iter().rev().find(|(variable, _)| **variable == *name);
        found.map(|(_, value)| value.clone()).ok_or_else(|| Fault::new(format!("undefined variable: {name}")))
    }

    fn call(&mut self, function: &'static Function, arguments: &[Operand], dot: &Value, last: Option<Value>) -> Result<Value, Fault> {
        let given = arguments.len() + usize::from(last.is_some());
        function.accepts(given).map_err(Fault)?;
        if let Style::Until(truth) = function.style {
            return self.short_circuit(truth, arguments, dot, last);
        }
        let mut values = Vec::with_capacity(given);
        for (position, argument) in arguments.iter().enumerate() {
            let value = self.argument(argument, function.parameter(position), dot)?;
            values.push(value);
        }
        if let Some(last) = last {
            values.push(fitting(last, function.parameter(arguments.len()))?);
        }
        let weight: usize = values.iter().map(|value| value.weight(self.budget.left())).sum();
        self.budget.spend(weight)?;
        let result = (function.run)(&Call { values, budget: &self.budget });
        let result = result.map_err(|Fault(message)| Fault(format!("error calling {}: {message}", function.name)))?;
        if function.style == Style::Update
            && let Some(Operand::Variable(name, path)) = arguments.first()
            && path.is_empty()
        {
            self.set_variable(name, result.clone())?;
        }
        Ok(result)
    }

    /// `and` and `or`: the first argument whose truth decides, else the last one.
    fn short_circuit(&mut self, truth: bool, arguments: &[Operand], dot: &Value, last: Option<Value>) -> Result<Value, Fault> {
        let mut value = Value::Nil;
        for argument in arguments {
            value = self.argument(argument, Type::Any, dot)?;
            if value.truth() == truth {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// A constant takes the type of its parameter; other values must have it.
    fn argument(&mut self, operand: &Operand, parameter: Type, dot: &Value) -> Result<Value, Fault> {
        match (operand, parameter) {
            (Operand::Number(Number::Float(_, Some(whole))), Type::Int) => Ok(Value::Int(*whole)),
            (Operand::Number(Number::Int(value)), Type::Float) => Ok(Value::Float(crate::value::int_to_float(*value))),
            (Operand::Nil, Type::Any | Type::Map) => Ok(Value::Nil),
            (Operand::Nil, _) => Err(Fault::new(format!("cannot assign nil to {}", parameter.name()))),
            _ => fitting(self.operand(operand, dot)?, parameter),
        }
    }
}

/// Follows the fields of a value.
fn fields(receiver: Value, path: &[Arc<str>]) -> Result<Value, Fault> {
    path.iter().try_fold(receiver, |receiver, name| match &receiver {
        Value::Missing => Ok(Value::Missing),
        Value::Nil => Err(Fault::new(format!("nil pointer evaluating interface {{}}.{name}"))),
        Value::Map(map) => Ok(map.get(name).cloned().unwrap_or(Value::Missing)),
        Value::Struct(map) => {
            map.get(name).cloned().ok_or_else(|| Fault::new(format!("can't evaluate field {name}: there is no such field")))
        }
        other => Err(Fault::new(format!("can't evaluate field {name} in type {}", other.type_name()))),
    })
}

/// The value as an argument for a parameter.
fn fitting(value: Value, parameter: Type) -> Result<Value, Fault> {
    match (parameter, &value) {
        (Type::Any, Value::Missing) => Ok(Value::Nil),
        (Type::Any, _)
        | (Type::Str, Value::Str(_))
        | (Type::Int, Value::Int(_))
        | (Type::Float, Value::Float(_))
        | (Type::Bool, Value::Bool(_))
        | (Type::Map, Value::Map(_))
        | (Type::Time, Value::Time(_)) => Ok(value),
        (Type::Map, Value::Missing) => Value::map(std::collections::BTreeMap::new()),
        (_, Value::Missing) => Err(Fault::new(format!("invalid value; expected {}", parameter.name()))),
        _ => Err(Fault::new(format!("wrong type for value; expected {}; got {}", parameter.name(), value.type_name()))),
    }
}
