//! Booking places: one request, or many under one lock and in one commit.

use super::batch::Batch;
use crate::{
    StoreError,
    accounts::Who,
    error::{is_constraint, is_duplicate, is_locked},
    fault::{self, Point},
    terms::{lock_terms, unlocked_terms},
    tx::begin_write,
};
use domain::{
    booking::MAX_HEADS,
    id::{PersonId, RequestKey, TermId},
    reading::Booked,
    refusal::{FieldProblem, Refusal},
    rights::Door,
    text::InputProblem,
    which::Which,
};
use jiff::Timestamp;
use sea_orm::{DatabaseConnection, DbErr};
use std::{collections::BTreeSet, time::Duration};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct BookRequest {
    /// The term.
    pub term: TermId,
    /// For whom.
    pub person: PersonId,
    /// Which of its dates.
    pub which: Which,
    /// Heads of the party, 1 to [`MAX_HEADS`].
    pub heads: u32,
    /// Grown-ups among them, where it was asked.
    pub adults: Option<u32>,
    /// Booked although something else is at the same time.
    pub insists: bool,
    /// What the term asks to be agreed to was agreed to.
    pub consents: bool,
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
    let asked = Asked { who: who.clone(), request: request.clone(), at: now };
    let one = [vec![asked]];
    let mut answers = book_with(db, &one, locking).await.map_err(|error| refused_by_tables(&error))?;
    answers.pop().and_then(|mut answers| answers.pop()).unwrap_or(Err(StoreError::Busy))
}

/// The answers to requests that were made together, one each.
pub type Answers = Vec<Result<Booked, StoreError>>;

/// Decides many requests in their order, each as if it had come alone, under one lock and in one commit; those of one
/// party (一起报名) get places all, or none of them anything. The answers are in the order of the requests; a refusal
/// of one party is nobody else's.
pub async fn book_parties(db: &DatabaseConnection, parties: &[Vec<Asked>]) -> Vec<Answers> {
    decide_parties(db, parties).await.0
}

/// The same, with the terms whose locks somebody else held for too long: who asked for one of them is told that it is
/// busy, and nobody else is held up by it.
pub(super) async fn decide_parties(
    db: &DatabaseConnection,
    parties: &[Vec<Asked>],
) -> (Vec<Answers>, BTreeSet<TermId>) {
    let error = match book_with(db, parties, Locking::On).await {
        Ok(answers) => return (answers, BTreeSet::new()),
        Err(error) => error,
    };
    let all = || parties.iter().map(|party| refused(party, &error)).collect();
    if is_locked(&error) {
        let terms = terms_of(parties);
        let free = unlocked_terms(db, &terms.iter().copied().collect::<Vec<_>>()).await.unwrap_or_default();
        let mut held: BTreeSet<TermId> = terms.into_iter().filter(|term| !free.contains(term)).collect();
        let waits = |party: &Vec<Asked>| party.iter().any(|one| held.contains(&one.request.term));
        let others: Vec<_> = parties.iter().filter(|party| !waits(party)).cloned().collect();
        // Where all are held there is nobody to part them from; where none is any more, there is no telling which was.
        if others.is_empty() || others.len() == parties.len() {
            return (all(), held);
        }
        let (answers, more) = Box::pin(decide_parties(db, &others)).await;
        let mut answers = answers.into_iter();
        let told = parties.iter().map(|party| match waits(party) {
            true => refused(party, &error),
            false => answers.next().unwrap_or_else(|| refused(party, &error)),
        });
        let told = told.collect();
        held.extend(more);
        return (told, held);
    }
    if !is_constraint(&error) || parties.len() < 2 {
        return (all(), BTreeSet::new());
    }
    // A row that the rules let through and the tables don't: alone, it fails alone.
    let (mut answers, mut held) = (Vec::with_capacity(parties.len()), BTreeSet::new());
    for party in parties {
        let (answer, locked) = Box::pin(decide_parties(db, std::slice::from_ref(party))).await;
        answers.extend(answer);
        held.extend(locked);
    }
    (answers, held)
}

fn refused(party: &[Asked], error: &DbErr) -> Answers {
    party.iter().map(|_| Err(refused_by_tables(error))).collect()
}

/// The terms that are asked for.
pub(super) fn terms_of(parties: &[Vec<Asked>]) -> BTreeSet<TermId> {
    parties.iter().flatten().map(|one| one.request.term).collect()
}

/// The same for requests each of which is a party of its own.
pub async fn book_places(db: &DatabaseConnection, asked: &[Asked]) -> Answers {
    let parties: Vec<Vec<Asked>> = asked.iter().map(|one| vec![one.clone()]).collect();
    book_parties(db, &parties).await.into_iter().flatten().collect()
}

/// The indexes behind the rules: two live bookings of one person on one date can't both be written.
fn refused_by_tables(error: &DbErr) -> StoreError {
    if is_duplicate(error) { Refusal::AlreadyBooked { waiting: false }.into() } else { error.clone().into() }
}

async fn book_with(db: &DatabaseConnection, parties: &[Vec<Asked>], locking: Locking) -> Result<Vec<Answers>, DbErr> {
    let asked: Vec<Asked> = parties.iter().flatten().cloned().collect();
    let terms: Vec<TermId> = terms_of(parties).into_iter().collect();
    if let Locking::OffAsControl(pause) = locking {
        let mut batch = Batch::read(db, &asked).await?;
        let answers = parties.iter().map(|party| decide(&mut batch, party)).collect();
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
    let mut batch = Batch::read(&tx, &asked).await?;
    let answers = parties.iter().map(|party| decide(&mut batch, party)).collect();
    fault::reach(Point::AfterCheck);
    batch.write(&tx).await?;
    fault::reach(Point::AfterInsert);
    tx.commit().await?;
    fault::reach(Point::AfterCommit);
    Ok(answers)
}

/// Those of one party get places all, or none of them anything: then the one that failed is told why, and the others that
/// it was not together.
fn decide(batch: &mut Batch, party: &[Asked]) -> Answers {
    if let [one] = party {
        return vec![decide_one(batch, one)];
    }
    let mark = batch.mark(party);
    let mut answers = Vec::with_capacity(party.len());
    for one in party {
        let refusal = match decide_one(batch, one) {
            // Somebody who only waits has nothing yet.
            Ok(Booked::Waiting { .. }) => StoreError::from(Refusal::NotTogether),
            Ok(answer) => {
                answers.push(Ok(answer));
                continue;
            }
            Err(refusal) => refusal,
        };
        batch.back_to(mark);
        let failed = answers.len();
        let other = StoreError::from(Refusal::NoneOfThem);
        return (0..party.len()).map(|n| Err(if n == failed { refusal.clone() } else { other.clone() })).collect();
    }
    answers
}

fn decide_one(batch: &mut Batch, one: &Asked) -> Result<Booked, StoreError> {
    if !(1..=MAX_HEADS).contains(&one.request.heads) {
        let problem = InputProblem::Number { min: 1, max: MAX_HEADS.into() };
        return Err(StoreError::Invalid(FieldProblem::new("heads", problem)));
    }
    batch.decide(one)
}
