//! The parts of a day on which a term meets more than once (一天分几场): two half-days around a break, or a place every so
//! many minutes. Each part is a date of the term, with places of its own.

use crate::{block::Hours, text::InputProblem};
use jiff::{ToSpan, civil::Time};
use serde::{Deserialize, Serialize};

/// How a day is parted. Neither a break nor minutes: it is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// A break within the day: what lies before and after it are parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// How long each part lasts, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
}

/// A break; without length it parts the day all the same, at lunch, say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Start, local.
    pub from: Time,
    /// End, not before the start.
    pub to: Time,
}

impl Parts {
    /// The shortest part, in minutes.
    pub const SHORTEST: u16 = 5;
    /// The longest that minutes may say: longer ones are a break's.
    pub const LONGEST: u16 = 240;
    /// The most parts of one day.
    pub const MOST: usize = 60;

    /// True if the day is one.
    pub fn is_one(&self) -> bool {
        *self == Self::default()
    }

    /// The parts of a day, in order. What is left of a stretch and shorter than a part is left out.
    ///
    /// # Errors
    /// - [`InputProblem::Order`]: the break does not lie within the day, or ends before it begins.
    /// - [`InputProblem::Number`]: the minutes are out of range, or longer than the day.
    /// - [`InputProblem::TooManyDates`]: more than [`Parts::MOST`].
    pub fn of(&self, day: Hours) -> Result<Vec<Hours>, InputProblem> {
        let stretches = match self.pause {
            None => vec![day],
            Some(pause) if pause.to < pause.from => return Err(InputProblem::Order),
            Some(pause) => vec![Hours::new(day.from, pause.from)?, Hours::new(pause.to, day.to)?],
        };
        let Some(minutes) = self.minutes else { return Ok(stretches) };
        let bounds = InputProblem::Number { min: Self::SHORTEST.into(), max: Self::LONGEST.into() };
        if !(Self::SHORTEST..=Self::LONGEST).contains(&minutes) {
            return Err(bounds);
        }
        let mut parts = Vec::new();
        for stretch in stretches {
            let mut from = stretch.from;
            while let Some(to) = from.checked_add(i64::from(minutes).minutes()).ok().filter(|to| *to <= stretch.to) {
                parts.push(Hours::new(from, to)?);
                from = to;
            }
        }
        match parts.len() {
            0 => Err(bounds),
            1..=Self::MOST => Ok(parts),
            _ => Err(InputProblem::TooManyDates { max: Self::MOST }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn hours(from: (i8, i8), to: (i8, i8)) -> Hours {
        Hours::new(time(from.0, from.1, 0, 0), time(to.0, to.1, 0, 0)).unwrap()
    }

    fn pause(from: (i8, i8), to: (i8, i8)) -> Option<Pause> {
        Some(Pause { from: time(from.0, from.1, 0, 0), to: time(to.0, to.1, 0, 0) })
    }

    #[test]
    fn a_break_makes_two_half_days() {
        let parts = Parts { pause: pause((11, 30), (13, 30)), minutes: None };
        assert_eq!(parts.of(hours((8, 30), (17, 0))).unwrap(), [hours((8, 30), (11, 30)), hours((13, 30), (17, 0))]);
        assert_eq!(parts.of(hours((12, 0), (17, 0))), Err(InputProblem::Order), "it would begin before the day");
        assert_eq!(parts.of(hours((8, 0), (13, 0))), Err(InputProblem::Order), "it would end after it");
        let at_noon = Parts { pause: pause((12, 0), (12, 0)), minutes: None };
        assert_eq!(at_noon.of(hours((8, 0), (16, 0))).unwrap(), [hours((8, 0), (12, 0)), hours((12, 0), (16, 0))]);
        let backwards = Parts { pause: pause((12, 0), (11, 0)), minutes: None };
        assert_eq!(backwards.of(hours((8, 0), (16, 0))), Err(InputProblem::Order));
    }

    #[test]
    fn minutes_part_what_is_between_the_breaks_and_leave_out_the_rest() {
        let parts = Parts { pause: pause((10, 0), (10, 15)), minutes: Some(25) };
        let found = parts.of(hours((9, 0), (11, 0))).unwrap();
        let wanted = [((9, 0), (9, 25)), ((9, 25), (9, 50)), ((10, 15), (10, 40))].map(|(from, to)| hours(from, to));
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_day_that_is_not_parted_is_one() {
        assert!(Parts::default().is_one());
        assert_eq!(Parts::default().of(hours((9, 0), (11, 0))).unwrap(), [hours((9, 0), (11, 0))]);
    }

    #[test]
    fn parts_too_short_too_long_or_too_many_are_refused() {
        let of = |minutes, day| Parts { pause: None, minutes: Some(minutes) }.of(day);
        assert!(of(4, hours((9, 0), (11, 0))).is_err());
        assert!(of(90, hours((9, 0), (10, 0))).is_err(), "longer than the day");
        assert_eq!(of(5, hours((8, 0), (20, 0))), Err(InputProblem::TooManyDates { max: Parts::MOST }));
        assert_eq!(of(240, hours((19, 0), (23, 59))).unwrap().len(), 1, "the day's end is no part's beginning");
    }
}
