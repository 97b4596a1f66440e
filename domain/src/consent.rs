//! Consent (同意) to what is done with somebody's data: one decision a purpose and version of its text, given by oneself
//! or, for a child under 14, by a guardian (个人信息保护法, 14, 15, 31; 儿童个人信息网络保护规定, 9, 10).

use crate::{codes, household::CONSENT_AGE, person::age_on};
use jiff::civil::Date;

codes! {
    /// What data is used for. Each is asked for by itself; only the first is needed to book.
    Purpose {
        /// 报名、签到和通知: without it nobody can be booked for.
        Service = "service",
        /// 照护须知: allergies and the like, told to whoever looks after somebody.
        Care = "care",
        /// 活动照片 on the community's wall and account.
        Photos = "photos",
    }
}

impl Purpose {
    /// True if nothing works without it, so that refusing it means not to take part.
    pub fn is_needed(self) -> bool {
        self == Self::Service
    }
}

/// True for whom a guardian decides: under 14 on that day.
pub fn needs_guardian(birth: Option<Date>, on: Date) -> bool {
    birth.is_some_and(|birth| age_on(birth, on) < CONSENT_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_guardian_decides_until_the_fourteenth_birthday() {
        let today = date(2026, 11, 25);
        for (birth, needed) in [
            (Some(date(2012, 11, 26)), true),
            (Some(date(2012, 11, 25)), false),
            (Some(date(1950, 1, 1)), false),
            (None, false),
        ] {
            assert_eq!(needs_guardian(birth, today), needed, "{birth:?}");
        }
    }
}
