//! The two kinds of transaction.

use crate::{
    error::{is_lost, unanswered},
    revisions,
};
use domain::id::CommunityId;
use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    IsolationLevel, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::{Mutex as Turns, OwnedMutexGuard, watch};

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// For each SQLite file that this process has open, its writers.
static WRITERS: LazyLock<Mutex<HashMap<PathBuf, Arc<Writers>>>> = LazyLock::new(Mutex::default);

/// The writers of this process to one SQLite file.
#[derive(Default)]
struct Writers {
    /// Who writes now.
    turns: Arc<Turns<()>>,
    /// The connections that write, of each pool that was opened: the first that is still there serves all.
    connections: Mutex<Vec<Weak<WriteConnection>>>,
    /// Told of each commit that raised a revision.
    raised: watch::Sender<()>,
}

/// The one connection of a pool that writes to a SQLite file. What a connection has read of the file it reads anew after
/// another has written; so the writers of a process share one, which finds in its memory what the last of them left.
pub(crate) struct WriteConnection(DatabaseConnection);

impl WriteConnection {
    /// Makes it known for its file, for as long as the pool that keeps it lives.
    pub(crate) fn new(db: DatabaseConnection) -> Arc<Self> {
        let writers = writers(&db);
        let connection = Arc::new(Self(db));
        let mut connections = writers.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|other| other.strong_count() > 0);
        connections.push(Arc::downgrade(&connection));
        drop(connections);
        connection
    }
}

impl Writers {
    /// The connection that writes; none for a pool that was opened without one.
    fn connection(&self) -> Option<Arc<WriteConnection>> {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let open = |one: &Arc<WriteConnection>| !one.0.get_sqlite_connection_pool().is_closed();
        connections.iter().filter_map(Weak::upgrade).find(open)
    }
}

/// Closes a database, last of all the connection that writes to a SQLite file, which then writes its log back.
pub(crate) async fn close(db: DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return db.close().await;
    }
    let writers = writers(&db);
    // Held, or it would go with the pool, and nobody could wait for it.
    let connection = writers.connection();
    db.close().await?;
    let _turn = turn(&writers).await?;
    match connection {
        Some(connection) => connection.0.close_by_ref().await,
        None => Ok(()),
    }
}

/// A transaction that writes, until it is committed; dropped before, it changed nothing.
pub struct WriteTx {
    tx: DatabaseTransaction,
    /// The communities whose public pages it changes.
    shown: Mutex<BTreeSet<CommunityId>>,
    writers: Option<Arc<Writers>>,
    /// Given up after the transaction has ended: fields are dropped in this order.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl WriteTx {
    /// Makes what was written last, and raises the revision of each community that it shows something new of: last of
    /// all, so that whoever holds the row of a revision waits for nothing else.
    ///
    /// # Errors
    /// Whatever the database says. Where it said nothing, since the connection was lost, nobody knows whether it was
    /// committed: that becomes [`StoreError::Unsure`](crate::StoreError::Unsure), and asking again by the same key tells.
    pub async fn commit(self) -> Result<(), DbErr> {
        let shown = self.shown.into_inner().unwrap_or_else(PoisonError::into_inner);
        for community in &shown {
            revisions::raise(&self.tx, *community).await?;
        }
        self.tx.commit().await.map_err(|error| if is_lost(&error) { unanswered(&error) } else { error })?;
        if let Some(writers) = self.writers.filter(|_| !shown.is_empty()) {
            writers.raised.send_replace(());
        }
        Ok(())
    }

    /// Says that this transaction changes what public pages of a community show.
    pub(crate) fn shows(&self, community: CommunityId) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(community);
    }

    /// Sea-orm's transaction, for what asks for that very type.
    pub(crate) fn inner(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTx {
    fn get_database_backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.tx.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.tx.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.tx.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.tx.query_all_raw(statement).await
    }
}

/// Begins a transaction that writes. SQLite: `BEGIN IMMEDIATE`, so it owns the one write lock before it reads, and
/// waits for it instead of failing at once; writers of this process take turns in the order in which they came, since
/// SQLite itself lets them poll, and whoever has bad luck waits longest. PostgreSQL: READ COMMITTED, so each statement
/// after `FOR UPDATE` sees what the former holder of the lock committed.
pub async fn begin_write(db: &DatabaseConnection) -> Result<WriteTx, DbErr> {
    let sqlite = db.get_database_backend() == DbBackend::Sqlite;
    let (writers, turn, options) = if sqlite {
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let writers = writers(db);
        let turn = turn(&writers).await?;
        (Some(writers), Some(turn), options)
    } else {
        let committed = Some(IsolationLevel::ReadCommitted);
        (None, None, TransactionOptions { isolation_level: committed, ..TransactionOptions::default() })
    };
    // A database that was closed is not written to by another way.
    let open = writers.as_ref().filter(|_| !db.get_sqlite_connection_pool().is_closed());
    let own = open.and_then(|writers| writers.connection());
    let tx = own.as_ref().map_or(db, |own| &own.0).begin_with_options(options).await?;
    Ok(WriteTx { tx, shown: Mutex::default(), writers, _turn: turn })
}

/// The writers to a SQLite file.
fn writers(db: &DatabaseConnection) -> Arc<Writers> {
    let options = db.get_sqlite_connection_pool().connect_options();
    let mut writers = WRITERS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(writers.entry(options.get_filename().to_owned()).or_default())
}

/// Waits until it is this writer's turn at a SQLite file.
async fn turn(writers: &Writers) -> Result<OwnedMutexGuard<()>, DbErr> {
    tokio::time::timeout(PATIENCE, Arc::clone(&writers.turns).lock_owned())
        .await
        .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
}

/// Hears of every commit of this process that raises a revision in a SQLite file.
pub(crate) fn raised_here(db: &DatabaseConnection) -> watch::Receiver<()> {
    writers(db).raised.subscribe()
}

/// Begins a transaction that only reads: all its statements see the database as it was at the first of them.
/// PostgreSQL refuses a write in it; SQLite does not, and whoever writes in it may be told that it is busy.
pub async fn begin_read(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = match db.get_database_backend() {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
    };
    db.begin_with_options(options).await
}
