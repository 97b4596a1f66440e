//! Days that differ from the week's rhythm (休/班).

use crate::codes;

codes! {
    /// What makes a day different.
    DayKind {
        /// 法定节假日: a public holiday.
        PublicHoliday = "public_holiday",
        /// 调休上班: a weekend day that is worked in exchange.
        WorkingDay = "working_day",
        /// 寒暑假: schools are closed; the centre is open.
        SchoolHoliday = "school_holiday",
        /// 闭馆: the centre is closed.
        Closure = "closure",
    }
}

impl DayKind {
    /// True if a term that skips holidays does not meet on such a day.
    pub fn is_off(self) -> bool {
        matches!(self, Self::PublicHoliday | Self::Closure)
    }
}

codes! {
    /// What a term does with a date that falls on a day off.
    HolidayPolicy {
        /// The date is left out.
        Skip = "skip",
        /// The date stays.
        Keep = "keep",
        /// The date goes to the next day that is no day off and on which the term does not meet anyway (顺延).
        Move = "move",
    }
}
