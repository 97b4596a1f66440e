//! Nine o'clock, over real sockets: many at once, the same one many times, one that goes away.

use crate::{
    town::{Town, now},
    world::{World, header},
};
use domain::{booking::BookingState, id::TermId};
use http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use std::{sync::Arc, time::Duration};
use store::{
    entity::{booking, booking_place},
    id::new_id,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// The form of a booking as a page sends it.
fn form(town: &Town, term: TermId, person: impl std::fmt::Display) -> String {
    let (activity, key) = (town.activity, new_id(now()));
    format!("slug=yongxing&activity={activity}&term={term}&person={person}&scope=whole&heads=1&key={key}")
}

fn request(cookie: &str, form: &str) -> String {
    format!(
        "POST /api/book_place HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: close\r\n\
         accept: application/json\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
}

/// A booking by each of so many parents.
async fn requests(world: &World, town: &Town, term: TermId, parents: u32) -> Vec<String> {
    let mut requests = Vec::new();
    for n in 0..parents {
        let parent = town.parent(n).await;
        requests.push(request(&world.sign_in(&parent.who).await, &form(town, term, parent.child)));
    }
    requests
}

async fn bookings(world: &World, state: BookingState) -> Vec<booking::Model> {
    let found = booking::Entity::find().filter(booking::Column::State.eq(store::entity::stored::Stored(state)));
    found.order_by_asc(booking::Column::QueueNo).all(&world.db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_parents_at_once_get_twenty_places_and_numbers_in_order() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let term = town.term(20).await;
    let requests = requests(&world, &town, term, 1000).await;
    let (addr, _stop, _serving) = world.serve().await;
    let mut rush = JoinSet::new();
    for request in requests {
        rush.spawn(async move {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        });
    }
    let mut told = Vec::new();
    while let Some(answer) = rush.join_next().await {
        let answer = answer.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let booked = answer.split("?booked=").nth(1).and_then(|rest| rest.get(..36)).unwrap();
        told.push(booked.parse::<uuid::Uuid>().unwrap());
    }
    let confirmed = bookings(&world, BookingState::Confirmed).await;
    let waiting = bookings(&world, BookingState::Waiting).await;
    assert_eq!((confirmed.len(), waiting.len()), (20, 980));
    let numbers: Vec<_> = confirmed.iter().chain(&waiting).map(|booking| booking.queue_no).collect();
    assert_eq!(numbers, (1..=1000).collect::<Vec<_>>(), "those with a place came first, and nobody shares a number");
    told.sort();
    let mut rows: Vec<_> = confirmed.iter().chain(&waiting).map(|booking| booking.id).collect();
    rows.sort();
    assert_eq!(told, rows, "everybody was told of a booking of their own, and every booking was told");
    // Four dates a booking.
    assert_eq!(booking_place::Entity::find().count(&world.db).await.unwrap(), 4000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_taps_on_one_button_are_one_booking_and_ten_same_answers() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(20).await;
    let parent = town.parent(1).await;
    let cookie = world.sign_in(&parent.who).await;
    let form = form(&town, term, parent.child);
    let world = Arc::new(world);
    let mut taps = JoinSet::new();
    for _ in 0..10 {
        let (world, cookie, form) = (Arc::clone(&world), cookie.clone(), form.clone());
        taps.spawn(async move { world.post(&cookie, "book_place", form).await });
    }
    let mut to = Vec::new();
    for answer in taps.join_all().await {
        assert_eq!(answer.status(), StatusCode::OK);
        to.push(header(&answer, "location").to_owned());
    }
    to.dedup();
    assert_eq!(to.len(), 1, "{to:?}");
    assert!(to[0].contains("?booked="), "{to:?}");
    assert_eq!(bookings(&world, BookingState::Confirmed).await.len(), 1);

    // Back and again, from the same page: the same answer; from a page that was loaded anew: a sentence.
    let again = world.post(&cookie, "book_place", form.clone()).await;
    assert_eq!(header(&again, "location"), to[0]);
    let anew = world.post(&cookie, "book_place", self::form(&town, term, parent.child)).await;
    assert_eq!(anew.status(), StatusCode::CONFLICT);
    assert_eq!(booking::Entity::find().count(&world.db).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_parent_who_goes_away_the_booking_is_whole_or_absent() {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    let term = town.term(100).await;
    let requests = requests(&world, &town, term, 40).await;
    let (addr, _stop, _serving) = world.serve().await;
    for (n, request) in requests.iter().enumerate() {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        // Every second one goes in the middle of the form, the others after it, without waiting for the answer.
        let sent = if n % 2 == 0 { request.len() - 20 } else { request.len() };
        stream.write_all(&request.as_bytes()[..sent]).await.unwrap();
    }
    // Whoever asks last is answered; so the others have been decided, too, or never will be.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let all = booking::Entity::find().all(&world.db).await.unwrap();
    assert!(all.len() <= 20, "half a form books nothing: {}", all.len());
    for booking in &all {
        let places = booking_place::Entity::find().filter(booking_place::Column::BookingId.eq(booking.id));
        assert_eq!(places.count(&world.db).await.unwrap(), 4);
    }
    // The same forms once more: whoever had a booking gets it again, the others get theirs now.
    for request in &requests {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(bookings(&world, BookingState::Confirmed).await.len(), 40);
    assert_eq!(booking_place::Entity::find().count(&world.db).await.unwrap(), 160);
}
