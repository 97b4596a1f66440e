//! Reading a community's chain again: all that isn't as it was sealed, each in a sentence.

use super::{Hash, Record, beginning, link, records};
use crate::entity::{audit, audit_seal, community, time::Instant};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use std::{collections::HashMap, fmt, str::FromStr};
use uuid::Uuid;

/// Seals read at once.
const ROWS: u64 = 1000;

/// A row that waits longer than this for its number is said: whoever seals should have come by.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// Of rows without a seal, and of links that don't fit, no more than so many are looked into.
const SOME: u64 = 100;

/// The last seal of a chain, as it can be written down elsewhere: `NUMBER:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.number)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, hex) = text.split_once(':').ok_or("NUMBER:HASH is needed")?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or("the number must be 1 or more")?;
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
        let hash = bytes.filter(|_| hex.len() == 64).and_then(|bytes| bytes.try_into().ok());
        Ok(Self { number, hash: hash.ok_or("the hash must have 64 hexadecimal digits")? })
    }
}

/// A chain, as it was found.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Its last seal; none where nothing is sealed yet.
    pub head: Option<Head>,
    /// Rows that wait to be sealed.
    pub pending: u64,
    /// All that isn't as it should be, in the order of the chain.
    pub findings: Vec<String>,
}

/// Reads a community's chain, and looks for the heads that were noted of it earlier. What a row said when it was sealed
/// is known by its digest alone, so it can be said that it was edited, but not what it was.
///
/// # Errors
/// Only those of the database.
pub async fn verify(
    conn: &impl ConnectionTrait,
    community: &community::Model,
    noted: &[Head],
    now: Timestamp,
) -> Result<Chain, DbErr> {
    let mut walk = Walk {
        of: &community.slug,
        noted,
        number: 0,
        before: beginning(community.id),
        misfits: Vec::new(),
        found: Vec::new(),
    };
    loop {
        let seals = audit_seal::Entity::find()
            .filter(audit_seal::Column::CommunityId.eq(community.id))
            .filter(audit_seal::Column::Number.gt(walk.number))
            .order_by_asc(audit_seal::Column::Number)
            .limit(ROWS)
            .all(conn)
            .await?;
        if seals.is_empty() {
            break;
        }
        let ids: Vec<Uuid> = seals.iter().map(|seal| seal.audit_id).collect();
        let records = records(conn, &ids).await?;
        for seal in seals {
            walk.read(&seal, &records);
        }
    }
    let head = (walk.number > 0).then_some(Head { number: walk.number, hash: walk.before });
    let mut findings = walk.end();
    let pending = unsealed(conn, community, now, &mut findings).await?;
    strangers(conn, community, &mut findings).await?;
    Ok(Chain { head, pending, findings })
}

/// On the way along a chain.
struct Walk<'a> {
    of: &'a str,
    noted: &'a [Head],
    /// The number and the hash of the last seal read.
    number: i64,
    before: Hash,
    /// Seals whose hash does not follow from the one before them.
    misfits: Vec<Misfit>,
    /// What was found, by number.
    found: Vec<(i64, String)>,
}

struct Misfit {
    number: i64,
    row: String,
    before: Hash,
    digest: Hash,
    hash: Hash,
}

impl Walk<'_> {
    fn read(&mut self, seal: &audit_seal::Model, records: &HashMap<Uuid, Result<Record, DbErr>>) {
        let number = seal.number.unwrap_or_default();
        let gap = match number - self.number {
            1 => None,
            2 => Some(format!("the seal with number {} of {} was deleted", number - 1, self.of)),
            _ => Some(format!(
                "the seals with numbers {} to {} of {} were deleted",
                self.number + 1,
                number - 1,
                self.of
            )),
        };
        let follows = gap.is_none();
        self.found.extend(gap.map(|said| (number - 1, said)));
        let record = records.get(&seal.audit_id);
        let row = self.name(number, seal.audit_id, record);
        let bytes = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(|bytes| Hash::try_from(bytes).ok());
        let (Some(digest), Some(hash)) = (bytes(&seal.digest), bytes(&seal.hash)) else {
            self.found.push((number, format!("the seal of {row} was edited: it holds no hash")));
            self.number = number;
            return;
        };
        let wrong = match record {
            None => Some("was sealed, and is gone: it was deleted"),
            Some(Err(_)) => Some("can't be read: it was edited after it was sealed"),
            Some(Ok(record)) if record.digest() != digest => Some("is not as it was sealed: it was edited"),
            Some(Ok(_)) => None,
        };
        self.found.extend(wrong.map(|wrong| (number, format!("{row} {wrong}"))));
        if follows && link(&self.before, &digest) != hash {
            self.misfits.push(Misfit { number, row, before: self.before, digest, hash });
        }
        for noted in self.noted.iter().filter(|noted| noted.number == number && noted.hash != hash) {
            let said = format!("the chain of {} was written anew: it no longer holds the head {noted}", self.of);
            self.found.push((number, said));
        }
        (self.number, self.before) = (number, hash);
    }

    fn name(&self, number: i64, id: Uuid, record: Option<&Result<Record, DbErr>>) -> String {
        let place = format!("row {id}, number {number} of {}", self.of);
        match record {
            Some(Ok(record)) => format!("{place} ({}, {})", record.at(), record.action),
            _ => format!("{place} (written at about {})", written_at(id)),
        }
    }

    /// What was found, with what is wrong with each link that doesn't fit: if it fits behind another seal, the order was
    /// changed; otherwise it was edited.
    fn end(mut self) -> Vec<String> {
        let some = usize::try_from(SOME).unwrap_or(usize::MAX);
        let near: Vec<Hash> = self.misfits.iter().take(some).flat_map(|misfit| [misfit.before, misfit.hash]).collect();
        for misfit in &self.misfits {
            let moved = near.iter().any(|before| link(before, &misfit.digest) == misfit.hash);
            let row = &misfit.row;
            let said = if moved {
                format!("{row} was sealed behind another row than stands before it now: the order was changed")
            } else {
                format!("the seal of {row} was edited, or what stood before it was exchanged: its hash does not follow")
            };
            self.found.push((misfit.number, said));
        }
        for noted in self.noted.iter().filter(|noted| noted.number > self.number) {
            let (of, number) = (self.of, self.number);
            let said = format!("the chain of {of} was cut off: it ends at number {number}, and {noted} had been noted");
            self.found.push((noted.number, said));
        }
        self.found.sort_by_key(|(number, _)| *number);
        self.found.into_iter().map(|(_, said)| said).collect()
    }
}

/// When a row was written, by its id, where nothing else tells.
fn written_at(id: Uuid) -> Timestamp {
    let (seconds, nanos) = id.get_timestamp().map_or((0, 0), |at| at.to_unix());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::new(seconds, nanos.cast_signed()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Counts the rows that wait, and says which have waited too long.
async fn unsealed(
    conn: &impl ConnectionTrait,
    community: &community::Model,
    now: Timestamp,
    found: &mut Vec<String>,
) -> Result<u64, DbErr> {
    let waiting: Vec<(Uuid, Option<Instant>)> = audit_seal::Entity::find()
        .select_only()
        .column(audit_seal::Column::AuditId)
        .column(audit::Column::At)
        .join(JoinType::LeftJoin, audit_row())
        .filter(audit_seal::Column::CommunityId.eq(community.id))
        .filter(audit_seal::Column::Number.is_null())
        .order_by_asc(audit_seal::Column::AuditId)
        .into_tuple()
        .all(conn)
        .await?;
    let slug = &community.slug;
    for (id, _) in waiting.iter().filter(|(_, at)| at.is_none()) {
        let at = written_at(*id);
        found.push(format!("row {id} of {slug} (written at about {at}) was deleted before it was sealed"));
    }
    let before = now.saturating_sub(PATIENCE).unwrap_or(Timestamp::MIN);
    let late = waiting.iter().filter_map(|(_, at)| at.map(Timestamp::from)).filter(|at| *at < before);
    if let (count @ 1.., Some(oldest)) = (late.clone().count(), late.min()) {
        found.push(format!(
            "{count} rows of {slug} are not sealed yet, the oldest since {oldest}: is no server running?"
        ));
    }
    Ok(waiting.len() as u64)
}

/// Rows that nobody is going to seal.
async fn strangers(
    conn: &impl ConnectionTrait,
    community: &community::Model,
    found: &mut Vec<String>,
) -> Result<(), DbErr> {
    let strangers: Vec<(Uuid, Instant, String)> = audit::Entity::find()
        .select_only()
        .columns([audit::Column::Id, audit::Column::At, audit::Column::Action])
        .join(JoinType::LeftJoin, audit_row().rev())
        .filter(audit::Column::CommunityId.eq(community.id))
        .filter(audit_seal::Column::AuditId.is_null())
        .order_by_asc(audit::Column::Id)
        .limit(SOME)
        .into_tuple()
        .all(conn)
        .await?;
    let slug = &community.slug;
    found.extend(strangers.into_iter().map(|(id, at, action)| {
        let at = Timestamp::from(at);
        format!("row {id} of {slug} ({at}, {action}) has no seal: it was inserted by hand, or its seal was deleted")
    }));
    Ok(())
}

fn audit_row() -> sea_orm::RelationDef {
    audit_seal::Entity::belongs_to(audit::Entity).from(audit_seal::Column::AuditId).to(audit::Column::Id).into()
}
