//! How dates and terms stand for somebody who looks at them.

use super::Places;
use crate::{
    entry::Giving,
    id::OccurrenceId,
    term::{Occurrence, OccurrenceState, Term, TermState},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a date or a term stands for somebody who looks at it: what the calendar says in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// 可报名: places are left.
    Open {
        /// How many.
        left: u32,
    },
    /// 候补: one can join the waiting list.
    Waitlist {
        /// Parties that wait already.
        ahead: u32,
    },
    /// 报名抽签: everybody may apply, and lots are drawn after the closing.
    Applying {
        /// Parties that have applied.
        applied: u32,
    },
    /// 待抽签: closed, and lots are not drawn yet.
    Drawing {
        /// Parties that have applied.
        applied: u32,
    },
    /// Booking opens later.
    Opens {
        /// When.
        at: Timestamp,
    },
    /// 已满: neither places nor room on the waiting list.
    Full,
    /// 已截止: booking is over.
    Closed,
    /// 已取消: called off.
    CalledOff,
    /// 已结束: it has taken place.
    Past,
}

/// How one date stands.
pub fn standing_of_date(term: &Term, places: &Places, date: &Occurrence, now: Timestamp) -> Standing {
    if term.state == TermState::Cancelled || date.state == OccurrenceState::Cancelled {
        return Standing::CalledOff;
    }
    if date.ends_at <= now {
        return Standing::Past;
    }
    if date.starts_at <= now {
        return Standing::Closed;
    }
    if term.scopes.single || term.scopes.weekly {
        return window(term, places, now).unwrap_or_else(|| vacancy(term, places, &[date.id], now));
    }
    standing_of_term(term, places, now)
}

/// How the term stands for somebody who would book all of what may be booked now.
pub fn standing_of_term(term: &Term, places: &Places, now: Timestamp) -> Standing {
    if term.state == TermState::Cancelled {
        return Standing::CalledOff;
    }
    let coming: Vec<_> = term.coming(now).map(|o| o.id).collect();
    if coming.is_empty() {
        return Standing::Past;
    }
    if let Some(shut) = window(term, places, now) {
        return shut;
    }
    if (term.scopes.single || term.scopes.weekly) && !term.scopes.rest && (!term.scopes.whole || term.has_begun(now)) {
        return best(term, places, &coming, now);
    }
    if term.has_begun(now) && !term.scopes.rest {
        return Standing::Closed;
    }
    vacancy(term, places, &coming, now)
}

fn window(term: &Term, places: &Places, now: Timestamp) -> Option<Standing> {
    let undrawn = (term.entry.giving == Giving::Draw && !term.drawn).then(|| places.line.parties());
    match (term.first_opening(), term.closes_at, undrawn) {
        (Some(at), _, _) if now < at => Some(Standing::Opens { at }),
        (_, Some(at), Some(applied)) if at <= now => Some(Standing::Drawing { applied }),
        (_, Some(at), None) if at <= now => Some(Standing::Closed),
        (_, _, Some(applied)) => Some(Standing::Applying { applied }),
        _ => None,
    }
}

fn vacancy(term: &Term, places: &Places, dates: &[OccurrenceId], now: Timestamp) -> Standing {
    let left =
        term.occurrences.iter().filter(|o| dates.contains(&o.id)).map(|o| places.left(term, o)).min().unwrap_or(0);
    let ahead = places.line.wanting(dates);
    if left > 0 && (ahead == 0 || term.entry.smaller_may_pass) {
        return Standing::Open { left };
    }
    match term.waitlist_cap {
        Some(cap) if places.line.parties() >= cap => Standing::Full,
        _ if !term.promotable(now).any(|o| dates.contains(&o.id)) => Standing::Full,
        _ => Standing::Waitlist { ahead },
    }
}

/// Where only single dates can be booked, the term stands as its best date does.
fn best(term: &Term, places: &Places, coming: &[OccurrenceId], now: Timestamp) -> Standing {
    let mut standings = coming.iter().map(|date| vacancy(term, places, &[*date], now));
    let first = standings.next().unwrap_or(Standing::Past);
    standings.fold(first, |best, next| match (best, next) {
        (Standing::Open { left: a }, Standing::Open { left: b }) => Standing::Open { left: a.max(b) },
        (Standing::Open { .. }, _) => best,
        (_, Standing::Open { .. }) => next,
        (Standing::Waitlist { .. }, _) => best,
        _ => next,
    })
}
