//! The functions of templates: Go's own and sprig's, without those that reach outside (environment, network) or make keys.
//! It never makes a text or list beyond the bounds of the rendering.
//! Next: one module for each subject.

mod builtin;
mod chance;
mod compare;
mod dates;
mod defaults;
mod dicts;
mod encoding;
mod index;
mod layout;
mod lists;
mod math;
mod paths;
mod patterns;
mod strings;
mod types;
mod urls;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::error::Fault;
use crate::exec::budget::Budget;
use crate::value::{Map, Value};

pub(crate) use builtin::html_text;
pub(crate) use dates::time_text;
pub(crate) use urls::query_escaped;

/// A function as templates see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    parameters: &'static [Type],
    /// The type of all further arguments, if there may be any.
    rest: Option<Type>,
    pub(crate) style: Style,
    pub(crate) run: fn(&Call<'_>) -> Result<Value, Fault>,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    Bool,
    Float,
    Int,
    Map,
    Str,
    Time,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// With all arguments evaluated.
    Plain,
    /// Arguments are evaluated until one has this truth.
    Until(bool),
    /// The result replaces the variable that is the first argument: maps are shared in Go, and these functions change them.
    Update,
}

/// A call with its evaluated arguments.
pub(crate) struct Call<'b> {
    pub(crate) values: Vec<Value>,
    pub(crate) budget: &'b Budget,
}

/// The function of a name, unless templates have none of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
        let modules: [&'static [Function]; 16] = [
            builtin::FUNCTIONS,
            chance::FUNCTIONS,
            compare::FUNCTIONS,
            dates::FUNCTIONS,
            defaults::FUNCTIONS,
            dicts::FUNCTIONS,
            encoding::FUNCTIONS,
            index::FUNCTIONS,
            lists::FUNCTIONS,
            math::FUNCTIONS,
            paths::FUNCTIONS,
            patterns::FUNCTIONS,
            strings::FUNCTIONS,
            types::FUNCTIONS,
            urls::FUNCTIONS,
            words::FUNCTIONS,
        ];
        modules.into_iter().flatten().map(|function| (function.name, function)).collect()
    });
    BY_NAME.get(name).copied()
}

/// A function with a fixed number of parameters.
const fn fixed(name: &'static str, parameters: &'static [Type], run: fn(&Call<'_>) -> Result<Value, Fault>) -> Function {
    Function { name, parameters, rest: None, style: Style::Plain, run }
}

/// A function that takes any number of arguments after its parameters.
const fn variadic(name: &'static str, parameters: &'static [Type], rest: Type, run: fn(&Call<'_>) -> Result<Value, Fault>) -> Function {
    Function { name, parameters, rest: Some(rest), style: Style::Plain, run }
}

/// A function whose result replaces the variable that is its first argument.
const fn updating(function: Function) -> Function {
    Function { style: Style::Update, ..function }
}

impl Function {
    /// Whether it can be called with so many arguments.
    pub(crate) fn accepts(&self, given: usize) -> Result<(), String> {
        let fixed = self.parameters.len();
        match self.rest {
            None if given != fixed => Err(format!("wrong number of args for {}: want {fixed} got {given}", self.name)),
            Some(_) if given < fixed => Err(format!("wrong number of args for {}: want at least {fixed} got {given}", self.name)),
            _ => Ok(()),
        }
    }

    pub(crate) fn parameter(&self, position: usize) -> Type {
        self.parameters.get(position).copied().or(self.rest).unwrap_or(Type::Any)
    }
}

impl Type {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::Float => "float64",
            Self::Int => "int",
            Self::Map => "map[string]interface {}",
            Self::Str => "string",
            Self::Time => "time.Time",
        }
    }
}

impl Call<'_> {
    /// The argument at `position`; there is one, since the number of arguments has been checked.
    fn any(&self, position: usize) -> &Value {
        self.values.get(position).unwrap_or(&Value::Nil)
    }

    /// The arguments from `position` on.
    fn from(&self, position: usize) -> &[Value] {
        self.values.get(position..).unwrap_or_default()
    }

    fn str(&self, position: usize) -> &str {
        match self.any(position) {
            Value::Str(text) => text,
            _ => "",
        }
    }

    fn int(&self, position: usize) -> i64 {
        match self.any(position) {
            Value::Int(value) => *value,
            _ => 0,
        }
    }

    fn map(&self, position: usize) -> Arc<Map> {
        match self.any(position) {
            Value::Map(map) => Arc::clone(map),
            _ => Arc::default(),
        }
    }

    /// The items of a list argument.
    fn items(&self, position: usize) -> Result<&[Value], Fault> {
        match self.any(position) {
            Value::List(list) => Ok(list.items()),
            other => Err(Fault::new(format!("a list is needed, not a {}", other.type_name()))),
        }
    }

    /// The text that `value` is printed as.
    fn text_of(&self, value: &Value) -> Result<String, Fault> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            other => crate::print::sprint(std::slice::from_ref(other), self.budget),
        }
    }
}

/// A length or position as a number of templates.
fn count(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}
