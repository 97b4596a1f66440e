//! The public calendar as many visitors read it: the rows of a span are kept, and whoever asks is shown them for as long
//! as the community's revision says that nothing of them has changed. The revision is read from the database at each
//! question, together with that of whoever else asks, so that nobody misses what was committed before the question.

use super::{
    Filter,
    days::{SpanRows, days_at},
};
use crate::{
    StoreError,
    communities::head_of,
    entity::{community, community_revision},
    read_many::ReadMany,
};
use domain::{
    calendar::Span,
    id::CommunityId,
    reading::{CalendarDay, CommunityHead},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use moka::future::Cache;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use std::{collections::HashMap, sync::Arc};

/// Dates of all spans that are kept, some 600 bytes each.
const MOST: u64 = 20_000;

/// After so long a span is read anew: what has begun meanwhile is of no use in it.
const LONGEST: SignedDuration = SignedDuration::from_mins(30);

/// Reads what public pages show. Its clones share what they keep.
#[derive(Clone, Debug)]
pub struct CalendarReader {
    db: DatabaseConnection,
    communities: ReadMany<String, (community::Model, i64)>,
    kept: Cache<(CommunityId, Date, Date), Arc<Kept>>,
}

/// The rows of a span, when they were read, and at which revision.
#[derive(Debug)]
struct Kept {
    rows: SpanRows,
    at: Timestamp,
    revision: i64,
}

/// A community as it is.
#[derive(Clone, Debug)]
pub struct CommunityNow {
    /// What every page of it shows.
    pub head: CommunityHead,
    /// Its revision.
    revision: i64,
}

impl CalendarReader {
    /// A reader of a database. It works as a task of the runtime.
    pub fn new(db: DatabaseConnection) -> Self {
        let from = db.clone();
        let communities = ReadMany::new(move |slugs| {
            let db = from.clone();
            async move { with_revisions(&db, slugs).await }
        });
        let weigh = |_: &(CommunityId, Date, Date), kept: &Arc<Kept>| {
            u32::try_from(kept.rows.dates().saturating_add(50)).unwrap_or(u32::MAX)
        };
        Self { db, communities, kept: Cache::builder().max_capacity(MOST).weigher(weigh).build() }
    }

    /// A community by its slug.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none.
    pub async fn community(&self, slug: &str, now: Timestamp) -> Result<CommunityNow, StoreError> {
        let (row, revision) = self.communities.get(slug.to_owned()).await?.ok_or(StoreError::NotFound)?;
        Ok(CommunityNow { head: head_of(row, now), revision })
    }

    /// The days of a span with what takes place on each.
    pub async fn days(
        &self,
        community: &CommunityNow,
        span: Span,
        filter: Filter,
        now: Timestamp,
    ) -> Result<Vec<CalendarDay>, StoreError> {
        let id = community.head.id;
        let key = (id, span.first, span.last);
        let kept = self.kept.get(&key).await;
        let good = |kept: &Arc<Kept>| {
            let age = now.duration_since(kept.at);
            kept.revision == community.revision && age >= SignedDuration::ZERO && age < LONGEST
        };
        if let Some(kept) = kept.filter(good) {
            return days_at(&kept.rows, filter, now);
        }
        let rows = SpanRows::read(&self.db, id, span, now).await?;
        let shown = days_at(&rows, filter, now);
        // Of what changed while it was read, some may be of before and some of after.
        let after = self.communities.get(community.head.slug.clone()).await.ok().flatten();
        if after.is_some_and(|(_, revision)| revision == community.revision) {
            let kept = Arc::new(Kept { rows, at: now, revision: community.revision });
            self.kept.insert(key, kept).await;
        }
        shown
    }
}

async fn with_revisions(
    db: &DatabaseConnection,
    slugs: Vec<String>,
) -> Result<HashMap<String, (community::Model, i64)>, DbErr> {
    let rows = community::Entity::find().filter(community::Column::Slug.is_in(slugs)).all(db).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let revisions = community_revision::Entity::find().filter(community_revision::Column::CommunityId.is_in(ids));
    let revisions: HashMap<_, _> =
        revisions.all(db).await?.into_iter().map(|row| (row.community_id, row.revision)).collect();
    let with_revision = |row: community::Model| {
        let revision = revisions.get(&row.id).copied().unwrap_or_default();
        (row.slug.clone(), (row, revision))
    };
    Ok(rows.into_iter().map(with_revision).collect())
}
