//! Booking places: one request, or many under one lock and in one commit.

use super::batch::Batch;
use crate::{
    StoreError,
    accounts::Who,
    error::{is_constraint, is_duplicate},
    fault::{self, Point},
    terms::lock_terms,
    tx::begin_write,
};
use domain::{
    booking::{MAX_HEADS, Scope},
    id::{OccurrenceId, PersonId, RequestKey, TermId},
    reading::Booked,
    refusal::{FieldProblem, Refusal},
    rights::Door,
    text::InputProblem,
};
use jiff::Timestamp;
use sea_orm::{DatabaseConnection, DbErr};
use std::{collections::BTreeSet, time::Duration};

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct BookRequest {
    /// The term.
    pub term: TermId,
    /// For whom.
    pub person: PersonId,
    /// How much of the term.
    pub scope: Scope,
    /// The date, for [`Scope::Single`].
    pub occurrence: Option<OccurrenceId>,
    /// Heads of the party, 1 to [`MAX_HEADS`].
    pub heads: u32,
    /// Makes a repeated request recognisable.
    pub key: RequestKey,
    /// A family's page or the staff desk.
    pub door: Door,
}

/// A request, who made it, and when it arrived: by that instant it is judged, however long it then waited.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who.
    pub who: Who,
    /// What.
    pub request: BookRequest,
    /// When.
    pub at: Timestamp,
}

/// Whether the lock is taken. Only the control of the race test turns it off, to show that the race is real.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// Lock, then read.
    On,
    /// Read and decide, pause, and only then lock and write: what oversells.
    OffAsControl(Duration),
}

/// Books places for a person, or puts the person on the waiting list. The same key gets the same answer.
///
/// # Errors
/// [`StoreError::Refused`] with the rule that says no; [`StoreError::NotFound`] for a term or person that is not
/// there or not the actor's.
pub async fn book_place(
    db: &DatabaseConnection,
    who: &Who,
    request: &BookRequest,
    now: Timestamp,
) -> Result<Booked, StoreError> {
    book_place_with(db, who, request, now, Locking::On).await
}

#[doc(hidden)]
pub async fn book_place_with(
    db: &DatabaseConnection,
    who: &Who,
    request: &BookRequest,
    now: Timestamp,
    locking: Locking,
) -> Result<Booked, StoreError> {
    let asked = Asked { who: who.clone(), request: *request, at: now };
    let mut answers = book_with(db, &[asked], locking).await.map_err(|error| refused_by_tables(&error))?;
    answers.pop().unwrap_or(Err(StoreError::Busy))
}

/// Decides many requests in their order, each as if it had come alone, under one lock and in one commit. The answers
/// are in the order of the requests; a refusal of one is nobody else's.
pub async fn book_places(db: &DatabaseConnection, asked: &[Asked]) -> Vec<Result<Booked, StoreError>> {
    match book_with(db, asked, Locking::On).await {
        Ok(answers) => answers,
        // A row that the rules let through and the tables don't: alone, it fails alone.
        Err(error) if is_constraint(&error) && asked.len() > 1 => {
            let mut answers = Vec::with_capacity(asked.len());
            for one in asked {
                answers.push(book_place(db, &one.who, &one.request, one.at).await);
            }
            answers
        }
        Err(error) => asked.iter().map(|_| Err(refused_by_tables(&error))).collect(),
    }
}

/// The indexes behind the rules: two live bookings of one person on one date can't both be written.
fn refused_by_tables(error: &DbErr) -> StoreError {
    if is_duplicate(error) { Refusal::AlreadyBooked { waiting: false }.into() } else { error.clone().into() }
}

async fn book_with(
    db: &DatabaseConnection,
    asked: &[Asked],
    locking: Locking,
) -> Result<Vec<Result<Booked, StoreError>>, DbErr> {
    let terms: Vec<TermId> = asked.iter().map(|one| one.request.term).collect::<BTreeSet<_>>().into_iter().collect();
    if let Locking::OffAsControl(pause) = locking {
        let mut batch = Batch::read(db, asked).await?;
        let answers = decide(&mut batch, asked);
        tokio::time::sleep(pause).await;
        let tx = begin_write(db).await?;
        lock_terms(&tx, &terms).await?;
        batch.write(&tx).await?;
        tx.commit().await?;
        return Ok(answers);
    }
    fault::reach(Point::BeforeBegin);
    let tx = begin_write(db).await?;
    lock_terms(&tx, &terms).await?;
    let mut batch = Batch::read(&tx, asked).await?;
    let answers = decide(&mut batch, asked);
    fault::reach(Point::AfterCheck);
    batch.write(&tx).await?;
    fault::reach(Point::AfterInsert);
    tx.commit().await?;
    fault::reach(Point::AfterCommit);
    Ok(answers)
}

fn decide(batch: &mut Batch, asked: &[Asked]) -> Vec<Result<Booked, StoreError>> {
    asked
        .iter()
        .map(|one| {
            if !(1..=MAX_HEADS).contains(&one.request.heads) {
                let problem = InputProblem::Number { min: 1, max: MAX_HEADS.into() };
                return Err(StoreError::Invalid(FieldProblem::new("heads", problem)));
            }
            batch.decide(one)
        })
        .collect()
}
