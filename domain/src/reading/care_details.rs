//! What is read of care details (照护须知).

use super::FoundPerson;
use crate::{
    care_details::{CareDetails, CareField, CareReason},
    id::PersonId,
};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

shapes! {
    /// All that is kept of a person, for whoever may see it.
    KeptCare {
        /// What it says.
        details: CareDetails,
        /// How often it was written: a form names what it was filled from.
        version: i32,
        /// Since when somebody agrees that it is kept; none while nobody has.
        agreed: Option<Date>,
        /// True if it is a guardian who agrees.
        guardian: bool,
    }

    /// Staff read it.
    CareReading {
        /// When.
        at: DateTime,
        /// Who.
        who: String,
        /// Why.
        why: CareTrace,
    }

    /// What the audit keeps of a change or a reading: never what the details say.
    CareTrace {
        /// Which of them.
        fields: Vec<CareField>,
        /// Why they were read.
        reason: Option<CareReason>,
        /// The same in somebody's own words.
        words: Option<String>,
    }

    /// The page on which a family keeps them for one of its members.
    FamilyCare {
        /// Who.
        person: PersonId,
        /// The name.
        name: String,
        /// What is kept.
        kept: KeptCare,
        /// Which staff have read it, newest first.
        readings: Vec<CareReading>,
    }

    /// The page on which staff read them.
    DeskCare {
        /// Who.
        person: FoundPerson,
        /// Which are kept.
        fields: Vec<CareField>,
        /// Why the actor reads them today.
        reason: Option<CareReason>,
        /// What they say: only for a reason, or where nothing is kept.
        opened: Option<KeptCare>,
        /// True if the actor may write them down from a paper form.
        edits: bool,
    }
}
