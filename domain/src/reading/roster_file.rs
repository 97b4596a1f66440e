//! What staff read of a roster from a file, before it is booked.

use crate::{reading::FoundPerson, refusal::Refusal, roster_file::LineProblem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

shapes! {
    /// A line of a file, with whom it means.
    SeenLine {
        /// Its row in the sheet.
        row: u32,
        /// The name, as it stands there.
        name: String,
        /// The birth date, where it could be read.
        birth: Option<Date>,
        /// The phone as others may see it, where it could be read.
        phone: Option<String>,
        /// The note, as it stands there.
        note: String,
        /// Whom it means, or why nobody can be booked by it.
        seen: Seen,
    }
}

/// Whom a line means, or why nobody can be booked by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    /// Somebody known.
    Known {
        /// Who.
        person: FoundPerson,
    },
    /// Somebody new.
    New,
    /// One of these: somebody must say.
    Ask {
        /// Who it may be.
        people: Vec<FoundPerson>,
        /// It may also be somebody new.
        or_new: bool,
    },
    /// Who has a place already, or waits for one.
    Booked {
        /// Waits.
        waiting: bool,
    },
    /// The line can't be read.
    Problem {
        /// Why.
        problem: LineProblem,
    },
    /// The term doesn't take who it is.
    Refused {
        /// Why.
        refusal: Refusal,
    },
}
