//! The rules of entry of a term (报名规则): how places are given, to whom, and what happens to a place that is freed.
//!
//! [`may_enter`] checks all that depends on the person and not on places or the hour: the same check stands behind the
//! preparation days before and the booking itself.

use crate::{
    attended::{AttendanceRule, Attended},
    booking::{BookingState, Wish},
    codes,
    grade::{Grade, grade_on},
    id::TermId,
    person::age_on,
    refusal::Refusal,
    rights::Door,
    term::Term,
    text::Line,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

codes! {
    /// How places are given (名额分配).
    Giving {
        /// 先到先得: who comes first.
        FirstCome = "first_come",
        /// 优先: groups that staff have checked may book earlier, and stand before the others in line.
        PriorityFirst = "priority_first",
        /// 抽签: everybody applies until the closing, then lots are drawn.
        Draw = "draw",
    }
}

codes! {
    /// A group that a household may claim to belong to (优先类别); staff check the claim.
    Group {
        /// 本社区居民
        Resident = "resident",
        /// 双职工家庭
        DualIncome = "dual_income",
        /// 新就业群体家庭: couriers, drivers, riders
        NewEmployment = "new_employment",
        /// 困境家庭
        Hardship = "hardship",
        /// 军属、优抚家庭
        Veteran = "veteran",
    }
}

codes! {
    /// Where a claim stands.
    ClaimState {
        /// Waits for the staff's check.
        Asked = "asked",
        /// Checked and right.
        Granted = "granted",
        /// Checked and not so.
        Refused = "refused",
    }
}

codes! {
    /// What happens where somebody books two things at the same time.
    Overlap {
        /// It is said, and may be insisted on.
        Warn = "warn",
        /// It is refused.
        Block = "block",
    }
}

/// The make-up of a family that a term takes, such as 1 大 1 小.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Grown-ups.
    pub adults: u32,
    /// Children.
    pub children: u32,
}

impl Shape {
    /// Reads `1+1`.
    pub fn parse(raw: &str) -> Option<Self> {
        let (adults, children) = raw.trim().split_once(['+', '＋'])?;
        let shape = Self { adults: adults.trim().parse().ok()?, children: children.trim().parse().ok()? };
        (shape.heads() >= 1 && shape.heads() <= crate::booking::MAX_HEADS).then_some(shape)
    }

    /// Heads in all.
    pub fn heads(self) -> u32 {
        self.adults.saturating_add(self.children)
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.adults, self.children)
    }
}

/// The school grades taken, on the date on which age is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeRule {
    /// The lowest.
    pub min: Grade,
    /// The highest.
    pub max: Grade,
}

/// The rules of entry beside ages and capacity. What a row of an earlier version doesn't hold has the usual value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// How places are given.
    pub giving: Giving,
    /// The groups that come first, for [`Giving::PriorityFirst`].
    pub priority: Vec<Group>,
    /// When these may book; the others from the opening on.
    pub priority_opens_at: Option<Timestamp>,
    /// Only households of one of these groups are taken; everybody if none.
    pub only: Vec<Group>,
    /// The school grades taken.
    pub grades: Option<GradeRule>,
    /// The most live bookings of one household in this term.
    pub per_household: Option<u32>,
    /// A child has one place at most in all terms of the community that name the same period.
    pub period: Option<Line>,
    /// What of something else at the same time.
    pub overlap: Overlap,
    /// The families taken; any if none.
    pub shapes: Vec<Shape>,
    /// True if a smaller party may pass a larger one in line that doesn't fit.
    pub smaller_may_pass: bool,
    /// Hours that an offer of a freed place stands.
    pub offer_hours: u32,
    /// So many hours before a date begins nobody moves up any more.
    pub cutoff_hours: u32,
    /// Minutes for which a place is held while the family reads and confirms; none means it is booked at once.
    pub hold_minutes: Option<u32>,
    /// The most dates of one's choice on one booking: five of a course of treatment, say.
    pub dates_at_once: u32,
    /// True if a person gets one place a day at most, however often the term meets on it.
    pub one_a_day: bool,
    /// What a family must agree to.
    pub consent: Option<Line>,
    /// What it asks of whoever was in the activity's term before; nothing if none.
    pub attendance: Option<AttendanceRule>,
    /// So many hours before a date begins a family may still take leave of it by itself.
    pub leave_hours: u32,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            giving: Giving::FirstCome,
            priority: Vec::new(),
            priority_opens_at: None,
            only: Vec::new(),
            grades: None,
            per_household: None,
            period: None,
            overlap: Overlap::Warn,
            shapes: Vec::new(),
            smaller_may_pass: true,
            offer_hours: 12,
            cutoff_hours: 0,
            hold_minutes: None,
            dates_at_once: 1,
            one_a_day: false,
            consent: None,
            attendance: None,
            leave_hours: 2,
        }
    }
}

impl Entry {
    /// True if one of the groups comes first.
    pub fn is_first(&self, groups: &[Group]) -> bool {
        self.giving == Giving::PriorityFirst && self.priority.iter().any(|group| groups.contains(group))
    }

    /// When booking opens for somebody of these groups.
    pub fn opens_for(&self, opens_at: Option<Timestamp>, groups: &[Group]) -> Option<Timestamp> {
        match self.priority_opens_at {
            Some(earlier) if self.is_first(groups) => Some(opens_at.map_or(earlier, |opens_at| opens_at.min(earlier))),
            _ => opens_at,
        }
    }
}

/// What else a person has that may stand against a wish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standings {
    /// The person's live booking that shares a date with this wish.
    pub earlier: Option<BookingState>,
    /// The child's live booking in another term of the same period, and whether it waits.
    pub in_period: Option<(TermId, bool)>,
    /// Live bookings of the household in this term.
    pub of_household: u32,
    /// Another term that has the person at the same time, and the first such date.
    pub overlapping: Option<(TermId, Date)>,
    /// The groups that staff granted to the household.
    pub groups: Vec<Group>,
    /// How the person attended the activity's term before, where this one asks.
    pub attended: Option<Attended>,
    /// Days on which the person has or awaits a place in this term, where one a day is all.
    pub days: BTreeSet<Date>,
    /// True while the consent that every booking needs is withdrawn.
    pub withheld: bool,
}

/// Checks what depends on the person: age, grade, groups, other bookings, the make-up of the family, consent. In the
/// order in which a person would want to hear of it.
pub fn may_enter(term: &Term, wish: &Wish) -> Result<(), Refusal> {
    let entry = &term.entry;
    if wish.has.withheld {
        return Err(Refusal::ConsentWithdrawn);
    }
    right_age(term, wish.birth)?;
    let has = &wish.has;
    if !entry.only.is_empty() && !entry.only.iter().any(|group| has.groups.contains(group)) {
        return Err(Refusal::OnlyGroups { groups: entry.only.clone() });
    }
    if let Some(breach) = entry.attendance.zip(has.attended).and_then(|(rule, attended)| rule.breach(&attended)) {
        return Err(breach);
    }
    if let Some(earlier) = has.earlier {
        return Err(Refusal::AlreadyBooked { waiting: earlier == BookingState::Waiting });
    }
    if let Some((term, waiting)) = has.in_period {
        return Err(Refusal::PeriodTaken { term, waiting });
    }
    if let Some(max) = entry.per_household.filter(|max| has.of_household >= *max) {
        return Err(Refusal::HouseholdLimit { max });
    }
    if let Some((term, on)) = has.overlapping {
        // At the counter staff see both, and speak with the family.
        let insisted = entry.overlap == Overlap::Warn && (wish.insists || wish.door == Door::Desk);
        if !insisted {
            return Err(Refusal::Overlaps { term, on, may_insist: entry.overlap == Overlap::Warn });
        }
    }
    if !entry.shapes.is_empty() && wish.shape().is_none_or(|shape| !entry.shapes.contains(&shape)) {
        return Err(Refusal::Shape { shapes: entry.shapes.clone() });
    }
    if entry.consent.is_some() && !wish.consents && wish.door == Door::Page {
        return Err(Refusal::ConsentNeeded);
    }
    Ok(())
}

/// Checks age and grade alone, where it is not known yet what else somebody has.
pub fn right_age(term: &Term, birth: Option<Date>) -> Result<(), Refusal> {
    check_age(term, birth)?;
    check_grade(term, birth)
}

/// The date on which ages and grades are counted: the stated one, or the term's first.
fn counted_on(term: &Term) -> Option<Date> {
    term.age.on.or_else(|| term.first().map(|o| o.on_date))
}

fn check_age(term: &Term, birth: Option<Date>) -> Result<(), Refusal> {
    let rule = &term.age;
    if rule.min.is_none() && rule.max.is_none() {
        return Ok(());
    }
    let Some(on) = counted_on(term) else { return Ok(()) };
    let age = age_on(birth.ok_or(Refusal::BirthDateNeeded)?, on);
    if rule.min.is_some_and(|min| age < min) || rule.max.is_some_and(|max| age > max) {
        return Err(Refusal::Age { min: rule.min, max: rule.max, on, age });
    }
    Ok(())
}

fn check_grade(term: &Term, birth: Option<Date>) -> Result<(), Refusal> {
    let (Some(rule), Some(on)) = (term.entry.grades, counted_on(term)) else { return Ok(()) };
    let grade = grade_on(birth.ok_or(Refusal::BirthDateNeeded)?, on);
    if grade < rule.min || grade > rule.max {
        return Err(Refusal::Grade { min: rule.min, max: rule.max, on, grade });
    }
    Ok(())
}
