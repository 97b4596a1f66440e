//! Two records of one person that are joined (合并): what hinders it, what stays behind, and whose homes come together.

use crate::{
    booking::BookingState,
    codes,
    id::{BookingId, HouseholdId, OccurrenceId, TermId},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

codes! {
    /// What is joined, counted in pages and in the audit.
    Joined {
        /// Bookings with their places.
        Bookings = "bookings",
        /// Dates on which it was marked who came.
        Attendance = "attendance",
        /// Relatives who may see or book.
        Relatives = "relatives",
        /// Who may take a child.
        PickupPersons = "pickup_persons",
        /// Decisions about what data are used for.
        Consents = "consents",
        /// Homes that the person belongs to from now on.
        Homes = "homes",
        /// The account by which the person signs in.
        Account = "account",
        /// The birth date, which only the other record had.
        Birth = "birth",
        /// The phone, likewise.
        Phone = "phone",
        /// The building, likewise.
        Building = "building",
    }
}

/// Why two records are not joined, or not parted again. It holds nothing personal: it travels in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hindrance {
    /// It is one record.
    Same,
    /// One of them was joined to another record by now, or is none any more.
    Gone,
    /// One of them was erased.
    Erased,
    /// Each signs in by an account of its own.
    TwoAccounts,
    /// They were born on different days.
    Births,
    /// Both hold or await a place on one date that is to come.
    Place {
        /// Of that term.
        term: TermId,
        /// On that day.
        on: Date,
    },
    /// Both hold or await the same term.
    Term {
        /// That one.
        term: TermId,
    },
    /// Both hold or await a place in one period, in which one may have a single one.
    Period {
        /// The other record's.
        term: TermId,
    },
    /// Care details are sealed for the record that would go.
    CareDetails,
    /// Of one it was refused, later, that care details are kept, and of the other they are.
    CareRefused,
    /// Whoever lives with the person, or the account, has changed since.
    HomeChanged,
    /// It was decided since what data may be used for.
    DecidedSince,
    /// Care details were written since.
    CareSince,
    /// Since then somebody was allowed to see something, or to take the child.
    AllowedSince,
    /// Another record was joined to the same since.
    MergedSince,
}

/// What of a record matters to joining it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// When the person was born, where that is known.
    pub birth: Option<Date>,
    /// True if somebody signs in as this person.
    pub account: bool,
    /// True if it was erased.
    pub erased: bool,
    /// True if it was joined to another record.
    pub merged: bool,
    /// True if care details are sealed for it.
    pub sealed: bool,
    /// When it was last decided whether care details are kept, and how.
    pub care: Option<(Timestamp, bool)>,
    /// All that was ever booked.
    pub bookings: Vec<HeldBooking>,
}

/// A booking of a record.
#[derive(Clone, Debug)]
pub struct HeldBooking {
    /// It.
    pub id: BookingId,
    /// The term.
    pub term: TermId,
    /// How it stands.
    pub state: BookingState,
    /// True if it is of the whole or the rest, of which there is one a term.
    pub whole: bool,
    /// The period in which there may be one.
    pub period: Option<String>,
    /// Dates whose places were not given back.
    pub dates: Vec<(OccurrenceId, Date)>,
    /// True if one of them is not over.
    pub coming: bool,
}

/// How two records fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// What hinders joining them.
    pub hinders: Vec<Hindrance>,
    /// Bookings of what is over that both have: they stay with the record that goes, since one person has one place.
    pub stays: Vec<BookingId>,
}

/// May `gone` be joined to `kept`, and what stays behind?
pub fn fit(kept: &Record, gone: &Record) -> Fit {
    let mut fit = Fit::default();
    let mut hinders = |is: bool, hindrance| is.then(|| fit.hinders.push(hindrance));
    hinders(kept.merged || gone.merged, Hindrance::Gone);
    hinders(kept.erased || gone.erased, Hindrance::Erased);
    hinders(kept.account && gone.account, Hindrance::TwoAccounts);
    hinders(kept.birth.zip(gone.birth).is_some_and(|(one, other)| one != other), Hindrance::Births);
    hinders(gone.sealed, Hindrance::CareDetails);
    let newest = [kept.care, gone.care].into_iter().flatten().max_by_key(|(at, _)| *at);
    hinders(kept.sealed && newest.is_some_and(|(_, granted)| !granted), Hindrance::CareRefused);
    for theirs in &gone.bookings {
        let clash = kept.bookings.iter().find_map(|ours| clash(ours, theirs));
        let period = || kept.bookings.iter().any(|ours| is_in_one_period(ours, theirs));
        match clash {
            Some(clash) if theirs.coming => fit.hinders.push(clash),
            Some(_) => fit.stays.push(theirs.id),
            None if period() => fit.hinders.push(Hindrance::Period { term: theirs.term }),
            None => {}
        }
    }
    fit
}

/// What one person can't have twice.
fn clash(ours: &HeldBooking, theirs: &HeldBooking) -> Option<Hindrance> {
    if ours.term != theirs.term {
        return None;
    }
    let both = theirs.dates.iter().find(|date| ours.dates.contains(date));
    let live = |booking: &HeldBooking| booking.whole && booking.state != BookingState::Cancelled;
    match both {
        Some((_, on)) => Some(Hindrance::Place { term: theirs.term, on: *on }),
        None => (live(ours) && live(theirs)).then_some(Hindrance::Term { term: theirs.term }),
    }
}

fn is_in_one_period(ours: &HeldBooking, theirs: &HeldBooking) -> bool {
    let live = |booking: &HeldBooking| booking.coming && booking.state != BookingState::Cancelled;
    ours.term != theirs.term && ours.period.is_some() && ours.period == theirs.period && live(ours) && live(theirs)
}

/// A home of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The household.
    pub household: HouseholdId,
    /// True if somebody else belongs to it, or an account: the desk writes down everybody in a household of their own.
    pub lived_in: bool,
}

/// The homes of a person of whom there were two records: all in which there is somebody; else the first.
pub fn homes(kept: &[Home], gone: &[Home]) -> Vec<HouseholdId> {
    let mut all: Vec<Home> = kept.to_vec();
    all.extend(gone.iter().filter(|home| !kept.contains(home)));
    match all.iter().any(|home| home.lived_in) {
        true => all.retain(|home| home.lived_in),
        false => all.truncate(1),
    }
    all.into_iter().map(|home| home.household).collect()
}

/// True if people of two homes will answer for the person who knew of one record each: they must know of it.
pub fn joins_homes(kept: &[Home], gone: &[Home]) -> bool {
    let alone = |of: &[Home], other: &[Home]| of.iter().any(|home| home.lived_in && !other.contains(home));
    alone(kept, gone) && alone(gone, kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    const MORNING: TermId = TermId(Uuid::from_u128(1));
    const AFTERNOON: TermId = TermId(Uuid::from_u128(2));

    fn booking(id: u128, term: TermId, coming: bool, dates: &[i8]) -> HeldBooking {
        let dates = dates.iter().map(|day| (OccurrenceId(Uuid::from_u128(*day as u128)), date(2026, 12, *day)));
        HeldBooking {
            id: BookingId(Uuid::from_u128(id)),
            term,
            state: BookingState::Confirmed,
            whole: false,
            period: None,
            dates: dates.collect(),
            coming,
        }
    }

    fn with(bookings: impl IntoIterator<Item = HeldBooking>) -> Record {
        Record { bookings: bookings.into_iter().collect(), ..Record::default() }
    }

    fn hinders(kept: &Record, gone: &Record) -> Vec<Hindrance> {
        fit(kept, gone).hinders
    }

    #[test]
    fn what_is_over_stays_and_what_comes_hinders() {
        let kept = with([booking(1, MORNING, true, &[1, 8])]);
        let over = fit(&kept, &with([booking(2, MORNING, false, &[1]), booking(3, MORNING, false, &[2])]));
        assert_eq!(over, Fit { hinders: vec![], stays: vec![BookingId(Uuid::from_u128(2))] });
        let on = date(2026, 12, 8);
        assert_eq!(hinders(&kept, &with([booking(2, MORNING, true, &[8])])), [Hindrance::Place { term: MORNING, on }]);
    }

    #[test]
    fn one_person_has_one_whole_term_and_one_place_a_period() {
        let whole = |id, day| HeldBooking { whole: true, ..booking(id, MORNING, true, &[day]) };
        assert_eq!(hinders(&with([whole(1, 1)]), &with([whole(2, 8)])), [Hindrance::Term { term: MORNING }]);
        let cancelled = HeldBooking { state: BookingState::Cancelled, coming: false, ..whole(1, 1) };
        assert_eq!(fit(&with([cancelled]), &with([whole(2, 8)])), Fit::default());
        let period =
            |id, term, coming| HeldBooking { period: Some("寒假".to_owned()), ..booking(id, term, coming, &[]) };
        let kept = with([period(1, MORNING, true)]);
        assert_eq!(hinders(&kept, &with([period(2, AFTERNOON, true)])), [Hindrance::Period { term: AFTERNOON }]);
        assert!(hinders(&kept, &with([period(2, AFTERNOON, false)])).is_empty());
    }

    #[test]
    fn a_record_that_is_somebody_else_is_not_joined() {
        let born = |year| Record { birth: Some(date(year, 1, 1)), ..Record::default() };
        assert_eq!(hinders(&born(1950), &born(1951)), [Hindrance::Births]);
        assert!(hinders(&born(1950), &Record::default()).is_empty());
        let signs_in = Record { account: true, ..Record::default() };
        assert_eq!(hinders(&signs_in, &signs_in), [Hindrance::TwoAccounts]);
        assert!(hinders(&Record::default(), &signs_in).is_empty());
    }

    #[test]
    fn sealed_care_details_stay_where_they_are_and_a_refusal_counts() {
        let sealed = Record { sealed: true, ..Record::default() };
        assert_eq!(hinders(&Record::default(), &sealed), [Hindrance::CareDetails]);
        let decided = |at, granted| Some((Timestamp::from_second(at).unwrap(), granted));
        let kept = Record { care: decided(10, true), ..sealed };
        let refused = |at| Record { care: decided(at, false), ..Record::default() };
        assert_eq!(hinders(&kept, &refused(20)), [Hindrance::CareRefused]);
        assert!(hinders(&kept, &refused(5)).is_empty());
    }

    #[test]
    fn a_person_lives_where_somebody_else_does() {
        let home = |id, lived_in| Home { household: HouseholdId(Uuid::from_u128(id)), lived_in };
        let ids = |homes: Vec<HouseholdId>| homes.into_iter().map(|home| home.0.as_u128()).collect::<Vec<_>>();
        let (desk, family, other) = (home(1, false), home(2, true), home(3, true));
        assert_eq!(ids(homes(&[desk], &[family])), [2]);
        assert_eq!(ids(homes(&[family], &[desk])), [2]);
        assert_eq!(ids(homes(&[family], &[other])), [2, 3]);
        assert_eq!(ids(homes(&[family], &[family])), [2]);
        assert_eq!(ids(homes(&[desk], &[home(4, false)])), [1]);
        assert_eq!(ids(homes(&[], &[desk])), [1]);
        assert!(joins_homes(&[family], &[other]));
        assert!(!joins_homes(&[desk], &[family]) && !joins_homes(&[family], &[family]));
        assert!(!joins_homes(&[family, other], &[other]), "nobody learns of anything");
    }
}
