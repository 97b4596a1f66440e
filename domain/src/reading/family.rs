//! What a family reads of its own.

use super::{day_note::DayNote, notice::NoticeText};
use crate::{
    activity::{Audience, Unit},
    attended::{AttendanceRule, Attended},
    booking::{BookingState, Mark, Scope, Standing},
    care::CareScope,
    consent::Purpose,
    entry::{ClaimState, Group},
    id::{AccountId, ActivityId, BookingId, CareLinkId, NoticeId, OccurrenceId, PersonId, PreparationId, TermId},
    leave::LeaveKind,
    person::MemberRole,
    rights::StaffRole,
    term::OccurrenceState,
    which::WeekHour,
};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

shapes! {
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
        /// True for a child that lives in another home, too.
        shared: bool,
    }

    /// What a community tells before it asks for consent to a purpose.
    ConsentText {
        /// What for.
        purpose: Purpose,
        /// Its version; 0 is the program's own text.
        version: i32,
        /// The community's own text.
        text: Option<String>,
    }

    /// What a member consented to.
    PersonConsents {
        /// The member.
        person: PersonId,
        /// The name.
        name: String,
        /// True where a guardian decides.
        by_guardian: bool,
        /// How it stands, a line for each purpose.
        states: Vec<ConsentState>,
        /// What was decided, newest first.
        history: Vec<ConsentLine>,
    }

    /// How consent to a purpose stands.
    ConsentState {
        /// What for.
        purpose: Purpose,
        /// What was decided last.
        granted: Option<bool>,
        /// True if it was granted to an earlier text.
        changed: bool,
    }

    /// A decision about consent.
    ConsentLine {
        /// What for.
        purpose: Purpose,
        /// Granted, or refused.
        granted: bool,
        /// Who decided.
        by: String,
        /// As a guardian.
        by_guardian: bool,
        /// On which version of the text.
        version: i32,
        /// When.
        at: DateTime,
    }

    /// A code of the household that can still be used.
    OpenCode {
        /// The child that is shared; none where a guardian is to join.
        child: Option<String>,
        /// Until when it can be used.
        until: DateTime,
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
        /// Who lets this account's phone see or do something.
        cared: Vec<Cared>,
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
        /// Its number among the applications of a draw, by which its lot is found.
        number: Option<i64>,
        /// Heads of the party.
        heads: u32,
        /// How much of the term.
        scope: Scope,
        /// The hours of every week, where it is for those.
        weekly: Vec<WeekHour>,
        /// Days of theirs to come on which it has no place, since they were full.
        missing: Vec<Date>,
        /// Where it stands.
        state: BookingState,
        /// The number on the waiting list: parties ahead plus one.
        place_in_line: Option<u32>,
        /// Its dates still to come, held or waited for.
        dates: Vec<MyDate>,
        /// Until when it must be answered, while places are kept for it.
        answer_by: Option<DateTime>,
        /// Seconds until then.
        answer_in: Option<i64>,
        /// True while it takes part in a draw that is to come.
        to_be_drawn: bool,
        /// Until when the family may cancel.
        cancel_until: Option<DateTime>,
        /// True while it may.
        can_cancel: bool,
        /// How the person attended so far, where the activity's next term asks.
        attended: Option<(Attended, AttendanceRule)>,
    }

    /// A relative to whom one granted something, as the person who granted it sees it.
    CareLink {
        /// The link.
        id: CareLinkId,
        /// The relative, as the person calls them.
        name: String,
        /// The relative's phone, masked.
        phone: String,
        /// What is allowed.
        scopes: Vec<CareScope>,
        /// Since when.
        since: Date,
        /// Where the signed paper is kept, if staff granted it.
        paper: Option<String>,
    }

    /// A person who granted something, as the relative sees it.
    Cared {
        /// The link.
        id: CareLinkId,
        /// The person.
        person: PersonId,
        /// The person's name.
        name: String,
        /// The slug of the person's community.
        slug: String,
        /// What is allowed.
        scopes: Vec<CareScope>,
    }

    /// What a relative sees of a person: only what was granted.
    CaredPage {
        /// Who, and what is allowed.
        cared: Cared,
        /// The community's name.
        community: String,
        /// Its telephone.
        telephone: String,
        /// Today there.
        today: Date,
        /// The person's dates: of the last days where the roll may be seen, and of the days to come.
        dates: Vec<CaredDate>,
        /// The live bookings, where the relative may book.
        bookings: Vec<MyBooking>,
    }

    /// A date of somebody who is cared for.
    CaredDate {
        /// The activity.
        activity: ActivityId,
        /// Its name.
        name: String,
        /// The day.
        date: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// The room.
        room: Option<String>,
        /// True while the place is only waited for.
        waiting: bool,
        /// Called off or not.
        state: OccurrenceState,
        /// True once it has begun.
        begun: bool,
        /// True once it is over.
        over: bool,
        /// What the roll says, where that may be seen and something was marked.
        mark: Option<(Mark, Time)>,
        /// When the person left before the end, where that may be seen.
        left: Option<Time>,
        /// What was written down of the day, where the roll may be seen.
        notes: Vec<DayNote>,
    }

    /// A household's claim to belong to a group.
    MyClaim {
        /// The group.
        group: Group,
        /// Asked, granted or refused.
        state: ClaimState,
    }

    /// What a family settled before it books.
    Prepared {
        /// What it is known by.
        id: PreparationId,
        /// The term.
        term: TermId,
        /// For whom.
        person: PersonId,
        /// The name.
        name: String,
        /// How much of the term.
        scope: Scope,
        /// Heads of the party.
        heads: u32,
        /// Grown-ups among them, where it was asked.
        adults: Option<u32>,
        /// Something else at the same time was insisted on.
        insists: bool,
    }

    /// One line of a household's list (报名单): what it settled, and how the class stands.
    Listed {
        /// What was settled.
        prepared: Prepared,
        /// The activity.
        activity: ActivityId,
        /// Its name.
        name: String,
        /// What places are counted in.
        unit: Unit,
        /// The term's name.
        term_name: String,
        /// First date.
        first: Date,
        /// Last date.
        last: Date,
        /// Start.
        start: Time,
        /// End.
        end: Time,
        /// How the term stands.
        standing: Standing,
        /// When booking opens, while that lies ahead.
        opens: Option<DateTime>,
        /// Seconds until then.
        opens_in: Option<i64>,
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
        /// Leave that was taken of it.
        leave: Option<LeaveKind>,
        /// The kinds of leave that the family may take now, by itself.
        may_leave: Vec<LeaveKind>,
        /// Until when personal leave may be taken.
        leave_until: Option<DateTime>,
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
    /// 名额已保留: it must be confirmed.
    Held {
        /// The booking.
        booking: BookingId,
    },
    /// 已登记抽签
    Applied {
        /// The booking.
        booking: BookingId,
    },
    /// 候补第 n 位
    Waiting {
        /// The booking.
        booking: BookingId,
        /// The number: parties ahead plus one.
        number: u32,
    },
}

impl Booked {
    /// The booking.
    pub fn booking(&self) -> BookingId {
        match self {
            Self::Confirmed { booking, .. }
            | Self::Held { booking }
            | Self::Applied { booking }
            | Self::Waiting { booking, .. } => *booking,
        }
    }
}
