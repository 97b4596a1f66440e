//! Which rows move, there and back.

use super::{
    record::{is_lived_in, members, record},
    tables::{free, ids, keys, set_person},
};
use crate::{
    StoreError,
    bookings::{identity, of_persons},
    consents,
    entity::{
        account, booking, booking_place, care_link, household_member, person, pickup_person, pickup_rule,
        stored::Stored,
    },
};
use domain::{
    consent::Purpose,
    id::{HouseholdId, PersonId},
    merge::{Fit, HeldBooking, Home, Joined, fit, homes, joins_homes},
    person::MemberRole,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Tables of which all rows move.
const FREE: [&str; 4] = ["consent", "household_code", "notice", "pickup_person"];

/// Those of which a row stays where the kept record has one with the same key. Of care reasons there is one a day; by the
/// account alone some more stay, and nobody misses them.
const KEYED: [(&str, &str); 3] = [("care_reason", "account_id"), ("excuse", "term_id"), ("preparation", "term_id")];

/// Those of dates: a row stays, too, where the booking of that date does.
const DATED: [&str; 5] = ["attendance", "day_note", "leave", "pickup", "tap"];

/// What moved, as it is kept: ids and nothing personal, since erasing doesn't reach it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Moved {
    /// Ids by table.
    rows: BTreeMap<String, Vec<Uuid>>,
    /// True if the pickup rule moved.
    rule: bool,
    /// The account, with its household then.
    pub(super) account: Option<(Uuid, Option<Uuid>)>,
    /// The homes of the kept record from then on.
    pub(super) homes: Vec<Uuid>,
    /// Homes whose member it became in place of the other.
    entered: Vec<Uuid>,
    /// Memberships that ended.
    ended: Vec<Ended>,
    /// Bookings that another household answers for, with the one before.
    carried: Vec<(Uuid, Uuid)>,
    /// Since when nobody might be booked for by the kept record.
    withheld: Option<Timestamp>,
    /// How many of what, for whoever reads of it.
    pub(super) joined: Vec<(Joined, u32)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ended {
    home: Uuid,
    person: Uuid,
    role: MemberRole,
    since: Timestamp,
}

/// What joining two records comes to.
pub(super) struct Plan {
    pub(super) fit: Fit,
    pub(super) moved: Moved,
    /// True if people of two homes will answer for the person.
    pub(super) two_homes: bool,
}

impl Plan {
    /// Reads it; to do it, under the locks.
    pub(super) async fn read(
        conn: &impl ConnectionTrait,
        kept: &person::Model,
        gone: &person::Model,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (ours, theirs) = (record(conn, kept, now).await?, record(conn, gone, now).await?);
        let fit = fit(&ours, &theirs);
        let mut moved = Moved { withheld: kept.withheld_at.map(Into::into), ..Moved::default() };
        let stays = |booking: &HeldBooking| fit.stays.contains(&booking.id);
        let bookings = theirs.bookings.iter().filter(|booking| !stays(booking)).map(|booking| booking.id.0);
        moved.rows.insert("booking".to_owned(), bookings.collect());
        let dates = theirs.bookings.iter().filter(|booking| stays(booking)).flat_map(|booking| &booking.dates);
        let dates: HashSet<Uuid> = dates.map(|(date, _)| date.0).collect();
        for table in FREE {
            moved.rows.insert(table.to_owned(), ids(conn, table, gone.id).await?);
        }
        for (table, key) in KEYED.into_iter().chain(DATED.map(|table| (table, "occurrence_id"))) {
            let stays = if DATED.contains(&table) { dates.clone() } else { HashSet::new() };
            moved.rows.insert(table.to_owned(), free(conn, table, key, gone.id, kept.id, stays).await?);
        }
        moved.rows.insert("care_link".to_owned(), care_links(conn, gone.id, kept.id).await?);
        moved.rule = pickup_rule::Entity::find_by_id(kept.id).one(conn).await?.is_none()
            && pickup_rule::Entity::find_by_id(gone.id).one(conn).await?.is_some();
        let account = account::Entity::find().filter(account::Column::PersonId.eq(gone.id)).one(conn).await?;
        moved.account = account.map(|row| (row.id, row.household_id));
        let two_homes = moved.plan_homes(conn, kept, gone).await?;
        moved.count(conn, kept, gone).await?;
        Ok(Self { fit, moved, two_homes })
    }
}

impl Moved {
    pub(super) fn read(text: &str) -> Result<Self, DbErr> {
        serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()))
    }

    pub(super) fn written(&self) -> Result<String, DbErr> {
        serde_json::to_string(self).map_err(|error| DbErr::Json(error.to_string()))
    }

    /// True if a row is one of those that moved.
    pub(super) fn has(&self, table: &str, id: Uuid) -> bool {
        self.of(table).contains(&id)
    }

    fn of(&self, table: &str) -> &[Uuid] {
        self.rows.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// True if the pickup rule is the other record's.
    pub(super) fn has_rule(&self) -> bool {
        self.rule
    }

    /// Which homes are entered and left, and which bookings another home answers for.
    async fn plan_homes(
        &mut self,
        conn: &impl ConnectionTrait,
        kept: &person::Model,
        gone: &person::Model,
    ) -> Result<bool, DbErr> {
        let (ours, theirs) = (members(conn, kept.id).await?, members(conn, gone.id).await?);
        let mut lived_in: HashMap<Uuid, bool> = HashMap::new();
        for home in ours.iter().chain(&theirs).map(|row| row.household_id) {
            lived_in.insert(home, is_lived_in(conn, home, [kept.id, gone.id]).await?);
        }
        let of = |rows: &[household_member::Model]| -> Vec<Home> {
            let home = |row: &household_member::Model| Home {
                household: HouseholdId(row.household_id),
                lived_in: lived_in.get(&row.household_id).copied().unwrap_or_default(),
            };
            rows.iter().map(home).collect()
        };
        let (our_homes, their_homes) = (of(&ours), of(&theirs));
        self.homes = homes(&our_homes, &their_homes).into_iter().map(|home| home.0).collect();
        let is_ours = |home: Uuid| ours.iter().any(|row| row.household_id == home);
        for row in ours.iter().chain(&theirs) {
            let stays = self.homes.contains(&row.household_id);
            if stays && row.person_id == gone.id && !is_ours(row.household_id) {
                self.entered.push(row.household_id);
            } else if !stays || row.person_id == gone.id {
                let (home, person, role) = (row.household_id, row.person_id, row.role.0);
                self.ended.push(Ended { home, person, role, since: row.created_at.into() });
            }
        }
        let left: Vec<Uuid> =
            self.ended.iter().map(|ended| ended.home).filter(|home| !self.homes.contains(home)).collect();
        let carried: Vec<(Uuid, Uuid, Uuid)> = booking::Entity::find()
            .select_only()
            .columns([booking::Column::Id, booking::Column::HouseholdId, booking::Column::PersonId])
            .filter(of_persons([kept.id, gone.id]))
            .filter(booking::Column::HouseholdId.is_in(left))
            .into_tuple()
            .all(conn)
            .await?;
        let with = carried.into_iter().filter(|(id, _, person)| *person == kept.id || self.has("booking", *id));
        self.carried = with.map(|(id, home, _)| (id, home)).collect();
        Ok(joins_homes(&our_homes, &their_homes))
    }

    /// Counts what is joined.
    async fn count(
        &mut self,
        conn: &impl ConnectionTrait,
        kept: &person::Model,
        gone: &person::Model,
    ) -> Result<(), DbErr> {
        let among = |ids: &[Uuid]| ids.to_vec();
        let links = care_link::Entity::find()
            .filter(care_link::Column::Id.is_in(among(self.of("care_link"))))
            .filter(care_link::Column::RevokedAt.is_null());
        let takers = pickup_person::Entity::find()
            .filter(pickup_person::Column::Id.is_in(among(self.of("pickup_person"))))
            .filter(pickup_person::Column::EndedAt.is_null());
        let (links, takers) = (links.count(conn).await?, takers.count(conn).await?);
        let len = |table: &str| self.of(table).len() as u64;
        let counts = [
            (Joined::Bookings, len("booking")),
            (Joined::Attendance, len("attendance")),
            (Joined::Relatives, links),
            (Joined::PickupPersons, takers),
            (Joined::Consents, len("consent")),
            (Joined::Homes, self.entered.len() as u64),
            (Joined::Account, u64::from(self.account.is_some())),
            (Joined::Birth, u64::from(kept.birth_date.is_none() && gone.birth_date.is_some())),
            (Joined::Phone, u64::from(kept.phone.is_none() && gone.phone.is_some())),
            (Joined::Building, u64::from(kept.building.is_none() && gone.building.is_some())),
        ];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        self.joined = counts.map(|(what, count)| (what, u32::try_from(count).unwrap_or(u32::MAX))).collect();
        Ok(())
    }

    /// True if the kept record took that over, having none.
    fn took(&self, what: Joined) -> bool {
        self.joined.iter().any(|(joined, _)| *joined == what)
    }

    /// Moves all of it.
    pub(super) async fn carry_out(
        &mut self,
        tx: &impl ConnectionTrait,
        kept: &person::Model,
        gone: &person::Model,
    ) -> Result<(), StoreError> {
        for ended in &self.ended {
            household_member::Entity::delete_by_id((ended.home, ended.person)).exec(tx).await?;
        }
        self.pass_on(tx, gone.id, kept.id).await?;
        if let Some(home) = self.homes.first() {
            for (id, _) in &self.carried {
                answer_for(tx, *id, None, *home).await?;
            }
        }
        let mut model = gone.clone().into_active_model();
        model.merged_into = Set(Some(kept.id));
        model.update(tx).await?;
        let mut model = kept.clone().into_active_model();
        if self.took(Joined::Birth) {
            model.birth_date = Set(gone.birth_date);
        }
        if self.took(Joined::Phone) {
            model.phone = Set(gone.phone.clone());
        }
        if self.took(Joined::Building) {
            model.building = Set(gone.building.clone());
        }
        // The newest decision counts, whichever record it was made of.
        let decided = consents::newest(tx, PersonId(kept.id), Purpose::Service).await?;
        model.withheld_at = Set(match decided {
            Some(row) => (!row.granted).then_some(row.created_at),
            None => kept.withheld_at.or(gone.withheld_at),
        });
        let kept = model.update(tx).await?;
        Ok(name_bookings(tx, &kept).await?)
    }

    /// Moves all of it back that is still where it went.
    pub(super) async fn carry_back(
        &mut self,
        tx: &impl ConnectionTrait,
        kept: &person::Model,
        gone: &person::Model,
    ) -> Result<(), StoreError> {
        self.with_their_dates(tx, kept.id, gone.id).await?;
        self.pass_on(tx, kept.id, gone.id).await?;
        for ended in &self.ended {
            household_member::Entity::insert(household_member::ActiveModel {
                household_id: Set(ended.home),
                person_id: Set(ended.person),
                role: Set(Stored(ended.role)),
                created_at: Set(ended.since.into()),
            })
            .exec_without_returning(tx)
            .await?;
        }
        if let Some(home) = self.homes.first() {
            for (id, before) in &self.carried {
                answer_for(tx, *id, Some(*home), *before).await?;
            }
        }
        let mut model = gone.clone().into_active_model();
        model.merged_into = Set(None);
        let gone = model.update(tx).await?;
        let mut model = kept.clone().into_active_model();
        // What was mended since stays mended.
        if self.took(Joined::Birth) && kept.birth_date == gone.birth_date {
            model.birth_date = Set(None);
        }
        if self.took(Joined::Phone) && kept.phone == gone.phone {
            model.phone = Set(None);
        }
        if self.took(Joined::Building) && kept.building == gone.building {
            model.building = Set(None);
        }
        model.withheld_at = Set(self.withheld.map(Into::into));
        let kept = model.update(tx).await?;
        name_bookings(tx, &kept).await?;
        Ok(name_bookings(tx, &gone).await?)
    }

    /// What was written since of dates that go back with their bookings goes back, too.
    async fn with_their_dates(&mut self, conn: &impl ConnectionTrait, from: Uuid, to: Uuid) -> Result<(), DbErr> {
        let places = |booking: Vec<Uuid>, of: bool| {
            let of = match of {
                true => booking_place::Column::BookingId.is_in(booking),
                false => booking_place::Column::BookingId.is_not_in(booking),
            };
            let places = booking_place::Entity::find().select_only().column(booking_place::Column::OccurrenceId);
            places.filter(booking_place::Column::PersonId.eq(from)).filter(of).into_tuple::<Uuid>()
        };
        let bookings = self.of("booking").to_vec();
        let own: HashSet<Uuid> = places(bookings.clone(), false).all(conn).await?.into_iter().collect();
        let theirs: HashSet<Uuid> = places(bookings, true).all(conn).await?.into_iter().collect();
        for table in DATED {
            let there: HashSet<Uuid> =
                keys(conn, table, "occurrence_id", to).await?.into_iter().map(|(_, k)| k).collect();
            let rows = keys(conn, table, "occurrence_id", from).await?.into_iter();
            let back = rows.filter(|(_, date)| theirs.contains(date) && !own.contains(date) && !there.contains(date));
            let moved = self.rows.entry(table.to_owned()).or_default();
            for (id, _) in back {
                if !moved.contains(&id) {
                    moved.push(id);
                }
            }
        }
        Ok(())
    }

    async fn pass_on(&self, tx: &impl ConnectionTrait, from: Uuid, to: Uuid) -> Result<(), DbErr> {
        for (table, ids) in &self.rows {
            set_person(tx, table, "id", ids, from, to).await?;
        }
        for table in ["booking_place", "booking_member"] {
            set_person(tx, table, "booking_id", self.of("booking"), from, to).await?;
        }
        set_person(tx, "household_member", "household_id", &self.entered, from, to).await?;
        if let Some((id, _)) = self.account {
            set_person(tx, "account", "id", &[id], from, to).await?;
        }
        if self.rule {
            set_person(tx, "pickup_rule", "person_id", &[from], from, to).await?;
        }
        Ok(())
    }
}

/// Care links of one person; not those to a relative whom the other lets do something, too.
async fn care_links(conn: &impl ConnectionTrait, of: Uuid, other: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let rows = care_link::Entity::find().filter(care_link::Column::PersonId.is_in([of, other])).all(conn).await?;
    let is_live = |row: &&care_link::Model| row.revoked_at.is_none();
    let phones: HashSet<&str> = rows
        .iter()
        .filter(is_live)
        .filter(|row| row.person_id == other)
        .map(|row| row.relative_phone.as_str())
        .collect();
    let moves = |row: &&care_link::Model| {
        row.person_id == of && !(is_live(row) && phones.contains(row.relative_phone.as_str()))
    };
    Ok(rows.iter().filter(moves).map(|row| row.id).collect())
}

/// Lets another household answer for a booking, if it is still the one before.
async fn answer_for(tx: &impl ConnectionTrait, id: Uuid, before: Option<Uuid>, home: Uuid) -> Result<(), DbErr> {
    let mut update = booking::Entity::update_many()
        .col_expr(booking::Column::HouseholdId, Expr::value(home))
        .filter(booking::Column::Id.eq(id));
    if let Some(before) = before {
        update = update.filter(booking::Column::HouseholdId.eq(before));
    }
    update.exec(tx).await?;
    Ok(())
}

/// By name and birth date a child is known in a period, whoever books for it: as they are now.
pub(crate) async fn name_bookings(tx: &impl ConnectionTrait, person: &person::Model) -> Result<(), DbErr> {
    booking::Entity::update_many()
        .col_expr(booking::Column::Identity, Expr::value(identity(person)))
        .filter(of_persons([person.id]))
        .filter(booking::Column::Identity.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}
