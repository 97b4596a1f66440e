//! The history checker itself: a true history passes, and whatever is planted into the rows or the answers is found.

use crate::{
    database::TestDatabase,
    history::{Answer, History, noted, noted_cancel},
    town::{Town, later, now, request},
};
use domain::{reading::Booked, rights::Door};
use proof::{Entry, Rows, What, crowd, violations};
use sea_orm::{ConnectionTrait, TransactionTrait};
use store::{
    activities::{self, NewTerm},
    audit_seal::seal,
    bookings::{book_place, cancel_booking},
};

/// Places, and room on the waiting list.
const CLASS: u32 = 3;

/// What a copied booking takes over. Columns are named, so that a new one leaves the plants as they are.
const BOOKING: &str = "community_id, term_id, person_id, household_id, account_id, heads, scope, weekly, state, door, \
                       created_at, confirmed_at, cancelled_at";

/// What a copied row of the audit takes over.
const AUDIT: &str = "community_id, at, account_id, actor_name, for_person, subject, term_id, before, after, door";

/// Nine ask one after the other for three places and a list of three; then the first gives its place back. The sixth
/// taps twice, and never hears the first answer.
async fn story(test: &TestDatabase) -> Vec<Entry> {
    let town = Town::new(&test.db).await;
    let new = NewTerm { waitlist_cap: Some(CLASS), ..town.new_term(CLASS) };
    let term = activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let history = History::default();
    let mut first = None;
    for (n, parent) in (1..).zip(crowd(&test.db, town.community, 0..8, now()).await.unwrap()) {
        let request = request(term, parent.child);
        if n == 6 {
            drop(history.ask(0, n, What::book(&request)));
        }
        let answer = noted(&history, (0, n), &request, book_place(&test.db, &parent.who, &request, now())).await;
        if let (1, Ok(Booked::Confirmed { booking, .. })) = (n, answer) {
            first = Some((parent.who, booking));
        }
    }
    let (who, booking) = first.unwrap();
    let cancelling = cancel_booking(&test.db, &who, booking, Door::Page, later(1));
    noted_cancel(&history, (0, 1), booking.0, cancelling).await;
    seal(&test.db).await.unwrap();
    history.must_hold(&test.db).await;
    history.entries()
}

/// The nth booking in the order of arrival, in SQL.
fn nth(n: u32) -> String {
    format!("(SELECT id FROM booking WHERE queue_no = {n})")
}

#[tokio::test]
async fn whatever_is_planted_into_the_rows_is_found() {
    let test = TestDatabase::sqlite().await;
    let entries = story(&test).await;
    let (one, two, four, five, six) = (nth(1), nth(2), nth(4), nth(5), nth(6));
    let confirm = |id: &str| {
        format!(
            "UPDATE booking_place SET state = 'held' WHERE booking_id = {id};
             UPDATE booking SET state = 'confirmed', confirmed_at = created_at WHERE id = {id};"
        )
    };
    let release = |id: &str| {
        format!(
            "UPDATE booking_place SET state = 'released' WHERE booking_id = {id};
             UPDATE booking SET state = 'cancelled', cancelled_at = created_at WHERE id = {id};"
        )
    };
    let wait = |id: &str| {
        format!(
            "UPDATE booking_place SET state = 'waiting' WHERE booking_id = {id};
             UPDATE booking SET state = 'waiting', confirmed_at = NULL WHERE id = {id};"
        )
    };
    let new_id = "X'01936a2e000070008000000000000000'";
    let extra = format!(
        "INSERT INTO booking (id, order_no, queue_no, {BOOKING}) SELECT {new_id}, 7, 7, {BOOKING} FROM booking WHERE id = {one};"
    );
    let audit_of = |id: &str, action: &str| {
        format!(
            "INSERT INTO audit (id, action, subject_id, {AUDIT}) SELECT {new_id}, '{action}', {id}, {AUDIT}
             FROM audit WHERE action = 'promote' LIMIT 1;"
        )
    };
    let plants = [
        (confirm(&five), "has 4 places taken of 3"),
        (release(&two), "waits, although all that it waits for is free"),
        (release(&two), "is cancelled, and nobody was told so"),
        ("UPDATE term SET capacity = 2;".to_owned(), "had 3 places given at one time, of 2"),
        (format!("PRAGMA defer_foreign_keys = ON; DELETE FROM booking WHERE id = {six};"), "which is not there"),
        (extra, "is the answer to 0 requests"),
        (wait(&four) + &confirm(&five), "was skipped"),
        (confirm(&one), "has come back as confirmed"),
        (format!("DELETE FROM booking_place WHERE booking_id = {two};"), "has no places at all"),
        (format!("UPDATE booking_place SET state = 'waiting' WHERE booking_id = {two};"), "a place of it is waiting"),
        (format!("UPDATE booking_place SET state = 'released' WHERE booking_id = {two};"), "and yet has nothing"),
        ("UPDATE booking SET queue_no = 9 WHERE queue_no = 6;".to_owned(), "there is a gap"),
        (
            "UPDATE booking SET queue_no = 0 WHERE queue_no = 2; UPDATE booking SET queue_no = 2 WHERE queue_no = 6;
             UPDATE booking SET queue_no = 6 WHERE queue_no = 0;"
                .to_owned(),
            "was asked for after",
        ),
        (
            "DROP INDEX booking_one_live_per_person_and_term; DROP INDEX booking_place_one_live_per_person_and_date;"
                .to_owned()
                + &format!("UPDATE booking SET person_id = (SELECT person_id FROM booking WHERE id = {two});")
                + "UPDATE booking_place SET person_id = (SELECT person_id FROM booking LIMIT 1);",
            "live bookings of term",
        ),
        (
            "DROP INDEX booking_place_one_live_per_person_and_date;".to_owned()
                + &format!("UPDATE booking_place SET person_id = (SELECT person_id FROM booking WHERE id = {two});"),
            "places on date",
        ),
        (format!("UPDATE booking SET heads = 2 WHERE id = {two};"), "is not what was asked for"),
        (
            format!("PRAGMA defer_foreign_keys = ON; DELETE FROM audit WHERE subject_id = {two};"),
            "the audit has book_place 0 times instead of 1",
        ),
        (audit_of(&four, "promote"), "the audit has promote 2 times instead of 1"),
        (audit_of(&two, "cancel_booking"), "the audit has cancel_booking 1 times instead of 0"),
        (audit_of(new_id, "book_place"), "the audit tells of booking 01936a2e-0000-7000-8000-000000000000"),
        ("DELETE FROM request_answer;".to_owned(), "but kept is None"),
        (format!("UPDATE audit SET after = 'x' WHERE subject_id = {two};"), "is not as it was sealed: it was edited"),
        ("DELETE FROM audit_seal WHERE number = 5;".to_owned(), "the seal with number 5 of yongxing was deleted"),
    ];
    for (sql, sentence) in plants {
        let tx = test.db.begin().await.unwrap();
        tx.execute_unprepared(&sql).await.unwrap();
        let found = violations(&Rows::read(&tx, &entries).await.unwrap(), &entries);
        tx.rollback().await.unwrap();
        assert!(found.iter().any(|said| said.contains(sentence)), "{sql}\nis not found as {sentence:?}: {found:#?}");
    }
}

#[tokio::test]
async fn whatever_is_planted_into_the_answers_is_found() {
    let test = TestDatabase::sqlite().await;
    let entries = story(&test).await;
    let rows = Rows::read(&test.db, &entries).await.unwrap();
    assert_eq!(violations(&rows, &entries), Vec::<String>::new());
    let other = uuid::Uuid::from_u128(7);
    let at = |client: u32| entries.iter().position(|entry| entry.client == client).unwrap();
    let full = entries.iter().position(|entry| entry.answer == Answer::Full).unwrap();
    let cancel = entries.iter().position(|entry| matches!(entry.what, What::Cancel { .. })).unwrap();
    type Plant<'a> = Box<dyn Fn(&mut Vec<Entry>) + 'a>;
    let plants: [(Plant, &str); 11] = [
        (Box::new(|told| told.retain(|entry| entry.client != 2)), "is the answer to 0 requests"),
        (Box::new(|told| told[at(2)].answer = Answer::Error), "was never told of a booking, and yet has"),
        (Box::new(|told| told[at(2)].answer = Answer::Full), "was never told of a booking, and yet has"),
        (Box::new(|told| told[at(2)].answer = Answer::Ok { booking: other }), "was told Ok"),
        (Box::new(|told| told[at(2)].answer = Answer::Booked { booking: other }), "was told Booked"),
        (
            Box::new(|told| {
                let again = Entry { answer: Answer::Ok { booking: other }, ..told[at(2)].clone() };
                told.push(again);
            }),
            "was told of 2 bookings for one request",
        ),
        (Box::new(|told| told[full].answer = Answer::Duplicate), "told that it is booked already, and is not"),
        (
            Box::new(|told| (told[full].asked_at, told[full].answered_at) = (0, Some(0))),
            "was told that all is full while places were free",
        ),
        (
            Box::new(|told| (told[full].asked_at, told[full].answered_at) = (0, told[at(4)].answered_at)),
            "was told that all is full while the waiting list had room",
        ),
        (
            Box::new(|told| told.retain(|entry| !matches!(entry.what, What::Cancel { .. }))),
            "is cancelled, and nobody was told so",
        ),
        (
            Box::new(|told| {
                let again = told[cancel].clone();
                told.push(again);
            }),
            "was given back 2 times",
        ),
    ];
    for (plant, sentence) in plants {
        let mut told = entries.clone();
        plant(&mut told);
        let found = violations(&rows, &told);
        assert!(found.iter().any(|said| said.contains(sentence)), "{sentence:?} is not found: {found:#?}");
    }
    // Whoever never heard the answer may have a booking or not.
    let mut told = entries.clone();
    (told[at(2)].answer, told[at(2)].answered_at) = (Answer::Unknown, None);
    assert_eq!(violations(&rows, &told), Vec::<String>::new());
}

#[tokio::test]
async fn a_number_that_was_never_true_is_found() {
    let test = TestDatabase::sqlite().await;
    let entries = story(&test).await;
    let mut rows = Rows::read(&test.db, &entries).await.unwrap();
    for answer in rows.answers.values_mut() {
        answer.number = answer.number.map(|number| number + 3);
    }
    let found = violations(&rows, &entries);
    assert!(found.iter().any(|said| said.contains("was given number 4, but it is 1 to 1")), "{found:#?}");
}
