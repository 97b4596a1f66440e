//! What became of a line.

use crate::error::AppError;
use domain::reading::Booked;
use serde::{Deserialize, Serialize};

/// What became of a line that was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum LineAnswer {
    /// 已报名
    Booked,
    /// A place is kept until the family confirms.
    Held,
    /// Takes part in the draw.
    Applied,
    /// 候补第 n 位
    Waits {
        /// The number.
        number: u32,
    },
    /// Nothing, and why.
    No {
        /// Why.
        error: AppError,
    },
}

impl LineAnswer {
    /// True where the same once more would be answered otherwise: nobody could say, or nothing could be done just then.
    pub fn may_try_again(&self) -> bool {
        matches!(self, Self::No { error: AppError::Busy | AppError::Unsure | AppError::Failed })
    }
}

impl From<Result<Booked, AppError>> for LineAnswer {
    fn from(answer: Result<Booked, AppError>) -> Self {
        match answer {
            Ok(Booked::Confirmed { .. }) => Self::Booked,
            Ok(Booked::Held { .. }) => Self::Held,
            Ok(Booked::Applied { .. }) => Self::Applied,
            Ok(Booked::Waiting { number, .. }) => Self::Waits { number },
            Err(error) => Self::No { error },
        }
    }
}
