//! Paths with slashes, as texts.
//! It never looks at a file system.
//! Next: `urls` for addresses.

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::value::Value;

type Run = fn(&Call<'_>) -> Result<Value, Fault>;

const BASE: Run = |call| Ok(Value::str(base(call.str(0))));
const DIR: Run = |call| Ok(Value::str(dir(call.str(0))));
const CLEAN: Run = |call| Ok(Value::str(clean(call.str(0))));
const EXT: Run = |call| Ok(Value::str(ext(call.str(0))));
const IS_ABS: Run = |call| Ok(Value::Bool(call.str(0).starts_with('/')));

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("base", &[Type::Str], BASE),
    fixed("dir", &[Type::Str], DIR),
    fixed("clean", &[Type::Str], CLEAN),
    fixed("ext", &[Type::Str], EXT),
    fixed("isAbs", &[Type::Str], IS_ABS),
    fixed("osBase", &[Type::Str], BASE),
    fixed("osDir", &[Type::Str], DIR),
    fixed("osClean", &[Type::Str], CLEAN),
    fixed("osExt", &[Type::Str], EXT),
    fixed("osIsAbs", &[Type::Str], IS_ABS),
];

fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default())
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|dot| name.get(dot..)).unwrap_or_default()
}

/// The shortest equal path, found without looking at files.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            ("..", _) if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        for (path, expected) in [
            ("/a/b.txt", ("b.txt", "/a", ".txt", "/a/b.txt")),
            ("", (".", ".", "", ".")),
            ("/", ("/", "/", "", "/")),
            ("a/../../b/./c//", ("c", "../b/c", "", "../b/c")),
            ("/../a", ("a", "/", "", "/a")),
        ] {
            assert_eq!((base(path), dir(path).as_str(), ext(path), clean(path).as_str()), expected, "{path}");
        }
    }
}
