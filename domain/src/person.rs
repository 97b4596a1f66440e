//! People and households.

use crate::{codes, text::InputProblem};
use jiff::civil::Date;

codes! {
    /// Who somebody is in a household (家庭成员).
    MemberRole {
        /// 家长, who books for the others
        Guardian = "guardian",
        /// 孩子
        Child = "child",
        /// 老人
        Elder = "elder",
        /// 其他成人
        Adult = "adult",
    }
}

/// Age in completed years on `on` (周岁): it rises on the birthday itself. Somebody born on 29 February
/// completes a year on 1 March of a common year.
pub fn age_on(birth: Date, on: Date) -> i16 {
    let mut years = on.year() - birth.year();
    if (on.month(), on.day()) < (birth.month(), birth.day()) {
        years -= 1;
    }
    years
}

/// Reads a birth date as a form sends it (`YYYY-MM-DD`): a real date, not after today, at most 130 years ago.
pub fn parse_birth_date(raw: &str, today: Date) -> Result<Date, InputProblem> {
    let birth = parse_date(raw)?;
    if birth > today || today.year() - birth.year() > 130 {
        return Err(InputProblem::Date);
    }
    Ok(birth)
}

/// Reads a date as a form sends it (`YYYY-MM-DD`), within the years 1900 to 2199.
pub fn parse_date(raw: &str) -> Result<Date, InputProblem> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(InputProblem::Empty);
    }
    let date: Date = (raw.len() == 10).then(|| raw.parse().ok()).flatten().ok_or(InputProblem::Date)?;
    if !(1900..=2199).contains(&date.year()) {
        return Err(InputProblem::Date);
    }
    Ok(date)
}

/// True if somebody is looked for: by a part of the name, or by how the name begins in pinyin or initials. An empty search
/// finds everybody.
pub fn is_named<'a>(query: &str, name: &str, latin: impl IntoIterator<Item = &'a str>) -> bool {
    let query = query.trim().to_lowercase();
    let spelt = query.replace(' ', "");
    name.to_lowercase().contains(&query) || latin.into_iter().any(|latin| latin.starts_with(&spelt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn age_rises_on_the_birthday() {
        for (birth, on, age) in [
            (date(2021, 7, 1), date(2026, 7, 1), 5),
            (date(2021, 7, 2), date(2026, 7, 1), 4),
            (date(2020, 2, 29), date(2025, 2, 28), 4),
            (date(2020, 2, 29), date(2025, 3, 1), 5),
            (date(2026, 7, 1), date(2026, 7, 1), 0),
        ] {
            assert_eq!(age_on(birth, on), age, "{birth} on {on}");
        }
    }

    #[test]
    fn a_birth_date_is_a_real_day_of_the_past() {
        let today = date(2026, 11, 24);
        assert!(parse_birth_date("2020-02-29", today).is_ok());
        for raw in ["2021-02-29", "2026-11-25", "1880-01-01", "9999-01-01", "01/02/2020", "2020-13-01", "2020-01-01T00"]
        {
            assert_eq!(parse_birth_date(raw, today), Err(InputProblem::Date), "{raw}");
        }
    }

    #[test]
    fn somebody_is_found_by_name_pinyin_and_initials() {
        let found = |query| is_named(query, "王小明", ["wangxiaoming", "wxm"]);
        for query in ["", "小明", " 王 ", "wang xiao", "WXM", "wangx"] {
            assert!(found(query), "{query}");
        }
        for query in ["小红", "xiaoming", "xm"] {
            assert!(!found(query), "{query}");
        }
    }
}
