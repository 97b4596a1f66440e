//! Nine o'clock, over real sockets: many at once, the same one many times, one that goes away, two nodes.

use crate::{
    database::TestDatabase,
    node::{Node, class},
    press::{Form, all_press},
    town::{Town, now},
    world::World,
};
use domain::{booking::BookingState, id::TermId};
use http::StatusCode;
use proof::{Answer, History, clock, crowd};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::{sync::Arc, time::Duration};
use store::{
    DatabaseConnection,
    entity::{booking, booking_place, stored::Stored},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// A form each of so many parents.
async fn forms(town: &Town, term: TermId, parents: u32) -> Vec<Form> {
    let parents = crowd(&town.db, town.community, 0..parents, now()).await.unwrap();
    (0..).zip(&parents).map(|parent| Form::new(parent, town.activity, term)).collect()
}

async fn count(db: &DatabaseConnection, state: BookingState) -> u64 {
    booking::Entity::find().filter(booking::Column::State.eq(Stored(state))).count(db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_parents_at_once_get_twenty_places_and_numbers_in_order() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let term = town.term(20).await;
    let forms = forms(&town, term, 1000).await;
    let (addr, _stop, _serving) = world.serve().await;
    let history = Arc::new(History::default());
    let replies = all_press(&forms, &history, &[addr]).await;
    assert!(replies.iter().flatten().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), 1000);
    let places = (count(&world.db, BookingState::Confirmed).await, count(&world.db, BookingState::Waiting).await);
    assert_eq!(places, (20, 980));
    history.must_hold(&world.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_over_one_database_fill_four_classes_to_the_last_place() {
    let test = TestDatabase::postgres().await;
    let town = Town::new(&test.db).await;
    let parents = crowd(&test.db, town.community, 0..400, clock()).await.unwrap();
    let mut classes = Vec::new();
    for _ in 0..4 {
        classes.push(class(&town, 25).await);
    }
    // Every second parent of a class asks the other node.
    let forms: Vec<_> = (0..)
        .zip(&parents)
        .map(|(n, parent)| Form::new((n, parent), town.activity, classes[n as usize / 2 % 4]))
        .collect();
    let (one, two) = tokio::join!(Node::start(&test.url), Node::start(&test.url));
    let history = Arc::new(History::default());
    let replies = all_press(&forms, &history, &[one.addr, two.addr]).await;
    assert!(replies.iter().all(|reply| reply.as_ref().is_some_and(|reply| reply.status == StatusCode::OK)));
    let places = (count(&test.db, BookingState::Confirmed).await, count(&test.db, BookingState::Waiting).await);
    assert_eq!(places, (100, 300));
    history.must_hold(&test.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_taps_on_one_button_are_one_booking_and_ten_same_answers() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(20).await;
    let form = forms(&town, term, 1).await.remove(0);
    let (addr, _stop, _serving) = world.serve().await;
    let history = Arc::new(History::default());
    let replies = all_press(&vec![form.clone(); 10], &history, &[addr]).await;
    let mut to: Vec<_> = replies.iter().flatten().map(|reply| (reply.status, reply.header("location"))).collect();
    to.dedup();
    assert_eq!(to.len(), 1, "{to:?}");

    // Back and again, from the same page: the same answer; from a page that was loaded anew: a sentence.
    let again = form.press(&history, (0, addr)).await.unwrap();
    assert_eq!((again.status, again.header("location")), to[0]);
    let anew = Form::new((1, &form.parent), town.activity, term).press(&history, (0, addr)).await.unwrap();
    assert_eq!(anew.status, StatusCode::CONFLICT);
    assert_eq!(booking::Entity::find().count(&world.db).await.unwrap(), 1);
    history.must_hold(&world.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_parent_who_goes_away_the_booking_is_whole_or_absent() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let term = town.term(100).await;
    let forms = forms(&town, term, 40).await;
    let (addr, _stop, _serving) = world.serve().await;
    let history = Arc::new(History::default());
    for (n, form) in forms.iter().enumerate() {
        let (noting, request) = (history.ask(0, form.client, form.what()), form.request());
        let mut stream = TcpStream::connect(addr).await.unwrap();
        // Every second one goes in the middle of the form, the others after it, without waiting for the answer.
        let sent = if n % 2 == 0 { request.len() - 20 } else { request.len() };
        stream.write_all(&request.as_bytes()[..sent]).await.unwrap();
        drop(noting);
    }
    // Whoever asks last is answered; so the others have been decided, too, or never will be.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let all = booking::Entity::find().count(&world.db).await.unwrap();
    assert!(all <= 20, "half a form books nothing: {all}");
    history.must_hold(&world.db).await;
    // The same forms once more: whoever had a booking gets it again, the others get theirs now.
    let replies = all_press(&forms, &history, &[addr]).await;
    assert!(replies.iter().flatten().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    assert_eq!(count(&world.db, BookingState::Confirmed).await, 40);
    assert_eq!(booking_place::Entity::find().count(&world.db).await.unwrap(), 160);
    history.must_hold(&world.db).await;
}
