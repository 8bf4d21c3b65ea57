//! Worker processes: bounds are kept, workers are used again, and broken ones are replaced.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use narthex_jsonnet::{Arguments, EvalError, Evaluator, Limits, Snippet, WorkerCommand};
use serde_json::json;

const WORKER: &str = env!("CARGO_BIN_EXE_narthex-jsonnet-worker");

/// Runs for minutes in little memory.
const ENDLESS: &str =
    "local sum(n, f) = std.foldl(function(a, b) a + f(b), std.range(1, n), 0); sum(20000, function(x) sum(20000, function(y) x + y))";

fn evaluator(limits: Limits) -> Evaluator {
    Evaluator::new(WorkerCommand { program: WORKER.into(), args: vec!["-0".into()] }, limits)
}

fn limits() -> Limits {
    Limits { time: Duration::from_secs(20), wait: Duration::from_secs(60), ..Limits::default() }
}

async fn run(evaluator: &Evaluator, text: &str) -> Result<String, EvalError> {
    evaluator.evaluate(&Snippet::parse("test", text).expect("the snippet parses"), &Arguments::default()).await
}

/// Processes that this test's process has started and that still run.
fn workers() -> usize {
    let children = std::fs::read_dir("/proc/self/task")
        .expect("threads")
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    children.map(|line| line.split_whitespace().filter(|id| !zombie(id)).count()).sum()
}

fn zombie(id: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

#[tokio::test]
async fn workers_evaluate_with_arguments() {
    let evaluator = evaluator(limits());
    let snippet = Snippet::parse("test", "function(ctx) [ctx.a, std.extVar('b')]").unwrap();
    let arguments = Arguments { tla: vec![("ctx".into(), json!({"a": "x\u{0}y"}))], ext: vec![("b".into(), json!(null))] };
    assert_eq!(evaluator.evaluate(&snippet, &arguments).await.unwrap(), "[\n   \"x\\u0000y\",\n   null\n]\n");
}

#[tokio::test]
async fn failures_keep_their_kind() {
    let evaluator = evaluator(limits());
    assert_eq!(run(&evaluator, "error 'cancel'").await, Err(EvalError::Cancelled));
    assert_eq!(run(&evaluator, "error 'a'").await, Err(EvalError::Runtime("a\n\ttest:1:1".into())));
    assert!(matches!(run(&evaluator, "std.repeat('a', 6000000)").await, Err(EvalError::TooLarge)));
    assert_eq!(run(&evaluator, "1").await.as_deref(), Ok("1\n"), "the worker goes on after failures");
}

#[tokio::test]
async fn an_endless_snippet_is_killed_and_the_next_is_served() {
    let evaluator = evaluator(Limits { time: Duration::from_millis(300), workers: 1, ..limits() });
    let begun = Instant::now();
    assert_eq!(run(&evaluator, ENDLESS).await, Err(EvalError::TimedOut));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(run(&evaluator, "1").await.as_deref(), Ok("1\n"));
}

#[tokio::test]
async fn a_memory_bomb_ends_its_worker_only() {
    let evaluator = evaluator(limits());
    for bomb in [
        "std.length(std.repeat('abcdefgh', 200000000))",
        "local grow(s, n) = if n == 0 then s else grow(s + s, n - 1); std.length(grow('aaaaaaaa', 30))",
        "std.length(std.range(1, 100000000))",
    ] {
        assert_eq!(run(&evaluator, bomb).await, Err(EvalError::OutOfMemory), "{bomb}");
        assert_eq!(run(&evaluator, "1").await.as_deref(), Ok("1\n"));
    }
}

#[tokio::test]
async fn work_beyond_the_number_of_workers_waits_then_gives_up() {
    let evaluator = evaluator(Limits { workers: 1, wait: Duration::from_millis(50), time: Duration::from_millis(1500), ..limits() });
    let (slow, waiting) = tokio::join!(run(&evaluator, ENDLESS), run(&evaluator, "1"));
    assert_eq!(slow, Err(EvalError::TimedOut));
    assert_eq!(waiting, Err(EvalError::Busy));
}

#[tokio::test]
async fn many_at_once_are_all_served() {
    let evaluator = evaluator(Limits { workers: 2, ..limits() });
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let evaluator = evaluator.clone();
            tokio::spawn(async move { run(&evaluator, &format!("{n}")).await })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), Ok(format!("{n}\n")));
    }
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_reported() {
    let evaluator = Evaluator::new(WorkerCommand { program: "/nonexistent/worker".into(), args: vec![] }, limits());
    assert!(matches!(run(&evaluator, "1").await, Err(EvalError::Unavailable(_))));
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_no_success() {
    let evaluator = Evaluator::new(WorkerCommand { program: "/bin/true".into(), args: vec![] }, limits());
    assert!(run(&evaluator, "1").await.is_err());
}

#[tokio::test]
async fn after_shutdown_nothing_is_evaluated() {
    let evaluator = evaluator(limits());
    run(&evaluator, "1").await.unwrap();
    evaluator.shut_down();
    assert!(matches!(run(&evaluator, "1").await, Err(EvalError::Unavailable(_))));
}

fn worker(args: &[&str], input: &str) -> (String, String, bool) {
    let mut process = Command::new(WORKER).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.success())
}

#[test]
fn a_single_request_is_answered_and_a_failure_goes_to_standard_error() {
    let (output, _, success) = worker(
        &[],
        r#"{"Filename":"f","Snippet":"function(a, b) [a, b, std.extVar('c')]","TLACodes":[{"Key":"a","Value":"1 + 1"}],"TLAVars":[{"Key":"b","Value":"text"}],"ExtVars":[{"Key":"c","Value":"d"}]}"#,
    );
    assert_eq!((output.as_str(), success), ("[\n   2,\n   \"text\",\n   \"d\"\n]\n", true));
    let (output, errors, success) = worker(&[], r#"{"Filename":"f","Snippet":"error 'e'"}"#);
    assert_eq!((output.as_str(), success), ("", false));
    assert!(errors.contains("RUNTIME ERROR: e"), "{errors}");
}

#[test]
fn a_stream_of_requests_is_answered_in_order() {
    let (output, _, success) =
        worker(&["-0"], "{\"Snippet\":\"1\"}\0no JSON\0{\"Snippet\":\"error 'e'\"}\0{\"Snippet\":\"[2,\"}\0{\"Snippet\":\"3\"}");
    assert!(success);
    let answers: Vec<_> = output.split('\0').collect();
    assert_eq!(answers.len(), 6, "{output:?}");
    assert_eq!((answers[0], answers[4], answers[5]), ("1\n", "3\n", ""));
    assert!(answers[1].starts_with("ERROR: "), "{}", answers[1]);
    assert!(answers[2].starts_with("ERROR: RUNTIME ERROR: e"), "{}", answers[2]);
    assert!(answers[3].starts_with("ERROR: STATIC ERROR: "), "{}", answers[3]);
}

// In a process of its own among the tests of this file: others start workers at the same time, so only its own may run here.
#[test]
fn idle_workers_are_stopped() {
    if std::env::var_os("ALONE").is_none() {
        let alone = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "idle_workers_are_stopped"])
            .env("ALONE", "1")
            .status()
            .unwrap();
        assert!(alone.success());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let evaluator = evaluator(Limits { idle: Duration::from_millis(200), ..limits() });
        assert_eq!(workers(), 0, "none is started before it is needed");
        run(&evaluator, "1").await.unwrap();
        run(&evaluator, "2").await.unwrap();
        assert_eq!(workers(), 1, "one after the other needs one worker");
        let deadline = Instant::now() + Duration::from_secs(10);
        while workers() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(workers(), 0);
    });
}
