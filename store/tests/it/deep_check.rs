//! The deep check: a database that only this program wrote passes, and whatever is planted into it is found.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now, request},
};
use domain::{reading::Booked, rights::Door};
use proof::crowd;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use store::{
    audit_seal::seal,
    bookings::{book_place, cancel_booking},
    deep_check::deep_check,
    demo,
    sealed::Keys,
};

/// All that it finds.
pub async fn findings(db: &DatabaseConnection) -> Vec<String> {
    deep_check(db, later(2)).await.unwrap().into_iter().flat_map(|part| part.findings).collect()
}

/// Six ask for three places, and the first gives its place back; all is sealed.
pub async fn story(db: &DatabaseConnection) {
    let town = Town::with_slug(db, "other").await;
    let term = town.term(3).await;
    let mut told = Vec::new();
    for parent in crowd(db, town.community, 5_000..5_006, now()).await.unwrap() {
        let asked = request(term, parent.child);
        told.push((parent.who.clone(), book_place(db, &parent.who, &asked, now()).await.unwrap()));
    }
    let Booked::Confirmed { booking, .. } = told[0].1 else { panic!("{told:?}") };
    cancel_booking(db, &told[0].0, booking, Door::Page, later(1)).await.unwrap();
    seal(db).await.unwrap();
}

on_both_databases!(the_demo_and_what_is_booked_pass, |test: TestDatabase| async move {
    demo::load(&test.db, &Keys::none(), now()).await.unwrap();
    story(&test.db).await;
    assert_eq!(findings(&test.db).await, Vec::<String>::new());
    let parts = deep_check(&test.db, later(2)).await.unwrap();
    assert!(parts[1].seen.contains(" bookings") && !parts[1].seen.starts_with('0'), "{parts:?}");
});

on_both_databases!(whatever_is_planted_into_a_database_is_found, |test: TestDatabase| async move {
    story(&test.db).await;
    let nth = |n: u32| format!("(SELECT id FROM booking WHERE queue_no = {n})");
    let (one, two, three, six) = (nth(1), nth(2), nth(3), nth(6));
    let sqlite = test.db.get_database_backend() == DbBackend::Sqlite;
    let unguarded = if sqlite { "PRAGMA foreign_keys = OFF;" } else { "SET session_replication_role = replica;" };
    let guarded = if sqlite { "PRAGMA foreign_keys = ON;" } else { "SET session_replication_role = DEFAULT;" };
    // Each is put right again by what stands third.
    let plants = [
        (
            "UPDATE term SET capacity = 2".to_owned(),
            "has 3 places taken of 2",
            "UPDATE term SET capacity = 3".to_owned(),
        ),
        (
            "UPDATE term SET capacity = 4".to_owned(),
            "waits, although all that it waits for is free",
            "UPDATE term SET capacity = 3".to_owned(),
        ),
        (
            format!("UPDATE booking_place SET state = 'waiting' WHERE booking_id = {two}"),
            "is confirmed, and yet a place of it is waiting",
            format!("UPDATE booking_place SET state = 'held' WHERE booking_id = {two}"),
        ),
        (
            format!("UPDATE booking SET state = 'confirmed' WHERE id = {one}"),
            "is confirmed, and yet has nothing",
            format!("UPDATE booking SET state = 'cancelled' WHERE id = {one}"),
        ),
        (
            format!("UPDATE booking SET confirmed_at = NULL WHERE id = {two}"),
            "is confirmed, and nobody knows since when",
            format!("UPDATE booking SET confirmed_at = created_at WHERE id = {two}"),
        ),
        (
            format!("UPDATE booking SET answer_by = created_at WHERE id = {two}"),
            "against the time until which it is offered",
            format!("UPDATE booking SET answer_by = NULL WHERE id = {two}"),
        ),
        (
            format!("UPDATE booking_place SET on_date = '2026-11-30' WHERE booking_id = {two}"),
            "has a place on 2026-11-30, but its date is on 2026-12-01",
            "UPDATE booking_place SET on_date = (SELECT on_date FROM occurrence WHERE occurrence.id = occurrence_id)"
                .to_owned(),
        ),
        (
            format!(
                "UPDATE booking_place SET person_id = (SELECT person_id FROM booking WHERE id = {one}) \
                 WHERE booking_id = {two}"
            ),
            "has a place for another person",
            "UPDATE booking_place SET person_id = (SELECT person_id FROM booking WHERE booking.id = booking_id)"
                .to_owned(),
        ),
        (
            "UPDATE booking SET queue_no = 9 WHERE queue_no = 5".to_owned(),
            "should be arrival 5: there is a gap, or a number twice",
            "UPDATE booking SET queue_no = 5 WHERE queue_no = 9".to_owned(),
        ),
        (
            "UPDATE audit SET actor_name = actor_name || 'x'".to_owned(),
            "is not as it was sealed: it was edited",
            "UPDATE audit SET actor_name = substr(actor_name, 1, length(actor_name) - 1)".to_owned(),
        ),
        (
            format!("UPDATE booking SET scope = 'half' WHERE id = {three}"),
            "it can't be read to the end: ",
            format!("UPDATE booking SET scope = 'whole' WHERE id = {three}"),
        ),
    ];
    for (sql, sentence, undo) in plants {
        test.db.execute_unprepared(&sql).await.unwrap();
        let found = findings(&test.db).await;
        assert!(found.iter().any(|said| said.contains(sentence)), "{sql}\nis not found as {sentence:?}: {found:#?}");
        test.db.execute_unprepared(&undo).await.unwrap();
        assert_eq!(findings(&test.db).await, Vec::<String>::new(), "{undo}");
    }
    // What is deleted stays away.
    let delete = format!("{unguarded} DELETE FROM booking WHERE id = {six}; {guarded}");
    test.db.execute_unprepared(&delete).await.unwrap();
    let found = findings(&test.db).await;
    for sentence in [
        "1 rows of booking_member name a row of booking that is not there",
        "4 rows of booking_place name a row of booking that is not there",
        "1 rows of audit tell of bookings that are not there",
    ] {
        assert!(found.iter().any(|said| said == sentence), "{sentence:?}: {found:#?}");
    }
});

#[tokio::test]
async fn a_page_of_the_file_that_was_spoilt_is_found() {
    let test = TestDatabase::sqlite().await;
    story(&test.db).await;
    test.db
        .execute_unprepared(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' \"queue_no\")', ' \"heads\")') \
        WHERE name = 'booking_term_id_queue_no_key'; PRAGMA writable_schema = RESET",
        )
        .await
        .unwrap();
    let found = findings(&store::connect::connect(&test.url).await.unwrap()).await;
    assert!(found.iter().any(|said| said.contains("booking_term_id_queue_no_key")), "{found:#?}");
}
