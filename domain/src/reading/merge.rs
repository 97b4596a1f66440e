//! What staff read of two records of one person.

use super::FoundPerson;
use crate::{
    id::MergeId,
    merge::{Hindrance, Joined},
};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

shapes! {
    /// Something that hinders, with the name of the activity that it is about.
    Hindered {
        /// What.
        why: Hindrance,
        /// The activity.
        activity: Option<String>,
    }

    /// One of two records, as they are laid side by side.
    MergeSide {
        /// Who.
        person: FoundPerson,
        /// The birth date.
        birth: Option<Date>,
        /// When it was written down.
        since: Date,
        /// Who lives with them.
        household: Vec<String>,
        /// Who signs in for that household.
        answers: Vec<String>,
        /// True if somebody signs in as this person.
        account: bool,
        /// The activities that are booked, each with its first date to come.
        bookings: Vec<(String, Option<Date>)>,
        /// Dates on which they came.
        came: u32,
        /// Relatives who may see or book.
        relatives: u32,
        /// True if care details are kept.
        care: bool,
    }

    /// Two records, and what would come of joining them.
    MergePair {
        /// The record that stays.
        kept: MergeSide,
        /// The one that is joined to it.
        gone: MergeSide,
        /// What would be joined.
        joined: Vec<(Joined, u32)>,
        /// Bookings of what is over that stay behind, since both have them.
        stays: u32,
        /// True if people of two homes must have agreed.
        two_homes: bool,
        /// What hinders it.
        hinders: Vec<Hindered>,
    }

    /// A record for which another is looked for.
    MergePage {
        /// The record.
        person: FoundPerson,
        /// Others that are likely the same person.
        twins: Vec<FoundPerson>,
        /// Those that a search found.
        found: Vec<FoundPerson>,
        /// Both, where another was chosen.
        pair: Option<MergePair>,
    }

    /// A record that was joined to a person's.
    MergeLine {
        /// What was done.
        id: MergeId,
        /// When.
        at: DateTime,
        /// By whom.
        by: String,
        /// The name on the record that went.
        name: String,
        /// What it brought.
        joined: Vec<(Joined, u32)>,
        /// What hinders taking it back.
        hinders: Vec<Hindered>,
    }
}
