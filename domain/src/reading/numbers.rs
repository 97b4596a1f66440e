//! What staff read of what some days came to.

use crate::{
    activity::{Side, Unit},
    calendar::Span,
    id::ActivityId,
    numbers::{Period, Tally},
    recurrence::Weekday,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

shapes! {
    /// What some days came to.
    NumbersPage {
        /// The days.
        span: Span,
        /// Which run of the calendar they are, where they weren't named one by one.
        period: Option<Period>,
        /// Only this side.
        side: Option<Side>,
        /// All together.
        total: Tally,
        /// By activity, what most came to first.
        activities: Vec<ActivityNumbers>,
        /// By month, those without a date left out.
        months: Vec<MonthNumbers>,
        /// By weekday and hour of start, those without a date left out.
        hours: Vec<HourNumbers>,
        /// By community, for whoever reads the numbers of several.
        communities: Vec<CommunityNumbers>,
    }

    /// What an activity came to.
    ActivityNumbers {
        /// The activity.
        activity: ActivityId,
        /// Its name.
        name: String,
        /// Whose.
        side: Side,
        /// What its places are counted in.
        unit: Unit,
        /// The numbers.
        tally: Tally,
    }

    /// What a month came to, as far as it lies within the days.
    MonthNumbers {
        /// Its first day.
        month: Date,
        /// The numbers.
        tally: Tally,
    }

    /// What the dates of one weekday and hour came to.
    HourNumbers {
        /// The weekday.
        weekday: Weekday,
        /// The hour in which they start.
        hour: i8,
        /// Dates that were held.
        dates: u32,
        /// Heads that came.
        came: u32,
    }

    /// What a community came to.
    CommunityNumbers {
        /// In URLs.
        slug: String,
        /// Its name.
        name: String,
        /// The numbers.
        tally: Tally,
    }
}
