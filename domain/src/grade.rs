//! School grades, by birth date: children who have reached six by 31 August enter the first grade on 1 September
//! (义务教育法 第十一条 and the school year's beginning).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A grade: 1 to 6 primary school (小学), 7 to 9 junior middle school (初中), 10 to 12 senior (高中); 0, -1 and -2 the
/// kindergarten's 大班, 中班 and 小班; below and above that, a number that says how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grade(pub i16);

impl Grade {
    /// 小班: the lowest that a rule may name.
    pub const LOWEST: Self = Self(-2);
    /// 高三: the highest.
    pub const HIGHEST: Self = Self(12);

    /// The grades that a rule may name, from the lowest.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::LOWEST.0..=Self::HIGHEST.0).map(Self)
    }
}

/// The grade that somebody of that birth date is in on a day, if it all went as usual.
pub fn grade_on(birth: Date, on: Date) -> Grade {
    let enters = birth.year() + if birth.month() <= 8 { 6 } else { 7 };
    let school_year = if on.month() >= 9 { on.year() } else { on.year() - 1 };
    Grade(school_year - enters + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn who_is_six_by_the_end_of_august_enters_the_first_grade() {
        assert_eq!(grade_on(date(2020, 8, 31), date(2026, 9, 1)), Grade(1));
        assert_eq!(grade_on(date(2020, 9, 1), date(2026, 9, 1)), Grade(0), "大班 for one more year");
        assert_eq!(grade_on(date(2020, 8, 31), date(2026, 8, 31)), Grade(0));
        assert_eq!(grade_on(date(2020, 2, 29), date(2027, 1, 10)), Grade(1), "in winter it is still that school year");
        assert_eq!(grade_on(date(2014, 5, 1), date(2026, 11, 25)), Grade(7), "初一");
    }
}
