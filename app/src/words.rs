//! Values put into words, in the page's language.

pub mod entry;
pub mod merge;
mod refusal;
pub mod which;

pub use refusal::refusal;

use crate::{error::AppError, say};
use domain::{
    activity::{ActivityKind, Audience, Side, Unit},
    booking::{Mark, Scope, Standing},
    care::CareScope,
    care_details::{CareField, CareReason},
    day_kind::DayKind,
    leave::LeaveKind,
    person::MemberRole,
    pickup::PickupWay,
    recurrence::{Recurrence, Weekday},
    rights::Door,
    roster_file::FileProblem,
    term::AgeRule,
    text::InputProblem,
};
use jiff::civil::{Date, DateTime, Time};

/// 11月24日
pub fn date_short(date: Date) -> String {
    say!(common.date_short, month = date.month(), day = date.day(), month_name = month_name(date)).to_string()
}

/// 2026年11月24日
pub fn date_year(date: Date) -> String {
    say!(common.date_year, year = date.year(), month = date.month(), day = date.day(), month_name = month_name(date))
        .to_string()
}

/// 11月24日 星期二
pub fn date_long(date: Date) -> String {
    format!("{} {}", date_short(date), weekday(Weekday::of(date)))
}

/// 2026年11月
pub fn month_year(date: Date) -> String {
    say!(common.month_year, year = date.year(), month = date.month(), month_name = month_name(date)).to_string()
}

/// 11月24日 – 12月1日
pub fn span(first: Date, last: Date) -> String {
    if first == last {
        return date_short(first);
    }
    say!(common.span, first = date_short(first), last = date_short(last)).to_string()
}

fn month_name(date: Date) -> &'static str {
    match date.month() {
        1 => say!(common.month_1),
        2 => say!(common.month_2),
        3 => say!(common.month_3),
        4 => say!(common.month_4),
        5 => say!(common.month_5),
        6 => say!(common.month_6),
        7 => say!(common.month_7),
        8 => say!(common.month_8),
        9 => say!(common.month_9),
        10 => say!(common.month_10),
        11 => say!(common.month_11),
        _ => say!(common.month_12),
    }
}

/// 星期二
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => say!(common.weekday_1),
        Weekday::Tuesday => say!(common.weekday_2),
        Weekday::Wednesday => say!(common.weekday_3),
        Weekday::Thursday => say!(common.weekday_4),
        Weekday::Friday => say!(common.weekday_5),
        Weekday::Saturday => say!(common.weekday_6),
        Weekday::Sunday => say!(common.weekday_7),
    }
}

/// 二
pub fn weekday_short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => say!(common.weekday_short_1),
        Weekday::Tuesday => say!(common.weekday_short_2),
        Weekday::Wednesday => say!(common.weekday_short_3),
        Weekday::Thursday => say!(common.weekday_short_4),
        Weekday::Friday => say!(common.weekday_short_5),
        Weekday::Saturday => say!(common.weekday_short_6),
        Weekday::Sunday => say!(common.weekday_short_7),
    }
}

/// 09:00
pub fn time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// 09:00–10:30
pub fn hours(start: Time, end: Time) -> String {
    format!("{}–{}", time(start), time(end))
}

/// 12月1日 09:00
pub fn at(at: DateTime) -> String {
    say!(common.at_time, date = date_short(at.date()), time = time(at.time())).to_string()
}

/// 一老
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Elder => say!(common.side_elder),
        Side::Child => say!(common.side_child),
        Side::All => say!(common.side_all),
    }
}

/// 老人
pub fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Elder => say!(common.audience_elder),
        Audience::Child => say!(common.audience_child),
        Audience::Adult => say!(common.audience_adult),
        Audience::Family => say!(common.audience_family),
        Audience::All => say!(common.audience_all),
    }
}

/// 课程
pub fn kind(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::DayCare => say!(common.kind_day_care),
        ActivityKind::HolidayCare => say!(common.kind_holiday_care),
        ActivityKind::Course => say!(common.kind_course),
        ActivityKind::Club => say!(common.kind_club),
        ActivityKind::Clinic => say!(common.kind_clinic),
        ActivityKind::Event => say!(common.kind_event),
        ActivityKind::HomeService => say!(common.kind_home_service),
    }
}

/// 按人, 按家庭
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Person => say!(common.unit_person),
        Unit::Family => say!(common.unit_family),
    }
}

/// 家长, 孩子 …
pub fn role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Guardian => say!(common.role_guardian),
        MemberRole::Child => say!(common.role_child),
        MemberRole::Elder => say!(common.role_elder),
        MemberRole::Adult => say!(common.role_adult),
    }
}

/// 整期, 余下各次, 单次, 固定每周
pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Whole => say!(common.scope_whole),
        Scope::Rest => say!(common.scope_rest),
        Scope::Single => say!(common.scope_single),
        Scope::Weekly => say!(which.scope),
    }
}

/// 事假, 病假
pub fn leave(kind: LeaveKind) -> &'static str {
    match kind {
        LeaveKind::Personal => say!(roll.leave_personal),
        LeaveKind::Sick => say!(roll.leave_sick),
    }
}

/// 到, 迟到, 缺席, 请假
pub fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Present => say!(common.mark_present),
        Mark::Late => say!(common.mark_late),
        Mark::Absent => say!(common.mark_absent),
        Mark::Leave => say!(common.mark_leave),
    }
}

/// 这不是 Excel 文件…
fn file_problem(problem: FileProblem) -> &'static str {
    match problem {
        FileProblem::NotASheet => say!(import.bad_not_a_sheet),
        FileProblem::TooLarge => say!(import.bad_too_large),
        FileProblem::NoNames => say!(import.bad_no_names),
        FileProblem::NoLines => say!(import.bad_no_lines),
        FileProblem::TooManyLines => say!(import.bad_too_many_lines),
    }
}

/// 看安排
pub fn care_scope(scope: CareScope) -> &'static str {
    match scope {
        CareScope::SeePlan => say!(care.scope_see_plan),
        CareScope::SeeRoll => say!(care.scope_see_roll),
        CareScope::Book => say!(care.scope_book),
    }
}

/// What that comes to, in a few plain words.
pub fn care_scope_long(scope: CareScope) -> &'static str {
    match scope {
        CareScope::SeePlan => say!(care.scope_see_plan_long),
        CareScope::SeeRoll => say!(care.scope_see_roll_long),
        CareScope::Book => say!(care.scope_book_long),
    }
}

/// 看安排、看来了没有
pub fn care_scopes(scopes: &[CareScope]) -> String {
    scopes.iter().map(|scope| care_scope(*scope)).collect::<Vec<_>>().join(say!(care.joint))
}

/// 过敏, 健康情况 …
pub fn care_field(field: CareField) -> &'static str {
    match field {
        CareField::Allergies => say!(care_details.allergies),
        CareField::Health => say!(care_details.health),
        CareField::Diet => say!(care_details.diet),
        CareField::Contact => say!(care_details.contact),
        CareField::Address => say!(care_details.address),
    }
}

/// 有过敏: that it is kept, without what it says.
pub fn care_kept(field: CareField) -> &'static str {
    match field {
        CareField::Allergies => say!(care_details.has_allergies),
        CareField::Health => say!(care_details.has_health),
        CareField::Diet => say!(care_details.has_diet),
        CareField::Contact => say!(care_details.has_contact),
        CareField::Address => say!(care_details.has_address),
    }
}

/// 上课需要 …
pub fn care_reason(reason: CareReason) -> &'static str {
    match reason {
        CareReason::Class => say!(care_details.reason_class),
        CareReason::Meal => say!(care_details.reason_meal),
        CareReason::Emergency => say!(care_details.reason_emergency),
        CareReason::Family => say!(care_details.reason_family),
        CareReason::Other => say!(care_details.reason_other),
    }
}

/// 接送人, 接送码 …
pub fn pickup_way(way: PickupWay) -> &'static str {
    match way {
        PickupWay::Person => say!(pickup.way_person),
        PickupWay::Code => say!(pickup.way_code),
        PickupWay::Alone => say!(pickup.way_alone),
        PickupWay::Override => say!(pickup.way_override),
    }
}

/// 交给王秀英 · 奶奶
pub fn taken(way: PickupWay, taker: &str, reason: Option<&str>) -> String {
    match way {
        PickupWay::Person => say!(pickup.to, taker = taker).to_string(),
        PickupWay::Code => say!(pickup.to_code, taker = taker).to_string(),
        PickupWay::Alone => say!(pickup.to_alone).to_owned(),
        PickupWay::Override => say!(pickup.to_override, taker = taker, reason = reason.unwrap_or("—")).to_string(),
    }
}

/// Through which door.
pub fn door(door: Door) -> &'static str {
    match door {
        Door::Page => say!(common.door_page),
        Door::Desk => say!(common.door_desk),
        Door::Command => say!(common.door_command),
        Door::Rule => say!(common.door_rule),
    }
}

/// A kind of day with what it means for the centre.
pub fn day_kind_long(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Closure => say!(days.kind_closure),
        DayKind::SchoolHoliday => say!(days.kind_school),
        DayKind::PublicHoliday => say!(days.kind_public),
        DayKind::WorkingDay => say!(days.kind_work),
    }
}

/// 休, 班, 假, 闭馆
pub fn day_kind(kind: DayKind) -> &'static str {
    match kind {
        DayKind::PublicHoliday => say!(common.mark_rest),
        DayKind::WorkingDay => say!(common.mark_work),
        DayKind::SchoolHoliday => say!(common.mark_school),
        DayKind::Closure => say!(common.mark_closed),
    }
}

/// Sentences after one another, as the page's language parts them.
pub fn sentences(sentences: impl IntoIterator<Item = Option<String>>) -> String {
    let space = if crate::look::use_look().lang() == "en" { " " } else { "" };
    sentences.into_iter().flatten().collect::<Vec<_>>().join(space)
}

/// 5–14 周岁; none where every age is welcome.
pub fn ages(rule: &AgeRule) -> Option<String> {
    Some(match (rule.min, rule.max) {
        (Some(min), Some(max)) => say!(common.ages_between, min = min, max = max).to_string(),
        (Some(min), None) => say!(common.ages_from, min = min).to_string(),
        (None, Some(max)) => say!(common.ages_to, max = max).to_string(),
        (None, None) => return None,
    })
}

/// 第 4 次 / 共 8 次
pub fn ordinal(ordinal: (usize, usize)) -> String {
    say!(common.nth_of, n = ordinal.0, m = ordinal.1).to_string()
}

/// 每周二, 每月最后一个星期六 …
pub fn rule(rule: &Recurrence) -> String {
    match rule {
        Recurrence::Weekly { weekdays, every } => {
            let joint = if crate::look::use_look().lang() == "en" { ", " } else { "、" };
            let days: Vec<_> = weekdays.iter().map(|day| weekday_short(*day)).collect();
            let days = days.join(joint);
            match every {
                1 => say!(common.rule_weekly, days = days).to_string(),
                _ => say!(common.rule_every_weeks, every = *every, days = days).to_string(),
            }
        }
        Recurrence::MonthlyWeekday { weekday: day, nth: -1 } => say!(common.rule_last, day = weekday(*day)).to_string(),
        Recurrence::MonthlyWeekday { weekday: day, nth } => {
            say!(common.rule_nth, nth = *nth, day = weekday(*day)).to_string()
        }
        Recurrence::MonthlyDay { day } => say!(common.rule_day, day = *day).to_string(),
        Recurrence::Lunar { month: None, day } => say!(common.rule_lunar_each, day = lunar_day(*day)).to_string(),
        Recurrence::Lunar { month: Some(month), day } => {
            say!(common.rule_lunar, month = lunar_month(*month), day = lunar_day(*day)).to_string()
        }
        Recurrence::Dates { .. } => say!(common.rule_dates).to_string(),
    }
}

/// The numerals of lunar months and days, which are Chinese in every language, as on a wall calendar.
const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// 正月, 二月 … 十二月
pub fn lunar_month(month: u8) -> String {
    match month {
        1 => "正月".to_owned(),
        11 => "十一月".to_owned(),
        12 => "十二月".to_owned(),
        _ => format!("{}月", numeral(month)),
    }
}

/// 初一 … 三十
pub fn lunar_day(day: u8) -> String {
    match day {
        0..=10 => format!("初{}", numeral(day)),
        11..=19 => format!("十{}", numeral(day - 10)),
        20 => "二十".to_owned(),
        21..=29 => format!("廿{}", numeral(day - 20)),
        _ => "三十".to_owned(),
    }
}

fn numeral(number: u8) -> &'static str {
    NUMERALS.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or("?")
}

/// How a date or a term stands, in words. `opens` is its local opening time.
pub fn standing(standing: Standing, unit: Unit, opens: Option<DateTime>, reason: Option<&str>) -> String {
    match (standing, unit) {
        (Standing::Open { left }, Unit::Person) => say!(common.open_left, left = left).to_string(),
        (Standing::Open { left }, Unit::Family) => say!(common.open_left_family, left = left).to_string(),
        (Standing::Waitlist { ahead }, Unit::Person) => say!(common.waitlist, ahead = ahead).to_string(),
        (Standing::Waitlist { ahead }, Unit::Family) => say!(common.waitlist_family, ahead = ahead).to_string(),
        (Standing::Applying { applied }, _) => say!(entry.applying, count = applied).to_string(),
        (Standing::Drawing { applied }, _) => say!(entry.drawing, count = applied).to_string(),
        (Standing::Opens { .. }, _) => match opens {
            Some(opens) => say!(common.opens_at, at = at(opens)).to_string(),
            None => say!(common.short_opens).to_string(),
        },
        (Standing::Full, _) => say!(common.full).to_string(),
        (Standing::Closed, _) => say!(common.closed).to_string(),
        (Standing::CalledOff, _) => match reason {
            Some(reason) => say!(common.called_off_why, reason = reason).to_string(),
            None => say!(common.called_off).to_string(),
        },
        (Standing::Past, _) => say!(common.past).to_string(),
    }
}

/// The same in a word or two, for a small cell; nothing for what is over.
pub fn standing_short(standing: Standing) -> Option<String> {
    Some(match standing {
        Standing::Open { left } => say!(common.short_left, left = left).to_string(),
        Standing::Waitlist { .. } => say!(common.short_waitlist).to_string(),
        Standing::Applying { .. } | Standing::Drawing { .. } => say!(entry.short_draw).to_string(),
        Standing::Opens { .. } => say!(common.short_opens).to_string(),
        Standing::Full => say!(common.full).to_string(),
        Standing::Closed => say!(common.closed).to_string(),
        Standing::CalledOff => say!(common.called_off).to_string(),
        Standing::Past => return None,
    })
}

/// What is wrong with a field, and how to mend it.
pub fn problem(problem: &InputProblem) -> String {
    match problem {
        InputProblem::Empty => say!(common.bad_empty).to_string(),
        InputProblem::TooLong { max } => say!(common.bad_long, max = *max).to_string(),
        InputProblem::BadCharacter => say!(common.bad_character).to_string(),
        InputProblem::Phone => say!(common.bad_phone).to_string(),
        InputProblem::Date => say!(common.bad_date).to_string(),
        InputProblem::Time => say!(common.bad_time).to_string(),
        InputProblem::Number { min, max } => say!(common.bad_number, min = *min, max = *max).to_string(),
        InputProblem::Choice => say!(common.bad_choice).to_string(),
        InputProblem::Order => say!(common.bad_order).to_string(),
        InputProblem::NoDates => say!(common.bad_no_dates).to_string(),
        InputProblem::File { problem } => file_problem(*problem).to_owned(),
        InputProblem::TooManyDates { max } => say!(common.bad_many_dates, max = *max).to_string(),
    }
}

/// Any error as one plain sentence.
pub fn error(error: &AppError) -> String {
    match error {
        AppError::Refused { refusal: why, offset } => refusal(why, *offset),
        AppError::Invalid { problem: field } => problem(&field.problem),
        AppError::SignInFirst => say!(common.err_sign_in).to_string(),
        AppError::NotFound => say!(common.err_not_found).to_string(),
        AppError::NotAllowed => say!(common.err_not_allowed).to_string(),
        AppError::Busy => say!(common.err_busy).to_string(),
        AppError::Unsure => say!(common.err_unsure).to_string(),
        AppError::Sealed => say!(care_details.err_sealed).to_string(),
        AppError::BadRequest => say!(common.err_bad_request).to_string(),
        AppError::TooLarge => say!(common.err_too_large).to_string(),
        AppError::TooOften => say!(common.err_too_often).to_string(),
        AppError::NoMessage => say!(common.err_no_message).to_string(),
        AppError::Reload => say!(common.err_reload).to_string(),
        AppError::Unreachable => say!(common.err_unreachable).to_string(),
        AppError::Failed => say!(common.err_failed).to_string(),
    }
}
