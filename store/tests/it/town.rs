//! A small town to test in: one community, one room, staff, and parents with a child each.

use domain::{
    activity::{ActivityKind, Audience, Unit},
    day_kind::HolidayPolicy,
    id::{AccountId, ActivityId, CommunityId, OccurrenceId, PersonId, RequestKey, RoomId, TermId},
    parts::Parts,
    person::MemberRole,
    phone::PhoneNumber,
    recurrence::{Recurrence, Series, Weekday},
    rights::{Door, StaffRole},
    roll::{Says, Tap, Verdict},
    term::{AgeRule, Scopes},
    text::{Paragraph, PersonName, Title},
    which::Which,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{date, time},
};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};
use store::{
    StoreError,
    accounts::{self, Who, who_is},
    activities::{self, Holding, NewActivity, NewTerm},
    attendance,
    bookings::BookRequest,
    entity::{community, room},
    families::{self, NewMember},
    id::new_id,
    login_codes, staff,
};

/// 9:00 on Tuesday 24 November 2026, in Shanghai.
pub fn now() -> Timestamp {
    "2026-11-24T01:00:00Z".parse().unwrap()
}

/// The town.
pub struct Town {
    pub db: DatabaseConnection,
    pub community: CommunityId,
    pub room: RoomId,
    pub staff: Who,
    pub activity: ActivityId,
}

/// A parent with a child.
#[derive(Clone)]
pub struct Parent {
    pub who: Who,
    pub child: PersonId,
}

impl Parent {
    /// Who the parent is by now, with the household.
    pub async fn who_now(&self, town: &Town) -> Who {
        who_is(&town.db, self.who.account).await.unwrap().unwrap()
    }
}

impl Town {
    pub async fn new(db: &DatabaseConnection) -> Self {
        Self::with_slug(db, "yongxing").await
    }

    /// A second town on the same database gets a slug of its own.
    pub async fn with_slug(db: &DatabaseConnection, slug: &str) -> Self {
        let (community, room) = (new_id(now()), new_id(now()));
        community::Entity::insert(community::ActiveModel {
            id: Set(community),
            slug: Set(slug.to_owned()),
            name: Set("永兴社区".to_owned()),
            place: Set("南通".to_owned()),
            phone: Set("0513-8590-0001".to_owned()),
            zone: Set("Asia/Shanghai".to_owned()),
            about: Set(String::new()),
            created_at: Set(now().into()),
        })
        .exec_without_returning(db)
        .await
        .unwrap();
        room::Entity::insert(room::ActiveModel {
            id: Set(room),
            community_id: Set(community),
            name: Set("多功能厅".to_owned()),
            size: Set(40),
            hours: Set(None),
        })
        .exec_without_returning(db)
        .await
        .unwrap();
        let staff =
            staff::add(db, slug, slug, "陈静", "a long password", StaffRole::Desk, [7; 16], now()).await.unwrap();
        let staff = who_is(db, staff).await.unwrap().unwrap();
        let new = NewActivity {
            name: Title::parse("假期托管").unwrap(),
            kind: ActivityKind::HolidayCare,
            audience: Audience::Child,
            unit: Unit::Person,
            summary: Paragraph::parse("写作业,做手工。").unwrap(),
            leaders: String::new(),
        };
        let activity = activities::new_activity(db, &staff, CommunityId(community), new, now()).await.unwrap();
        Self { db: db.clone(), community: CommunityId(community), room: RoomId(room), staff, activity }
    }

    /// A term of four Tuesdays from 1 December, 9:00 to 11:00, open to all ages.
    pub fn new_term(&self, capacity: u32) -> NewTerm {
        NewTerm {
            activity: self.activity,
            name: Title::parse("冬季班").unwrap(),
            series: Series::from(Recurrence::Weekly { weekdays: vec![Weekday::Tuesday], every: 1 }),
            from: date(2026, 12, 1),
            until: date(2026, 12, 22),
            holidays: HolidayPolicy::Skip,
            holding: Holding {
                start: time(9, 0, 0, 0),
                end: time(11, 0, 0, 0),
                parts: Parts::default(),
                room: None,
                leader: None,
            },
            capacity,
            opens: None,
            closes: None,
            cancel_hours: 24,
            age: AgeRule::default(),
            scopes: Scopes { whole: true, rest: true, single: true, weekly: false },
            waitlist_cap: None,
            minimum: None,
            entry_like: None,
        }
    }

    pub async fn term(&self, capacity: u32) -> TermId {
        activities::new_term(&self.db, &self.staff, self.new_term(capacity), now()).await.unwrap()
    }

    /// Staff's tap at a roll; `seen` is how many counted before.
    pub async fn tap(
        &self,
        date: OccurrenceId,
        person: PersonId,
        says: Says,
        seen: u32,
        at: Timestamp,
    ) -> Result<Verdict, StoreError> {
        let tap = Tap { key: RequestKey(new_id(at)), person, says, seen, kept_for: None };
        let answers = attendance::send_taps(&self.db, &self.staff, date, &[tap], at).await?;
        Ok(answers[0].verdict)
    }

    /// The nth parent, signed in by code, with a child of eight.
    pub async fn parent(&self, n: u32) -> Parent {
        let account = self.stranger(n).await.account;
        let child = self.child(account, &format!("孩子{n}")).await;
        Parent { who: who_is(&self.db, account).await.unwrap().unwrap(), child }
    }

    /// The nth account, signed in by code, with nobody in its household.
    pub async fn stranger(&self, n: u32) -> Who {
        let phone = PhoneNumber::parse(&format!("139{n:08}")).unwrap();
        let asked = login_codes::ask_code(&self.db, &phone, None, "123456", now()).await.unwrap();
        let account = accounts::enter_code(&self.db, &phone, &[asked.id], "123456", now()).await.unwrap();
        who_is(&self.db, account).await.unwrap().unwrap()
    }

    pub async fn child(&self, account: AccountId, name: &str) -> PersonId {
        let who = who_is(&self.db, account).await.unwrap().unwrap();
        let new = NewMember {
            role: MemberRole::Child,
            name: PersonName::parse(name).unwrap(),
            birth: Some(date(2018, 5, 1)),
            myself: false,
        };
        families::add_member(&self.db, &who, self.community, new, now()).await.unwrap()
    }
}

/// A wish for the whole term, with a key of its own.
pub fn request(term: TermId, person: PersonId) -> BookRequest {
    BookRequest {
        term,
        person,
        which: Which::Whole,
        heads: 1,
        adults: None,
        insists: false,
        consents: false,
        key: RequestKey(new_id(now())),
        door: Door::Page,
    }
}

/// A later moment.
pub fn later(minutes: i64) -> Timestamp {
    now() + minutes.minutes()
}
