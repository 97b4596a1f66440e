//! What changes on an activity's page while somebody looks at it.

use crate::{booking::Standing, id::TermId};
use serde::{Deserialize, Serialize};

shapes! {
    /// The places of an activity, as they stand.
    ActivityPlaces {
        /// The community's revision, or an earlier one than what follows.
        revision: i64,
        /// The same as long as nothing else on the page has changed.
        print: u64,
        /// Its terms.
        terms: Vec<TermPlaces>,
    }

    /// The places of a term.
    TermPlaces {
        /// The term.
        term: TermId,
        /// How it stands.
        standing: Standing,
        /// Parties that wait.
        waiting: u32,
        /// How each of its dates stands, in the page's order.
        dates: Vec<Standing>,
        /// The same as long as no party's own booking or number can have changed: whoever joins the end of the line
        /// changes nothing for those before.
        stirred: u64,
    }
}
