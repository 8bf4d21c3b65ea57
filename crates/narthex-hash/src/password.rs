//! The password itself, as it travels from a request to the thread that hashes it.
//! Never shown by `Debug` and wiped from memory when dropped. It goes to `hasher`.

use std::fmt;

use zeroize::Zeroizing;

/// A password in the clear: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The password's bytes, as they are hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The password as text, for rules about its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Password {
    fn from(password: String) -> Self {
        Self(Zeroizing::new(password))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_contain_the_password() {
        let shown = format!("{:?}", Password::from("tr0ub4dor".to_owned()));
        assert!(!shown.contains("tr0ub4dor"), "{shown}");
    }
}
