//! What staff read at the desk: terms, rosters, the audit.

use super::{
    family::{CareLink, MyBooking},
    merge::MergeLine,
    public::{ActivityCard, DateEntry},
};
use crate::{
    activity::{Audience, Unit},
    booking::{Scope, Standing},
    care_details::CareField,
    crew::{Crew, CrewPlan, Duty, Gap},
    entry::{ClaimState, Entry, Group},
    id::{AccountId, ActivityId, BookingId, ClaimId, OccurrenceId, PersonId, TermId},
    line::Stuck,
    rights::{Act, Door, StaffRole},
    term::{AgeRule, Minimum, Promotion, Scopes},
    which::WeekHour,
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

shapes! {
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

    /// The desk's first page; what the visitor may not see is empty.
    DeskPage {
        /// What the visitor may do in the whole community.
        may: Vec<Act>,
        /// When the visitor must be there, in the two months to come.
        duties: Vec<DutyDate>,
        /// Today's dates.
        today: Vec<DateEntry>,
        /// Terms that run or are to come.
        terms: Vec<DeskTerm>,
        /// All activities.
        activities: Vec<ActivityCard>,
        /// Terms that too few have booked, and of which must be decided.
        short: Vec<ShortTerm>,
        /// Dates of the next two weeks at which somebody is missing.
        gaps: Vec<CrewDate>,
        /// Claims that wait for a check.
        claims: u32,
        /// Children of today's dates that nobody has collected yet; none where no children come today.
        still_here: Option<u32>,
    }

    /// A term that too few have booked.
    ShortTerm {
        /// The term.
        term: DeskTerm,
        /// Places held on its first date.
        held: u32,
        /// With how few it is held.
        minimum: Minimum,
        /// How many are missing.
        missing: u32,
        /// Its first date that takes place.
        first: Date,
    }

    /// A date, and who is there (人手).
    CrewDate {
        /// The date.
        occurrence: OccurrenceId,
        /// Its term.
        term: TermId,
        /// Its activity.
        name: String,
        /// The day.
        date: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// Who leads.
        leader: Option<String>,
        /// Who else is there.
        crew: Crew,
        /// True if the date names its own, false if they are those who usually come.
        own: bool,
        /// Places held.
        heads: u32,
        /// Who is missing.
        gaps: Vec<Gap>,
    }

    /// A date at which the visitor must be there.
    DutyDate {
        /// The date.
        occurrence: OccurrenceId,
        /// The activity's name.
        name: String,
        /// The day.
        date: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// Where.
        room: Option<String>,
        /// As what.
        duty: Duty,
        /// Places held.
        heads: u32,
        /// True if the visitor may call its roll.
        roll: bool,
    }

    /// Who works for a community.
    StaffPage {
        /// They, by role and name.
        staff: Vec<StaffLine>,
        /// The roles that the visitor may give.
        roles: Vec<StaffRole>,
    }

    /// Somebody who works for a community.
    StaffLine {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The sign-in name, or the phone, masked.
        sign_in: String,
        /// As what.
        role: StaffRole,
        /// Since when.
        since: Date,
        /// True for the visitor.
        myself: bool,
        /// True if the visitor may change or end it.
        mine_to_change: bool,
        /// True if the visitor may set a new start password.
        has_password: bool,
        /// True for who has a second factor.
        has_second: bool,
    }

    /// Who must be at a term's dates, for staff.
    CrewPage {
        /// The term.
        term: DeskTerm,
        /// What it asks for, and who usually comes.
        plan: CrewPlan,
        /// Its dates to come.
        dates: Vec<CrewDate>,
    }

    /// A roster.
    RosterPage {
        /// The term.
        term: DeskTerm,
        /// Whom it takes, by age.
        age: AgeRule,
        /// What may be booked.
        scopes: Scopes,
        /// The hours of the week that can be booked for every week.
        week_hours: Vec<WeekHour>,
        /// The most dates of one's choice on one booking.
        dates_at_once: u32,
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
        /// The hours of every week, where it is for those.
        weekly: Vec<WeekHour>,
        /// The first of its single dates.
        date: Option<Date>,
        /// How many single dates it has.
        dates: u32,
        /// When it was booked.
        booked: DateTime,
        /// Through which door.
        door: Door,
        /// Until when it must be answered, while places are kept for it.
        answer_by: Option<DateTime>,
        /// Why it has not moved up, while it waits.
        stuck: Option<Stuck>,
    }

    /// A claim, for the staff who check it.
    ClaimLine {
        /// The claim.
        id: ClaimId,
        /// The names of the household's members.
        household: Vec<String>,
        /// The group.
        group: Group,
        /// Asked, granted or refused.
        state: ClaimState,
        /// What the family wrote.
        note: String,
        /// When it asked.
        asked: DateTime,
    }

    /// A term's rules of entry, for the form that sets them.
    EntryPage {
        /// The term.
        term: DeskTerm,
        /// The rules.
        entry: Entry,
        /// When the priority groups may book.
        priority_opens: Option<DateTime>,
        /// How a freed place reaches the first in line.
        promotion: Promotion,
        /// When booking closes, which a draw needs.
        closes: Option<DateTime>,
        /// True once lots were drawn.
        drawn: bool,
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

    /// Changes of a community, a page of them.
    AuditPage {
        /// They, newest first.
        lines: Vec<AuditLine>,
        /// The change before which the next page begins, if there is one.
        older: Option<Uuid>,
    }

    /// A resident, as the desk sees one.
    PersonPage {
        /// Who.
        person: FoundPerson,
        /// Who else is in the household.
        household: Vec<String>,
        /// The live bookings.
        bookings: Vec<MyBooking>,
        /// Whom the person let see or do something.
        links: Vec<CareLink>,
        /// What was changed for the person, newest first.
        changes: Vec<AuditLine>,
        /// Which care details are kept, not what they say.
        care: Vec<CareField>,
        /// Others that are likely the same person.
        twins: Vec<FoundPerson>,
        /// Records that were joined to this one, newest first.
        merges: Vec<MergeLine>,
        /// True if it was asked for by one of those.
        led: bool,
        /// True if somebody of the household has an account, by which they see, mend and erase it themselves.
        signs_in: bool,
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
