//! What time alone does to bookings: offers and holds that end, and lots that fall due.

use super::{batch::distinct, cancel::set_places, draw::draw_lots, promote::promote_waiting};
use crate::{
    StoreError,
    audit::Change,
    entity::{booking, person, stored::Stored, term, time::Instant},
    notices,
    terms::{code, load_term, lock_terms},
    tx::begin_write,
};
use domain::{
    booking::{BookingState, PlaceState},
    id::{BookingId, PersonId, TermId},
    reading::NoticeText,
    rights::Door,
    term::TermState,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

/// What [`sweep`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Offers and holds that ended.
    pub lapsed: usize,
    /// Terms whose lots were drawn.
    pub drawn: usize,
}

/// Ends the offers and holds whose time is over, gives their places to the next in line, and draws the lots that are
/// due. Any number of nodes may do it at once: each looks again under the term's lock.
///
/// # Errors
/// Only those of the database; what was done for other terms stays done.
pub async fn sweep(db: &DatabaseConnection, now: Timestamp) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    let terms: Vec<Uuid> = terms_with_offers_over(now).into_tuple().all(db).await?;
    for term in distinct(terms.into_iter()) {
        swept.lapsed += lapse(db, TermId(term), now).await?;
    }
    let due: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::DrawSeed.is_not_null())
        .filter(term::Column::DrawnAt.is_null())
        .filter(term::Column::ClosesAt.lte(Instant::from(now)))
        .filter(term::Column::State.eq(code(TermState::Published)))
        .into_tuple()
        .all(db)
        .await?;
    for term in due {
        swept.drawn += usize::from(draw_lots(db, TermId(term), now).await?);
    }
    Ok(swept)
}

/// The terms of offers and holds whose time is over, each as often as it has some. The state is written out and not
/// passed: only then does a database know that its index of offers has them all; and were each term to come once, it would
/// read every booking that there ever was in the order of terms.
fn terms_with_offers_over(now: Timestamp) -> Select<booking::Entity> {
    let offered = Expr::cust(format!("'{}'", code(BookingState::Offered)));
    booking::Entity::find()
        .select_only()
        .column(booking::Column::TermId)
        .filter(booking::Column::State.into_expr().eq(offered))
        .filter(booking::Column::AnswerBy.lte(Instant::from(now)))
}

async fn lapse(db: &DatabaseConnection, term: TermId, now: Timestamp) -> Result<usize, StoreError> {
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let over = booking::Entity::find()
        .filter(booking::Column::TermId.eq(term.0))
        .filter(booking::Column::State.eq(code(BookingState::Offered)))
        .filter(booking::Column::AnswerBy.lte(Instant::from(now)))
        .all(&tx)
        .await?;
    if over.is_empty() {
        return Ok(0);
    }
    let loaded = load_term(&tx, term).await?;
    let count = over.len();
    for row in over {
        let (id, person, household, account) = (row.id, row.person_id, row.household_id, row.account_id);
        let mut change = row.into_active_model();
        change.state = Set(Stored(BookingState::Cancelled));
        change.cancelled_at = Set(Some(now.into()));
        change.answer_by = Set(None);
        change.update(&tx).await?;
        set_places(&tx, BookingId(id), None, PlaceState::Released).await?;
        Change {
            community: loaded.community(),
            by: None,
            for_person: Some(PersonId(person)),
            action: "lapse",
            subject: ("booking", id),
            term: Some(term),
            door: Door::Rule,
        }
        .write(&tx, Some(BookingState::Offered), Some(BookingState::Cancelled), now)
        .await?;
        let name = person::Entity::find_by_id(person).one(&tx).await?.map_or_else(String::new, |person| person.name);
        let text = NoticeText::Lapsed {
            activity: loaded.activity.name.clone(),
            person: name,
            slug: loaded.slug.clone(),
            activity_id: loaded.activity.id.into(),
        };
        notices::owe(&tx, loaded.community(), household, account, PersonId(person), &text, now).await?;
    }
    promote_waiting(&tx, term, now).await?;
    tx.commit().await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_found_by;

    #[tokio::test]
    async fn looking_for_offers_that_are_over_reads_no_other_booking() {
        assert_found_by(&terms_with_offers_over(Timestamp::UNIX_EPOCH), "booking_answer_by_idx").await;
    }
}
