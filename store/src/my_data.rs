//! One's own data (我的数据): all that is kept about a household's members, to see and take along; mended where it is
//! wrong; erased, but for what a law keeps (个人信息保护法, 45 to 47).

mod at_desk;

pub(crate) use at_desk::signs_in;
pub use at_desk::{correct_at_desk, erase_at_desk};

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::of_persons,
    care_details,
    changes::all_for,
    entity::{
        account, attendance, audit, booking, care_detail, care_link, care_reason, claim, community, consent, household,
        household_member, notice, occurrence, person, preparation, term,
    },
    error::is_duplicate,
    households::has_live,
    login_sessions, merges, pickup, pinyin,
    sealed::Keys,
    second_factors,
    terms::{local, zone_of},
    tx::{WriteTx, begin_write},
};
use domain::{
    code::Code,
    id::{CommunityId, PersonId},
    refusal::Refusal,
    rights::Door,
    text::PersonName,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// What stands in place of the name of somebody who was erased. Lists and counts keep their lines.
pub const ERASED: &str = "—";

/// All that is kept about the members of the actor's household and about the account, as JSON with plain words for keys.
/// Times are local to each person's community.
///
/// # Errors
/// Only those of the database.
pub async fn export(db: &DatabaseConnection, keys: &Keys, who: &Who, now: Timestamp) -> Result<Value, StoreError> {
    let mut people = Vec::new();
    for member in crate::families::members(db, who, now).await? {
        let mut of_member = person(db, member.person, member.role.code()).await?;
        // What stayed with records that were joined to this one is about the same person.
        let mut joined = Vec::new();
        for id in merges::records_of(db, member.person.0).await?.into_iter().skip(1) {
            joined.push(person(db, PersonId(id), member.role.code()).await?);
        }
        of_member["joined_records"] = joined.into();
        of_member["care_details"] = care(db, keys, who, member.person, now).await?;
        people.push(of_member);
    }
    let account = account::Entity::find_by_id(who.account.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let notices = notice::Entity::find()
        .filter(notice::Column::AccountId.eq(account.id))
        .order_by_asc(notice::Column::CreatedAt)
        .all(db)
        .await?;
    let logins = login_sessions::of_account(db, account.id, now).await?;
    let cared = crate::care_links::cared(db, who).await?;
    Ok(json!({
        "exported_at": now.to_string(),
        "account": {
            "phone": account.phone,
            "login": account.login,
            "name": account.name,
            "created_at": Timestamp::from(account.created_at).to_string(),
            "signed_in": logins.into_iter().map(|login| json!({
                "device": login.device, "since": login.since.to_string(), "used": login.used.to_string(),
            })).collect::<Vec<_>>(),
        },
        "members": people,
        "granted_to_me": cared.into_iter().map(|cared| json!({
            "person": cared.name, "scopes": cared.scopes.into_iter().map(Code::code).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "notices": notices.into_iter().map(|row| json!({
            "at": Timestamp::from(row.created_at).to_string(),
            "kind": row.kind,
            "says": serde_json::from_str::<Value>(&row.payload).unwrap_or(Value::Null),
            "read_at": row.read_at.map(|at| Timestamp::from(at).to_string()),
        })).collect::<Vec<_>>(),
    }))
}

/// What is kept sealed, opened, and who has read it. Without the keys nobody can read it, and that is said.
async fn care(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    id: PersonId,
    now: Timestamp,
) -> Result<Value, StoreError> {
    let page = match care_details::family_care(db, keys, who, id, now).await {
        Err(StoreError::Sealed) => return Ok(json!("can't be opened now")),
        page => page?,
    };
    Ok(json!({
        "kept": (page.kept.version > 0).then_some(page.kept.details),
        "read_by": page.readings.into_iter().map(|reading| json!({
            "at": reading.at.to_string(), "who": reading.who, "why": reading.why,
        })).collect::<Vec<_>>(),
    }))
}

async fn person(db: &DatabaseConnection, id: PersonId, role: &str) -> Result<Value, StoreError> {
    let row = person::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let home = community::Entity::find_by_id(row.community_id).one(db).await?.ok_or(StoreError::NotFound)?;
    let zone = zone_of(&home);
    let links = care_link::Entity::find().filter(care_link::Column::PersonId.eq(id.0)).all(db).await?;
    let consents = consent::Entity::find()
        .filter(consent::Column::PersonId.eq(id.0))
        .order_by_asc(consent::Column::CreatedAt)
        .all(db)
        .await?;
    let changes = audit::Entity::find().filter(all_for(db, &[id.0]).await?);
    let changes = changes.order_by_asc(audit::Column::At).all(db).await?;
    let at = |instant: crate::entity::time::Instant| local(instant.into(), &zone).to_string();
    Ok(json!({
        "name": row.name,
        "role": role,
        "birth": row.birth_date.map(|birth| Date::from(birth).to_string()),
        "phone": row.phone,
        "building": row.building,
        "community": home.name,
        "known_since": at(row.created_at),
        "bookings": bookings(db, id, &zone).await?,
        "pickup": pickup::export(db, id, &zone).await?,
        "relatives": links.into_iter().map(|row| json!({
            "name": row.relative_name, "phone": row.relative_phone, "scopes": row.scopes, "since": at(row.created_at),
            "until": row.revoked_at.map(at), "paper": row.paper,
        })).collect::<Vec<_>>(),
        "consents": consents.into_iter().map(|row| json!({
            "purpose": row.purpose.0.code(), "granted": row.granted, "version": row.version, "by": row.account_name,
            "at": at(row.created_at),
        })).collect::<Vec<_>>(),
        "changes": changes.into_iter().map(|row| json!({
            "at": at(row.at), "by": row.actor_name, "action": row.action, "door": row.door.0.code(),
        })).collect::<Vec<_>>(),
    }))
}

async fn bookings(db: &DatabaseConnection, id: PersonId, zone: &TimeZone) -> Result<Vec<Value>, StoreError> {
    let rows =
        booking::Entity::find().filter(of_persons([id.0])).order_by_asc(booking::Column::CreatedAt).all(db).await?;
    let terms: HashMap<Uuid, term::Model> = term::Entity::find()
        .filter(term::Column::Id.is_in(rows.iter().map(|row| row.term_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|term| (term.id, term))
        .collect();
    let activities: HashMap<Uuid, String> = crate::entity::activity::Entity::find()
        .filter(crate::entity::activity::Column::Id.is_in(terms.values().map(|term| term.activity_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|activity| (activity.id, activity.name))
        .collect();
    let marks = attendance::Entity::find().filter(attendance::Column::PersonId.eq(id.0)).all(db).await?;
    let dates: HashMap<Uuid, occurrence::Model> = occurrence::Entity::find()
        .filter(occurrence::Column::Id.is_in(marks.iter().map(|mark| mark.occurrence_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|date| (date.id, date))
        .collect();
    let came = |term: Uuid| -> Vec<Value> {
        let of_term = marks.iter().filter_map(|mark| Some((mark, dates.get(&mark.occurrence_id)?)));
        of_term
            .filter(|(_, date)| date.term_id == term)
            .map(|(mark, date)| json!({"date": Date::from(date.on_date).to_string(), "mark": mark.mark.0.code()}))
            .collect()
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let term = terms.get(&row.term_id)?;
            Some(json!({
                "activity": activities.get(&term.activity_id),
                "term": term.name,
                "state": row.state.0.code(),
                "heads": row.heads,
                "booked_at": local(row.created_at.into(), zone).to_string(),
                "cancelled_at": row.cancelled_at.map(|at| local(at.into(), zone).to_string()),
                "attendance": came(row.term_id),
            }))
        })
        .collect())
}

/// Mends a member's name and birth date.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody else's member; [`Refusal::AlreadyInHousehold`] where another member is called so
/// and was born then; [`Refusal::SameChildBooked`].
pub async fn correct_member(
    db: &DatabaseConnection,
    who: &Who,
    id: PersonId,
    name: &PersonName,
    birth: Option<Date>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let household = who.household.ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    household_member::Entity::find_by_id((household, id.0)).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let row = person::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let present = crate::families::members(&tx, who, now).await?;
    if present.iter().any(|one| one.person != id && one.name == name.as_str() && one.birth == birth) {
        return Err(Refusal::AlreadyInHousehold.into());
    }
    let at = CommunityId(row.community_id);
    let Some(fields) = rewrite(&tx, row, name, birth).await? else { return Ok(()) };
    if who.person == Some(id.0) {
        account::Entity::update_many()
            .col_expr(account::Column::Name, Expr::value(name.as_str()))
            .filter(account::Column::Id.eq(who.account.0))
            .exec(&tx)
            .await?;
    }
    change(at, who, id, "correct_member").write(&tx, None::<()>, Some(fields), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes a name and a birth date anew, and says which of them changed, but not what stood there: the audit outlives an
/// erasing. None if nothing changes.
async fn rewrite(
    tx: &WriteTx,
    row: person::Model,
    name: &PersonName,
    birth: Option<Date>,
) -> Result<Option<String>, StoreError> {
    let changed = [(row.name != name.as_str(), "name"), (row.birth_date.map(Date::from) != birth, "birth")];
    let fields: Vec<&str> = changed.into_iter().filter(|(changed, _)| *changed).map(|(_, field)| field).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let mut model = row.into_active_model();
    model.name = Set(name.as_str().to_owned());
    model.pinyin = Set(pinyin::pinyin(name.as_str()));
    model.initials = Set(pinyin::initials(name.as_str()));
    model.birth_date = Set(birth.map(Into::into));
    let row = model.update(tx).await?;
    // Two bookings of one child in a period may come to light by it.
    merges::name_bookings(tx, &row).await.map_err(|error| match is_duplicate(&error) {
        true => Refusal::SameChildBooked.into(),
        false => StoreError::from(error),
    })?;
    Ok(Some(fields.join(" ")))
}

fn change<'a>(at: CommunityId, who: &'a Who, id: PersonId, action: &'a str) -> Change<'a> {
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(id),
        action,
        subject: ("person", id.0),
        term: None,
        door: Door::Page,
    }
}

/// Erases a member of the actor's household: name, birth date, phone, building, care details, relatives, who may
/// take them and who did, notices, and, for the actor's own person, the account. Bookings and attendance keep their lines without a name, since sums of money and of people
/// rest on them; the audit keeps who did what (网络安全法, 21: logs are kept for at least six months).
///
/// # Errors
/// [`Refusal::HasBookings`] while the person holds or awaits places; [`Refusal::InTwoHomes`]; [`Refusal::LastGuardian`] for oneself while children
/// would be left with nobody; [`StoreError::NotFound`] for anybody else's member.
pub async fn erase_member(db: &DatabaseConnection, who: &Who, id: PersonId, now: Timestamp) -> Result<(), StoreError> {
    let home = who.household.ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    household::Entity::find_by_id(home).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let row = person::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    household_member::Entity::find_by_id((home, id.0)).one(&tx).await?.ok_or(StoreError::NotFound)?;
    if crate::households::homes_of(&tx, id.0).await?.len() > 1 {
        return Err(Refusal::InTwoHomes.into());
    }
    if has_live(&tx, id, Some(home), now).await? {
        return Err(Refusal::HasBookings.into());
    }
    let myself = who.person == Some(id.0);
    let members = household_member::Entity::find().filter(household_member::Column::HouseholdId.eq(home));
    let others = members.filter(household_member::Column::PersonId.ne(id.0)).count(&tx).await?;
    let accounts = account::Entity::find().filter(account::Column::HouseholdId.eq(home)).count(&tx).await?;
    if myself && others > 0 && accounts < 2 {
        return Err(Refusal::LastGuardian.into());
    }
    let at = CommunityId(row.community_id);
    blank_all(&tx, row, now).await?;
    let mut what = change(at, who, id, "erase_member");
    if myself {
        // Who is gone is named no more, not even by this.
        what.by = Some((who.account, ERASED));
    }
    what.write(&tx, None::<()>, None::<()>, now).await?;
    if myself {
        close_account(&tx, who.account.0, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Blanks a record and those that were joined to it: they are of one person.
async fn blank_all(tx: &WriteTx, row: person::Model, now: Timestamp) -> Result<(), StoreError> {
    let records = merges::records_of(tx, row.id).await?;
    blank(tx, row, now).await?;
    for joined in records.into_iter().skip(1) {
        let row = person::Entity::find_by_id(joined).lock_exclusive().one(tx).await?;
        blank(tx, row.ok_or(StoreError::NotFound)?, now).await?;
    }
    Ok(())
}

/// Leaves of a record the lines that others need, and nothing that names anybody.
async fn blank(tx: &WriteTx, row: person::Model, now: Timestamp) -> Result<(), StoreError> {
    forget(tx, row.id).await?;
    let mut model = row.into_active_model();
    model.name = Set(ERASED.to_owned());
    model.pinyin = Set(String::new());
    model.initials = Set(String::new());
    model.birth_date = Set(None);
    model.phone = Set(None);
    model.building = Set(None);
    model.erased_at = Set(Some(now.into()));
    model.withheld_at = Set(Some(now.into()));
    model.update(tx).await?;
    Ok(())
}

/// What is of nobody's use but the person's.
async fn forget(tx: &WriteTx, id: Uuid) -> Result<(), StoreError> {
    household_member::Entity::delete_many().filter(household_member::Column::PersonId.eq(id)).exec(tx).await?;
    care_link::Entity::delete_many().filter(care_link::Column::PersonId.eq(id)).exec(tx).await?;
    care_detail::Entity::delete_by_id(id).exec(tx).await?;
    care_reason::Entity::delete_many().filter(care_reason::Column::PersonId.eq(id)).exec(tx).await?;
    pickup::forget(tx, id).await?;
    preparation::Entity::delete_many().filter(preparation::Column::PersonId.eq(id)).exec(tx).await?;
    notice::Entity::delete_many().filter(notice::Column::PersonId.eq(id)).exec(tx).await?;
    // By it the same child was known in another household; it is made of name and birth date.
    booking::Entity::update_many()
        .col_expr(booking::Column::Identity, Expr::value(None::<String>))
        .filter(of_persons([id]))
        .exec(tx)
        .await?;
    Ok(())
}

async fn close_account(tx: &WriteTx, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    notice::Entity::delete_many().filter(notice::Column::AccountId.eq(id)).exec(tx).await?;
    login_sessions::delete_of_account(tx, id).await?;
    let row = account::Entity::find_by_id(id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let works = row.login.is_some();
    let home = row.household_id;
    let mut model = row.into_active_model();
    model.phone = Set(None);
    model.person_id = Set(None);
    model.household_id = Set(None);
    // Who works here still does, by name and password.
    if !works {
        second_factors::forget(tx, id).await?;
        model.name = Set(ERASED.to_owned());
        model.disabled_at = Set(Some(now.into()));
    }
    model.update(tx).await?;
    if let Some(home) = home {
        let left = household_member::Entity::find().filter(household_member::Column::HouseholdId.eq(home));
        if left.count(tx).await? == 0 {
            claim::Entity::delete_many().filter(claim::Column::HouseholdId.eq(home)).exec(tx).await?;
        }
    }
    Ok(())
}
