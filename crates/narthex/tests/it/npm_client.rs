//! The official npm client against this server: what it is given is what it was written for.

use std::path::Path;
use std::process::Command;

use narthex_testkit::TestServer;

/// Runs a program in `directory`; what it printed, if it failed.
fn run(directory: &Path, program: &str, arguments: &[&str]) -> Option<Result<(), String>> {
    let output = Command::new(program).args(arguments).current_dir(directory).output().ok()?;
    let printed = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Some(if output.status.success() { Ok(()) } else { Err(printed()) })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_goes_through_the_everyday_loop() {
    let server = TestServer::builder().set("feature_flags.use_continue_with_transitions", true).start().await;
    let directory = server.directory().join("npm");
    std::fs::create_dir(&directory).unwrap();
    for name in ["package.json", "package-lock.json", "loop.mjs"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm").join(name), directory.join(name)).unwrap();
    }
    match run(&directory, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) {
        None => return eprintln!("skipped: no npm; install node and npm"),
        Some(Err(printed)) => return eprintln!("skipped: the registry of npm does not give @ory/kratos-client:\n{printed}"),
        Some(Ok(())) => {}
    }
    let (public, admin) = (server.public_url.clone(), server.admin_url.clone());
    let ended = tokio::task::spawn_blocking(move || run(&directory, "node", &["loop.mjs", &public, &admin])).await.unwrap();
    assert_eq!(ended, Some(Ok(())));
}
