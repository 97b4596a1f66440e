//! What a page reads: the shapes that go from the rows to the page.
//!
//! They live here because both `store`, which fills them, and `app`, which shows them in the browser too, import
//! only `domain`. Times are the community's local civil times: the browser has no time-zone tables.

use crate::{
    activity::{ActivityKind, Audience, Unit},
    booking::{BookingState, Mark, Scope, Standing},
    day_kind::{DayKind, DaySpan, HolidayPolicy},
    id::{AccountId, ActivityId, BookingId, ChangeId, CommunityId, NoticeId, OccurrenceId, PersonId, RoomId, TermId},
    person::MemberRole,
    recurrence::{Fate, Series},
    rights::{Door, StaffRole},
    schedule::{Arrangement, ChangeKind, Shared},
    term::{AgeRule, OccurrenceState, Scopes, TermState},
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name { $($(#[$fmeta])* pub $field: $type),+ }
    )+};
}

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
        /// 第 n 次 / 共 m 次; none for a cancelled date.
        ordinal: Option<(usize, usize)>,
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
        /// The room.
        room: Option<String>,
        /// Who leads.
        leader: String,
        /// Places a date.
        capacity: u32,
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
        /// How it stands.
        standing: Standing,
        /// Parties that wait.
        waiting: u32,
        /// All dates.
        dates: Vec<DateEntry>,
    }

    /// A member of one's household.
    Member {
        /// The person.
        person: PersonId,
        /// The name.
        name: String,
        /// Who it is in the household.
        role: MemberRole,
        /// Birth date, where known.
        birth: Option<Date>,
        /// Age today, where known.
        age: Option<i16>,
        /// True for the account's own person.
        myself: bool,
    }

    /// Who is signed in.
    Me {
        /// The account.
        account: AccountId,
        /// Its name, empty before it was told.
        name: String,
        /// Its phone, masked.
        phone: Option<String>,
        /// Where it works: slug, community's name, role.
        works_at: Vec<(String, String, StaffRole)>,
        /// Unread notices.
        unread: u32,
        /// The household's members.
        members: Vec<Member>,
    }

    /// A live or past booking as its family sees it.
    MyBooking {
        /// The booking.
        id: BookingId,
        /// The community's slug.
        slug: String,
        /// The community's name.
        community: String,
        /// The activity.
        activity: ActivityId,
        /// Its name.
        name: String,
        /// Whom it is for.
        audience: Audience,
        /// The term.
        term: TermId,
        /// The term's name.
        term_name: String,
        /// The person.
        person: PersonId,
        /// The person's name.
        person_name: String,
        /// Heads of the party.
        heads: u32,
        /// How much of the term.
        scope: Scope,
        /// Where it stands.
        state: BookingState,
        /// The number on the waiting list: parties ahead plus one.
        place_in_line: Option<u32>,
        /// Its dates still to come, held or waited for.
        dates: Vec<MyDate>,
        /// Until when the family may cancel.
        cancel_until: Option<DateTime>,
        /// True while it may.
        can_cancel: bool,
    }

    /// A date of one's own booking.
    MyDate {
        /// The occurrence.
        occurrence: OccurrenceId,
        /// The date.
        date: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// The room.
        room: Option<String>,
        /// Called off or not.
        state: OccurrenceState,
        /// 第 n 次 / 共 m 次.
        ordinal: Option<(usize, usize)>,
    }

    /// A notice.
    NoticeItem {
        /// The notice.
        id: NoticeId,
        /// What it says.
        says: NoticeText,
        /// When it was written.
        at: DateTime,
        /// Read before?
        read: bool,
        /// The date of a booking that may be given up in answer.
        decline: Option<(BookingId, OccurrenceId)>,
    }

    /// A term on the desk.
    DeskTerm {
        /// The term.
        id: TermId,
        /// Its activity.
        activity: ActivityId,
        /// The activity's name.
        activity_name: String,
        /// The term's name.
        name: String,
        /// Whom it is for.
        audience: Audience,
        /// What places are counted in.
        unit: Unit,
        /// First date.
        first: Date,
        /// Last date.
        last: Date,
        /// Places a date.
        capacity: u32,
        /// Most places held on a date still to come (or ever, once past).
        held: u32,
        /// Parties that wait.
        waiting: u32,
        /// How it stands.
        standing: Standing,
        /// When booking opens, where it has not yet.
        opens: Option<DateTime>,
    }

    /// The desk's first page.
    DeskPage {
        /// Today's dates.
        today: Vec<DateEntry>,
        /// Terms that run or are to come.
        terms: Vec<DeskTerm>,
        /// All activities.
        activities: Vec<ActivityCard>,
    }

    /// A date of a term as staff change it.
    PlannedDate {
        /// The date.
        occurrence: OccurrenceId,
        /// Its day.
        head: DayHead,
        /// When and where, and who leads.
        now: Arrangement,
        /// The room's name.
        room: Option<String>,
        /// 第 n 次 / 共 m 次.
        ordinal: Option<(usize, usize)>,
        /// Takes place or called off.
        state: OccurrenceState,
        /// Why it was called off.
        reason: Option<String>,
        /// True once it has begun.
        begun: bool,
        /// True if it was changed by itself before.
        hand_made: bool,
        /// Families that hold a place on it or wait for one.
        families: u32,
        /// How often it was changed: a form that saw another number is refused.
        sequence: i32,
    }

    /// The dates of a term, for staff.
    PlanPage {
        /// The term.
        term: DeskTerm,
        /// Its dates, the first first.
        dates: Vec<PlannedDate>,
        /// The community's rooms.
        rooms: Vec<RoomChoice>,
        /// The last change, if it can be taken back.
        last: Option<LastChange>,
    }

    /// The last change of a term's dates.
    LastChange {
        /// Its id.
        id: ChangeId,
        /// What was done.
        kind: ChangeKind,
        /// To how many dates.
        dates: u32,
        /// How many families were told.
        told: u32,
        /// By whom.
        who: String,
        /// When.
        at: DateTime,
    }

    /// What an edit would do.
    EditPreview {
        /// Each date as it is and as it would be.
        changes: Vec<PlannedChange>,
        /// Families that would be told.
        told: u32,
        /// What stands in the way.
        clashes: Vec<ClashLine>,
        /// Rooms that are free on all the dates, where the room is what clashes.
        free: Vec<RoomChoice>,
    }

    /// One date of an edit.
    PlannedChange {
        /// The day as it is.
        from: DayHead,
        /// The day as it would be.
        to: DayHead,
        /// As it is.
        was: Arrangement,
        /// As it would be.
        will: Arrangement,
        /// The room's name as it is.
        was_room: Option<String>,
        /// The room's name as it would be.
        will_room: Option<String>,
    }

    /// A date that stands in the way of another.
    ClashLine {
        /// The other's activity.
        name: String,
        /// The day.
        date: Date,
        /// Its start.
        start: Time,
        /// Its end.
        end: Time,
        /// What both need.
        shared: Shared,
    }

    /// A year's holidays, swapped working days and closures, for staff.
    DaysPage {
        /// The year.
        year: i16,
        /// Today there.
        today: Date,
        /// The days, a run of the same kind and name together.
        spans: Vec<DaySpan>,
        /// Days of the State Council's notice that are still missing; none where the program doesn't know the year.
        missing: Option<u32>,
        /// Dates to come that fall on a day off, and of which nothing was decided.
        hits: Vec<Hit>,
    }

    /// A date that falls on a day off.
    Hit {
        /// The date.
        occurrence: OccurrenceId,
        /// Its day.
        head: DayHead,
        /// Its activity.
        name: String,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// Families that hold a place on it or wait for one.
        families: u32,
        /// What its term does with days off.
        policy: HolidayPolicy,
    }

    /// A room to choose.
    RoomChoice {
        /// The room.
        id: RoomId,
        /// Its name.
        name: String,
        /// How many it holds.
        size: u32,
    }

    /// A roster.
    RosterPage {
        /// The term.
        term: DeskTerm,
        /// Whom it takes, by age.
        age: AgeRule,
        /// What may be booked.
        scopes: Scopes,
        /// Its dates.
        dates: Vec<DateEntry>,
        /// Who holds places.
        confirmed: Vec<RosterLine>,
        /// Who waits, in order.
        waiting: Vec<RosterLine>,
    }

    /// One booking on a roster.
    RosterLine {
        /// The booking.
        booking: BookingId,
        /// The person.
        person: PersonId,
        /// The name.
        name: String,
        /// Pinyin without spaces, for search.
        pinyin: String,
        /// Initials, for search.
        initials: String,
        /// Age today.
        age: Option<i16>,
        /// The phone to call, masked.
        phone: Option<String>,
        /// Heads.
        heads: u32,
        /// How much of the term.
        scope: Scope,
        /// The single date.
        date: Option<Date>,
        /// When it was booked.
        booked: DateTime,
        /// Through which door.
        door: Door,
    }

    /// A date's roll.
    RollPage {
        /// The date.
        date: DateEntry,
        /// Who is expected.
        lines: Vec<RollLine>,
    }

    /// One person on a roll.
    RollLine {
        /// The person.
        person: PersonId,
        /// The name.
        name: String,
        /// Pinyin and initials, for search.
        pinyin: String,
        /// Heads.
        heads: u32,
        /// What the roll says so far.
        mark: Option<Mark>,
        /// When it was marked.
        at: Option<Time>,
    }

    /// One change, in the audit.
    AuditLine {
        /// When.
        at: DateTime,
        /// Who.
        who: String,
        /// For whom.
        for_whom: Option<String>,
        /// The verb, a stable code.
        action: String,
        /// Through which door.
        door: Door,
        /// Before and after, as stored.
        before: Option<String>,
        /// After.
        after: Option<String>,
    }

    /// A planned date in a preview.
    PreviewDay {
        /// The day.
        head: DayHead,
        /// What becomes of it.
        fate: Fate,
        /// What stands in the way of it.
        clashes: Vec<ClashLine>,
    }

    /// Somebody found by the desk.
    FoundPerson {
        /// The person.
        id: PersonId,
        /// The name.
        name: String,
        /// Age today.
        age: Option<i16>,
        /// The phone, masked.
        phone: Option<String>,
        /// The building.
        building: Option<String>,
    }
}

/// A date as a notice tells it: names, not ids, since it is read later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The date.
    pub date: Date,
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// The room.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
}

/// What a notice says; stored as JSON, put into words by the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeText {
    /// Somebody moved up from the waiting list.
    Promoted {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// Dates held.
        dates: u32,
    },
    /// The desk booked for somebody.
    BookedByDesk {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// True if it waits.
        waiting: bool,
    },
    /// Dates were moved, or got another room or leader.
    Moved {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The booking.
        booking: BookingId,
        /// The first date moved.
        occurrence: OccurrenceId,
        /// That date as it was.
        from: Told,
        /// That date as it is.
        to: Told,
        /// So many more dates of the booking were moved with it.
        more: u32,
    },
    /// A date was added, and the party has a place on it.
    Added {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The booking.
        booking: BookingId,
        /// The date's id.
        occurrence: OccurrenceId,
        /// The date.
        date: Told,
    },
    /// A date was called off.
    CalledOff {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The date.
        date: Told,
        /// Why.
        reason: String,
    },
    /// A date that was called off takes place after all.
    Restored {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
        /// The date.
        date: Told,
    },
    /// The desk cancelled somebody's booking.
    CancelledByDesk {
        /// The activity.
        activity: String,
        /// The person.
        person: String,
        /// The community's slug.
        slug: String,
        /// Its activity's id.
        activity_id: ActivityId,
    },
}

/// The answer to a booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Booked {
    /// 已报名
    Confirmed {
        /// The booking.
        booking: BookingId,
        /// Dates held.
        dates: u32,
        /// The first of them.
        first: Date,
    },
    /// 候补第 n 位
    Waiting {
        /// The booking.
        booking: BookingId,
        /// The number: parties ahead plus one.
        number: u32,
    },
}
