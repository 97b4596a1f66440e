//! What the form of a new term holds, as typed.

#[cfg(feature = "ssr")]
use domain::{code::Code, recurrence::Recurrence};
use jiff::civil::Date;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The form as typed. Any of it may be missing or make no sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermForm {
    /// The term's name.
    pub name: Option<String>,
    /// weekly, month_weekday, month_day, lunar or dates.
    pub rule: Option<String>,
    /// Codes of weekdays, for weekly.
    pub weekday: Vec<String>,
    /// Every how many weeks.
    pub every: Option<String>,
    /// Which in the month: 1 to 5, or -1 for the last.
    pub nth: Option<String>,
    /// The weekday of the month.
    pub nth_weekday: Option<String>,
    /// The day of the month.
    pub month_day: Option<String>,
    /// The lunar month, or nothing for each.
    pub lunar_month: Option<String>,
    /// The day of the lunar month.
    pub lunar_day: Option<String>,
    /// Dates, one a line.
    pub dates: Option<String>,
    /// Dates to leave out, one a line.
    pub except: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub until: Option<String>,
    /// Start.
    pub start: Option<String>,
    /// End.
    pub end: Option<String>,
    /// Where the day is parted, or nothing.
    pub pause_from: Option<String>,
    /// When it goes on.
    pub pause_to: Option<String>,
    /// Minutes of each part, or nothing.
    pub minutes: Option<String>,
    /// skip, move or keep.
    pub holidays: Option<String>,
    /// The room's id, or nothing.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
    /// Places a date.
    pub capacity: Option<String>,
    /// When booking opens.
    pub opens: Option<String>,
    /// When booking closes.
    pub closes: Option<String>,
    /// Hours before the start until which a family may cancel.
    pub cancel_hours: Option<String>,
    /// The youngest age.
    pub age_min: Option<String>,
    /// The oldest.
    pub age_max: Option<String>,
    /// The date on which age is counted.
    pub age_on: Option<String>,
    /// whole, rest, weekly, single.
    pub scopes: Vec<String>,
    /// The most parties that may wait.
    pub waitlist_cap: Option<String>,
    /// With how few people it is in question.
    pub min_people: Option<String>,
    /// So many days before its first date that is decided.
    pub decide_days: Option<String>,
    /// The term whose rules of entry it takes over.
    pub like: Option<String>,
}

impl TermForm {
    /// An empty form, with what is most often so.
    pub fn fresh(today: Date) -> Self {
        let some = |text: &str| Some(text.to_owned());
        Self {
            rule: some("weekly"),
            every: some("1"),
            from: Some(today.to_string()),
            start: some("09:00"),
            end: some("10:30"),
            holidays: some("skip"),
            capacity: some("20"),
            cancel_hours: some("24"),
            scopes: vec!["whole".to_owned(), "rest".to_owned()],
            ..Self::default()
        }
    }

    /// The form of a term that is to be made.
    #[cfg(feature = "ssr")]
    pub fn of(new: store::activities::NewTerm) -> Self {
        let some = |value: &dyn std::fmt::Display| Some(value.to_string());
        let mut form = Self {
            name: some(&new.name),
            every: some(&1),
            from: some(&new.from),
            until: some(&new.until),
            start: Some(crate::words::time(new.holding.start)),
            end: Some(crate::words::time(new.holding.end)),
            pause_from: new.holding.parts.pause.map(|pause| crate::words::time(pause.from)),
            pause_to: new.holding.parts.pause.map(|pause| crate::words::time(pause.to)),
            minutes: new.holding.parts.minutes.map(|minutes| minutes.to_string()),
            holidays: some(&new.holidays),
            room: new.holding.room.map(|room| room.to_string()),
            leader: new.holding.leader.map(|leader| leader.as_str().to_owned()),
            capacity: some(&new.capacity),
            cancel_hours: some(&new.cancel_hours),
            age_min: new.age.min.map(|age| age.to_string()),
            age_max: new.age.max.map(|age| age.to_string()),
            waitlist_cap: new.waitlist_cap.map(|cap| cap.to_string()),
            min_people: new.minimum.map(|minimum| minimum.people.to_string()),
            decide_days: new.minimum.map(|minimum| minimum.days.to_string()),
            like: new.entry_like.map(|like| like.to_string()),
            ..Self::default()
        };
        let scopes = [
            ("whole", new.scopes.whole),
            ("rest", new.scopes.rest),
            ("weekly", new.scopes.weekly),
            ("single", new.scopes.single),
        ];
        form.scopes = scopes.into_iter().filter(|(_, is)| *is).map(|(code, _)| code.to_owned()).collect();
        let rule = match new.series.rule {
            Recurrence::Weekly { weekdays, every } => {
                form.weekday = weekdays.iter().map(|day| day.code().to_owned()).collect();
                form.every = some(&every);
                "weekly"
            }
            Recurrence::MonthlyWeekday { weekday, nth } => {
                (form.nth, form.nth_weekday) = (some(&nth), Some(weekday.code().to_owned()));
                "month_weekday"
            }
            Recurrence::MonthlyDay { day } => {
                form.month_day = some(&day);
                "month_day"
            }
            Recurrence::Lunar { month, day } => {
                (form.lunar_month, form.lunar_day) = (month.map(|month| month.to_string()), some(&day));
                "lunar"
            }
            // Its dates are over; others must be listed.
            Recurrence::Dates { .. } => "dates",
        };
        form.rule = Some(rule.to_owned());
        form
    }

    /// The form that a URL holds, if it holds one.
    pub fn in_url(params: &ParamsMap) -> Option<Self> {
        let one = |name: &str| params.get(name);
        let many = |name: &str| params.get_all(name).unwrap_or_default();
        one("rule")?;
        Some(Self {
            name: one("name"),
            rule: one("rule"),
            weekday: many("weekday[]"),
            every: one("every"),
            nth: one("nth"),
            nth_weekday: one("nth_weekday"),
            month_day: one("month_day"),
            lunar_month: one("lunar_month"),
            lunar_day: one("lunar_day"),
            dates: one("dates"),
            except: one("except"),
            from: one("from"),
            until: one("until"),
            start: one("start"),
            end: one("end"),
            pause_from: one("pause_from"),
            pause_to: one("pause_to"),
            minutes: one("minutes"),
            holidays: one("holidays"),
            room: one("room"),
            leader: one("leader"),
            capacity: one("capacity"),
            opens: one("opens"),
            closes: one("closes"),
            cancel_hours: one("cancel_hours"),
            age_min: one("age_min"),
            age_max: one("age_max"),
            age_on: one("age_on"),
            scopes: many("scopes[]"),
            waitlist_cap: one("waitlist_cap"),
            min_people: one("min_people"),
            decide_days: one("decide_days"),
            like: one("like"),
        })
    }

    /// The form as the pairs of a URL: what [`TermForm::in_url`] reads.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let single = [
            ("name", &self.name),
            ("rule", &self.rule),
            ("every", &self.every),
            ("nth", &self.nth),
            ("nth_weekday", &self.nth_weekday),
            ("month_day", &self.month_day),
            ("lunar_month", &self.lunar_month),
            ("lunar_day", &self.lunar_day),
            ("dates", &self.dates),
            ("except", &self.except),
            ("from", &self.from),
            ("until", &self.until),
            ("start", &self.start),
            ("end", &self.end),
            ("pause_from", &self.pause_from),
            ("pause_to", &self.pause_to),
            ("minutes", &self.minutes),
            ("holidays", &self.holidays),
            ("room", &self.room),
            ("leader", &self.leader),
            ("capacity", &self.capacity),
            ("opens", &self.opens),
            ("closes", &self.closes),
            ("cancel_hours", &self.cancel_hours),
            ("age_min", &self.age_min),
            ("age_max", &self.age_max),
            ("age_on", &self.age_on),
            ("waitlist_cap", &self.waitlist_cap),
            ("min_people", &self.min_people),
            ("decide_days", &self.decide_days),
            ("like", &self.like),
        ];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let weekdays = self.weekday.iter().map(|day| ("weekday[]", day.as_str()));
        let scopes = self.scopes.iter().map(|scope| ("scopes[]", scope.as_str()));
        single.chain(weekdays).chain(scopes).collect()
    }
}
