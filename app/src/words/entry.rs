//! The rules of entry in words.

use super::{at, date_year, sentences};
use crate::say;
use domain::{
    activity::Unit,
    entry::{ClaimState, Entry, Giving, Group, Overlap, Shape},
    grade::Grade,
    line::Stuck,
    reading::TermCard,
    term::Promotion,
};
use jiff::civil::DateTime;

/// 先到先得
pub fn giving(giving: Giving) -> &'static str {
    match giving {
        Giving::FirstCome => say!(entry.giving_first_come),
        Giving::PriorityFirst => say!(entry.giving_priority_first),
        Giving::Draw => say!(entry.giving_draw),
    }
}

/// 双职工家庭
pub fn group(group: Group) -> &'static str {
    match group {
        Group::Resident => say!(entry.group_resident),
        Group::DualIncome => say!(entry.group_dual_income),
        Group::NewEmployment => say!(entry.group_new_employment),
        Group::Hardship => say!(entry.group_hardship),
        Group::Veteran => say!(entry.group_veteran),
    }
}

/// 双职工家庭、困境家庭
pub fn groups(groups: &[Group]) -> String {
    groups.iter().map(|each| group(*each)).collect::<Vec<_>>().join(say!(entry.joint))
}

/// 核实中
pub fn claim_state(state: ClaimState) -> &'static str {
    match state {
        ClaimState::Asked => say!(entry.claim_asked),
        ClaimState::Granted => say!(entry.claim_granted),
        ClaimState::Refused => say!(entry.claim_refused),
    }
}

/// 小学 1 年级
pub fn grade(grade: Grade) -> String {
    match grade.0 {
        n @ 1..=6 => say!(entry.grade_primary, n = n).to_string(),
        n @ 7..=9 => say!(entry.grade_junior, n = n - 6).to_string(),
        n @ 10..=12 => say!(entry.grade_senior, n = n - 9).to_string(),
        0 => say!(entry.grade_top).to_owned(),
        -1 => say!(entry.grade_middle).to_owned(),
        -2 => say!(entry.grade_nursery).to_owned(),
        n if n < -2 => say!(entry.grade_before).to_owned(),
        _ => say!(entry.grade_after).to_owned(),
    }
}

/// 小学 1 年级 – 小学 3 年级
pub fn grades(min: Grade, max: Grade) -> String {
    if min == max {
        return grade(min);
    }
    say!(entry.grade_span, from = grade(min), to = grade(max)).to_string()
}

/// 1 大 1 小 或 2 大 1 小
pub fn shapes(shapes: &[Shape]) -> String {
    shapes.iter().map(|each| shape(*each)).collect::<Vec<_>>().join(say!(entry.or))
}

/// 1 大 1 小
pub fn shape(shape: Shape) -> String {
    say!(entry.shape, adults = shape.adults, children = shape.children).to_string()
}

/// Why somebody who waits has no place.
pub fn stuck(stuck: Stuck) -> String {
    match stuck {
        Stuck::NoPlaceFree => say!(entry.stuck_no_place).to_owned(),
        Stuck::TooFewFree { needs, free } => say!(entry.stuck_too_few, needs = needs, free = free).to_string(),
        Stuck::HeldUp => say!(entry.stuck_held_up).to_owned(),
        Stuck::PastCutoff => say!(entry.stuck_cutoff).to_owned(),
        Stuck::NotDrawn => say!(entry.stuck_not_drawn).to_owned(),
    }
}

/// How places are given and how a freed one goes on, as a family must know it: one paragraph.
pub fn how_places_are_given(term: &TermCard, unit: Unit, opens: Option<DateTime>) -> String {
    let entry = &term.entry;
    let given = match entry.giving {
        Giving::FirstCome => Some(say!(entry.how_first_come).to_owned()),
        Giving::PriorityFirst => Some(priority(term, opens)),
        Giving::Draw if term.drawn => Some(say!(entry.how_drawn).to_owned()),
        Giving::Draw => term.closes.map(|closes| say!(entry.how_draw, at = at(closes)).to_string()),
    };
    let freed = match term.promotion {
        Promotion::AutoFill => say!(entry.how_auto).to_owned(),
        Promotion::Offer => say!(entry.how_offer, hours = entry.offer_hours).to_string(),
    };
    let passing = match (entry.smaller_may_pass, unit) {
        (false, _) => Some(say!(entry.how_strict).to_owned()),
        (true, Unit::Person) => Some(say!(entry.how_pass).to_owned()),
        (true, Unit::Family) => None,
    };
    let cutoff = (entry.cutoff_hours > 0).then(|| say!(entry.how_cutoff, hours = entry.cutoff_hours).to_string());
    let cancel = say!(entry.how_cancel, hours = term.cancel_hours).to_string();
    sentences([given, Some(freed), passing, cutoff, Some(cancel)])
}

fn priority(term: &TermCard, opens: Option<DateTime>) -> String {
    let groups = groups(&term.entry.priority);
    match (term.priority_opens, opens) {
        (Some(earlier), Some(opens)) => {
            say!(entry.how_priority, groups = groups, at = at(earlier), others = at(opens)).to_string()
        }
        _ => sentences([
            Some(say!(entry.how_first_come).to_owned()),
            Some(say!(entry.how_priority_line, groups = groups).to_string()),
        ]),
    }
}

/// Whom a term takes and how much of it one may have: nothing where everybody may.
pub fn who_may_enter(entry: &Entry) -> Option<String> {
    let shapes = (!entry.shapes.is_empty()).then(|| say!(entry.how_shapes, shapes = shapes(&entry.shapes)).to_string());
    let only = (!entry.only.is_empty()).then(|| say!(entry.how_only, groups = groups(&entry.only)).to_string());
    let household = entry.per_household.map(|max| say!(entry.how_household, max = max).to_string());
    let period =
        entry.period.as_ref().map(|period| say!(entry.how_period, period = period.as_str().to_owned()).to_string());
    let overlap = (entry.overlap == Overlap::Block).then(|| say!(entry.how_overlap_block).to_owned());
    let hold = entry.hold_minutes.map(|minutes| say!(entry.how_hold, minutes = minutes).to_string());
    let attended = entry.attendance.as_ref().and_then(crate::attendance::attended::rule);
    let all = [only, shapes, household, period, overlap, hold, attended];
    all.iter().any(Option::is_some).then(|| sentences(all))
}

/// The grades taken, with the day on which they are counted.
pub fn fact_grades(term: &TermCard) -> Option<String> {
    let rule = term.entry.grades?;
    let on = date_year(term.age.on.unwrap_or(term.first));
    Some(say!(entry.fact_grade_text, grades = grades(rule.min, rule.max), on = on).to_string())
}
