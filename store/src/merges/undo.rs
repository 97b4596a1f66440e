//! Taking back that two records were joined.

use super::{change, clashed, hold, record::decided_since, rows::Moved, tell};
use crate::{
    StoreError,
    accounts::Who,
    care_links::end,
    entity::{account, care_detail, care_link, household_member, person, person_merge, pickup_person, pickup_rule},
    rosters::desk_of,
    tx::WriteTx,
};
use domain::{
    household::HouseholdNews,
    id::{MergeId, PersonId},
    merge::Hindrance,
    refusal::Refusal,
    rights::Act,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use std::collections::HashSet;
use uuid::Uuid;

/// Parts two records again: what moved goes back, where it still is with the kept one, and so does what was written since
/// of the dates of its bookings. What was booked since stays. Gives the record that was kept.
///
/// # Errors
/// [`StoreError::NotFound`] for a merge of another community and without the right to it; [`Refusal::CannotMerge`] with the
/// first thing that hinders it.
pub async fn undo_merge(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: MergeId,
    now: Timestamp,
) -> Result<PersonId, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let merge = || person_merge::Entity::find_by_id(id.0).filter(person_merge::Column::CommunityId.eq(at.0));
    let before = merge().one(db).await?.ok_or(StoreError::NotFound)?;
    let (tx, [kept, gone]) = hold(db, at, [PersonId(before.kept_id), PersonId(before.gone_id)]).await?;
    let row = merge().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let mut moved = Moved::read(&row.moved)?;
    if let Some(hindrance) = hinders_undo(&tx, &row, &moved, &kept, &gone, now).await?.into_iter().next() {
        return Err(Refusal::CannotMerge { hindrance }.into());
    }
    end_what_was_ended(&tx, who, &kept, &gone, now).await?;
    moved.carry_back(&tx, &kept, &gone).await.map_err(clashed)?;
    let mut model = row.into_active_model();
    model.undone_at = Set(Some(now.into()));
    model.undone_by = Set(Some(who.account.0));
    model.update(&tx).await?;
    change(who, at, &kept, &gone, "undo_merge").write(&tx, Some(&moved.joined), None::<()>, now).await?;
    tell(&tx, &kept, HouseholdNews::Parted, now).await?;
    tell(&tx, &gone, HouseholdNews::Parted, now).await?;
    tx.commit().await?;
    Ok(PersonId(kept.id))
}

/// A relative whom both records let do something had one link of the two meanwhile: if that is over, so is the other.
async fn end_what_was_ended(
    tx: &WriteTx,
    who: &Who,
    kept: &person::Model,
    gone: &person::Model,
    now: Timestamp,
) -> Result<(), DbErr> {
    let live = |person: Uuid| {
        care_link::Entity::find()
            .filter(care_link::Column::PersonId.eq(person))
            .filter(care_link::Column::RevokedAt.is_null())
    };
    let phones: HashSet<String> = live(kept.id).all(tx).await?.into_iter().map(|link| link.relative_phone).collect();
    for link in live(gone.id).all(tx).await?.into_iter().filter(|link| !phones.contains(&link.relative_phone)) {
        end(tx, link, who, now).await?;
    }
    Ok(())
}

/// What hinders taking a merge back. Of what was decided or allowed since nobody knows for which record it was.
pub(super) async fn hinders_undo(
    conn: &impl ConnectionTrait,
    merge: &person_merge::Model,
    moved: &Moved,
    kept: &person::Model,
    gone: &person::Model,
    now: Timestamp,
) -> Result<Vec<Hindrance>, DbErr> {
    let later = person_merge::Entity::find()
        .filter(person_merge::Column::KeptId.eq(kept.id))
        .filter(person_merge::Column::UndoneAt.is_null())
        .filter(person_merge::Column::Id.gt(merge.id));
    let written = care_detail::Entity::find_by_id(kept.id).filter(care_detail::Column::UpdatedAt.gt(merge.at));
    let all = [
        (merge.undone_at.is_some() || kept.merged_into.is_some(), Hindrance::Gone),
        (kept.erased_at.is_some() || gone.erased_at.is_some(), Hindrance::Erased),
        (later.count(conn).await? > 0, Hindrance::MergedSince),
        (!lives_as_then(conn, moved, kept).await?, Hindrance::HomeChanged),
        (decided_since(conn, kept.id, moved, merge.at).await?, Hindrance::DecidedSince),
        (written.count(conn).await? > 0, Hindrance::CareSince),
        (allowed_since(conn, merge, moved, now).await?, Hindrance::AllowedSince),
    ];
    Ok(all.into_iter().filter(|(is, _)| *is).map(|(_, hindrance)| hindrance).collect())
}

/// True if the person still belongs to the homes, and signs in by the account, that it had after the merge.
async fn lives_as_then(conn: &impl ConnectionTrait, moved: &Moved, kept: &person::Model) -> Result<bool, DbErr> {
    let homes = household_member::Entity::find()
        .filter(household_member::Column::PersonId.eq(kept.id))
        .filter(household_member::Column::HouseholdId.is_in(moved.homes.clone()));
    if homes.count(conn).await? != moved.homes.len() as u64 {
        return Ok(false);
    }
    let Some((id, home)) = moved.account else { return Ok(true) };
    let row = account::Entity::find_by_id(id).one(conn).await?;
    Ok(row.is_some_and(|row| row.person_id == Some(kept.id) && row.household_id == home))
}

/// True if a relative may do something, or somebody take the child, by what was said after the merge.
async fn allowed_since(
    conn: &impl ConnectionTrait,
    merge: &person_merge::Model,
    moved: &Moved,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let links = care_link::Entity::find()
        .filter(care_link::Column::PersonId.eq(merge.kept_id))
        .filter(care_link::Column::CreatedAt.gt(merge.at))
        .filter(care_link::Column::RevokedAt.is_null());
    let today = crate::terms::days_of(now, now).0;
    let coming =
        Condition::any().add(pickup_person::Column::OnlyOn.is_null()).add(pickup_person::Column::OnlyOn.gte(today));
    let takers = pickup_person::Entity::find()
        .filter(pickup_person::Column::PersonId.eq(merge.kept_id))
        .filter(pickup_person::Column::CreatedAt.gt(merge.at))
        .filter(pickup_person::Column::EndedAt.is_null())
        .filter(coming);
    let rule = pickup_rule::Entity::find_by_id(merge.kept_id).filter(pickup_rule::Column::UpdatedAt.gt(merge.at));
    let rule = rule.one(conn).await?.filter(|rule| !moved.has_rule() && (rule.alone || rule.secret.is_some()));
    Ok(links.count(conn).await? + takers.count(conn).await? > 0 || rule.is_some())
}
