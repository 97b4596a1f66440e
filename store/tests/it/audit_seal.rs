//! The audit's chain: what was sealed can't be changed without being named.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::{History, noted},
    town::{Town, later, now, request},
};
use domain::{id::CommunityId, rights::Door};
use proof::crowd;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, TransactionTrait,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store::{
    audit_seal::{Chain, Head, seal, verify},
    bookings::{book_place, cancel_booking},
    connect,
    entity::{audit, audit_seal, community},
    tx::begin_write,
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// What a copied row of the audit takes over.
const AUDIT: &str = "community_id, at, account_id, actor_name, for_person, action, subject, subject_id, term_id, before, \
                     after, door";

/// As it is at the hour of the town's tests.
async fn chain(db: &impl ConnectionTrait, community: CommunityId, noted: &[Head]) -> Chain {
    let community = community::Entity::find_by_id(community.0).one(db).await.unwrap().unwrap();
    verify(db, &community, noted, now()).await.unwrap()
}

/// A town in which some have booked, all of it sealed; and the rows of its audit in the order of the chain.
async fn sealed_town(test: &TestDatabase) -> (Town, Vec<audit::Model>) {
    let town = Town::new(&test.db).await;
    let term = town.term(4).await;
    let made = seal(&test.db).await.unwrap();
    for parent in crowd(&test.db, town.community, 0..6, now()).await.unwrap() {
        book_place(&test.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    }
    let sealed = made + seal(&test.db).await.unwrap();
    let mut rows = Vec::new();
    let seals = audit_seal::Entity::find().order_by_asc(audit_seal::Column::Number).all(&test.db).await.unwrap();
    for (number, seal) in (1..).zip(seals) {
        assert_eq!(seal.number, Some(number));
        rows.extend(audit::Entity::find_by_id(seal.audit_id).one(&test.db).await.unwrap());
    }
    assert_eq!(rows.len(), sealed);
    assert_eq!((made, sealed), (3, 9), "staff, activity and term, then six bookings");
    (town, rows)
}

fn sql_id(db: &impl ConnectionTrait, id: Uuid) -> String {
    match db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

on_both_databases!(whatever_is_done_to_the_audit_by_sql_is_named, |test: TestDatabase| async move {
    let (town, rows) = sealed_town(&test).await;
    let untouched = chain(&test.db, town.community, &[]).await;
    assert_eq!(untouched.findings, Vec::<String>::new());
    assert_eq!(untouched.head.map(|head| head.number), i64::try_from(rows.len()).ok());
    let id = |nth: usize| sql_id(&test.db, rows[nth - 1].id);
    let (four, five) = (id(4), id(5));
    let unguarded = match test.db.get_database_backend() {
        DbBackend::Sqlite => "PRAGMA defer_foreign_keys = ON;",
        _ => "ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_audit_id_fkey;",
    };
    let new = sql_id(&test.db, Uuid::from_u128(7));
    let copy = format!("INSERT INTO audit (id, {AUDIT}) SELECT {new}, {AUDIT} FROM audit WHERE id = {four};");
    let swap = |one: i64, other: i64| {
        format!(
            "UPDATE audit_seal SET number = -1 WHERE number = {one}; UPDATE audit_seal SET number = {one} WHERE number = {other};
             UPDATE audit_seal SET number = {other} WHERE number = -1;"
        )
    };
    let other_hash = match test.db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{}'", "07".repeat(32)),
        _ => format!("'\\x{}'::bytea", "07".repeat(32)),
    };
    let row = |nth: usize| {
        let row = &rows[nth - 1];
        let at = jiff::Timestamp::from(row.at);
        format!("row {}, number {nth} of yongxing ({at}, {})", row.id, row.action)
    };
    let edited = format!("{} is not as it was sealed: it was edited", row(5));
    let deleted = format!("row {}, number 5 of yongxing (written at about {})", rows[4].id, now());
    let moved = |nth: usize, seen: usize| {
        let row = row(nth).replace(&format!("number {nth}"), &format!("number {seen}"));
        format!("{row} was sealed behind another row than stands before it now: the order was changed")
    };
    let plants: Vec<(String, Vec<String>)> = vec![
        (format!("UPDATE audit SET actor_name = 'x' WHERE id = {five}"), vec![edited.clone()]),
        (format!("UPDATE audit SET after = NULL WHERE id = {five}"), vec![edited.clone()]),
        (format!("UPDATE audit SET account_id = NULL, for_person = NULL WHERE id = {five}"), vec![edited]),
        (
            format!("UPDATE audit SET door = 'window' WHERE id = {five}"),
            vec![format!("{} is not as it was sealed: it was edited", row(5))],
        ),
        (
            format!("{unguarded} DELETE FROM audit WHERE id = {five}"),
            vec![format!("{deleted} was sealed, and is gone: it was deleted")],
        ),
        (
            format!("{unguarded} DELETE FROM audit_seal WHERE number = 5; DELETE FROM audit WHERE id = {five}"),
            vec!["the seal with number 5 of yongxing was deleted".to_owned()],
        ),
        (
            format!("{unguarded} DELETE FROM audit_seal WHERE number = 5; DELETE FROM audit WHERE id = {five};")
                + &(6..=rows.len())
                    .map(|n| format!("UPDATE audit_seal SET number = {} WHERE number = {n};", n - 1))
                    .collect::<String>(),
            vec![format!(
                "the seal of {} was edited, or what stood before it was exchanged",
                row(6).replace("number 6", "number 5")
            )],
        ),
        (
            copy.clone(),
            vec![format!(
                "row {} of yongxing ({}, {}) has no seal: it was inserted by hand",
                Uuid::from_u128(7),
                now(),
                rows[3].action
            )],
        ),
        (
            copy + &(5..=rows.len())
                .rev()
                .map(|n| format!("UPDATE audit_seal SET number = {} WHERE number = {n};", n + 1))
                .collect::<String>()
                + &format!(
                    "INSERT INTO audit_seal (audit_id, community_id, number, digest, hash)
                     SELECT {new}, community_id, 5, digest, hash FROM audit_seal WHERE audit_id = {four};"
                ),
            vec![
                format!(
                    "row {}, number 5 of yongxing ({}, {}) is not as it was sealed",
                    Uuid::from_u128(7),
                    now(),
                    rows[3].action
                ),
                format!("the seal of row {}, number 5", Uuid::from_u128(7)),
            ],
        ),
        (swap(4, 5), vec![moved(5, 4), moved(4, 5)]),
        (swap(3, 7), vec![moved(7, 3), moved(3, 7)]),
        (
            format!("UPDATE audit_seal SET hash = {other_hash} WHERE number = 5"),
            vec![
                format!("the seal of {} was edited", row(5)),
                format!("the seal of {} was edited, or what stood before it was exchanged", row(6)),
            ],
        ),
        (
            format!("UPDATE audit_seal SET digest = {other_hash} WHERE number = 5"),
            vec![format!("{} is not as it was sealed", row(5)), format!("the seal of {} was edited", row(5))],
        ),
        (
            "UPDATE audit_seal SET hash = NULL WHERE number = 5".to_owned(),
            vec![format!("the seal of {} was edited: it holds no hash", row(5))],
        ),
    ];
    for (sql, sentences) in plants {
        let tx = test.db.begin().await.unwrap();
        tx.execute_unprepared(&sql).await.unwrap();
        let found = chain(&tx, town.community, &[]).await.findings;
        tx.rollback().await.unwrap();
        for sentence in sentences {
            assert!(
                found.iter().any(|said| said.contains(&sentence)),
                "{sql}\nis not found as {sentence:?}: {found:#?}"
            );
        }
    }
});

on_both_databases!(
    a_head_that_was_noted_tells_of_a_chain_that_was_cut_off_or_written_anew,
    |test: TestDatabase| async move {
        let (town, rows) = sealed_town(&test).await;
        let head = chain(&test.db, town.community, &[]).await.head.unwrap();
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(chain(&test.db, town.community, &[head]).await.findings, Vec::<String>::new());
        let tx = test.db.begin().await.unwrap();
        let last = sql_id(&tx, rows.last().unwrap().id);
        tx.execute_unprepared(&format!(
            "DELETE FROM audit_seal WHERE audit_id = {last}; DELETE FROM audit WHERE id = {last}"
        ))
        .await
        .unwrap();
        assert_eq!(chain(&tx, town.community, &[]).await.findings, Vec::<String>::new(), "nothing in it tells");
        let found = chain(&tx, town.community, &[head]).await.findings;
        assert_eq!(
            found,
            [format!(
                "the chain of yongxing was cut off: it ends at number {}, and {head} had been noted",
                rows.len() - 1
            )]
        );
        tx.rollback().await.unwrap();
        // Somebody edits a row and then has all of it sealed again.
        test.db.execute_unprepared("UPDATE audit_seal SET number = NULL, digest = NULL, hash = NULL").await.unwrap();
        test.db.execute_unprepared(&format!("UPDATE audit SET actor_name = 'x' WHERE id = {last}")).await.unwrap();
        seal(&test.db).await.unwrap();
        assert_eq!(chain(&test.db, town.community, &[]).await.findings, Vec::<String>::new(), "nothing in it tells");
        let found = chain(&test.db, town.community, &[head]).await.findings;
        assert_eq!(found, [format!("the chain of yongxing was written anew: it no longer holds the head {head}")]);
    }
);

on_both_databases!(a_row_that_is_committed_late_is_sealed_late, |test: TestDatabase| async move {
    let (town, rows) = sealed_town(&test).await;
    // A transaction that began long ago by its own clock.
    let early = now() - jiff::SignedDuration::from_hours(1);
    let other = Town::with_slug(&test.db, "other").await;
    store::staff::add(
        &test.db,
        "yongxing",
        "late",
        "李梅",
        "a long password",
        domain::rights::StaffRole::Desk,
        [7; 16],
        early,
    )
    .await
    .unwrap();
    let waiting = chain(&test.db, town.community, &[]).await;
    assert_eq!(waiting.pending, 1);
    let said = format!("1 rows of yongxing are not sealed yet, the oldest since {early}: is no server running?");
    assert_eq!(waiting.findings, [said]);
    assert!(chain(&test.db, other.community, &[]).await.pending > 0);
    seal(&test.db).await.unwrap();
    for (community, number) in [(town.community, rows.len() + 1), (other.community, 2)] {
        let found = chain(&test.db, community, &[]).await;
        assert_eq!((found.findings, found.pending), (Vec::new(), 0));
        assert_eq!(found.head.unwrap().number, i64::try_from(number).unwrap(), "each community has a chain of its own");
    }
    assert_eq!(seal(&test.db).await.unwrap(), 0);
});

on_both_databases!(sealers_on_two_nodes_beside_a_rush_make_one_chain, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = town.term(30).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut sealers = JoinSet::new();
    for _ in 0..3 {
        let (db, over) = (connect::connect(&test.url).await.unwrap(), Arc::clone(&over));
        sealers.spawn(async move {
            let mut sealed = 0;
            while !over.load(Ordering::Relaxed) {
                sealed += seal(&db).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            sealed
        });
    }
    let history = Arc::new(History::default());
    let mut racing = JoinSet::new();
    for (n, parent) in (0..).zip(crowd(&test.db, town.community, 0..120, now()).await.unwrap()) {
        let (db, history) = (test.db.clone(), Arc::clone(&history));
        racing.spawn(async move {
            let request = request(term, parent.child);
            let told = noted(&history, (0, n), &request, book_place(&db, &parent.who, &request, now())).await.unwrap();
            if n % 3 == 0
                && let domain::reading::Booked::Confirmed { booking, .. } = told
            {
                let cancelling = cancel_booking(&db, &parent.who, booking, Door::Page, later(1));
                crate::history::noted_cancel(&history, (0, n), booking.0, cancelling).await;
            }
        });
    }
    racing.join_all().await;
    over.store(true, Ordering::Relaxed);
    let mut sealed: usize = sealers.join_all().await.into_iter().sum();
    assert!(sealed > 0, "they sealed beside the rush");
    sealed += seal(&test.db).await.unwrap();
    assert_eq!(sealed as u64, audit::Entity::find().count(&test.db).await.unwrap(), "each row once");
    let found = chain(&test.db, town.community, &[]).await;
    assert_eq!((found.findings, found.pending), (Vec::new(), 0));
    history.must_hold(&test.db).await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealer_waits_for_nobody_who_holds_a_community_or_a_term() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let term = town.term(3).await;
    let tx = begin_write(&test.db).await.unwrap();
    for (table, id) in [("community", town.community.0), ("term", term.0)] {
        let hold = format!("SELECT id FROM {table} WHERE id = '{id}' FOR NO KEY UPDATE");
        tx.execute_unprepared(&hold).await.unwrap();
    }
    let pending =
        audit_seal::Entity::find().filter(audit_seal::Column::Number.is_null()).count(&test.db).await.unwrap();
    let other = connect::connect(&test.url).await.unwrap();
    let sealed = tokio::time::timeout(std::time::Duration::from_secs(2), seal(&other)).await;
    assert_eq!(sealed.expect("it waited").unwrap() as u64, pending);
    tx.commit().await.unwrap();
}
