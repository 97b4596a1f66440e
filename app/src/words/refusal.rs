//! Refusals in words.

use super::{at, date_long, date_short, date_year, entry};
use crate::say;
use domain::refusal::Refusal;
use jiff::{Timestamp, tz::Offset};

/// A refusal as one plain sentence with its value. `offset` is the community's, in seconds east of UTC.
pub fn refusal(refusal: &Refusal, offset: i32) -> String {
    let local = |instant: Timestamp| at(Offset::from_seconds(offset).unwrap_or(Offset::UTC).to_datetime(instant));
    match refusal {
        Refusal::ConsentWithdrawn => say!(privacy.no_withdrawn).to_string(),
        Refusal::SameChildBooked => say!(privacy.no_same_child).to_string(),
        Refusal::SignsIn => say!(people.no_signs_in).to_string(),
        Refusal::InTwoHomes => say!(privacy.no_two_homes).to_string(),
        Refusal::WrongHouseholdCode => say!(family.no_code).to_string(),
        Refusal::HasHousehold => say!(family.no_has_household).to_string(),
        Refusal::LastGuardian => say!(family.no_last_guardian).to_string(),
        Refusal::LastAdmin => say!(staff.last_admin).to_string(),
        Refusal::WorksElsewhere => say!(staff.elsewhere).to_string(),
        Refusal::PhoneTaken => say!(account.phone_taken).to_string(),
        Refusal::NotYetOpen { opens_at } => say!(common.no_not_yet_open, at = local(*opens_at)).to_string(),
        Refusal::Closed { closed_at } => say!(common.no_closed, at = local(*closed_at)).to_string(),
        Refusal::NoDateLeft => say!(common.no_date_left).to_string(),
        Refusal::CalledOff => say!(common.no_called_off).to_string(),
        Refusal::Age { min, max, on, age } => {
            let on = date_year(*on);
            match (min, max) {
                (Some(min), Some(max)) => {
                    say!(common.no_age_between, min = *min, max = *max, on = on, age = *age).to_string()
                }
                (Some(min), None) => say!(common.no_age_from, min = *min, on = on, age = *age).to_string(),
                (_, max) => say!(common.no_age_to, max = max.unwrap_or(*age), on = on, age = *age).to_string(),
            }
        }
        Refusal::Grade { min, max, on, grade } => {
            let (grades, grade) = (entry::grades(*min, *max), entry::grade(*grade));
            say!(entry.no_grade, grades = grades, on = date_year(*on), grade = grade).to_string()
        }
        Refusal::OnlyGroups { groups } => say!(entry.no_groups, groups = entry::groups(groups)).to_string(),
        Refusal::PriorityFirst { groups, opens_at } => {
            say!(entry.no_priority, groups = entry::groups(groups), at = local(*opens_at)).to_string()
        }
        Refusal::PeriodTaken { waiting: false, .. } => say!(entry.no_period).to_string(),
        Refusal::PeriodTaken { waiting: true, .. } => say!(entry.no_period_waiting).to_string(),
        Refusal::HouseholdLimit { max } => say!(entry.no_household, max = *max).to_string(),
        Refusal::Overlaps { on, may_insist: false, .. } => say!(entry.no_overlap, on = date_long(*on)).to_string(),
        Refusal::Overlaps { on, may_insist: true, .. } => say!(entry.no_overlap_warn, on = date_long(*on)).to_string(),
        Refusal::Shape { shapes } => say!(entry.no_shape, shapes = entry::shapes(shapes)).to_string(),
        Refusal::ConsentNeeded => say!(entry.no_consent).to_string(),
        Refusal::NobodyMovesUp => say!(entry.no_moves).to_string(),
        Refusal::OfferOver { until } => say!(entry.no_offer_over, at = local(*until)).to_string(),
        Refusal::NothingOffered => say!(entry.no_nothing).to_string(),
        Refusal::NotTogether => say!(entry.no_together).to_string(),
        Refusal::CareLinksFull { max } => say!(care.too_many, max = *max).to_string(),
        Refusal::NoneOfThem => say!(entry.no_none_of_them).to_string(),
        Refusal::DrawNeedsClosing => say!(entry.no_draw_closing).to_string(),
        Refusal::BookedAlready => say!(entry.no_booked_already).to_string(),
        Refusal::BirthDateNeeded => say!(common.no_birth).to_string(),
        Refusal::ScopeNotOffered => say!(common.no_scope).to_string(),
        Refusal::TooManyDates { max } => say!(which.no_too_many, max = *max).to_string(),
        Refusal::DateFull { on, start } => {
            say!(which.no_full, on = date_long(*on), start = super::time(*start)).to_string()
        }
        Refusal::OneADay { on } => say!(which.no_one_a_day, on = date_long(*on)).to_string(),
        Refusal::AlreadyBegun => say!(common.no_begun).to_string(),
        Refusal::AlreadyBooked { waiting: false } => say!(common.no_booked).to_string(),
        Refusal::AlreadyBooked { waiting: true } => say!(common.no_booked_waiting).to_string(),
        Refusal::WaitlistFull { cap } => say!(common.no_waitlist_full, cap = *cap).to_string(),
        Refusal::PartyTooLarge { heads, capacity } => {
            say!(common.no_party, heads = *heads, capacity = *capacity).to_string()
        }
        Refusal::TooLateToCancel { deadline } => say!(common.no_late_cancel, at = local(*deadline)).to_string(),
        Refusal::AlreadyCancelled => say!(common.no_cancelled).to_string(),
        Refusal::AlreadyInHousehold => say!(common.no_in_household).to_string(),
        Refusal::HouseholdFull { max } => say!(common.no_household_full, max = *max).to_string(),
        Refusal::WrongCode => say!(common.no_code).to_string(),
        Refusal::TooManyCodes { again_at } => say!(common.no_codes, at = local(*again_at)).to_string(),
        Refusal::WrongPassword => say!(common.no_password).to_string(),
        Refusal::TooManyGuesses { again_at } => say!(second.no_guesses, at = local(*again_at)).to_string(),
        Refusal::ConfirmFirst => say!(second.no_confirm).to_string(),
        Refusal::NoSecondFactor => say!(second.no_factor).to_string(),
        Refusal::TooManyPasskeys { max } => say!(second.no_more_passkeys, max = *max).to_string(),
        Refusal::PasskeyTaken => say!(second.no_taken).to_string(),
        Refusal::WrongPasskey => say!(second.no_passkey).to_string(),
        Refusal::NoPasskeysHere => say!(second.no_passkeys_here).to_string(),
        Refusal::NoPhoneOnRecord => say!(sign_in.no_phone_on_record).to_string(),
        Refusal::PhoneOfAnother => say!(sign_in.no_read_out_other).to_string(),
        Refusal::SignsInAsStaff => say!(sign_in.no_read_out).to_string(),
        Refusal::Clash { on, .. } => say!(common.no_clash, on = date_long(*on)).to_string(),
        Refusal::RoomClosed { on } => say!(common.no_room_closed, on = date_long(*on)).to_string(),
        Refusal::LeaderAway { on } => say!(common.no_leader_away, on = date_long(*on)).to_string(),
        Refusal::ChangedSince => say!(common.no_changed_since).to_string(),
        Refusal::InThePast => say!(common.no_past).to_string(),
        Refusal::HasBookings => say!(common.no_has_bookings).to_string(),
        Refusal::NoRollYet => say!(common.no_roll).to_string(),
        Refusal::AttendedTooLittle { came, dates, percent } => {
            say!(attended.no_little, came = *came, dates = *dates, percent = *percent).to_string()
        }
        Refusal::CollectedLate { times, max } => say!(attended.no_late, times = *times, max = *max).to_string(),
        Refusal::TooLateForLeave { deadline } => say!(roll.no_leave, at = local(*deadline)).to_string(),
        Refusal::PlaceGivenOn => say!(roll.no_place_left).to_string(),
        Refusal::NotHere => say!(day_care.no_here).to_string(),
        Refusal::NoSuchCode => say!(roll.no_code).to_string(),
        Refusal::NotAtThisHour { name } => say!(roll.no_hour, name = name.clone()).to_string(),
        Refusal::CareConsent { guardian: true } => say!(care_details.no_consent_guardian).to_string(),
        Refusal::CareConsent { guardian: false } => say!(care_details.no_consent_own).to_string(),
        Refusal::ReasonNeeded => say!(care_details.no_reason).to_string(),
        Refusal::NotHereYet => say!(pickup.no_here).to_string(),
        Refusal::HandedOver { at, .. } => say!(pickup.no_handed_over, at = local(*at)).to_string(),
        Refusal::MayNotTake { on } => say!(pickup.no_may_not, on = date_short(*on)).to_string(),
        Refusal::MayNotGoAlone => say!(pickup.no_alone).to_string(),
        Refusal::WrongPickupCode { left: 0 } => say!(pickup.no_code_last).to_string(),
        Refusal::WrongPickupCode { left } => say!(pickup.no_code, left = *left).to_string(),
        Refusal::TooManyPickupCodes { again_at } => say!(pickup.no_codes, at = local(*again_at)).to_string(),
        Refusal::CannotMerge { hindrance } => super::merge::hindrance(hindrance, None),
        Refusal::PickupPersonsFull { max } => say!(pickup.no_full, max = *max).to_string(),
    }
}
