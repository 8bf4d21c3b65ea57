//! `Value`: what a statement is given, in the few types that every engine knows alike.
//! Never holds driver types, and never shows what a person typed in its `Debug` form.
//! Next: `row.rs` for what comes back, `sqlite/bind.rs` and `postgres/bind.rs` for the wire forms.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

/// One bound parameter (`$1` …) or one cell of a [`Row`](crate::Row).
#[derive(Clone, PartialEq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// `{bool}`: `BOOLEAN` on PostgreSQL, 0 or 1 on SQLite.
    Bool(bool),
    /// Any integer column.
    I64(i64),
    /// `TEXT` and `{json}`.
    Text(String),
    /// `{bytes}`.
    Bytes(Vec<u8>),
    /// `{uuid}`: `UUID` on PostgreSQL, 16 bytes on SQLite.
    Uuid(Uuid),
    /// `{time}`: whole microseconds since 1970-01-01T00:00:00Z on every engine. Finer parts are cut off.
    Time(Timestamp),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Bool(value) => write!(f, "Bool({value})"),
            Self::I64(value) => write!(f, "I64({value})"),
            Self::Text(value) => write!(f, "Text({} bytes)", value.len()),
            Self::Bytes(value) => write!(f, "Bytes({} bytes)", value.len()),
            Self::Uuid(value) => write!(f, "Uuid({value})"),
            Self::Time(value) => write!(f, "Time({value})"),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::I64(value.into())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::I64(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Time(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Builds the parameters of a statement: `params![id, "text", None::<i64>]` is a `Vec<Value>`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        ::std::vec::Vec::<$crate::Value>::from([$($crate::Value::from($value)),*])
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn debug_hides_text_and_bytes() {
        let shown = format!("{:?}", params!["hunter2", vec![1_u8, 2, 3], 7_i64, None::<bool>]);
        assert_eq!(shown, "[Text(7 bytes), Bytes(3 bytes), I64(7), Null]");
    }

    #[test]
    fn no_parameters_is_an_empty_list() {
        assert!(params![].is_empty());
    }
}
