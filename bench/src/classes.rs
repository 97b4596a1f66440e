//! Classes of today, full of children, whose rolls are called.

use crate::Failure;
use domain::{
    activity::{ActivityKind, Audience, Unit},
    day_kind::HolidayPolicy,
    id::{ActivityId, CommunityId, RequestKey},
    parts::Parts,
    recurrence::{Recurrence, Series},
    rights::{Door, StaffRole},
    term::{AgeRule, Scopes},
    text::{Paragraph, PersonName, Title},
    which::Which,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date, time},
    tz::Offset,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::{
    DatabaseConnection,
    accounts::{Who, who_is},
    activities::{Holding, NewActivity, NewTerm, new_activity, new_term},
    bookings::{BookRequest, book_place},
    entity::{community, occurrence},
    id::new_id,
    rosters::{NewPerson, add_person},
};
use uuid::Uuid;

/// Whose classes they are.
pub struct Staff {
    slug: String,
    who: Who,
    activity: ActivityId,
}

impl Staff {
    /// Staff of a community that is there, who sign in by this name and password.
    pub async fn new(
        db: &DatabaseConnection,
        slug: &str,
        (login, password): (&str, &str),
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let account = store::staff::add(db, slug, login, "测量", password, StaffRole::Desk, [1; 16], now).await?;
        let who = who_is(db, account).await?.ok_or("no staff")?;
        let community = community::Entity::find().filter(community::Column::Slug.eq(slug)).one(db).await?;
        let community = CommunityId(community.ok_or("no community")?.id);
        let new = NewActivity {
            name: parsed(Title::parse("测量班"))?,
            kind: ActivityKind::HolidayCare,
            audience: Audience::Child,
            unit: Unit::Person,
            summary: Paragraph::default(),
            leaders: String::new(),
        };
        Ok(Self { slug: slug.to_owned(), activity: new_activity(db, &who, community, new, now).await?, who })
    }

    /// A class of today for so many, booked by name for each at the desk, the day before; its date.
    pub async fn class(&self, db: &DatabaseConnection, people: u32, now: Timestamp) -> Result<Uuid, Failure> {
        let today = Offset::constant(8).to_datetime(now).date();
        let now = now.checked_sub(24.hours())?;
        let term = new_term(db, &self.who, self.term(today, people)?, now).await?;
        for n in 1..=people {
            let new = NewPerson {
                name: parsed(PersonName::parse(&format!("孩子{n}")))?,
                // Somebody of the same name and birth date is the same person.
                birth: Some(date(2018, 5, 1)),
                phone: None,
                building: None,
            };
            let person = add_person(db, &self.who, &self.slug, new, now).await?;
            let request = BookRequest {
                term,
                person,
                which: Which::Whole,
                heads: 1,
                adults: None,
                insists: true,
                consents: true,
                key: RequestKey(new_id(now)),
                door: Door::Desk,
            };
            book_place(db, &self.who, &request, now).await?;
        }
        let dates = occurrence::Entity::find().filter(occurrence::Column::TermId.eq(term.0)).all(db).await?;
        Ok(dates.first().ok_or("a class without a date")?.id)
    }

    fn term(&self, today: Date, places: u32) -> Result<NewTerm, Failure> {
        Ok(NewTerm {
            activity: self.activity,
            name: parsed(Title::parse("测量班"))?,
            series: Series::from(Recurrence::Dates { dates: vec![today] }),
            from: today,
            until: today,
            holidays: HolidayPolicy::Keep,
            // Its roll is called at whatever hour this is measured.
            holding: Holding {
                start: time(0, 1, 0, 0),
                end: time(23, 59, 0, 0),
                parts: Parts::default(),
                room: None,
                leader: None,
            },
            capacity: places,
            opens: None,
            closes: None,
            cancel_hours: 24,
            age: AgeRule::default(),
            scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
            waitlist_cap: None,
            minimum: None,
            entry_like: None,
        })
    }
}

fn parsed<T>(parsed: Result<T, impl std::fmt::Display>) -> Result<T, String> {
    parsed.map_err(|problem| problem.to_string())
}
