//! What is printed for the wall.

use super::public::{ActivityCard, CalendarDay, DayHead, TermCard};
use crate::{activity::Unit, sheet::Paper};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

shapes! {
    /// A month on paper, in whole weeks.
    MonthSheet {
        /// The month's first day.
        month: Date,
        /// The lunar months that it touches, such as 九月, 十月.
        lunar: Vec<String>,
        /// The paper.
        paper: Paper,
        /// The type, in points.
        size: u8,
        /// The days of each page.
        pages: Vec<Vec<CalendarDay>>,
        /// How many pages the larger paper takes.
        pages_on_a3: usize,
    }

    /// All dates of a term on paper.
    TermSheet {
        /// Its activity.
        activity: ActivityCard,
        /// What places are counted in.
        unit: Unit,
        /// The term, with its dates.
        term: TermCard,
        /// The days of the dates, in order.
        days: Vec<DayHead>,
    }

    /// An address to be scanned (QR code, ISO/IEC 18004).
    QrCode {
        /// The address.
        url: String,
        /// Modules a side, with the quiet zone.
        side: usize,
        /// The dark modules, as the `d` of an SVG path.
        path: String,
    }
}
