//! What is joined of two records, and what hinders it, in words.

use super::date_long;
use crate::say;
use domain::merge::{Hindrance, Joined};

/// Why two records are not joined, or not parted again; where it is about an activity, by its name if that is known.
pub fn hindrance(why: &Hindrance, activity: Option<&str>) -> String {
    let name = || activity.unwrap_or(say!(merge.one_activity)).to_owned();
    match why {
        Hindrance::Same => say!(merge.no_same).to_owned(),
        Hindrance::Gone => say!(merge.no_gone).to_owned(),
        Hindrance::Erased => say!(merge.no_erased).to_owned(),
        Hindrance::TwoAccounts => say!(merge.no_accounts).to_owned(),
        Hindrance::Births => say!(merge.no_births).to_owned(),
        Hindrance::Place { on, .. } => say!(merge.no_place, activity = name(), on = date_long(*on)).to_string(),
        Hindrance::Term { .. } => say!(merge.no_term, activity = name()).to_string(),
        Hindrance::Period { .. } => say!(merge.no_period, activity = name()).to_string(),
        Hindrance::CareDetails => say!(merge.no_care).to_owned(),
        Hindrance::CareRefused => say!(merge.no_care_refused).to_owned(),
        Hindrance::HomeChanged => say!(merge.no_home).to_owned(),
        Hindrance::DecidedSince => say!(merge.no_decided).to_owned(),
        Hindrance::CareSince => say!(merge.no_care_since).to_owned(),
        Hindrance::AllowedSince => say!(merge.no_allowed).to_owned(),
        Hindrance::MergedSince => say!(merge.no_merged).to_owned(),
    }
}

/// 报名 2 项、签到 3 次
pub fn joined(all: &[(Joined, u32)]) -> String {
    let one = |(what, count): &(Joined, u32)| match what {
        Joined::Bookings => say!(merge.bookings, count = *count).to_string(),
        Joined::Attendance => say!(merge.attendance, count = *count).to_string(),
        Joined::Relatives => say!(merge.relatives, count = *count).to_string(),
        Joined::PickupPersons => say!(merge.pickup_persons, count = *count).to_string(),
        Joined::Consents => say!(merge.consents, count = *count).to_string(),
        Joined::Homes => say!(merge.homes).to_owned(),
        Joined::Account => say!(merge.account).to_owned(),
        Joined::Birth => say!(merge.birth).to_owned(),
        Joined::Phone => say!(merge.phone).to_owned(),
        Joined::Building => say!(merge.building).to_owned(),
    };
    match all {
        [] => say!(merge.nothing).to_owned(),
        all => all.iter().map(one).collect::<Vec<_>>().join(say!(merge.comma)),
    }
}
