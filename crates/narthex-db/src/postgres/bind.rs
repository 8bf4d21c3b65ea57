//! Values into PostgreSQL's binary parameters and out of its rows.
//! Never guesses: the server tells the type of each parameter, and a value that does not fit it is an error.
//! Next: `session.rs` sends what is bound here.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::{Row, Value};

type Unfit = Box<dyn Error + Sync + Send>;

/// A value on its way to the server.
#[derive(Debug)]
pub(super) struct Bind<'a>(pub(super) &'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Unfit> {
        match (self.0, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Bool(value), &Type::BOOL) => out.put_u8((*value).into()),
            (Value::I64(value), &Type::INT8) => out.put_i64(*value),
            (Value::I64(value), &Type::INT4) => out.put_i32((*value).try_into()?),
            (Value::I64(value), &Type::INT2) => out.put_i16((*value).try_into()?),
            (Value::Text(value), &Type::JSONB) => {
                // The version of the format.
                out.put_u8(1);
                out.put_slice(value.as_bytes());
            }
            (Value::Text(value), ty) if is_text(ty) => out.put_slice(value.as_bytes()),
            (Value::Bytes(value), &Type::BYTEA) => out.put_slice(value),
            (Value::Uuid(value), &Type::UUID) => out.put_slice(value.as_bytes()),
            (Value::Time(value), &Type::INT8) => out.put_i64(value.as_microsecond()),
            (value, ty) => return Err(format!("{value:?} does not fit the type {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn is_text(ty: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::JSON, Type::UNKNOWN].contains(ty)
}

/// A value on its way from the server.
struct Cell(Value);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Unfit> {
        let value = match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Value::I64(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::I64(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::I64(i16::from_sql(ty, raw)?.into()),
            Type::UUID => Value::Uuid(Uuid::from_slice(raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::JSONB => Value::from(std::str::from_utf8(raw.get(1..).unwrap_or_default())?),
            _ if is_text(ty) => Value::from(std::str::from_utf8(raw)?),
            _ => return Err(format!("the type {ty} is not read here; cast it").into()),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Unfit> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let cell = |index| row.try_get::<_, Cell>(index).map(|cell| cell.0);
    (0..row.len()).map(cell).collect::<Result<_, _>>().map(Row::new)
}
