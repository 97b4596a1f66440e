//! Revisions: a number for each community that rises in the transaction of every change that its public pages show,
//! and how each process comes to know it at once.
//!
//! A process hears of its own commits (SQLite) or of everybody's (PostgreSQL, which notifies at commit), and then
//! reads the numbers; it also reads them every now and then, so that nothing that was not heard stays unknown.

use crate::{
    entity::{community, community_revision},
    tx,
};
use domain::id::CommunityId;
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExprTrait, JoinType,
    QuerySelect, Statement,
    sea_query::{Expr, OnConflict},
    sqlx::postgres::{PgListener, PgPool, PgPoolOptions},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};

/// How often the numbers are read although nobody said that one rose.
const POLL: Duration = Duration::from_millis(400);

/// The numbers are not read more often than this, however many commits there are.
const GAP: Duration = Duration::from_millis(20);

/// How long to wait before listening once more, if PostgreSQL did not let us.
const RETRY: Duration = Duration::from_secs(5);

/// The channel on which PostgreSQL notifies.
const CHANNEL: &str = "community_revision";

/// Raises the revision of a community, as the last thing that a transaction writes.
pub(crate) async fn raise(tx: &DatabaseTransaction, community: CommunityId) -> Result<(), DbErr> {
    use community_revision::{Column, Entity};
    let risen = Expr::col((Entity, Column::Revision)).add(1);
    let row = community_revision::ActiveModel { community_id: Set(community.0), revision: Set(1) };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::CommunityId).value(Column::Revision, risen).to_owned())
        .exec_without_returning(tx)
        .await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        let notify = Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, '')", [CHANNEL.into()]);
        tx.execute_raw(notify).await?;
    }
    Ok(())
}

/// What this process knows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Known {
    /// The revision of each community by its name in URLs.
    of: BTreeMap<String, i64>,
    /// True once nobody wants to know any more.
    closed: bool,
}

/// The revisions of all communities, as this process knows them.
#[derive(Clone, Debug)]
pub struct Revisions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    known: Arc<watch::Sender<Known>>,
    reading: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(reading) = self.reading.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            reading.abort();
        }
    }
}

impl Revisions {
    /// Begins to follow the revisions of a database, as a task of the runtime.
    pub fn open(db: DatabaseConnection) -> Self {
        let known = Arc::new(watch::Sender::new(Known::default()));
        let reading = tokio::spawn(keep_up(db, Arc::clone(&known)));
        Self(Arc::new(Inner { known, reading: Mutex::new(Some(reading)) }))
    }

    /// The revision of a community; none of one that isn't there, or isn't known yet.
    pub fn of(&self, slug: &str) -> Option<i64> {
        self.0.known.borrow().of.get(slug).copied()
    }

    /// A number that rises with every community's, and with every new one.
    pub fn of_all(&self) -> i64 {
        self.0.known.borrow().of.values().map(|revision| revision + 1).sum()
    }

    /// Waits until a community's revision is another than `seen`, and says which; none once the revisions are closed
    /// or the community is gone.
    pub async fn after(&self, slug: &str, seen: i64) -> Option<i64> {
        let mut known = self.0.known.subscribe();
        let changed = known.wait_for(|known| known.closed || known.of.get(slug) != Some(&seen)).await.ok()?;
        if changed.closed { None } else { changed.of.get(slug).copied() }
    }

    /// Stops following: whoever waits is told, and what was last known stays known.
    pub async fn close(&self) {
        self.0.known.send_modify(|known| known.closed = true);
        let reading = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reading) = reading {
            // It ends by itself, and gives back its connection.
            let _ = reading.await;
        }
    }
}

/// Reads the numbers whenever one may have risen.
async fn keep_up(db: DatabaseConnection, known: Arc<watch::Sender<Known>>) {
    let mut closing = known.subscribe();
    let (mut hints, _listening) = hints(&db);
    let reading = async {
        let mut failing = false;
        loop {
            hints.mark_unchanged();
            match read(&db).await {
                Ok(of) => {
                    failing = false;
                    known.send_if_modified(|known| {
                        let news = known.of != of;
                        known.of = of;
                        news
                    });
                }
                Err(error) if failing => tracing::debug!(%error, "revisions were not read"),
                Err(error) => {
                    failing = true;
                    tracing::warn!(%error, "revisions can't be read: other nodes' changes show up late");
                }
            }
            tokio::time::sleep(GAP).await;
            tokio::select! {
                Ok(()) = hints.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    };
    tokio::select! {
        _ = closing.wait_for(|known| known.closed) => {}
        () = reading => {}
    }
}

async fn read(db: &DatabaseConnection) -> Result<BTreeMap<String, i64>, DbErr> {
    let rows: Vec<(String, Option<i64>)> = community::Entity::find()
        .select_only()
        .column(community::Column::Slug)
        .column(community_revision::Column::Revision)
        .join(
            JoinType::LeftJoin,
            community::Entity::belongs_to(community_revision::Entity)
                .from(community::Column::Id)
                .to(community_revision::Column::CommunityId)
                .into(),
        )
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(slug, revision)| (slug, revision.unwrap_or(0))).collect())
}

/// Hears that a revision may have risen, until the second part is dropped.
fn hints(db: &DatabaseConnection) -> (watch::Receiver<()>, Option<Listening>) {
    if db.get_database_backend() == DbBackend::Sqlite {
        return (tx::raised_here(db), None);
    }
    let (hint, hints) = watch::channel(());
    let listening = tokio::spawn(listen(db.get_postgres_connection_pool().clone(), hint));
    (hints, Some(Listening(listening)))
}

/// A task that ends with this.
struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Passes on what PostgreSQL notifies, over a connection beside the pool's. A connection that was lost is a hint as
/// well: who knows what was missed.
async fn listen(pool: PgPool, hint: watch::Sender<()>) {
    let options = pool.connect_options();
    loop {
        let heard = async {
            let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
            let mut listener = PgListener::connect_with(&own.connect_with((*options).clone()).await?).await?;
            listener.listen(CHANNEL).await?;
            loop {
                hint.send_replace(());
                listener.try_recv().await?;
            }
        };
        let heard: Result<(), sea_orm::sqlx::Error> = heard.await;
        if let Err(error) = heard {
            tracing::debug!(%error, "revisions are not listened to");
        }
        tokio::time::sleep(RETRY).await;
    }
}
