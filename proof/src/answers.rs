//! Answers as the store and the host give them.

use crate::{Answer, Kept};
use domain::{reading::Booked, refusal::Refusal};
use store::StoreError;
use uuid::Uuid;

impl From<&Result<Booked, StoreError>> for Answer {
    fn from(answer: &Result<Booked, StoreError>) -> Self {
        match answer {
            Ok(booked) => told(booked),
            Err(StoreError::Refused(refusal)) => refused(refusal),
            Err(StoreError::Invalid(_) | StoreError::NotFound | StoreError::NotAllowed) => Self::Refused,
            Err(StoreError::Unsure) => Self::Unknown,
            Err(StoreError::Busy | StoreError::Sealed | StoreError::Database(_)) => Self::Error,
        }
    }
}

/// What was told, read as the kept answers are.
fn told(booked: &Booked) -> Answer {
    let told = serde_json::to_value(booked).and_then(serde_json::from_value::<Kept>);
    match told {
        Ok(Kept { booking, number: Some(number) }) => Answer::Waitlisted { number, booking },
        Ok(Kept { booking, number: None }) => Answer::Ok { booking },
        Err(_) => Answer::Unknown,
    }
}

fn refused(refusal: &Refusal) -> Answer {
    match refusal {
        Refusal::WaitlistFull { .. } => Answer::Full,
        Refusal::AlreadyBooked { .. } => Answer::Duplicate,
        _ => Answer::Refused,
    }
}

impl Answer {
    /// What the host answered by HTTP to a page that asked for a booking by script: where it is sent, or the error.
    pub fn from_http(status: u16, location: Option<&str>, body: &str) -> Self {
        let told = location.and_then(|to| to.split("booked=").nth(1)?.get(..36)?.parse::<Uuid>().ok());
        match (status, told) {
            (200..=399, Some(booking)) => Self::Booked { booking },
            (409, _) if body.contains(r#""why":"waitlist_full""#) => Self::Full,
            (409, _) if body.contains(r#""why":"already_booked""#) => Self::Duplicate,
            (400..=499, _) => Self::Refused,
            (503, _) if body.contains(r#""error":"unsure""#) => Self::Unknown,
            _ => Self::Error,
        }
    }
}
