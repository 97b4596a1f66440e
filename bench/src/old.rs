//! Years of old bookings, written by the database itself: every resident has been to a hundred dates.

use crate::{Failure, town::Town};
use sea_orm::{ConnectionTrait, DbBackend};

/// Terms that are over, and the dates of each.
const TERMS: i64 = 10;
const DATES: u32 = 10;

/// Writes about so many, with places, audit and kept answers, for the town's residents.
pub async fn seed(town: &Town, bookings: u32) -> Result<(), Failure> {
    for nth in 0..TERMS {
        town.class(-150 + nth * i64::from(DATES), i64::from(DATES)).await?;
    }
    let db = &town.db;
    let postgres = db.get_database_backend() == DbBackend::Postgres;
    // Ids that rise, as those that the program makes do.
    let id = |kind: u32| match postgres {
        true => format!("('019{kind}' || lpad(to_hex(n), 28, '0'))::uuid"),
        false => format!("unhex('019{kind}' || printf('%028x', n))"),
    };
    let past = "(SELECT min(starts_at) FROM occurrence)";
    let (booking, place, audit, key) = (id(1), id(2), id(3), id(4));
    let community = "(SELECT id FROM community LIMIT 1)";
    let statements = [
        format!(
            "CREATE TABLE bench_old AS SELECT CAST(row_number() OVER (ORDER BY o.starts_at, p.id) AS bigint) AS n, \
             o.id AS occurrence, o.on_date AS on_date, o.term_id AS term, p.id AS person FROM occurrence o CROSS JOIN person p \
             WHERE o.starts_at < (SELECT created_at FROM activity LIMIT 1) LIMIT {bookings}"
        ),
        format!(
            "INSERT INTO booking (id, community_id, term_id, person_id, heads, scope, state, queue_no, door, created_at, \
             confirmed_at) SELECT {booking}, {community}, term, person, 1, 'single', 'confirmed', n, 'page', {past}, \
             {past} FROM bench_old"
        ),
        format!("INSERT INTO booking_member (booking_id, person_id) SELECT {booking}, person FROM bench_old"),
        format!(
            "INSERT INTO booking_place (id, booking_id, occurrence_id, person_id, places, heads, state, on_date) \
             SELECT {place}, {booking}, occurrence, person, 1, 1, 'held', on_date FROM bench_old"
        ),
        format!(
            "INSERT INTO audit (id, community_id, at, actor_name, for_person, action, subject, subject_id, term_id, \
             door) SELECT {audit}, {community}, {past}, '', person, 'book_place', 'booking', {booking}, term, 'page' \
             FROM bench_old"
        ),
        format!(
            "INSERT INTO request_answer (key, answer, created_at) SELECT {key}, \
             '{{\"answer\":\"confirmed\",\"dates\":1}}', {past} FROM bench_old"
        ),
        format!("INSERT INTO audit_seal (audit_id, community_id) SELECT {audit}, {community} FROM bench_old"),
        "DROP TABLE bench_old".to_owned(),
    ];
    for sql in statements {
        db.execute_unprepared(&sql).await?;
    }
    // Long ago: no server is to do it while it is measured.
    store::audit_seal::seal(db).await?;
    let settled = if postgres { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" };
    db.execute_unprepared(settled).await?;
    Ok(())
}
