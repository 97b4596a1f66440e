//! Tables of good and bad input.

use super::*;
use jiff::civil::date;
use leptos_router::params::ParamsMap;

fn good() -> TermForm {
    TermForm {
        name: Some("冬季班".to_owned()),
        weekday: vec!["TU".to_owned()],
        until: Some("2027-02-23".to_owned()),
        ..TermForm::fresh(date(2026, 12, 29))
    }
}

fn set(form: &mut TermForm, field: &str, value: &str) {
    let value = Some(value.to_owned());
    match field {
        "name" => form.name = value,
        "rule" => form.rule = value,
        "weekday" => form.weekday = value.filter(|value| !value.is_empty()).into_iter().collect(),
        "every" => form.every = value,
        "nth" => form.nth = value,
        "nth_weekday" => form.nth_weekday = value,
        "month_day" => form.month_day = value,
        "dates" => form.dates = value,
        "from" => form.from = value,
        "until" => form.until = value,
        "start" => form.start = value,
        "end" => form.end = value,
        "pause_from" => form.pause_from = value,
        "pause_to" => form.pause_to = value,
        "minutes" => form.minutes = value,
        "lunar_month" => form.lunar_month = value,
        "lunar_day" => form.lunar_day = value,
        "except" => form.except = value,
        "holidays" => form.holidays = value,
        "room" => form.room = value,
        "leader" => form.leader = value,
        "capacity" => form.capacity = value,
        "opens" => form.opens = value,
        "closes" => form.closes = value,
        "cancel_hours" => form.cancel_hours = value,
        "age_min" => form.age_min = value,
        "age_max" => form.age_max = value,
        "age_on" => form.age_on = value,
        "scopes" => form.scopes = value.filter(|value| !value.is_empty()).into_iter().collect(),
        "waitlist_cap" => form.waitlist_cap = value,
        _ => panic!("no field {field}"),
    }
}

#[test]
fn a_good_form_is_read_as_meant() {
    let read = good().parse().unwrap();
    assert_eq!(read.dates.series, Recurrence::Weekly { weekdays: vec![Weekday::Tuesday], every: 1 }.into());
    assert_eq!((read.dates.from, read.dates.until), (date(2026, 12, 29), date(2027, 2, 23)));
    assert_eq!(read.dates.holidays, HolidayPolicy::Skip);
    assert_eq!((read.start, read.end), (jiff::civil::time(9, 0, 0, 0), jiff::civil::time(10, 30, 0, 0)));
    assert_eq!((read.capacity, read.cancel_hours, read.waitlist_cap), (20, 24, None));
    assert_eq!(read.scopes, Scopes { whole: true, rest: true, single: false, weekly: false });
    assert_eq!((read.opens, read.room, read.age), (None, None, AgeRule::default()));
}

#[test]
fn a_day_is_parted_where_it_is_said_and_how_often() {
    let noon = jiff::civil::time(10, 0, 0, 0);
    let cases: [(&[(&str, &str)], Parts); 4] = [
        (&[], Parts::default()),
        (&[("pause_from", "10:00")], Parts { pause: Some(Pause { from: noon, to: noon }), minutes: None }),
        (
            &[("pause_from", "10:00"), ("pause_to", "10:00"), ("minutes", "15"), ("scopes", "single")],
            Parts { pause: Some(Pause { from: noon, to: noon }), minutes: Some(15) },
        ),
        (&[("minutes", "20"), ("scopes", "weekly")], Parts { pause: None, minutes: Some(20) }),
    ];
    for (changes, expected) in cases {
        let mut form = good();
        changes.iter().for_each(|(field, value)| set(&mut form, field, value));
        assert_eq!(form.parse().unwrap().parts, expected, "{changes:?}");
    }
}

#[test]
fn each_rule_is_read_from_its_own_fields() {
    let cases: [(&[(&str, &str)], Recurrence); 6] = [
        (
            &[("rule", "month_weekday"), ("nth", "-1"), ("nth_weekday", "SA")],
            Recurrence::MonthlyWeekday { weekday: Weekday::Saturday, nth: -1 },
        ),
        (&[("rule", "month_day"), ("month_day", "15")], Recurrence::MonthlyDay { day: 15 }),
        (&[("rule", "lunar"), ("lunar_month", "9"), ("lunar_day", "9")], Recurrence::Lunar { month: Some(9), day: 9 }),
        (&[("rule", "lunar"), ("lunar_month", ""), ("lunar_day", "15")], Recurrence::Lunar { month: None, day: 15 }),
        (&[("every", "2"), ("until", "2027-03-30")], Recurrence::Weekly { weekdays: vec![Weekday::Tuesday], every: 2 }),
        (
            &[("rule", "dates"), ("dates", "2027-01-02\r\n 2026-12-19、2027-01-02"), ("from", ""), ("until", "x")],
            Recurrence::Dates { dates: vec![date(2027, 1, 2), date(2026, 12, 19), date(2027, 1, 2)] },
        ),
    ];
    for (changes, expected) in cases {
        let mut form = good();
        changes.iter().for_each(|(field, value)| set(&mut form, field, value));
        assert_eq!(form.parse().unwrap().dates.series.rule, expected, "{changes:?}");
    }
}

#[test]
fn bad_input_is_said_at_its_field() {
    use InputProblem::*;
    let long = "x".repeat(61);
    let many = "2026-12-19\n".repeat(1_500);
    let (long, many) = ([("name", long.as_str())], [("rule", "dates"), ("dates", many.as_str())]);
    let cases: Vec<(&[(&str, &str)], &str, InputProblem)> = vec![
        (&[("name", "  ")], "name", Empty),
        (&[("pause_from", "8:00")], "pause_from", Time),
        (&[("pause_from", "08:00")], "pause_from", Order),
        (&[("pause_from", "10:00"), ("pause_to", "09:30")], "pause_from", Order),
        (&[("minutes", "4"), ("scopes", "single")], "minutes", Number { min: 5, max: 240 }),
        (&[("minutes", "200"), ("scopes", "single")], "minutes", Number { min: 5, max: 240 }),
        (&[("minutes", "20"), ("scopes", "whole")], "scopes", Choice),
        (&long, "name", TooLong { max: 60 }),
        (&[("name", "a\u{202E}b")], "name", BadCharacter),
        (&[("rule", "")], "rule", Choice),
        (&[("rule", "yearly")], "rule", Choice),
        (&[("weekday", "")], "weekday", Empty),
        (&[("weekday", "XX")], "weekday", Choice),
        (&[("every", "0")], "every", Number { min: 1, max: 8 }),
        (&[("every", "9")], "every", Number { min: 1, max: 8 }),
        (&[("every", "1.5")], "every", Number { min: 1, max: 8 }),
        (&[("rule", "month_weekday"), ("nth", "0"), ("nth_weekday", "SA")], "nth", Choice),
        (&[("rule", "month_weekday"), ("nth", "-1"), ("nth_weekday", "")], "nth_weekday", Choice),
        (&[("rule", "month_day"), ("month_day", "32")], "month_day", Number { min: 1, max: 31 }),
        (&[("rule", "month_day"), ("month_day", "")], "month_day", Empty),
        (&[("rule", "dates"), ("dates", "")], "dates", Empty),
        (&[("rule", "dates"), ("dates", " , \n")], "dates", Empty),
        (&[("rule", "dates"), ("dates", "2026-02-30")], "dates", Date),
        (&[("rule", "dates"), ("dates", "</textarea><script>")], "dates", Date),
        (&[("rule", "dates"), ("dates", "2026-01-01\n2036-01-01")], "dates", Date),
        (&many, "dates", TooManyDates { max: 800 }),
        (&[("from", "")], "from", Empty),
        (&[("from", "29/12/2026")], "from", Date),
        (&[("until", "")], "until", Empty),
        (&[("until", "2026-12-28")], "until", Order),
        (&[("until", "2031-12-30")], "until", Date),
        (&[("until", "2199-12-31")], "until", Date),
        (&[("rule", "lunar"), ("lunar_day", "")], "lunar_day", Empty),
        (&[("rule", "lunar"), ("lunar_day", "31")], "lunar_day", Number { min: 1, max: 30 }),
        (&[("rule", "lunar"), ("lunar_month", "13"), ("lunar_day", "1")], "lunar_month", Number { min: 1, max: 12 }),
        (&[("except", "2026-02-30")], "except", Date),
        (&[("start", "")], "start", Empty),
        (&[("start", "9:00")], "start", Time),
        (&[("start", "24:00")], "start", Time),
        (&[("end", "09:00")], "end", Order),
        (&[("end", "-1:00")], "end", Time),
        (&[("holidays", "maybe")], "holidays", Choice),
        (&[("room", "1 or 1=1")], "room", Choice),
        (&[("leader", "a\0")], "leader", BadCharacter),
        (&[("capacity", "")], "capacity", Empty),
        (&[("capacity", "0")], "capacity", Number { min: 1, max: 1_000 }),
        (&[("capacity", "1001")], "capacity", Number { min: 1, max: 1_000 }),
        (&[("capacity", "99999999999999999999")], "capacity", Number { min: 1, max: 1_000 }),
        (&[("capacity", "-5")], "capacity", Number { min: 1, max: 1_000 }),
        (&[("opens", "2026-12-01")], "opens", Date),
        (&[("opens", "2026-13-01T09:00")], "opens", Date),
        (&[("opens", "2026-12-01T25:00")], "opens", Time),
        (&[("opens", "2026-12-01T09:00"), ("closes", "2026-12-01T09:00")], "closes", Order),
        (&[("cancel_hours", "")], "cancel_hours", Empty),
        (&[("cancel_hours", "721")], "cancel_hours", Number { min: 0, max: 720 }),
        (&[("age_min", "131")], "age_min", Number { min: 0, max: 130 }),
        (&[("age_max", "six")], "age_max", Number { min: 0, max: 130 }),
        (&[("age_min", "14"), ("age_max", "5")], "age_max", Order),
        (&[("age_on", "2026-02-29")], "age_on", Date),
        (&[("scopes", "")], "scopes", Empty),
        (&[("scopes", "half")], "scopes", Choice),
        (&[("waitlist_cap", "-1")], "waitlist_cap", Number { min: 0, max: 1_000 }),
    ];
    for (changes, field, problem) in cases {
        let mut form = good();
        changes.iter().for_each(|(field, value)| set(&mut form, field, value));
        assert_eq!(form.parse(), Err(FieldProblem::new(field, problem)), "{changes:?}");
    }
}

#[test]
fn the_edges_of_each_range_are_taken() {
    for (field, value) in [
        ("every", "8"),
        ("capacity", "1"),
        ("capacity", "1000"),
        ("cancel_hours", "0"),
        ("cancel_hours", "720"),
        ("age_min", "0"),
        ("age_max", "130"),
        ("until", "2031-12-29"),
        ("waitlist_cap", "0"),
        ("opens", "2026-12-01 09:00"),
    ] {
        let mut form = good();
        set(&mut form, field, value);
        assert!(form.parse().is_ok(), "{field} {value}: {:?}", form.parse());
    }
}

#[test]
fn what_is_written_to_the_url_is_read_from_it() {
    let mut form = good();
    set(&mut form, "name", "冬季班 & <b>");
    set(&mut form, "leader", "");
    form.weekday.push("FR".to_owned());
    let params: ParamsMap = form.pairs().into_iter().collect();
    assert_eq!(TermForm::in_url(&params), Some(form));
    assert_eq!(TermForm::in_url(&ParamsMap::new()), None);
}
