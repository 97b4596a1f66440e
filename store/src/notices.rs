//! Notices (通知): what is owed to somebody, written in the transaction that causes it.

use crate::{
    StoreError,
    accounts::Who,
    entity::{account, booking_place, community, notice, occurrence, time::Instant},
    households::homes_of,
    id::new_id,
    terms::{code, local, zone_of},
};
use domain::{
    booking::PlaceState,
    id::{BookingId, CommunityId, NoticeId, OccurrenceId, PersonId},
    reading::{NoticeItem, NoticeText},
    term::OccurrenceState,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait, sea_query::Expr,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Owes a notice to every account of a household, or to the account that booked where there is none. Nobody with an
/// account: one row without, so that the desk can see who must be called.
pub(crate) async fn owe(
    tx: &impl ConnectionTrait,
    community: CommunityId,
    household: Option<Uuid>,
    account: Option<Uuid>,
    person: PersonId,
    text: &NoticeText,
    now: Timestamp,
) -> Result<(), DbErr> {
    let payload = serde_json::to_string(text).map_err(|e| DbErr::Json(e.to_string()))?;
    let kind = match text {
        NoticeText::Promoted { .. } => "promoted",
        NoticeText::Offered { .. } => "offered",
        NoticeText::Lapsed { .. } => "lapsed",
        NoticeText::NotDrawn { .. } => "not_drawn",
        NoticeText::ClaimChecked { .. } => "claim_checked",
        NoticeText::CareGranted { .. } => "care_granted",
        NoticeText::BookedByDesk { .. } => "booked_by_desk",
        NoticeText::Moved { .. } => "moved",
        NoticeText::Added { .. } => "added",
        NoticeText::CalledOff { .. } => "called_off",
        NoticeText::Restored { .. } => "restored",
        NoticeText::AttendedTooLittle { .. } => "attended_too_little",
        NoticeText::CancelledByDesk { .. } => "cancelled_by_desk",
        NoticeText::HandedOver { .. } => "handed_over",
        NoticeText::HandOverUndone { .. } => "hand_over_undone",
        NoticeText::Household { .. } => "household",
        NoticeText::CodeReadOut { .. } => "code_read_out",
    };
    let accounts: Vec<Uuid> = match household {
        Some(household) => {
            // A child in two homes: both are told, but of a claim, which is one's own.
            let mut homes = match text {
                NoticeText::ClaimChecked { .. } => Vec::new(),
                _ => homes_of(tx, person.0).await?,
            };
            homes.push(household);
            account::Entity::find()
                .select_only()
                .column(account::Column::Id)
                .filter(account::Column::HouseholdId.is_in(homes))
                .into_tuple()
                .all(tx)
                .await?
        }
        None => account.into_iter().collect(),
    };
    let owed = if accounts.is_empty() { vec![None] } else { accounts.into_iter().map(Some).collect() };
    for account in owed {
        notice::Entity::insert(notice::ActiveModel {
            id: Set(new_id(now)),
            community_id: Set(community.0),
            account_id: Set(account),
            person_id: Set(Some(person.0)),
            kind: Set(kind.to_owned()),
            payload: Set(payload.clone()),
            created_at: Set(now.into()),
            sent_at: Set(None),
            read_at: Set(None),
        })
        .exec_without_returning(tx)
        .await?;
    }
    Ok(())
}

/// An account's notices, newest first, at most 100.
pub async fn list(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<Vec<NoticeItem>, StoreError> {
    let rows = notice::Entity::find()
        .filter(notice::Column::AccountId.eq(who.account.0))
        .order_by_desc(notice::Column::CreatedAt)
        .limit(100)
        .all(db)
        .await?;
    let zones: HashMap<Uuid, _> = community::Entity::find()
        .filter(community::Column::Id.is_in(rows.iter().map(|row| row.community_id)))
        .all(db)
        .await?
        .iter()
        .map(|community| (community.id, zone_of(community)))
        .collect();
    let mut items: Vec<NoticeItem> =
        rows.into_iter()
            .filter_map(|row| {
                let says: NoticeText = serde_json::from_str(&row.payload).ok()?;
                Some(NoticeItem {
                    id: NoticeId(row.id),
                    decline: match says {
                        NoticeText::Moved { booking, occurrence, .. }
                        | NoticeText::Added { booking, occurrence, .. } => Some((booking, occurrence)),
                        _ => None,
                    },
                    says,
                    at: local(row.created_at.into(), zones.get(&row.community_id)?),
                    read: row.read_at.is_some(),
                })
            })
            .collect();
    let live = live_places(db, items.iter().filter_map(|item| item.decline), now).await?;
    for item in &mut items {
        item.decline = item.decline.filter(|place| live.contains(place));
    }
    Ok(items)
}

/// Which of these bookings still have or await a place on that date, and it has not begun.
async fn live_places(
    db: &DatabaseConnection,
    places: impl Iterator<Item = (BookingId, OccurrenceId)>,
    now: Timestamp,
) -> Result<HashSet<(BookingId, OccurrenceId)>, DbErr> {
    let (bookings, dates): (Vec<Uuid>, Vec<Uuid>) = places.map(|(booking, date)| (booking.0, date.0)).unzip();
    if bookings.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<(Uuid, Uuid)> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::BookingId)
        .column(booking_place::Column::OccurrenceId)
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .filter(booking_place::Column::BookingId.is_in(bookings))
        .filter(booking_place::Column::OccurrenceId.is_in(dates))
        .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .filter(occurrence::Column::StartsAt.gt(Instant::from(now)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(booking, date)| (BookingId(booking), OccurrenceId(date))).collect())
}

/// How many are unread.
pub async fn unread(db: &DatabaseConnection, who: &Who) -> Result<u32, StoreError> {
    let unread = notice::Entity::find()
        .filter(notice::Column::AccountId.eq(who.account.0))
        .filter(notice::Column::ReadAt.is_null())
        .count(db)
        .await?;
    Ok(u32::try_from(unread).unwrap_or(u32::MAX))
}

/// Marks all of an account's notices as read.
pub async fn read_notices(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<(), StoreError> {
    notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(Instant::from(now)))
        .filter(notice::Column::AccountId.eq(who.account.0))
        .filter(notice::Column::ReadAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
