//! The seals of the audit: a hash chain for each community, so that whoever changes what was written is found.
//!
//! An audit row is written with an empty seal beside it, in its own transaction; the worker numbers and links the seals
//! within seconds, so that no write waits for another's link. A row that is committed late is sealed late: the order of
//! the chain is that of sealing. Audit rows themselves are never written again.
//!
//! What is hashed, so that anybody can do it again, on either database alike:
//! - the digest of a row is SHA-256 over `zhaoxi audit row 1\n` and its fields in the order of [`Record::digest`]. A field
//!   that is null is the byte 0; any other is the byte 1, the length of its bytes as eight bytes (big-endian), and they.
//!   An id is its sixteen bytes, an instant its microseconds since 1970 in eight bytes (big-endian, two's complement), a
//!   text its UTF-8;
//! - the hash of a seal is SHA-256 over `zhaoxi audit link 1\n`, the 32 bytes of the hash before it and the 32 of its
//!   digest; before the first stands SHA-256 over `zhaoxi audit chain 1\n` and the sixteen bytes of the community's id.

mod verify;

pub use verify::{Chain, Head, verify};

use crate::{
    StoreError,
    entity::{audit, audit_seal, community, time::Instant},
    tx::begin_write,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait, Statement,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of one transaction: a writer that comes meanwhile waits for some milliseconds on SQLite, and not at all on
/// PostgreSQL.
const ROWS: u64 = 500;

/// A SHA-256.
type Hash = [u8; 32];

/// Seals all rows that aren't yet. Any number of nodes may do it at once: whoever finds a community's chain in the hands
/// of another leaves it to that one. It takes no lock that anybody but a sealer asks for. Says how many it sealed.
///
/// # Errors
/// Only those of the database; what was sealed stays so.
pub async fn seal(db: &DatabaseConnection) -> Result<usize, StoreError> {
    let pending = Query::select()
        .expr(Expr::val(1))
        .from(audit_seal::Entity)
        .and_where(audit_seal::Column::Number.is_null())
        .and_where(audit_seal::Column::CommunityId.into_expr().equals((community::Entity, community::Column::Id)))
        .to_owned();
    let communities: Vec<Uuid> = community::Entity::find()
        .select_only()
        .column(community::Column::Id)
        .filter(Expr::exists(pending))
        .into_tuple()
        .all(db)
        .await?;
    let mut sealed = 0;
    for community in communities {
        loop {
            let some = seal_some(db, community).await?;
            sealed += some;
            if some < usize::try_from(ROWS).unwrap_or(usize::MAX) {
                break;
            }
        }
    }
    Ok(sealed)
}

async fn seal_some(db: &DatabaseConnection, community: Uuid) -> Result<usize, StoreError> {
    let tx = begin_write(db).await?;
    if !take_chain(&tx, community).await? {
        return Ok(0);
    }
    let pending: Vec<Uuid> = audit_seal::Entity::find()
        .select_only()
        .column(audit_seal::Column::AuditId)
        .filter(audit_seal::Column::CommunityId.eq(community))
        .filter(audit_seal::Column::Number.is_null())
        .order_by_asc(audit_seal::Column::AuditId)
        .limit(ROWS)
        .into_tuple()
        .all(&tx)
        .await?;
    let last = audit_seal::Entity::find()
        .filter(audit_seal::Column::CommunityId.eq(community))
        .filter(audit_seal::Column::Number.is_not_null())
        .order_by_desc(audit_seal::Column::Number)
        .one(&tx)
        .await?;
    let mut number = last.as_ref().and_then(|last| last.number).unwrap_or(0);
    let mut hash = match last.and_then(|last| last.hash) {
        None => beginning(community),
        Some(hash) => Hash::try_from(hash).map_err(|_| DbErr::Type("a seal's hash has not 32 bytes".to_owned()))?,
    };
    let records = records(&tx, &pending).await?;
    let mut seals = Vec::new();
    for id in pending {
        // A row that is gone or spoilt stays unsealed, and verifying says so.
        let Some(Ok(record)) = records.get(&id) else { continue };
        let digest = record.digest();
        (number, hash) = (number + 1, link(&hash, &digest));
        seals.push(audit_seal::ActiveModel {
            audit_id: Set(id),
            community_id: Set(community),
            number: Set(Some(number)),
            digest: Set(Some(digest.to_vec())),
            hash: Set(Some(hash.to_vec())),
        });
    }
    let sealed = seals.len();
    if sealed > 0 {
        use audit_seal::Column::{AuditId, Digest, Hash, Number};
        audit_seal::Entity::insert_many(seals)
            .on_conflict(OnConflict::column(AuditId).update_columns([Number, Digest, Hash]).to_owned())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
    }
    Ok(sealed)
}

/// Takes a community's chain until the transaction ends, unless somebody has it. On SQLite the write transaction is the
/// lock already. It is no row, since the community's own is held by whoever changes its dates.
async fn take_chain(tx: &impl ConnectionTrait, community: Uuid) -> Result<bool, DbErr> {
    if tx.get_database_backend() == DbBackend::Sqlite {
        return Ok(true);
    }
    // The last eight bytes of an id are random.
    let key = community.as_u64_pair().1.cast_signed();
    let take =
        Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_try_advisory_xact_lock($1)", [key.into()]);
    tx.query_one_raw(take).await?.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// An audit row as it stands, whether or not the program knows its codes.
#[derive(Debug, FromQueryResult)]
struct Record {
    id: Uuid,
    community_id: Uuid,
    at: Instant,
    account_id: Option<Uuid>,
    actor_name: String,
    for_person: Option<Uuid>,
    action: String,
    subject: String,
    subject_id: Uuid,
    term_id: Option<Uuid>,
    before: Option<String>,
    after: Option<String>,
    door: String,
}

impl Record {
    fn at(&self) -> Timestamp {
        self.at.into()
    }

    fn digest(&self) -> Hash {
        let at = self.at().as_microsecond().to_be_bytes();
        let id = |id: &'_ Option<Uuid>| id.map(Uuid::into_bytes);
        let (account, person, term) = (id(&self.account_id), id(&self.for_person), id(&self.term_id));
        let fields: [Option<&[u8]>; 13] = [
            Some(self.id.as_bytes()),
            Some(self.community_id.as_bytes()),
            Some(&at),
            account.as_ref().map(|id| &id[..]),
            Some(self.actor_name.as_bytes()),
            person.as_ref().map(|id| &id[..]),
            Some(self.action.as_bytes()),
            Some(self.subject.as_bytes()),
            Some(self.subject_id.as_bytes()),
            term.as_ref().map(|id| &id[..]),
            self.before.as_ref().map(String::as_bytes),
            self.after.as_ref().map(String::as_bytes),
            Some(self.door.as_bytes()),
        ];
        let mut digest = Sha256::new_with_prefix(b"zhaoxi audit row 1\n");
        for field in fields {
            digest.update([u8::from(field.is_some())]);
            if let Some(bytes) = field {
                digest.update((bytes.len() as u64).to_be_bytes());
                digest.update(bytes);
            }
        }
        digest.finalize().into()
    }
}

/// What stands before the first seal of a community.
fn beginning(community: Uuid) -> Hash {
    Sha256::new_with_prefix(b"zhaoxi audit chain 1\n").chain_update(community.as_bytes()).finalize().into()
}

fn link(before: &Hash, digest: &Hash) -> Hash {
    Sha256::new_with_prefix(b"zhaoxi audit link 1\n").chain_update(before).chain_update(digest).finalize().into()
}

/// Audit rows by their ids, each as it can be read or not.
async fn records(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Result<Record, DbErr>>, DbErr> {
    let asked = audit::Entity::find().filter(audit::Column::Id.is_in(ids.iter().copied()));
    let rows = conn.query_all_raw(asked.build(conn.get_database_backend())).await?;
    let read = |row: &QueryResult| Ok((row.try_get("", "id")?, Record::from_query_result(row, "")));
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            id: Uuid::from_u128(1),
            community_id: Uuid::from_u128(2),
            at: Instant::from("2026-11-24T01:00:00.123456Z".parse::<Timestamp>().unwrap()),
            account_id: Some(Uuid::from_u128(3)),
            actor_name: "陈静".to_owned(),
            for_person: None,
            action: "book_place".to_owned(),
            subject: "booking".to_owned(),
            subject_id: Uuid::from_u128(4),
            term_id: None,
            before: None,
            after: Some("{}".to_owned()),
            door: "page".to_owned(),
        }
    }

    fn hex(hash: Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_encoding_stays_as_it_is_written_down() {
        // Made with Python's hashlib, by the head of this file.
        assert_eq!(hex(record().digest()), "530a1d342254f50a70e8b157569877850c899df51e0335213bdb9a0215017eb1");
        assert_eq!(
            hex(beginning(Uuid::from_u128(2))),
            "793a6e0bc76f48b73269c9a7ae4568961671827408279aafac3d77477534bea3"
        );
        assert_eq!(
            hex(link(&beginning(Uuid::from_u128(2)), &record().digest())),
            "d42310dfaa2ff7940426254b6a9c84e261c10107dcfcc1c7e9ee292131197b61"
        );
    }

    #[test]
    fn no_field_can_pass_for_part_of_another() {
        let moved = Record { action: "book_placeb".to_owned(), subject: "ooking".to_owned(), ..record() };
        let empty = Record { before: Some(String::new()), ..record() };
        let swapped = Record { account_id: None, for_person: Some(Uuid::from_u128(3)), ..record() };
        for other in [moved, empty, swapped] {
            assert_ne!(other.digest(), record().digest(), "{other:?}");
        }
    }
}
