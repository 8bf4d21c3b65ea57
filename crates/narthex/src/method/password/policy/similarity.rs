//! Whether a password is little more than the identifier.

/// Texts longer than this are not compared: the comparison takes the square of their length.
const LONGEST: usize = 256;
/// So many changes turn one into the other where they are alike.
const FEWEST_CHANGES: usize = 5;

/// Whether the two differ by fewer than five changes, or share a piece of more than half of the password.
pub(super) fn alike(identifier: &str, password: &str) -> bool {
    if identifier.len() > LONGEST || password.len() > LONGEST {
        return false;
    }
    let identifier: Vec<char> = identifier.to_lowercase().chars().collect();
    let password: Vec<char> = password.to_lowercase().chars().collect();
    if identifier.is_empty() || password.is_empty() {
        return false;
    }
    #[expect(clippy::cast_precision_loss, reason = "both are at most 256")]
    let share = longest_shared(&identifier, &password) as f64 / password.len() as f64;
    changes(&identifier, &password) < FEWEST_CHANGES || share > 0.5
}

/// The Levenshtein distance.
fn changes(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.iter().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (right, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = cost.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The length of the longest piece that stands in both.
fn longest_shared(a: &[char], b: &[char]) -> usize {
    let mut longest = 0;
    let mut row = vec![0; b.len() + 1];
    for left in a {
        let mut diagonal = 0;
        for (right, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let length = if left == right { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(cell, length);
            longest = longest.max(length);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_shared_pieces() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(changes(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(changes(&chars(""), &chars("abc")), 3);
        assert_eq!(longest_shared(&chars("xabcy"), &chars("zabcw")), 3);
    }

    #[test]
    fn a_password_may_not_repeat_the_identifier() {
        assert!(alike("mia@example.org", "MIA@example.org1"));
        assert!(alike("mia@example.org", "my mia@example.org"));
        assert!(!alike("mia@example.org", "correct horse battery staple"));
        assert!(!alike("mia@example.org", &"mia@example.org".repeat(20)));
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_like_itself_and_the_distance_is_symmetric(a in ".{1,40}", b in ".{1,40}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert!(alike(&a, &a));
            assert_eq!(changes(&x, &y), changes(&y, &x));
        }
    }
}
