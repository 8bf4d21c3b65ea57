//! One evaluation, in this thread, on an engine of its own.
//! It never imports, and it knows no bounds of time or memory: `worker` adds those.
//! Next: `manifest` for the result, `reason` for the messages.

use std::collections::BTreeMap;

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::{InternedStr, StrInterner};
use rsjsonnet_lang::lexer::Lexer;
use rsjsonnet_lang::parser::Parser;
use rsjsonnet_lang::program::{Callbacks, EvalError, EvalStackTraceItem, ImportError, LoadError, NativeError, Program, Thunk, Value};
use rsjsonnet_lang::span::{SpanContextId, SpanId, SpanManager};
use rsjsonnet_lang::token::{STokenKind, TokenKind};

use crate::locate::Place;
use crate::manifest;
use crate::nesting;
use crate::protocol::{Failure, Pair, Request};
use crate::reason;
use crate::snippet::{ParseError, Snippet};

/// Stack of a thread that parses and evaluates. Only pages in use take memory.
pub(crate) const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Runs `work` on a thread whose stack holds the deepest text that is let in.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.map_err(|error| error.to_string())?.join().map_err(|_| "the jsonnet engine panicked".to_owned())
    })
}

/// Checks the syntax and the names of a snippet, and that it imports nothing.
pub(crate) fn check(snippet: &Snippet) -> Result<(), ParseError> {
    checked(snippet.name(), || {
        let arena = Arena::new();
        Session::new(&arena).load(snippet.name(), snippet.text())?;
        first_import(snippet.text()).map_or(Ok(()), Err)
    })
}

/// The first import of a text that is sound: these words are of no other use.
fn first_import(text: &str) -> Option<Fault> {
    let (arena, trees, interner, mut spans) = (Arena::new(), Arena::new(), StrInterner::new(), SpanManager::new());
    let (context, _) = spans.insert_source_context(text.len());
    let tokens = Lexer::new(&arena, &trees, &interner, &mut spans, context, text.as_bytes()).lex_to_eof(false).ok()?;
    let imports = [STokenKind::Import, STokenKind::Importstr, STokenKind::Importbin].map(TokenKind::Simple);
    let import = tokens.iter().find(|token| imports.contains(&token.kind))?;
    let (_, start, _) = spans.get_span(import.span);
    Some(Fault { place: Place::of(text, start), message: "imports are not allowed".to_owned() })
}

/// Checks the syntax of a text alone.
pub(crate) fn check_syntax(name: &str, text: &str) -> Result<(), ParseError> {
    checked(name, || {
        if let Some(message) = nesting::excess(text) {
            return Err(Fault { place: Place { line: 1, column: 1 }, message });
        }
        let (arena, trees, interner, mut spans) = (Arena::new(), Arena::new(), StrInterner::new(), SpanManager::new());
        let (context, _) = spans.insert_source_context(text.len());
        let lexer = Lexer::new(&arena, &trees, &interner, &mut spans, context, text.as_bytes());
        let parsed = lexer.lex_to_eof(false).map_err(LoadError::Lex).and_then(|tokens| {
            let parser = Parser::new(&arena, &trees, &interner, &mut spans, tokens);
            parser.parse_root_expr().map(|_| ()).map_err(LoadError::Parse)
        });
        parsed.map_err(|error| fault(&spans, text, &error))
    })
}

fn checked(name: &str, check: impl FnOnce() -> Result<(), Fault> + Send) -> Result<(), ParseError> {
    let outcome = on_deep_stack(check);
    let outcome = outcome.unwrap_or_else(|message| Err(Fault { message, place: Place { line: 1, column: 1 } }));
    outcome.map_err(|fault| ParseError {
        name: name.to_owned(),
        line: fault.place.line,
        column: fault.place.column,
        message: fault.message,
    })
}

fn fault(spans: &SpanManager, text: &str, error: &LoadError) -> Fault {
    let (span, message) = reason::of_load_error(error);
    let (_, start, _) = spans.get_span(span);
    Fault { place: Place::of(text, start), message }
}

/// Evaluates a request to JSON text.
pub(crate) fn evaluate(request: &Request) -> Result<String, Failure> {
    let arena = Arena::new();
    let mut session = Session::new(&arena);
    session.program.set_max_stack(request.limits.stack);
    for (name, argument) in session.arguments(&request.ext_codes, &request.ext_vars)? {
        session.program.add_ext_var(name, &argument);
    }
    let named = session.arguments(&request.tla_codes, &request.tla_vars)?;
    let root = session
        .load(&request.filename, &request.snippet)
        .map_err(|fault| Failure::Static(format!("{}:{}: {}", request.filename, fault.place, fault.message)))?;
    let result = session.run(&root, &named).map_err(|error| session.failure(request, &error))?;
    manifest::json(&result, request.limits.result_bytes)
}

struct Fault {
    place: Place,
    message: String,
}

struct Session<'p> {
    program: Program<'p>,
    snippet: Option<SpanContextId>,
}

impl<'p> Session<'p> {
    fn new(arena: &'p Arena) -> Self {
        Self { program: Program::new(arena), snippet: None }
    }

    fn load(&mut self, name: &str, text: &str) -> Result<Thunk<'p>, Fault> {
        if let Some(message) = nesting::excess(text) {
            return Err(Fault { place: Place { line: 1, column: 1 }, message });
        }
        let (context, _) = self.program.span_manager_mut().insert_source_context(text.len());
        self.snippet = Some(context);
        self.program.load_source(context, text.as_bytes(), true, name).map_err(|error| fault(self.program.span_manager(), text, &error))
    }

    /// Calls the root with the named arguments if it is a function; other roots are results already.
    fn run(&mut self, root: &Thunk<'p>, named: &[(InternedStr<'p>, Thunk<'p>)]) -> Result<Value<'p>, EvalError> {
        let value = self.program.eval_value(root, &mut Sealed)?;
        if value.is_function() { self.program.eval_call(root, &[], named, &mut Sealed) } else { Ok(value) }
    }

    fn arguments(&mut self, codes: &[Pair], texts: &[Pair]) -> Result<Vec<(InternedStr<'p>, Thunk<'p>)>, Failure> {
        let mut named = BTreeMap::new();
        for Pair { key, value } in codes {
            named.insert(key.as_str(), self.code(key, value)?);
        }
        for Pair { key, value } in texts {
            named.insert(key.as_str(), self.program.value_to_thunk(&Value::string(value)));
        }
        Ok(named.into_iter().map(|(key, thunk)| (self.program.intern_str(key), thunk)).collect())
    }

    /// JSON, the usual case, becomes a value without a parse of jsonnet.
    fn code(&mut self, key: &str, code: &str) -> Result<Thunk<'p>, Failure> {
        if let Ok(json) = serde_json::from_str(code) {
            let value = self.value(&json);
            return Ok(self.program.value_to_thunk(&value));
        }
        self.load(key, code).map_err(|fault| Failure::Static(format!("{key}:{}: {}", fault.place, fault.message)))
    }

    /// Recursion is bounded by the depth of nesting that the JSON parser accepts.
    fn value(&mut self, json: &serde_json::Value) -> Value<'p> {
        match json {
            serde_json::Value::Null => Value::null(),
            serde_json::Value::Bool(value) => Value::bool(*value),
            serde_json::Value::Number(value) => Value::number(value.as_f64().unwrap_or_default()),
            serde_json::Value::String(value) => Value::string(value),
            serde_json::Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                self.program.make_array(&items)
            }
            serde_json::Value::Object(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (self.program.intern_str(name), self.value(value))).collect();
                self.program.make_object(&fields)
            }
        }
    }

    /// The message of a failed evaluation, with the innermost place of the snippet that led to it.
    fn failure(&self, request: &Request, error: &EvalError) -> Failure {
        let (span, message) = reason::of_eval_error(&error.kind);
        let trace = error.stack_trace.iter().rev().filter_map(|item| match item {
            EvalStackTraceItem::Expr { span } | EvalStackTraceItem::Variable { span, .. } | EvalStackTraceItem::Import { span } => {
                Some(*span)
            }
            EvalStackTraceItem::Call { span, .. }
            | EvalStackTraceItem::ArrayItem { span, .. }
            | EvalStackTraceItem::ObjectField { span, .. } => *span,
            _ => None,
        });
        let place = span.into_iter().chain(trace).find_map(|span| self.place(&request.snippet, span));
        Failure::Runtime(match place {
            Some(place) => format!("{message}\n\t{}:{place}", request.filename),
            None => message,
        })
    }

    fn place(&self, text: &str, span: SpanId) -> Option<Place> {
        let (context, start, _) = self.program.span_manager().get_span(span);
        (Some(context) == self.snippet).then(|| Place::of(text, start))
    }
}

/// Lets a snippet reach nothing outside itself.
struct Sealed;

impl<'p> Callbacks<'p> for Sealed {
    fn import(&mut self, _: &mut Program<'p>, _: SpanId, _: &str) -> Result<Thunk<'p>, ImportError> {
        Err(ImportError)
    }

    fn import_str(&mut self, _: &mut Program<'p>, _: SpanId, _: &str) -> Result<String, ImportError> {
        Err(ImportError)
    }

    fn import_bin(&mut self, _: &mut Program<'p>, _: SpanId, _: &str) -> Result<Vec<u8>, ImportError> {
        Err(ImportError)
    }

    fn trace(&mut self, _: &mut Program<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    fn native_call(&mut self, _: &mut Program<'p>, _: InternedStr<'p>, _: &[Value<'p>]) -> Result<Value<'p>, NativeError> {
        Err(NativeError)
    }
}
