//! `Row`: one line of an answer, read by position.
//! Never knows which engine it came from; a cell that does not fit the wanted type is an error, not a guess.
//! Next: `value.rs` for the cells, `lib.rs` for the queries that yield rows.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{DbError, Value};

/// One line of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    cells: Vec<Value>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Value>) -> Self {
        Self { cells }
    }

    /// The cell at `index`, counted from 0 in the order of the `SELECT` list.
    ///
    /// # Errors
    /// [`DbError::Other`] if there is no such column, or its content is not a `T`
    /// (`NULL` is only an `Option`).
    pub fn get<'row, T: FromValue<'row>>(&'row self, index: usize) -> Result<T, DbError> {
        let cell = self.cells.get(index).ok_or_else(|| DbError::other(format!("the row has no column {index}")))?;
        T::from_value(cell).ok_or_else(|| DbError::other(format!("column {index} holds {cell:?}, wanted {}", std::any::type_name::<T>())))
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no column at all.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// A type that a cell can be read as. SQLite has fewer types than we do, so an integer may be a
/// time or a truth value, and 16 bytes may be a UUID.
pub trait FromValue<'row>: Sized {
    /// `None` if the cell holds something else.
    fn from_value(value: &'row Value) -> Option<Self>;
}

impl<'row> FromValue<'row> for bool {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::I64(0) => Some(false),
            Value::I64(1) => Some(true),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for i64 {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::I64(value) => Some(*value),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for u32 {
    fn from_value(value: &'row Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl<'row> FromValue<'row> for &'row str {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for String {
    fn from_value(value: &'row Value) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'row> FromValue<'row> for &'row [u8] {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Bytes(value) => Some(value),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for Vec<u8> {
    fn from_value(value: &'row Value) -> Option<Self> {
        <&[u8]>::from_value(value).map(<[u8]>::to_vec)
    }
}

impl<'row> FromValue<'row> for Uuid {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Uuid(value) => Some(*value),
            Value::Bytes(value) => Self::from_slice(value).ok(),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for Timestamp {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Time(value) => Some(*value),
            Value::I64(micros) => Self::from_microsecond(*micros).ok(),
            _ => None,
        }
    }
}

impl<'row, T: FromValue<'row>> FromValue<'row> for Option<T> {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn a_cell_of_another_type_is_an_error_that_hides_its_content() {
        let row = Row::new(params!["secret"]);
        let shown = row.get::<i64>(0).unwrap_err().to_string();
        assert!(shown.contains("Text(6 bytes)") && !shown.contains("secret"), "{shown}");
        assert!(row.get::<String>(1).is_err());
    }

    #[test]
    fn null_is_only_an_option() {
        let row = Row::new(params![None::<i64>]);
        assert_eq!(row.get::<Option<Uuid>>(0).unwrap(), None);
        assert!(row.get::<i64>(0).is_err());
    }

    #[test]
    fn integers_read_as_what_sqlite_stores_in_them() {
        let row = Row::new(params![1_i64, 2_i64]);
        assert!(row.get::<bool>(0).unwrap());
        assert!(row.get::<bool>(1).is_err());
        assert_eq!(row.get::<Timestamp>(1).unwrap(), Timestamp::from_microsecond(2).unwrap());
        assert_eq!(row.get::<u32>(1).unwrap(), 2);
    }
}
