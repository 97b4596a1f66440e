//! What can go wrong with a transaction.

use domain::{
    refusal::{FieldProblem, Refusal},
    text::InputProblem,
};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A transaction that changed nothing, and why.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule says no.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// A field holds something unusable.
    #[error("field {}: {}", .0.field, .0.problem)]
    Invalid(FieldProblem),
    /// No such thing, or not for this actor: the two look the same from outside.
    #[error("not found")]
    NotFound,
    /// The actor has no right to it.
    #[error("not allowed")]
    NotAllowed,
    /// Others hold the lock for too long; asking again is fine.
    #[error("busy")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) => Self::Busy,
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))
                if is_busy(&e.to_string()) =>
            {
                Self::Busy
            }
            _ => Self::Database(error),
        }
    }
}

/// SQLITE_BUSY, and PostgreSQL's lock_not_available (55P03), deadlock_detected (40P01).
fn is_busy(message: &str) -> bool {
    ["database is locked", "lock timeout", "deadlock detected"].iter().any(|part| message.contains(part))
}

/// True if the database refused a row because a unique index holds one like it.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// True if a constraint of the tables refused a row: a unique index, or a reference to nothing.
pub(crate) fn is_constraint(error: &DbErr) -> bool {
    error.sql_err().is_some()
}

/// Names the field of an [`InputProblem`].
pub trait InField<T> {
    /// The value, or the problem at `field`.
    fn in_field(self, field: &str) -> Result<T, StoreError>;
}

impl<T> InField<T> for Result<T, InputProblem> {
    fn in_field(self, field: &str) -> Result<T, StoreError> {
        self.map_err(|problem| StoreError::Invalid(FieldProblem::new(field, problem)))
    }
}
