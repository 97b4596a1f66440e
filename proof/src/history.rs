//! The history: one line a request.

use crate::{Rows, violations};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};
use store::bookings::BookRequest;
use uuid::Uuid;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which node was asked.
    pub node: u32,
    /// Who asked.
    pub client: u32,
    /// When, in microseconds since the history began.
    pub asked_at: u64,
    /// When the answer was there; none if it never came.
    pub answered_at: Option<u64>,
    /// What was asked.
    #[serde(flatten)]
    pub what: What,
    /// What was answered.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A booking.
    Book {
        /// The term.
        term: Uuid,
        /// For whom.
        person: Uuid,
        /// So many.
        heads: u32,
        /// The request's key: the same request has the same one.
        key: Uuid,
    },
    /// A booking given back.
    Cancel {
        /// Which.
        booking: Uuid,
    },
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// A place, or, to who cancels, that it is done.
    Ok {
        /// The booking.
        booking: Uuid,
    },
    /// 候补第 `number` 位.
    Waitlisted {
        /// The number.
        number: u32,
        /// The booking.
        booking: Uuid,
    },
    /// A booking whose page says the rest, as a browser is sent there.
    Booked {
        /// The booking.
        booking: Uuid,
    },
    /// Neither a place nor room on the waiting list.
    Full,
    /// Booked already.
    Duplicate,
    /// Another rule said no.
    Refused,
    /// It was said that nothing was done.
    Error,
    /// No answer came, or one that says that nobody knows.
    Unknown,
}

impl Entry {
    /// The request on one line.
    ///
    /// # Errors
    /// None that these values could cause.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl What {
    /// A booking as the store is asked for it.
    pub fn book(request: &BookRequest) -> Self {
        Self::Book { term: request.term.0, person: request.person.0, heads: request.heads, key: request.key.0 }
    }
}

impl Answer {
    /// The booking that was told.
    pub fn booking(self) -> Option<Uuid> {
        match self {
            Self::Ok { booking } | Self::Waitlisted { booking, .. } | Self::Booked { booking } => Some(booking),
            _ => None,
        }
    }
}

/// A history while it is made, by many at once.
#[derive(Debug)]
pub struct History {
    began: Instant,
    entries: Mutex<Vec<Entry>>,
}

impl Default for History {
    fn default() -> Self {
        Self { began: Instant::now(), entries: Mutex::default() }
    }
}

/// A request under way. Dropped without an answer, it stands in the history as one whose outcome nobody knows.
#[derive(Debug)]
pub struct Asking<'a> {
    history: &'a History,
    entry: Option<Entry>,
}

impl History {
    /// Notes that somebody asks now.
    pub fn ask(&self, node: u32, client: u32, what: What) -> Asking<'_> {
        let entry = Entry { node, client, asked_at: self.now(), answered_at: None, what, answer: Answer::Unknown };
        Asking { history: self, entry: Some(entry) }
    }

    /// What was noted so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests have been answered so far, or never will be.
    pub fn answered(&self) -> usize {
        self.count(|_| true)
    }

    /// The answers that `which` takes.
    pub fn count(&self, which: impl Fn(&Answer) -> bool) -> usize {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|entry| which(&entry.answer)).count()
    }

    /// One JSON object a request.
    pub fn lines(&self) -> String {
        self.entries().iter().filter_map(|entry| entry.line().ok()).map(|line| line + "\n").collect()
    }

    /// Reads the history against the database: all that isn't true, each in a sentence.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn check(&self, db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
        let entries = self.entries();
        Ok(violations(&Rows::read(db, &entries).await?, &entries))
    }

    /// Reads the history against a copy of the database, made after so many requests had been answered: what was answered
    /// later may be in it or not.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn check_copy(&self, copy: &impl ConnectionTrait, answered: usize) -> Result<Vec<String>, DbErr> {
        let mut entries = self.entries();
        for later in entries.iter_mut().skip(answered) {
            (later.answer, later.answered_at) = (Answer::Unknown, None);
        }
        Ok(violations(&Rows::read(copy, &entries).await?, &entries))
    }

    /// Fails the test that calls it with all that isn't true.
    pub async fn must_hold(&self, db: &impl ConnectionTrait) {
        let found = match self.check(db).await {
            Ok(found) => found,
            Err(error) => vec![format!("the rows can't be read: {error}")],
        };
        assert!(found.is_empty(), "{}\nin this history:\n{}", found.join("\n"), self.lines());
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Asking<'_> {
    /// Notes the answer, which is there now.
    pub fn answered(mut self, answer: Answer) {
        if let Some(entry) = &mut self.entry {
            entry.answered_at = Some(self.history.now());
            entry.answer = answer;
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.history.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_line_that_reads_back() {
        let history = History::default();
        let what = What::Book { term: Uuid::from_u128(1), person: Uuid::from_u128(2), heads: 1, key: Uuid::nil() };
        history.ask(1, 7, what).answered(Answer::Waitlisted { number: 3, booking: Uuid::from_u128(4) });
        drop(history.ask(0, 8, What::Cancel { booking: Uuid::from_u128(4) }));
        let lines = history.lines();
        let read: Vec<Entry> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, history.entries());
        assert!(lines.contains(r#""what":"book""#) && lines.contains(r#""answer":"waitlisted","number":3"#), "{lines}");
        assert_eq!((read[1].answered_at, read[1].answer), (None, Answer::Unknown));
    }
}
