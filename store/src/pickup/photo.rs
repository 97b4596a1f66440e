//! Photos of those who may take a child: sealed, and each day's first look of each of the staff is kept.

use super::family::{change, hold_named, is_of_family};
use crate::{
    StoreError,
    accounts::Who,
    attendance::expected_on,
    audit::besides_booking,
    communities,
    entity::{
        audit, occurrence, person, pickup_person, pickup_photo,
        time::{Day, Instant},
    },
    sealed::{Keys, Place, Sealing},
    terms::{instant, local},
    tx::{WriteTx, begin_write},
};
use domain::{
    id::{CommunityId, PersonId, PickupPersonId},
    pickup::{LARGEST_PHOTO, PhotoKind},
    refusal::FieldProblem,
    rights::{Act, Door, Reach},
    text::InputProblem,
};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect,
};
use std::collections::HashSet;
use uuid::Uuid;

/// The table of the photos, as they are bound to it.
pub const PHOTOS: &str = "pickup_photo";

/// Keeps the photo of somebody who may take a child, in place of an earlier one. Gives the child.
///
/// # Errors
/// [`StoreError::NotFound`] for nobody whom a household of the actor's child named; [`StoreError::Invalid`] for what is
/// no picture or too large; [`StoreError::Sealed`] without keys.
pub async fn keep_photo(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    id: PickupPersonId,
    photo: &[u8],
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let tx = begin_write(db).await?;
    let sealing = Sealing::begin(&tx, keys).await?;
    let (child, row) = hold_named(&tx, who, id).await?;
    if row.ended_at.is_some() {
        return Err(StoreError::NotFound);
    }
    let wrong = |problem| StoreError::Invalid(FieldProblem::new("photo", problem));
    if photo.len() > LARGEST_PHOTO {
        return Err(wrong(InputProblem::TooLong { max: LARGEST_PHOTO }));
    }
    PhotoKind::of(photo).ok_or_else(|| wrong(InputProblem::Choice))?;
    forget_photos(&tx, vec![id.0]).await?;
    pickup_photo::Entity::insert(pickup_photo::ActiveModel {
        pickup_person_id: Set(id.0),
        key_id: Set(sealing.key()),
        photo: Set(sealing.seal(place(id.0), photo)?),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    change(who, &child, "keep_pickup_photo", ("pickup_person", id.0)).write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(PersonId(child.id))
}

/// Keeps the photo no longer, which needs no keys. Gives the child.
///
/// # Errors
/// [`StoreError::NotFound`] for nobody whom a household of the actor's child named.
pub async fn take_photo_away(
    db: &DatabaseConnection,
    who: &Who,
    id: PickupPersonId,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let tx = begin_write(db).await?;
    let (child, _) = hold_named(&tx, who, id).await?;
    if forget_photos(&tx, vec![id.0]).await? > 0 {
        let what = change(who, &child, "take_pickup_photo_away", ("pickup_person", id.0));
        what.write(&tx, None::<()>, None::<()>, now).await?;
        tx.commit().await?;
    }
    Ok(PersonId(child.id))
}

/// A photo: for a guardian of the child; for the desk; and for who leads a date today on which the child has a place.
/// That staff looked is written down first, once a day and account.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody else and where there is none; [`StoreError::Sealed`] without the keys.
pub async fn photo(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    id: PickupPersonId,
    now: Timestamp,
) -> Result<(PhotoKind, Vec<u8>), StoreError> {
    let row = pickup_person::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let family = is_of_family(db, who, PersonId(row.person_id)).await?;
    let at = CommunityId(row.community_id);
    let zone = communities::zone(db, at).await?;
    let today = local(now, &zone).date();
    let staff = || async {
        Ok::<_, StoreError>(match who.actor.reach(Act::CallRoll, at) {
            Reach::All => true,
            Reach::Own => leads_today(db, who, &row, today).await?,
            Reach::Nothing => false,
        })
    };
    if !family && !staff().await? {
        return Err(StoreError::NotFound);
    }
    let kept = pickup_photo::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let opened = keys.open(kept.key_id, place(id.0), &kept.photo)?;
    let kind = PhotoKind::of(&opened).ok_or(StoreError::Sealed)?;
    if !family {
        let midnight = instant(today, Time::midnight(), &zone).map_or(Instant::from(now), Instant::from);
        note_look(db, who, &row, midnight, now).await?;
    }
    Ok((kind, opened.to_vec()))
}

/// Writes down that somebody of the staff looked at a photo, unless they did today.
async fn note_look(
    db: &DatabaseConnection,
    who: &Who,
    of: &pickup_person::Model,
    midnight: Instant,
    now: Timestamp,
) -> Result<(), StoreError> {
    const LOOK: &str = "see_pickup_photo";
    let looked = audit::Entity::find()
        .filter(besides_booking([of.person_id]))
        .filter(audit::Column::Action.eq(LOOK))
        .filter(audit::Column::SubjectId.eq(of.id))
        .filter(audit::Column::AccountId.eq(who.account.0))
        .filter(audit::Column::At.gte(midnight));
    if looked.count(db).await? > 0 {
        return Ok(());
    }
    let tx = begin_write(db).await?;
    let child = person::Entity::find_by_id(of.person_id).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let mut what = change(who, &child, LOOK, ("pickup_person", of.id));
    what.door = Door::Desk;
    what.write(&tx, None::<()>, None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

/// True if the actor leads a date today on which the child has a place.
async fn leads_today(
    db: &DatabaseConnection,
    who: &Who,
    of: &pickup_person::Model,
    today: Date,
) -> Result<bool, StoreError> {
    let led: Vec<Uuid> = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::Id)
        .filter(occurrence::Column::CommunityId.eq(of.community_id))
        .filter(occurrence::Column::OnDate.eq(Day::from(today)))
        .filter(occurrence::Column::Leader.eq(who.name.as_str()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(expected_on(db, &led).await?.iter().any(|place| place.person_id == of.person_id))
}

/// Of these, those of whom there is a photo.
pub(super) async fn with_photo(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashSet<Uuid>, StoreError> {
    let mut found = HashSet::new();
    for some in ids.chunks(500) {
        let rows: Vec<Uuid> = pickup_photo::Entity::find()
            .select_only()
            .column(pickup_photo::Column::PickupPersonId)
            .filter(pickup_photo::Column::PickupPersonId.is_in(some.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

pub(super) async fn forget_photos(tx: &WriteTx, ids: Vec<Uuid>) -> Result<u64, StoreError> {
    let theirs = pickup_photo::Entity::delete_many().filter(pickup_photo::Column::PickupPersonId.is_in(ids));
    Ok(theirs.exec(tx).await?.rows_affected)
}

fn place(row: Uuid) -> Place {
    Place { table: PHOTOS, column: "photo", row }
}
