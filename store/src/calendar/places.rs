//! What changes on an activity's page while somebody looks at it.

use crate::{
    StoreError,
    entity::{booking, stored::Stored},
};
use domain::{
    booking::{BookingState, Standing},
    code::Code,
    id::TermId,
    line::OTHERS,
    reading::{ActivityPage, ActivityPlaces, TermPlaces},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};
use uuid::Uuid;

/// The places of an activity whose page was just read; `revision` is the community's, read before it.
pub async fn places(
    conn: &impl ConnectionTrait,
    page: &ActivityPage,
    revision: i64,
) -> Result<ActivityPlaces, StoreError> {
    let mut stirred = stirred(conn, page.terms.iter().map(|term| term.id)).await?;
    let terms = page.terms.iter().map(|term| TermPlaces {
        term: term.id,
        standing: term.standing,
        waiting: term.waiting,
        dates: term.dates.iter().map(|date| date.standing).collect(),
        stirred: stirred.remove(&term.id).unwrap_or_default(),
    });
    Ok(ActivityPlaces { revision, print: print(page)?, terms: terms.collect() })
}

/// For each term, what stays the same while parties only join the end of its line.
async fn stirred(
    conn: &impl ConnectionTrait,
    terms: impl Iterator<Item = TermId>,
) -> Result<HashMap<TermId, u64>, StoreError> {
    use booking::Column::{OrderNo, QueueNo, State, TermId as Term};
    let first: Expr = Expr::case(OrderNo.lt(OTHERS), 1).finally(0).into();
    let rows: Vec<(Uuid, Stored<BookingState>, i64, Option<i64>, i64)> = booking::Entity::find()
        .select_only()
        .column(Term)
        .column(State)
        .column_as(QueueNo.count(), "parties")
        .column_as(QueueNo.max(), "last")
        .column_as(first.sum().cast_as("bigint"), "first")
        .filter(Term.is_in(terms.map(|term| term.0)))
        .group_by(Term)
        .group_by(State)
        .into_tuple()
        .all(conn)
        .await?;
    let mut counted: BTreeMap<Uuid, (i64, i64, BTreeMap<&str, i64>)> = BTreeMap::new();
    for (term, state, parties, last, first) in rows {
        let (highest, waiting, others) = counted.entry(term).or_default();
        *highest = Ord::max(*highest, last.unwrap_or(0));
        if state == BookingState::Waiting {
            *waiting += parties;
            // Where there are others, who comes first steps before them.
            if first < parties {
                others.insert("first", first);
            }
        } else {
            others.insert(state.0.code(), parties);
        }
    }
    let hash = |(highest, waiting, others): (i64, i64, BTreeMap<&str, i64>)| {
        let mut hash = DefaultHasher::new();
        (highest - waiting, others).hash(&mut hash);
        hash.finish()
    };
    Ok(counted.into_iter().map(|(term, counts)| (TermId(term), hash(counts))).collect())
}

/// What stays the same while only places are taken and given back.
fn print(page: &ActivityPage) -> Result<u64, StoreError> {
    let mut page = page.clone();
    for term in &mut page.terms {
        (term.standing, term.waiting, term.opens_in) = (still(term.standing), 0, None);
        term.dates.iter_mut().for_each(|date| date.standing = still(date.standing));
    }
    let text = serde_json::to_string(&page).map_err(|error| DbErr::Json(error.to_string()))?;
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    Ok(hash.finish())
}

/// The standing, whatever places there are: what is shown differs only where booking is possible or not.
fn still(standing: Standing) -> Standing {
    match standing {
        Standing::Open { .. } | Standing::Waitlist { .. } => Standing::Open { left: 0 },
        Standing::Applying { .. } => Standing::Applying { applied: 0 },
        Standing::Drawing { .. } => Standing::Drawing { applied: 0 },
        other => other,
    }
}
