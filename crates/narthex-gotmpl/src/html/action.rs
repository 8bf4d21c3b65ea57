//! Chooses the escapers of an action by the place where it stands.
//! It never follows text: the context is given.
//! Next: `escape` for what escapers do.

use std::sync::Arc;

use super::context::{Context, Delimiter, State, UrlPart};
use super::escape::Escaper;
use crate::funcs;
use crate::parse::tree::{NodeKind, Operand, Pipeline};

/// The escapers for an action in `context`, outermost last.
fn escapers(context: Context) -> Result<Vec<Escaper>, String> {
    let mut escapers = Vec::new();
    match context.state {
        State::Url | State::CssUrl(_) | State::CssString(_) => {
            let css = matches!(context.state, State::CssString(_));
            let beginning = if css { Escaper::CssString } else { Escaper::UrlNormalize };
            match context.url {
                UrlPart::Start => escapers.extend([Escaper::UrlFilter, beginning]),
                UrlPart::BeforeQuery => escapers.push(beginning),
                UrlPart::QueryOrFragment => escapers.push(Escaper::UrlComponent),
                UrlPart::Unknown => {
                    return Err("the action stands in an ambiguous part of an address".to_owned());
                }
            }
        }
        State::Css => escapers.push(Escaper::CssValue),
        State::Text | State::Rcdata => escapers.push(Escaper::Html),
        State::Value => {}
        State::Comment | State::CssBlockComment | State::CssLineComment => {
            escapers.push(Escaper::Nothing);
        }
        _ => {
            return Err(format!("actions are not supported within {}", context.name()));
        }
    }
    match context.delimiter {
        Delimiter::SpaceOrTagEnd => escapers.push(Escaper::Unquoted),
        Delimiter::Quote(_) if escapers.last() != Some(&Escaper::CssString) => {
            escapers.push(Escaper::Html);
        }
        _ => {}
    }
    Ok(escapers)
}

pub(super) fn action(context: Context, pipeline: &Arc<Pipeline>) -> Result<(Context, NodeKind), String> {
    if !pipeline.variables.is_empty() {
        return Ok((context, NodeKind::Action(Arc::clone(pipeline), Vec::new())));
    }
    let context = context.nudged();
    let mut escapers = escapers(context)?;
    let predefined = |operand: &Operand| match operand {
        Operand::Function(function) if function.name == "html" => Some(Escaper::HtmlFunction),
        Operand::Function(function) if function.name == "urlquery" => Some(Escaper::QueryFunction),
        _ => None,
    };
    let last = pipeline.commands.len().saturating_sub(1);
    let mut named = None;
    for (position, command) in pipeline.commands.iter().enumerate() {
        let Some(escaper) = predefined(&command.head) else {
            continue;
        };
        let unquoted = context.state == State::Value && context.delimiter == Delimiter::SpaceOrTagEnd;
        if position < last || unquoted && escaper == Escaper::HtmlFunction {
            return Err("html and urlquery can only stand last in a pipeline, and html not in an attribute without quotes".to_owned());
        }
        named = Some(escaper);
    }
    let equivalent = |escaper: &Escaper| match named {
        Some(Escaper::HtmlFunction) => *escaper == Escaper::Html,
        Some(Escaper::QueryFunction) => {
            matches!(escaper, Escaper::UrlComponent | Escaper::UrlNormalize)
        }
        _ => false,
    };
    let mut pipeline = Arc::clone(pipeline);
    if let (Some(named), Some(place)) = (named, escapers.iter_mut().find(|escaper| equivalent(escaper))) {
        // What the template asks for takes the place of what would be added: nothing is escaped twice.
        *place = named;
        pipeline = Arc::new(without_escaper(&pipeline));
    }
    Ok((context, NodeKind::Action(pipeline, escapers)))
}

/// The pipeline without its last command, an escaper; if that has arguments, they are printed.
fn without_escaper(pipeline: &Pipeline) -> Pipeline {
    let mut commands = pipeline.commands.clone();
    match (commands.as_mut_slice(), funcs::find("print")) {
        ([only], Some(print)) => only.head = Operand::Function(print),
        ([.., last], Some(print)) if !last.arguments.is_empty() => {
            last.head = Operand::Function(print);
        }
        _ => drop(commands.pop()),
    }
    Pipeline { commands, line: pipeline.line, variables: pipeline.variables.clone(), assigns: pipeline.assigns }
}
