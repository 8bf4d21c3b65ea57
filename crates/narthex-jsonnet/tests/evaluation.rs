//! What snippets evaluate to, and how they fail.

#![expect(clippy::expect_used, reason = "a step that fails is a test that fails")]

use narthex_jsonnet::{Arguments, EvalError, Evaluator, Limits, Snippet};
use serde_json::{Value, json};

fn limits() -> Limits {
    Limits { time: std::time::Duration::from_secs(20), ..Limits::default() }
}

async fn text(snippet: &str, arguments: Arguments) -> Result<String, EvalError> {
    let snippet = Snippet::parse("test.jsonnet", snippet).expect("the snippet parses");
    Evaluator::in_process(limits()).evaluate(&snippet, &arguments).await
}

async fn value(snippet: &str, arguments: Arguments) -> Value {
    serde_json::from_str(&text(snippet, arguments).await.expect("the snippet evaluates")).expect("the result is JSON")
}

fn ctx(value: Value) -> Arguments {
    Arguments { tla: vec![("ctx".into(), value)], ext: vec![] }
}

fn ext(name: &str, value: Value) -> Arguments {
    Arguments { tla: vec![], ext: vec![(name.into(), value)] }
}

#[tokio::test]
async fn a_body_is_made_from_its_context() {
    let body = "function(ctx) { who: std.asciiUpper(ctx.identity.email), list: [x * x for x in ctx.numbers], [if ctx.on then 'on']: true }";
    let got = value(body, ctx(json!({"identity": {"email": "ada@x.test"}, "numbers": [1, 2, 3], "on": false}))).await;
    assert_eq!(got, json!({"who": "ADA@X.TEST", "list": [1, 4, 9]}));
}

#[tokio::test]
async fn a_mapper_reads_external_variables() {
    let mapper = "local claims = std.extVar('claims'); { identity: { traits: { email: claims.email } } }";
    let got = value(mapper, ext("claims", json!({"email": "a@x.test"}))).await;
    assert_eq!(got, json!({"identity": {"traits": {"email": "a@x.test"}}}));
}

#[tokio::test]
async fn the_text_is_laid_out_as_gos_jsonnet_does() {
    let got =
        text("{ b: [1, 0.1, [], {}], a: \"q\\\"\\n\\u0001\\u007fü\", [\"c\\u0000\"]: null, h:: 1 }", Arguments::default()).await.unwrap();
    let expected = "{\n   \"a\": \"q\\\"\\n\\u0001\\u007fü\",\n   \"b\": [\n      1,\n      0.10000000000000001,\n      [ ],\n      { }\n   ],\n   \"c\\u0000\": null\n}\n";
    assert_eq!(got, expected);
}

#[tokio::test]
async fn whole_numbers_beyond_doubles_arrive_as_their_nearest_double() {
    assert_eq!(text("function(ctx) ctx", ctx(json!(12_345_678_901_234_567_890_u64))).await.unwrap(), "12345678901234567168\n");
}

#[tokio::test]
async fn floats_arrive_unchanged() {
    assert_eq!(text("function(ctx) ctx", ctx(json!(1.4_f64 * 1e-7))).await.unwrap(), "1.3999999999999998e-07\n");
}

#[tokio::test]
async fn an_argument_that_no_parameter_takes_is_a_failure() {
    let Err(EvalError::Runtime(message)) = text("function(other) 1", ctx(json!(1))).await else { panic!("no failure") };
    assert!(message.contains("ctx"), "{message}");
}

#[tokio::test]
async fn a_parameter_without_argument_is_a_failure() {
    let Err(EvalError::Runtime(message)) = text("function(ctx) ctx", Arguments::default()).await else { panic!("no failure") };
    assert!(message.contains("ctx"), "{message}");
}

#[tokio::test]
async fn a_snippet_that_is_no_function_ignores_arguments() {
    assert_eq!(value("{ a: 1 }", ctx(json!(1))).await, json!({"a": 1}));
}

#[tokio::test]
async fn cancel_is_told_apart_from_other_errors() {
    assert_eq!(text("function(ctx) error 'cancel'", ctx(json!({}))).await, Err(EvalError::Cancelled));
    assert_eq!(text("{ a: { b: error 'cancel' } }", Arguments::default()).await, Err(EvalError::Cancelled));
    let failed = text("{\n  a: error 'no cancel' }", Arguments::default()).await;
    assert_eq!(failed, Err(EvalError::Runtime("no cancel\n\ttest.jsonnet:2:6".into())));
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let failed = text("function(ctx) { a: ctx.nothing }", ctx(json!({}))).await;
    assert_eq!(failed, Err(EvalError::Runtime("field does not exist: nothing\n\ttest.jsonnet:1:20".into())));
}

#[tokio::test]
async fn native_functions_and_unknown_external_variables_are_failures() {
    for snippet in ["std.native('f')(1)", "std.extVar('nothing')"] {
        assert!(matches!(text(snippet, Arguments::default()).await, Err(EvalError::Runtime(_))), "{snippet}");
    }
}

#[tokio::test]
async fn a_function_in_the_result_is_a_failure() {
    assert!(matches!(text("{ f: function(x) x }", Arguments::default()).await, Err(EvalError::Runtime(_))));
}

#[tokio::test]
async fn endless_recursion_ends_at_the_stack_limit() {
    for snippet in [
        "local f(x) = 1 + f(x + 1); f(0)",
        "local a = b, b = a; a",
        "{ a: $ }",
        "local nested(n) = if n == 0 then [] else [nested(n - 1)]; nested(100000)",
        "std.foldl(function(inner, _) [inner], std.range(1, 100000), [])",
    ] {
        assert!(matches!(text(snippet, Arguments::default()).await, Err(EvalError::Runtime(_))), "{snippet}");
    }
}

#[tokio::test]
async fn a_result_beyond_the_limit_is_refused() {
    let evaluator = Evaluator::in_process(Limits { result_bytes: 1000, ..limits() });
    let snippet = Snippet::parse("large", "std.repeat('a', 2000)").unwrap();
    assert_eq!(evaluator.evaluate(&snippet, &Arguments::default()).await, Err(EvalError::TooLarge));
}

#[tokio::test]
async fn an_endless_snippet_is_given_up() {
    let evaluator = Evaluator::in_process(Limits { time: std::time::Duration::from_millis(50), ..limits() });
    let snippet = Snippet::parse("endless", "std.foldl(function(sum, n) sum + n, std.range(1, 3000000), 0)").unwrap();
    assert_eq!(evaluator.evaluate(&snippet, &Arguments::default()).await, Err(EvalError::TimedOut));
}

#[tokio::test]
async fn the_last_of_two_arguments_of_one_name_counts() {
    let twice = Arguments { tla: vec![], ext: vec![("a".into(), json!(1)), ("a".into(), json!(2))] };
    assert_eq!(value("std.extVar('a')", twice).await, json!(2));
}
