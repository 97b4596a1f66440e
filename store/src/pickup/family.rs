//! What a family says: who may take a child, whether it may go alone, whether it uses a code.

use super::{photo::forget_photos, read};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    communities,
    entity::{
        account, activity, household_member, occurrence, person, pickup, pickup_person, pickup_photo, pickup_rule,
        term, time::Instant,
    },
    households::homes_of,
    id::new_id,
    my_data::ERASED,
    terms::{days_of, local},
    tx::{WriteTx, begin_write},
};
use domain::{
    code::Code,
    id::{CommunityId, PersonId, PickupPersonId},
    person::MemberRole,
    phone::PhoneNumber,
    pickup::{CodeUse, MAX_PICKUP_PERSONS, SECRET_BYTES, code_of},
    reading::FamilyPickup,
    refusal::{FieldProblem, Refusal},
    rights::Door,
    text::{InputProblem, Line, PersonName},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr,
    EntityTrait, IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, sea_query::Expr,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Hand-overs that a family is shown.
const SHOWN: u64 = 20;

/// Somebody who is to take a child.
#[derive(Clone, Debug)]
pub struct NewPickupPerson {
    /// The name.
    pub name: PersonName,
    /// Who that is to the child.
    pub relation: Line,
    /// The phone.
    pub phone: Option<PhoneNumber>,
    /// The only day.
    pub only_on: Option<Date>,
}

/// A family's page of one of its children.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody but a child of the actor's household.
pub async fn family_pickup(
    db: &DatabaseConnection,
    who: &Who,
    id: PersonId,
    now: Timestamp,
) -> Result<FamilyPickup, StoreError> {
    let child = child_of(db, who, id).await?;
    let zone = communities::zone(db, CommunityId(child.community_id)).await?;
    let today = local(now, &zone).date();
    let rule = pickup_rule::Entity::find_by_id(id.0).one(db).await?;
    let persons = read::persons_of(db, &[id.0], today, true).await?.remove(&id.0).unwrap_or_default();
    Ok(FamilyPickup {
        person: id,
        name: child.name,
        today,
        persons,
        alone: rule.as_ref().is_some_and(|rule| rule.alone),
        code: rule.and_then(|rule| code_of(&rule.secret?, today)),
        handed: handed_of(db, id, &zone, SHOWN).await?,
    })
}

/// The last hand-overs of a child, newest first, each with its activity.
async fn handed_of(
    db: &DatabaseConnection,
    id: PersonId,
    zone: &TimeZone,
    most: u64,
) -> Result<Vec<(String, domain::reading::HandOver)>, StoreError> {
    let rows = pickup::Entity::find()
        .filter(pickup::Column::PersonId.eq(id.0))
        .order_by_desc(pickup::Column::At)
        .limit(most)
        .all(db)
        .await?;
    let names = activities_of(db, rows.iter().map(|row| row.occurrence_id).collect()).await?;
    let name = |row: &pickup::Model| names.get(&row.occurrence_id).cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| (name(&row), read::hand_over(row, zone))).collect())
}

/// The names of the activities of some dates.
async fn activities_of(db: &DatabaseConnection, dates: Vec<Uuid>) -> Result<HashMap<Uuid, String>, StoreError> {
    let rows: Vec<(Uuid, String)> = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::Id)
        .column(activity::Column::Name)
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(occurrence::Column::Id.is_in(dates))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Names somebody who may take a child.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody but a child of the actor's household; [`Refusal::PickupPersonsFull`];
/// [`StoreError::Invalid`] for a day that is over.
pub async fn add_pickup_person(
    db: &DatabaseConnection,
    who: &Who,
    child: PersonId,
    new: NewPickupPerson,
    now: Timestamp,
) -> Result<PickupPersonId, StoreError> {
    let tx = begin_write(db).await?;
    let child = hold_child(&tx, who, child).await?;
    let today = local(now, &communities::zone(&tx, CommunityId(child.community_id)).await?).date();
    if new.only_on.is_some_and(|day| day < today) {
        return Err(StoreError::Invalid(FieldProblem::new("only_on", InputProblem::Date)));
    }
    let there = read::persons_of(&tx, &[child.id], today, true).await?.remove(&child.id).unwrap_or_default();
    if there.len() >= MAX_PICKUP_PERSONS as usize {
        return Err(Refusal::PickupPersonsFull { max: MAX_PICKUP_PERSONS }.into());
    }
    let id = new_id(now);
    pickup_person::Entity::insert(pickup_person::ActiveModel {
        id: Set(id),
        community_id: Set(child.community_id),
        person_id: Set(child.id),
        name: Set(new.name.as_str().to_owned()),
        relation: Set(new.relation.as_str().to_owned()),
        phone: Set(new.phone.map(String::from)),
        only_on: Set(new.only_on.map(Into::into)),
        created_by: Set(who.account.0),
        created_at: Set(now.into()),
        ended_at: Set(None),
        ended_by: Set(None),
    })
    .exec_without_returning(&tx)
    .await?;
    change(who, &child, "add_pickup_person", ("pickup_person", id)).write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(PickupPersonId(id))
}

/// Ends that somebody may take a child, at once; the photo goes with it. Gives the child.
///
/// # Errors
/// [`StoreError::NotFound`] for nobody whom a household of the actor's child named.
pub async fn end_pickup_person(
    db: &DatabaseConnection,
    who: &Who,
    id: PickupPersonId,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let tx = begin_write(db).await?;
    let (child, row) = hold_named(&tx, who, id).await?;
    if row.ended_at.is_none() {
        end(&tx, who, vec![row], now).await?;
        change(who, &child, "end_pickup_person", ("pickup_person", id.0))
            .write(&tx, None::<()>, None::<()>, now)
            .await?;
        tx.commit().await?;
    }
    Ok(PersonId(child.id))
}

async fn end(tx: &WriteTx, who: &Who, rows: Vec<pickup_person::Model>, now: Timestamp) -> Result<(), StoreError> {
    forget_photos(tx, rows.iter().map(|row| row.id).collect()).await?;
    for row in rows {
        let mut model = row.into_active_model();
        model.ended_at = Set(Some(now.into()));
        model.ended_by = Set(Some(who.account.0));
        model.update(tx).await?;
    }
    Ok(())
}

/// Says whether a child may go home alone.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody but a child of the actor's household.
pub async fn allow_alone(
    db: &DatabaseConnection,
    who: &Who,
    child: PersonId,
    alone: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let child = hold_child(&tx, who, child).await?;
    let before = pickup_rule::Entity::find_by_id(child.id).one(&tx).await?;
    let was = before.as_ref().is_some_and(|rule| rule.alone);
    if was == alone {
        return Ok(());
    }
    put_rule(&tx, &child, before, now, |rule| rule.alone = Set(alone)).await?;
    change(who, &child, "allow_alone", ("pickup_rule", child.id)).write(&tx, Some(was), Some(alone), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Begins with a new code, from now on, or uses none any more.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody but a child of the actor's household.
pub async fn set_pickup_code(
    db: &DatabaseConnection,
    who: &Who,
    child: PersonId,
    wanted: CodeUse,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let child = hold_child(&tx, who, child).await?;
    let before = pickup_rule::Entity::find_by_id(child.id).one(&tx).await?;
    if wanted == CodeUse::Off && before.as_ref().is_none_or(|rule| rule.secret.is_none()) {
        return Ok(());
    }
    let secret = match wanted {
        CodeUse::Renew => Some(rand::random::<[u8; SECRET_BYTES]>().to_vec()),
        CodeUse::Off => None,
    };
    put_rule(&tx, &child, before, now, |rule| rule.secret = Set(secret)).await?;
    let what = change(who, &child, "set_pickup_code", ("pickup_rule", child.id));
    what.write(&tx, None::<()>, Some(wanted.code()), now).await?;
    tx.commit().await?;
    Ok(())
}

async fn put_rule(
    tx: &WriteTx,
    child: &person::Model,
    before: Option<pickup_rule::Model>,
    now: Timestamp,
    set: impl FnOnce(&mut pickup_rule::ActiveModel),
) -> Result<(), StoreError> {
    let new = before.is_none();
    let mut model = match before {
        Some(before) => before.into_active_model(),
        None => pickup_rule::ActiveModel {
            person_id: Set(child.id),
            community_id: Set(child.community_id),
            alone: Set(false),
            secret: Set(None),
            updated_at: Set(now.into()),
        },
    };
    set(&mut model);
    model.updated_at = Set(now.into());
    if new {
        pickup_rule::Entity::insert(model).exec_without_returning(tx).await?;
    } else {
        model.update(tx).await?;
    }
    Ok(())
}

/// A child of the actor's household.
async fn child_of(conn: &impl ConnectionTrait, who: &Who, id: PersonId) -> Result<person::Model, StoreError> {
    let household = who.household.ok_or(StoreError::NotFound)?;
    let member = household_member::Entity::find_by_id((household, id.0)).one(conn).await?;
    member.filter(|row| row.role == MemberRole::Child).ok_or(StoreError::NotFound)?;
    person::Entity::find_by_id(id.0).one(conn).await?.ok_or(StoreError::NotFound)
}

/// The same, with the row locked.
async fn hold_child(tx: &WriteTx, who: &Who, id: PersonId) -> Result<person::Model, StoreError> {
    person::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?.ok_or(StoreError::NotFound)?;
    child_of(tx, who, id).await
}

/// Somebody who was named to take a child of the actor's household, with the child, whose row is locked.
pub(super) async fn hold_named(
    tx: &WriteTx,
    who: &Who,
    id: PickupPersonId,
) -> Result<(person::Model, pickup_person::Model), StoreError> {
    let row = pickup_person::Entity::find_by_id(id.0).one(tx).await?.ok_or(StoreError::NotFound)?;
    let child = hold_child(tx, who, PersonId(row.person_id)).await?;
    let row = pickup_person::Entity::find_by_id(id.0).one(tx).await?.ok_or(StoreError::NotFound)?;
    Ok((child, row))
}

/// True if the actor's household named somebody to take a child.
pub(super) async fn is_of_family(conn: &impl ConnectionTrait, who: &Who, child: PersonId) -> Result<bool, StoreError> {
    match child_of(conn, who, child).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn change<'a>(who: &'a Who, child: &person::Model, action: &'a str, subject: (&'a str, Uuid)) -> Change<'a> {
    Change {
        community: CommunityId(child.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(child.id)),
        action,
        subject,
        term: None,
        door: Door::Page,
    }
}

/// A child was taken out of a household: whom that household named takes it no more; where no home is left, it goes
/// neither alone nor by a code.
pub(crate) async fn leave_home(
    tx: &WriteTx,
    who: &Who,
    household: Uuid,
    child: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    let accounts = account::Entity::find().select_only().column(account::Column::Id);
    let accounts: Vec<Uuid> = accounts.filter(account::Column::HouseholdId.eq(household)).into_tuple().all(tx).await?;
    let alone = homes_of(tx, child).await?.is_empty();
    let mut theirs =
        Condition::all().add(pickup_person::Column::PersonId.eq(child)).add(pickup_person::Column::EndedAt.is_null());
    if !alone {
        theirs = theirs.add(pickup_person::Column::CreatedBy.is_in(accounts));
    }
    end(tx, who, pickup_person::Entity::find().filter(theirs).all(tx).await?, now).await?;
    if alone {
        pickup_rule::Entity::delete_by_id(child).exec(tx).await?;
    }
    Ok(())
}

/// Erases what names whoever took a child that is erased, or would have. The lines of who left when stay.
pub(crate) async fn forget(tx: &WriteTx, child: Uuid) -> Result<(), StoreError> {
    pickup::Entity::update_many()
        .col_expr(pickup::Column::Taker, Expr::value(ERASED))
        .col_expr(pickup::Column::PickupPersonId, Expr::value(None::<Uuid>))
        .col_expr(pickup::Column::Reason, Expr::value(None::<String>))
        .col_expr(pickup::Column::UndoReason, Expr::value(None::<String>))
        .filter(pickup::Column::PersonId.eq(child))
        .exec(tx)
        .await?;
    let ids = pickup_person::Entity::find().select_only().column(pickup_person::Column::Id);
    let ids: Vec<Uuid> = ids.filter(pickup_person::Column::PersonId.eq(child)).into_tuple().all(tx).await?;
    forget_photos(tx, ids).await?;
    pickup_person::Entity::delete_many().filter(pickup_person::Column::PersonId.eq(child)).exec(tx).await?;
    pickup_rule::Entity::delete_by_id(child).exec(tx).await?;
    Ok(())
}

/// Forgets photos and phones of those who have not been allowed to take a child since then, and counts them. They are few:
/// no index finds them.
pub(crate) async fn forget_old(db: &DatabaseConnection, since: Timestamp) -> Result<u64, DbErr> {
    use pickup_person::Column;
    let ended = Column::EndedAt.lt(Instant::from(since));
    let over = Column::OnlyOn.lt(days_of(since, since).0);
    let old = Condition::all().add(Condition::any().add(ended).add(over));
    let ids = pickup_person::Entity::find().select_only().column(Column::Id).filter(old.clone());
    let ids: Vec<Uuid> = ids.into_tuple().all(db).await?;
    let mut forgotten = 0;
    for some in ids.chunks(500) {
        let theirs = pickup_photo::Entity::delete_many()
            .filter(pickup_photo::Column::PickupPersonId.is_in(some.iter().copied()));
        forgotten += theirs.exec(db).await?.rows_affected;
    }
    let phones = pickup_person::Entity::update_many()
        .col_expr(Column::Phone, Expr::value(None::<String>))
        .filter(old.add(Column::Phone.is_not_null()));
    Ok(forgotten + phones.exec(db).await?.rows_affected)
}

/// All that is kept, for the family to take along: names and phones in full, since the family gave them; that there is a
/// photo; no secret.
pub(crate) async fn export(db: &DatabaseConnection, id: PersonId, zone: &TimeZone) -> Result<Value, StoreError> {
    let at = |instant: Instant| local(instant.into(), zone).to_string();
    let rows = pickup_person::Entity::find()
        .filter(pickup_person::Column::PersonId.eq(id.0))
        .order_by_asc(pickup_person::Column::CreatedAt)
        .all(db)
        .await?;
    let photos = super::photo::with_photo(db, rows.iter().map(|row| row.id).collect()).await?;
    let rule = pickup_rule::Entity::find_by_id(id.0).one(db).await?;
    let handed = handed_of(db, id, zone, u64::MAX >> 1).await?;
    Ok(json!({
        "may_go_alone": rule.as_ref().is_some_and(|rule| rule.alone),
        "uses_a_code": rule.is_some_and(|rule| rule.secret.is_some()),
        "persons": rows.into_iter().map(|row| json!({
            "name": row.name, "relation": row.relation, "phone": row.phone,
            "only_on": row.only_on.map(|day| Date::from(day).to_string()),
            "photo": photos.contains(&row.id), "since": at(row.created_at), "until": row.ended_at.map(at),
        })).collect::<Vec<_>>(),
        "handed_over": handed.into_iter().map(|(activity, row)| json!({
            "activity": activity, "at": row.at.to_string(), "way": row.way.code(), "taker": row.taker,
            "reason": row.reason, "by": row.by, "taken_back": row.undone.map(|undone| undone.at.to_string()),
        })).collect::<Vec<_>>(),
    }))
}
