//! What can go wrong with a transaction.

use domain::{
    refusal::{FieldProblem, Refusal},
    text::InputProblem,
};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

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
    /// Others hold the lock for too long, or the database can't be reached; asking again is fine.
    #[error("busy")]
    Busy,
    /// The connection to the database was lost while it committed: nobody knows what came of it.
    #[error("the commit was not answered")]
    Unsure,
    /// There is no key, or none that fits, for what is sealed.
    #[error("sealed")]
    Sealed,
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Custom(said) if said == UNANSWERED => Self::Unsure,
            _ if is_lost(&error) => {
                tracing::warn!(%error, "the database can't be reached");
                Self::Busy
            }
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))
                if is_busy(&e.to_string()) =>
            {
                Self::Busy
            }
            _ => Self::Database(error),
        }
    }
}

/// Stands for a commit that the database did not answer.
const UNANSWERED: &str = "the commit was not answered";

/// Makes the error of a commit that the database did not answer.
pub(crate) fn unanswered(error: &DbErr) -> DbErr {
    tracing::warn!(%error, "the database did not answer a commit");
    DbErr::Custom(UNANSWERED.to_owned())
}

/// True if there is no connection, or none any more: whatever was not committed is undone.
pub(crate) fn is_lost(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| ends_connection(&code)),
            _ => false,
        },
        _ => false,
    }
}

/// PostgreSQL's codes after which the connection is gone: connection exceptions, a server that is stopped, is starting or
/// has too many clients, and a transaction that was idle for too long.
fn ends_connection(code: &str) -> bool {
    code.starts_with("08") || ["57P01", "57P02", "57P03", "53300", "25P03"].contains(&code)
}

/// SQLITE_BUSY, and PostgreSQL's lock_not_available (55P03), deadlock_detected (40P01).
fn is_busy(message: &str) -> bool {
    ["database is locked", "lock timeout", "deadlock detected"].iter().any(|part| message.contains(part))
}

/// True if another held a lock for longer than whoever asked was to wait (PostgreSQL, 55P03).
pub(crate) fn is_locked(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "55P03")
        }
        _ => false,
    }
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
