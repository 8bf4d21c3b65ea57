//! Names of files by patterns: `*` and `?` within one name, `[a-z]` and `[^a-z]` for one character of it, `\` before one that means itself.

use std::fs;
use std::path::{Path, PathBuf};

/// The files that a pattern names, sorted; none where there is no such file.
pub(crate) fn glob(pattern: &str) -> Vec<PathBuf> {
    let root = if pattern.starts_with('/') { PathBuf::from("/") } else { PathBuf::new() };
    let mut found = vec![root];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = found.into_iter().flat_map(|directory| below(&directory, part)).collect();
    }
    found.retain(|path| path.is_file());
    found.sort();
    found
}

fn below(directory: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?', '[', '\\']) {
        return vec![directory.join(part)];
    }
    let place = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let pattern: Vec<char> = part.chars().collect();
    names.filter(|name| matches(&pattern, &name.chars().collect::<Vec<_>>())).map(|name| directory.join(name)).collect()
}

fn matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|taken| name.get(taken..).is_some_and(|left| matches(rest, left))),
        (['?', rest @ ..], [_, left @ ..]) => matches(rest, left),
        (['[', rest @ ..], [first, left @ ..]) => match class(rest, *first) {
            Some((true, after)) => matches(after, left),
            _ => false,
        },
        (['\\', literal, rest @ ..] | [literal, rest @ ..], [first, left @ ..]) => literal == first && matches(rest, left),
        _ => false,
    }
}

/// Whether a class holds a character, and what follows the class; nothing where it does not end.
fn class(pattern: &[char], wanted: char) -> Option<(bool, &[char])> {
    let (negated, mut rest) = match pattern {
        ['^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let (mut holds, mut begun) = (false, false);
    loop {
        match rest {
            [']', after @ ..] if begun => return Some((holds != negated, after)),
            [low, '-', high, after @ ..] if *high != ']' => {
                holds |= (*low..=*high).contains(&wanted);
                rest = after;
            }
            [one, after @ ..] => {
                holds |= *one == wanted;
                rest = after;
            }
            [] => return None,
        }
        begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_patterns() {
        let matches = |pattern: &str, name: &str| matches(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
        for (pattern, name, wanted) in [
            ("*o*e.jsonnet", "one.jsonnet", true),
            ("*o*e.jsonnet", "two.jsonnet", false),
            ("?.a", "b.a", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[a", "a", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_reach_into_directories() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("a1")).unwrap();
        fs::write(place.path().join("a1/x.jsonnet"), "1").unwrap();
        let found = glob(&format!("{}/a*/*.jsonnet", place.path().display()));
        assert_eq!(found, [place.path().join("a1/x.jsonnet")]);
        assert!(glob(&format!("{}/b*", place.path().display())).is_empty());
    }
}
