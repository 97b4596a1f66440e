//! A domain code in a text column.

use domain::code::Code;
use sea_orm::{
    ActiveValue, ColIdx, ColumnType, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, StringLen, ValueType, ValueTypeErr, postgres_array::NotU8},
};
use std::ops::Deref;

/// A value stored as its stable code. A code that the program doesn't know is an error of the row that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stored<T: Code>(pub T);

impl<T: Code> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Code> From<T> for Stored<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Code + PartialEq> PartialEq<T> for Stored<T> {
    fn eq(&self, other: &T) -> bool {
        self.0 == *other
    }
}

impl<T: Code> From<Stored<T>> for Value {
    fn from(stored: Stored<T>) -> Self {
        stored.0.code().into()
    }
}

impl<T: Code> TryGetable for Stored<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let code = String::try_get_by(row, index)?;
        T::from_code(&code).map(Self).ok_or_else(|| {
            let kind = std::any::type_name::<T>();
            TryGetError::DbErr(DbErr::Type(format!("{code:?} in column {index:?} is not a code of {kind}")))
        })
    }
}

impl<T: Code> ValueType for Stored<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let code = <String as ValueType>::try_from(value)?;
        T::from_code(&code).map(Self).ok_or(ValueTypeErr)
    }

    fn type_name() -> String {
        format!("Stored<{}>", std::any::type_name::<T>())
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::None)
    }
}

impl<T: Code> Nullable for Stored<T> {
    fn null() -> Value {
        <String as Nullable>::null()
    }
}

impl<T: Code> IntoActiveValue<Self> for Stored<T> {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

/// A code is never a generated key; sea-orm asks for this of every type that may stand in a primary key.
impl<T: Code> TryFromU64 for Stored<T> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Stored"))
    }
}

impl<T: Code> NotU8 for Stored<T> {}
