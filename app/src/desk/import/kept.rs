//! What a login session keeps of a file between looking it over and booking: its lines and what became of them.

use super::answer::LineAnswer;
use crate::{error::AppError, ssr};
use domain::{
    id::{RequestKey, TermId},
    roster_file::RawLine,
};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The login session's key for it.
const KEPT: &str = "roster_file";
/// After so many hours it is forgotten: names have no business in a login session for longer.
const HOURS: i64 = 12;

/// A file that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// For which term.
    pub term: TermId,
    /// The key of its bookings.
    pub key: RequestKey,
    /// When it was sent.
    pub at: Timestamp,
    /// Its lines.
    pub lines: Vec<RawLine>,
    /// What became of them, by row.
    pub answers: BTreeMap<u32, LineAnswer>,
}

/// The file that this login session sent for a term, if it did lately.
pub async fn of_term(term: TermId) -> Result<Option<Kept>, AppError> {
    let oldest = ssr::now()?.checked_sub(HOURS.hours()).unwrap_or(Timestamp::MIN);
    let kept = ssr::kept::<Kept>(KEPT).await?;
    Ok(kept.filter(|kept| kept.term == term && kept.at >= oldest))
}

/// Keeps it, or forgets what was kept.
pub async fn keep(kept: Option<&Kept>) -> Result<(), AppError> {
    ssr::keep(KEPT, kept).await
}
