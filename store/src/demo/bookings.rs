//! The demo's bookings: who holds a place, who waits, who came.
//!
//! They obey the rules of `domain::booking`: no date holds more than its places, nobody waits for places that are
//! free, numbers rise with the order of arrival.

use super::{
    broken,
    clock::{Clock, hours_before},
    file::{self, Part},
    people::{People, mix_up},
    terms::MadeTerm,
};
use domain::{
    activity::{Audience, Unit},
    booking::{BookingState, Scope, places_for},
    person::MemberRole,
    recurrence::Weekday,
    which::WeekHour,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::DbErr;
use std::collections::BTreeSet;

/// Nobody books a single date earlier than so many hours before it starts.
const MOST_LEAD: i64 = 40 * 24;

/// A booking before it has its number.
pub struct Draft {
    pub created: Timestamp,
    pub confirmed: Option<Timestamp>,
    pub cancelled: Option<Timestamp>,
    /// Indices of persons; the booking is for the first.
    pub party: Vec<usize>,
    pub places: i32,
    pub scope: Scope,
    /// The hours of every week, where it is for those.
    pub weekly: Vec<WeekHour>,
    pub state: BookingState,
    /// Indices of the term's dates.
    pub dates: Vec<usize>,
    /// True if the party waited before it held its places.
    pub promoted: bool,
}

/// Fills one term.
pub struct Filler<'a> {
    spec: &'a file::Term,
    term: &'a MadeTerm,
    audience: Audience,
    unit: Unit,
    clock: &'a Clock,
    people: &'a mut People,
    /// Who may come, in the order in which they are asked.
    pool: Vec<usize>,
    next: usize,
    /// Places held on each date.
    held: Vec<i32>,
    drafts: Vec<Draft>,
}

/// The bookings of a term in the order of their arrival.
pub fn fill(
    spec: &file::Term,
    activity: &file::Activity,
    term: &MadeTerm,
    clock: &Clock,
    people: &mut People,
) -> Result<Vec<Draft>, DbErr> {
    let scheduled: Vec<usize> = (0..term.dates.len()).filter(|at| !term.dates[*at].cancelled).collect();
    let Some(first) = scheduled.first().map(|at| term.dates[*at]).filter(|_| term.opens_at <= clock.now) else {
        return Ok(Vec::new());
    };
    let ages = activity.ages.or(activity.chosen.ages);
    let pool = pool(activity.audience, ages, first.date, term, people);
    let mut filler = Filler {
        spec,
        term,
        audience: activity.audience,
        unit: activity.unit,
        clock,
        people,
        pool,
        next: 0,
        held: vec![0; term.dates.len()],
        drafts: Vec::new(),
    };
    let whole = spec.book.iter().any(|scope| matches!(scope, Scope::Whole | Scope::Rest));
    if whole {
        filler.fill_whole(&scheduled)?;
    }
    filler.fill_weekly(&scheduled)?;
    if spec.book.contains(&Scope::Single) {
        filler.fill_single(&scheduled, whole)?;
    }
    let mut drafts = filler.drafts;
    drafts.sort_by_key(|draft| draft.created);
    Ok(drafts)
}

/// Whom a term asks, shuffled: by audience and age, without the people of the demo sign-ins.
fn pool(audience: Audience, ages: Option<[i16; 2]>, on: Date, term: &MadeTerm, people: &People) -> Vec<usize> {
    let mut pool: Vec<usize> = (0..people.persons.len())
        .filter(|person| !people.is_cast(*person))
        .filter(|person| {
            let (role, age) = (people.persons[*person].role, people.age(*person, on));
            let fits = match audience {
                Audience::Elder => role == MemberRole::Elder,
                Audience::Child => role == MemberRole::Child,
                Audience::Adult => matches!(role, MemberRole::Guardian | MemberRole::Adult),
                Audience::Family => role == MemberRole::Guardian,
                Audience::All => age >= 8,
            };
            fits && ages.is_none_or(|[min, max]| (min..=max).contains(&age))
        })
        .collect();
    let seed = term.opens_at.as_second().unsigned_abs() ^ u64::from(term.hours[0].hour().unsigned_abs());
    pool.sort_by_key(|person| mix_up(seed ^ ((*person as u64) << 20)));
    pool
}

impl Filler<'_> {
    /// Bookings for the whole term or the rest of it, then the waiting list.
    fn fill_whole(&mut self, scheduled: &[usize]) -> Result<(), DbErr> {
        let now = self.clock.now;
        let coming: Vec<usize> = scheduled.iter().copied().filter(|at| self.starts(*at) > now).collect();
        let first = self.starts(scheduled[0]);
        let begun = first <= now;
        let target = self.spec.capacity * self.spec.fill / 100;
        let queued = self.spec.waiting > 0 || self.spec.cast.child == Some(Part::Promoted);
        let opened = self.term.opens_at;
        let until = match (begun, queued) {
            (true, _) => hours_before(first, 1),
            (false, true) => between(opened, now, 7, 10),
            (false, false) => now,
        };
        // Who joins late does so before anybody waits.
        let late_until = hours_before(now, 72);
        let late_offered = begun && !coming.is_empty() && late_until > first && self.spec.book.contains(&Scope::Rest);
        let scope = if self.spec.book.contains(&Scope::Whole) { Scope::Whole } else { Scope::Rest };

        let mut cast = self.cast(&[Part::Booked, Part::Promoted]);
        let mut taken = 0;
        for n in 0.. {
            let square = (n + 1) * (n + 1);
            let late = late_offered && n % 6 == 5;
            let created = if late {
                between(first, late_until, i64::from(n % 5) + 1, 6)
            } else {
                between(opened, until, square.into(), i64::from(target + 1) * i64::from(target + 1))
            };
            let dates: Vec<usize> = match late {
                true => scheduled.iter().copied().filter(|at| self.starts(*at) > created).collect(),
                false => scheduled.to_vec(),
            };
            if taken >= target {
                break;
            }
            let promoted = cast.filter(|(_, part)| *part == Part::Promoted && taken + 1 == target).map(|cast| cast.0);
            let named = cast.take_if(|(_, part)| *part == Part::Booked).map(|cast| cast.0).or(promoted);
            let party = match named {
                Some(person) => self.engage_cast(person, &dates),
                None => match self.next_party(&dates) {
                    Some(party) => party,
                    None => break,
                },
            };
            let places = self.places(&party)?;
            let confirmed = if promoted.is_some() { hours_before(now, 2) } else { created };
            let scope = if late { Scope::Rest } else { scope };
            taken += places;
            self.hold(&dates, places);
            // Who had a place before a date was called off keeps its row.
            let dates = self.with_cancelled(dates, created);
            self.draft(created, Some(confirmed), party, scope, BookingState::Confirmed, dates, promoted.is_some())?;
            if n % 9 == 4 {
                self.draft_cancelled(between(opened, until, square.into(), i64::from(target + 2).pow(2)), scheduled)?;
            }
        }
        if self.spec.waiting > 0 && !coming.is_empty() {
            let scope = if begun { Scope::Rest } else { scope };
            let from = if begun { opened.max(hours_before(now, 48)) } else { until };
            self.wait(&coming, scope, from, now)?;
        }
        Ok(())
    }

    /// Bookings of single dates: all dates of a term that offers nothing else, those around today of any other.
    fn fill_single(&mut self, scheduled: &[usize], whole: bool) -> Result<(), DbErr> {
        let now = self.clock.now;
        let next = scheduled.iter().copied().find(|at| self.starts(*at) > now);
        for at in scheduled.iter().copied() {
            let start = self.starts(at);
            let days = start.duration_since(now).as_hours() / 24;
            if whole && !(-14..=14).contains(&days) {
                continue;
            }
            // Dates further away have fewer bookings, and no two dates have the same.
            let jitter = 85 + (mix_up(at as u64 ^ start.as_second().unsigned_abs()) % 26) as i32;
            let percent = match (whole, next == Some(at)) {
                (false, true) if self.spec.waiting > 0 => 100,
                (false, true) => self.spec.fill,
                (true, _) => self.spec.drop_in * jitter / 100,
                (false, false) => {
                    let far = i32::try_from(days.clamp(0, 70)).map_err(broken)?;
                    self.spec.fill * jitter / 100 * (70 - far) / 70
                }
            };
            let free = self.spec.capacity - self.held[at];
            let target = (self.spec.capacity * percent / 100).clamp(0, free);
            let (from, until) =
                (self.term.opens_at.max(hours_before(start, MOST_LEAD)), now.min(hours_before(start, 1)));
            if until <= from {
                continue;
            }
            let full_at = if next == Some(at) && self.spec.waiting > 0 { between(from, until, 6, 10) } else { until };
            let mut cast = if next == Some(at) { self.cast(&[Part::Booked]) } else { None };
            let mut taken = 0;
            for n in 1_i64.. {
                let party = match cast.take() {
                    Some((person, _)) if !whole => self.engage_cast(person, &[at]),
                    _ if taken >= target => break,
                    _ => match self.next_party(&[at]) {
                        Some(party) => party,
                        None => break,
                    },
                };
                let places = self.places(&party)?;
                if taken + places > target {
                    break;
                }
                taken += places;
                self.hold(&[at], places);
                let created = between(from, full_at, n, i64::from(target) + 1);
                self.draft(created, Some(created), party, Scope::Single, BookingState::Confirmed, vec![at], false)?;
                if n % 11 == 5 {
                    self.draft_cancelled(created, &[at])?;
                }
            }
            if !whole && next == Some(at) && self.spec.waiting > 0 {
                self.wait(&[at], Scope::Single, full_at, until)?;
            }
        }
        Ok(())
    }

    /// Those who come on the same hours of every week, as far as places go.
    fn fill_weekly(&mut self, scheduled: &[usize]) -> Result<(), DbErr> {
        let opened = self.term.opens_at;
        let until = self.clock.now.min(hours_before(self.starts(scheduled[0]), 1));
        for n in 0..self.spec.weekly {
            let hours = self.week_hours(n);
            let comes = |at: &usize| {
                let date = &self.term.dates[*at];
                let hour = WeekHour { weekday: Weekday::of(date.date), start: date.start };
                hours.contains(&hour) && self.held[*at] < self.spec.capacity
            };
            let dates: Vec<usize> = scheduled.iter().copied().filter(comes).collect();
            let Some(party) = self.next_party(&dates).filter(|_| !dates.is_empty()) else { break };
            let places = self.places(&party)?;
            self.hold(&dates, places);
            let (n, of) = (i64::try_from(n).map_err(broken)?, i64::try_from(self.spec.weekly).map_err(broken)?);
            let created = between(opened, until, n + 1, of + 1);
            self.draft(created, Some(created), party, Scope::Weekly, BookingState::Confirmed, dates, false)?;
            if let Some(draft) = self.drafts.last_mut() {
                draft.weekly = hours;
            }
        }
        Ok(())
    }

    /// The hours of the week of the nth of them: all, every second day, or half-days only.
    fn week_hours(&self, n: usize) -> Vec<WeekHour> {
        let all: BTreeSet<WeekHour> = self
            .term
            .dates
            .iter()
            .map(|date| WeekHour { weekday: Weekday::of(date.date), start: date.start })
            .collect();
        let (first, last) = (all.iter().map(|hour| hour.start).min(), all.iter().map(|hour| hour.start).max());
        let odd = |hour: &WeekHour| matches!(hour.weekday, Weekday::Monday | Weekday::Wednesday | Weekday::Friday);
        let comes = |hour: &WeekHour| match n % 6 {
            0 => true,
            1 => odd(hour),
            2 => !odd(hour),
            3 => odd(hour) && Some(hour.start) == first,
            4 => Some(hour.start) == first,
            _ => !odd(hour) && Some(hour.start) == last,
        };
        all.into_iter().filter(comes).collect()
    }

    /// The waiting list: only where each of the dates is full.
    fn wait(&mut self, dates: &[usize], scope: Scope, from: Timestamp, until: Timestamp) -> Result<(), DbErr> {
        if dates.iter().any(|at| self.held[*at] != self.spec.capacity) {
            return Err(broken(format!("{}: people would wait for free places", self.spec.name)));
        }
        let cast = self.cast(&[Part::ThirdInLine]);
        for n in 0..self.spec.waiting {
            let party = match cast.filter(|_| n == 2) {
                Some((person, _)) => self.engage_cast(person, dates),
                None => self
                    .next_party(dates)
                    .ok_or_else(|| broken(format!("{}: too few people to wait", self.spec.name)))?,
            };
            let (n, of) = (i64::try_from(n).map_err(broken)? + 1, i64::try_from(self.spec.waiting).map_err(broken)?);
            let created = between(from, until, n, of + 1);
            self.draft(created, None, party, scope, BookingState::Waiting, dates.to_vec(), false)?;
        }
        Ok(())
    }

    /// Who of the demo sign-ins has one of these parts here.
    fn cast(&self, parts: &[Part]) -> Option<(usize, Part)> {
        let (people, roles) = (self.people.cast?, &self.spec.cast);
        let cast = [(people.child, roles.child), (people.elder, roles.elder), (people.neighbour, roles.neighbour)];
        cast.into_iter().find_map(|(person, part)| Some((person, part.filter(|part| parts.contains(part))?)))
    }

    fn engage_cast(&mut self, person: usize, dates: &[usize]) -> Vec<usize> {
        let days = self.days(dates);
        self.people.engage(&[person], &days, self.term.hours);
        vec![person]
    }

    /// The next party that is free on the dates.
    fn next_party(&mut self, dates: &[usize]) -> Option<Vec<usize>> {
        let days = self.days(dates);
        for _ in 0..self.pool.len() {
            let person = self.pool[self.next % self.pool.len()];
            self.next += 1;
            let mut party = vec![person];
            if self.audience == Audience::Family {
                let heads = if self.unit == Unit::Family { 3 } else { 1 };
                party.extend(self.people.children(person).take(heads));
            }
            if self.people.engage(&party, &days, self.term.hours) {
                return Some(party);
            }
        }
        None
    }

    fn draft_cancelled(&mut self, created: Timestamp, dates: &[usize]) -> Result<(), DbErr> {
        let Some(person) = self.pool.get(self.next % self.pool.len().max(1)).copied() else { return Ok(()) };
        self.next += 1;
        let scope = match self.spec.book.first() {
            Some(scope) if dates.len() > 1 => *scope,
            _ => Scope::Single,
        };
        let mut party = vec![person];
        if self.audience == Audience::Family {
            party.extend(self.people.children(person).take(1));
        }
        self.draft(created, Some(created), party, scope, BookingState::Cancelled, dates.to_vec(), false)
    }

    fn draft(
        &mut self,
        created: Timestamp,
        confirmed: Option<Timestamp>,
        party: Vec<usize>,
        scope: Scope,
        state: BookingState,
        dates: Vec<usize>,
        promoted: bool,
    ) -> Result<(), DbErr> {
        let places = self.places(&party)?;
        let later = created.checked_add(SignedDuration::from_hours(5)).map_err(broken)?;
        let cancelled = (state == BookingState::Cancelled).then(|| later.min(self.clock.now));
        self.drafts.push(Draft {
            created,
            confirmed,
            cancelled,
            party,
            places,
            scope,
            weekly: Vec::new(),
            state,
            dates,
            promoted,
        });
        Ok(())
    }

    fn with_cancelled(&self, mut dates: Vec<usize>, after: Timestamp) -> Vec<usize> {
        let all = self.term.dates.iter().enumerate();
        dates.extend(all.filter(|(_, date)| date.cancelled && date.starts_at > after).map(|(at, _)| at));
        dates.sort_unstable();
        dates
    }

    fn hold(&mut self, dates: &[usize], places: i32) {
        for at in dates {
            self.held[*at] += places;
        }
    }

    fn places(&self, party: &[usize]) -> Result<i32, DbErr> {
        let heads = u32::try_from(party.len()).map_err(broken)?;
        i32::try_from(places_for(self.unit, heads)).map_err(broken)
    }

    fn starts(&self, at: usize) -> Timestamp {
        self.term.dates[at].starts_at
    }

    fn days(&self, dates: &[usize]) -> Vec<Date> {
        dates.iter().map(|at| self.term.dates[*at].date).collect()
    }
}

/// The instant n/of on the way from one to another; the first if they are the wrong way round.
fn between(from: Timestamp, until: Timestamp, n: i64, of: i64) -> Timestamp {
    let seconds = until.duration_since(from).as_secs().max(0);
    let on = i128::from(seconds) * i128::from(n.min(of)) / i128::from(of.max(1));
    from.checked_add(SignedDuration::from_secs(i64::try_from(on).unwrap_or(0))).unwrap_or(from)
}
