//! The hand-over itself, and taking it back.

use super::{
    OfDate,
    read::{WRONG, live_of, marks_of, rules_of, wrong_codes},
};
use crate::{
    StoreError,
    accounts::Who,
    attendance::expected_on,
    entity::{person, pickup, pickup_person, stored::Stored},
    error::is_duplicate,
    households::homes_of,
    id::new_id,
    notices,
    terms::local,
    tx::{WriteTx, begin_write},
};
use domain::{
    code::Code,
    id::{CommunityId, OccurrenceId, PersonId, PickupId, PickupPersonId},
    pickup::{PickupCode, PickupWay, Standing, Taking, code_of, may_hand_over},
    reading::NoticeText,
    refusal::Refusal,
    text::{Line, PersonName},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

/// Who takes a child, as staff say it.
#[derive(Clone, Debug)]
pub enum Take {
    /// Somebody whom the family named.
    Person(PickupPersonId),
    /// Whoever tells the day's code.
    Code {
        /// As it was told.
        code: PickupCode,
        /// Who that is.
        taker: PersonName,
    },
    /// It goes alone.
    Alone,
    /// Somebody else.
    Override {
        /// Who that is.
        taker: PersonName,
        /// Why staff let the child go.
        reason: Line,
    },
}

/// A way, judged.
struct Judged {
    taking: Taking,
    way: PickupWay,
    named: Option<Uuid>,
    taker: String,
    reason: Option<String>,
}

/// Hands a child over. Of two of the staff who do it at once, one does, and the other is refused.
///
/// # Errors
/// [`StoreError::NotFound`] for a date whose roll the actor doesn't call, and for anybody who is not handed over there;
/// whatever [`may_hand_over`] refuses. A wrong code is written down.
pub async fn hand_over(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    child: PersonId,
    take: Take,
    now: Timestamp,
) -> Result<PickupId, StoreError> {
    let tx = begin_write(db).await?;
    // The child's row is the lock: whoever comes second sees what the first did.
    let row = person::Entity::find_by_id(child.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let of_date = OfDate::read(&tx, who, slug, id).await?;
    let here = expected_on(&tx, &[id.0]).await?.iter().any(|place| place.person_id == child.0);
    if !here || !of_date.hands_over(&row) {
        return Err(StoreError::NotFound);
    }
    let today = local(now, &of_date.zone).date();
    let rule = rules_of(&tx, &[child.0]).await?.remove(&child.0);
    let standing = Standing {
        person: child,
        mark: marks_of(&tx, &[id.0]).await?.get(&(id.0, child.0)).map(|row| row.mark.0),
        handed_over: live_of(&tx, &[id.0]).await?.get(&(id.0, child.0)).map(|row| row.at.into()),
        alone: rule.as_ref().is_some_and(|rule| rule.alone),
        wrong_codes: wrong_codes(&tx, &[child.0], now).await?.remove(&child.0).unwrap_or((0, now)),
    };
    let judged = judge(&tx, child, rule.and_then(|rule| rule.secret), take, today).await?;
    if let Err(refusal) = may_hand_over(&standing, judged.taking, today) {
        if matches!(refusal, Refusal::WrongPickupCode { .. }) {
            of_date.change(who, child.0, WRONG, id.0).write(&tx, None::<()>, None::<()>, now).await?;
            tx.commit().await?;
        }
        return Err(refusal.into());
    }
    let pickup = new_id(now);
    let inserted = pickup::Entity::insert(pickup::ActiveModel {
        id: Set(pickup),
        community_id: Set(of_date.community.id),
        occurrence_id: Set(id.0),
        person_id: Set(child.0),
        way: Set(Stored(judged.way)),
        pickup_person_id: Set(judged.named),
        taker: Set(judged.taker.clone()),
        reason: Set(judged.reason.clone()),
        account_id: Set(who.account.0),
        account_name: Set(who.name.clone()),
        at: Set(now.into()),
        undone_at: Set(None),
        undone_by: Set(None),
        undone_name: Set(None),
        undo_reason: Set(None),
    })
    .exec_without_returning(&tx)
    .await;
    // The index stands behind the lock.
    inserted
        .map_err(|error| if is_duplicate(&error) { Refusal::ChangedSince.into() } else { StoreError::from(error) })?;
    of_date.change(who, child.0, "hand_over", pickup).write(&tx, None::<()>, Some(judged.way.code()), now).await?;
    let text = NoticeText::HandedOver {
        activity: of_date.activity.name.clone(),
        person: row.name.clone(),
        child,
        slug: of_date.community.slug.clone(),
        at: local(now, &of_date.zone),
        way: judged.way,
        taker: judged.taker,
        reason: judged.reason,
    };
    tell(&tx, child, CommunityId(of_date.community.id), &text, now).await?;
    tx.commit().await?;
    Ok(PickupId(pickup))
}

async fn judge(
    tx: &WriteTx,
    child: PersonId,
    secret: Option<Vec<u8>>,
    take: Take,
    today: Date,
) -> Result<Judged, StoreError> {
    let judged = |taking, way, taker: String| Judged { taking, way, named: None, taker, reason: None };
    Ok(match take {
        Take::Person(id) => {
            let of_child = pickup_person::Entity::find_by_id(id.0).filter(pickup_person::Column::PersonId.eq(child.0));
            let row = of_child.one(tx).await?.ok_or(StoreError::NotFound)?;
            let taking = Taking::Person { ended: row.ended_at.is_some(), only_on: row.only_on.map(Into::into) };
            let taker = format!("{} · {}", row.name, row.relation);
            Judged { named: Some(row.id), ..judged(taking, PickupWay::Person, taker) }
        }
        Take::Code { code, taker } => {
            let todays = secret.and_then(|secret| code_of(&secret, today));
            let right = todays.is_some_and(|todays| todays.is_same(&code));
            judged(Taking::Code { right }, PickupWay::Code, taker.as_str().to_owned())
        }
        Take::Alone => judged(Taking::Alone, PickupWay::Alone, String::new()),
        Take::Override { taker, reason } => Judged {
            reason: Some(reason.as_str().to_owned()),
            ..judged(Taking::Override, PickupWay::Override, taker.as_str().to_owned())
        },
    })
}

/// Takes back a hand-over that was noted by mistake. The row stays, with who took it back and why; the family is told.
///
/// # Errors
/// [`StoreError::NotFound`] for a date whose roll the actor doesn't call; [`Refusal::ChangedSince`] if somebody took it
/// back before.
pub async fn undo_hand_over(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    pickup: PickupId,
    reason: &Line,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let of_date = OfDate::read(&tx, who, slug, id).await?;
    let there = pickup::Entity::find_by_id(pickup.0).filter(pickup::Column::OccurrenceId.eq(id.0));
    let row = there.lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    if row.undone_at.is_some() {
        return Err(Refusal::ChangedSince.into());
    }
    let child = person::Entity::find_by_id(row.person_id).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let text = NoticeText::HandOverUndone {
        activity: of_date.activity.name.clone(),
        person: child.name,
        child: PersonId(child.id),
        slug: of_date.community.slug.clone(),
        at: local(row.at.into(), &of_date.zone),
        reason: reason.as_str().to_owned(),
    };
    let way = row.way.0;
    let mut model = row.into_active_model();
    model.undone_at = Set(Some(now.into()));
    model.undone_by = Set(Some(who.account.0));
    model.undone_name = Set(Some(who.name.clone()));
    model.undo_reason = Set(Some(reason.as_str().to_owned()));
    model.update(&tx).await?;
    of_date.change(who, child.id, "undo_hand_over", pickup.0).write(&tx, Some(way.code()), None::<()>, now).await?;
    tell(&tx, PersonId(child.id), CommunityId(of_date.community.id), &text, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Tells every home of a child; where nobody of them can sign in, the desk sees that somebody is to be called.
async fn tell(
    tx: &WriteTx,
    child: PersonId,
    at: CommunityId,
    text: &NoticeText,
    now: Timestamp,
) -> Result<(), StoreError> {
    let home = homes_of(tx, child.0).await?.first().copied();
    Ok(notices::owe(tx, at, home, None, child, text, now).await?)
}
