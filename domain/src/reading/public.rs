//! What everybody reads: the calendar and the activities.

use crate::{
    activity::{ActivityKind, Audience, Unit},
    booking::Standing,
    day_kind::DayKind,
    entry::Entry,
    id::{ActivityId, CommunityId, OccurrenceId, TermId},
    parts::Parts,
    recurrence::Series,
    term::{AgeRule, Minimum, Promotion, Scopes, TermState},
    which::WeekHour,
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

shapes! {
    /// A community on the first page.
    CommunityCard {
        /// Its name in URLs.
        slug: String,
        /// 永兴社区
        name: String,
        /// City and street.
        place: String,
        /// Dates of the coming seven days for elders.
        elder: u32,
        /// For children and families.
        child: u32,
        /// For everybody.
        all: u32,
    }

    /// What every page of a community shows in its head.
    CommunityHead {
        /// Its id.
        id: CommunityId,
        /// Its name in URLs.
        slug: String,
        /// 永兴社区
        name: String,
        /// City and street.
        place: String,
        /// The centre's telephone.
        phone: String,
        /// A paragraph about it.
        about: String,
        /// Today there.
        today: Date,
    }

    /// A day as a wall calendar prints it.
    DayHead {
        /// The date.
        date: Date,
        /// 农历, such as 十月十六.
        lunar: String,
        /// The short form for a small cell.
        lunar_short: String,
        /// 节气 or a festival, if it is one.
        festival: Option<String>,
        /// 休, 班, 寒暑假, 闭馆, each with its name.
        marks: Vec<(DayKind, String)>,
    }

    /// One day of a calendar page.
    CalendarDay {
        /// Its head.
        head: DayHead,
        /// What takes place, by start.
        entries: Vec<DateEntry>,
    }

    /// One occurrence in a list.
    DateEntry {
        /// The occurrence.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// Its activity.
        activity: ActivityId,
        /// The activity's name.
        name: String,
        /// Its kind.
        kind: ActivityKind,
        /// Whom it is for.
        audience: Audience,
        /// What places are counted in.
        unit: Unit,
        /// Ages taken.
        age: AgeRule,
        /// The date.
        date: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// The room.
        room: Option<String>,
        /// 第 n 次 / 共 m 次; none for a cancelled date, and where the term meets several times a day.
        ordinal: Option<(usize, usize)>,
        /// So many dates of the term on that day it stands for: one, but where a calendar shows them as one.
        dates: u32,
        /// How it stands.
        standing: Standing,
        /// When booking opens, where it has not yet.
        opens: Option<DateTime>,
        /// Why it was called off.
        reason: Option<String>,
    }

    /// An activity in a list.
    ActivityCard {
        /// The activity.
        id: ActivityId,
        /// Its name.
        name: String,
        /// Its kind.
        kind: ActivityKind,
        /// Whom it is for.
        audience: Audience,
        /// A paragraph about it.
        summary: String,
        /// The next date, if any.
        next: Option<Date>,
    }

    /// An activity's page.
    ActivityPage {
        /// The activity.
        card: ActivityCard,
        /// What places are counted in.
        unit: Unit,
        /// What it is about.
        topics: Vec<String>,
        /// Who runs it.
        leaders: String,
        /// Its terms: current and coming first, then past ones.
        terms: Vec<TermCard>,
    }

    /// What is published of a draw, and whether it holds.
    DrawPage {
        /// The activity.
        activity: ActivityId,
        /// The term.
        term: TermId,
        /// Both by name.
        title: String,
        /// SHA-256 of the seed.
        commitment: String,
        /// The seed; none before the draw.
        seed: Option<String>,
        /// Numbers with their tickets, as they were drawn.
        order: Vec<(i64, u64)>,
        /// True if the server, doing it again, found the same.
        holds: bool,
    }

    /// A term by its names, for a sentence that speaks of it.
    TermName {
        /// The community's slug.
        slug: String,
        /// Its activity.
        activity: ActivityId,
        /// The term.
        term: TermId,
        /// The activity's name.
        name: String,
        /// Start.
        start: Time,
        /// End.
        end: Time,
    }

    /// A term on its activity's page.
    TermCard {
        /// The term.
        id: TermId,
        /// Its name.
        name: String,
        /// Whether it runs.
        state: TermState,
        /// Its rule.
        series: Series,
        /// First date.
        first: Date,
        /// Last date.
        last: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// How the day between the two is parted.
        parts: Parts,
        /// The hours of the week that can be booked for every week.
        week_hours: Vec<WeekHour>,
        /// The room.
        room: Option<String>,
        /// Who leads.
        leader: String,
        /// Places a date.
        capacity: u32,
        /// With how few it is in question.
        minimum: Option<Minimum>,
        /// Ages taken.
        age: AgeRule,
        /// What may be booked.
        scopes: Scopes,
        /// True once the first date has begun.
        begun: bool,
        /// When booking opens.
        opens: Option<DateTime>,
        /// Seconds from now to the opening, where it lies ahead.
        opens_in: Option<i64>,
        /// When booking closes.
        closes: Option<DateTime>,
        /// Hours before the start until which a family may cancel.
        cancel_hours: u32,
        /// The other rules of entry.
        entry: Entry,
        /// When the priority groups may book.
        priority_opens: Option<DateTime>,
        /// How a freed place reaches the first in line.
        promotion: Promotion,
        /// What was committed to, where lots are drawn.
        commitment: Option<String>,
        /// True once they were.
        drawn: bool,
        /// How it stands.
        standing: Standing,
        /// Parties that wait.
        waiting: u32,
        /// All dates.
        dates: Vec<DateEntry>,
    }
}

impl DateEntry {
    /// Shows another date of the same term and day as one with this, the earlier of the two. What is called off counts
    /// only where all are. Of places left it says the most of one of them; all together (`sum`) where a day is parted into
    /// so many short ones that each is one family's.
    pub fn join(&mut self, later: Self, sum: bool) {
        self.dates += later.dates;
        self.end = self.end.max(later.end);
        self.standing = match (self.standing, later.standing) {
            (Standing::Open { left: a }, Standing::Open { left: b }) if sum => Standing::Open { left: a + b },
            (Standing::Open { left: a }, Standing::Open { left: b }) => Standing::Open { left: a.max(b) },
            (a, b) if rank(b) < rank(a) => b,
            (a, _) => a,
        };
        if self.standing != Standing::CalledOff {
            self.reason = None;
        }
    }
}

impl TermCard {
    /// Its dates, those of a day as one where it meets several times a day.
    pub fn days(&self) -> Vec<DateEntry> {
        let mut days: Vec<DateEntry> = Vec::with_capacity(self.dates.len());
        for date in &self.dates {
            match days.last_mut().filter(|day| day.date == date.date && !self.parts.is_one()) {
                Some(day) => day.join(date.clone(), self.parts.minutes.is_some()),
                None => days.push(date.clone()),
            }
        }
        days
    }
}

/// What of two dates a visitor would rather know, the lower the rather.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Open { .. } => 0,
        Standing::Waitlist { .. } => 1,
        Standing::Applying { .. } => 2,
        Standing::Opens { .. } => 3,
        Standing::Full => 4,
        Standing::Drawing { .. } => 5,
        Standing::Closed => 6,
        Standing::Past => 7,
        Standing::CalledOff => 8,
    }
}
