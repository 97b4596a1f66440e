//! Lots: everybody applies, they are drawn once, in an order that anyone can find again, and places follow it.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, later, now, request},
};
use domain::{
    booking::BookingState,
    draw::{WHOLE, verify},
    entry::{Entry, Giving},
    id::TermId,
    reading::{Booked, NoticeText},
    refusal::Refusal,
    term::Promotion,
};
use jiff::civil::date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::{
    StoreError,
    activities::{self, NewTerm},
    bookings::{Swept, book_place, published_draw, sweep},
    calendar,
    entity::booking,
    entries::{NewEntry, set_entry},
    notices,
};

fn draw() -> NewEntry {
    let entry = Entry { giving: Giving::Draw, ..Entry::default() };
    NewEntry { entry, priority_opens: None, promotion: Promotion::AutoFill }
}

/// A term of one place, closing in an hour.
async fn term(town: &Town, hour: i8) -> TermId {
    let new = NewTerm { closes: Some(date(2026, 11, 24).at(10, 0, 0, 0)), ..town.new_term(1) };
    let holding = activities::Holding {
        start: jiff::civil::time(hour, 0, 0, 0),
        end: jiff::civil::time(hour + 1, 0, 0, 0),
        ..new.holding.clone()
    };
    let term = activities::new_term(&town.db, &town.staff, NewTerm { holding, ..new }, now()).await.unwrap();
    set_entry(&town.db, &town.staff, term, draw(), now()).await.unwrap();
    term
}

async fn apply(town: &Town, term: TermId, parent: &Parent) {
    let answer = book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    assert!(matches!(answer, Booked::Applied { .. }), "{answer:?}");
}

on_both_databases!(lots_are_drawn_once_and_places_follow_them, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (drawn, other) = (term(&town, 9).await, term(&town, 14).await);
    let mut parents = Vec::new();
    for n in 0..6 {
        parents.push(town.parent(n).await);
        apply(&town, drawn, &parents[n as usize]).await;
    }
    // One applies everywhere: its lots are worth as much as one.
    apply(&town, other, &parents[0]).await;
    let before = published_draw(&test.db, drawn).await.unwrap().unwrap();
    assert_eq!((before.seed.as_ref(), before.order.len()), (None, 0), "the seed is secret before");
    let mine = calendar::my_bookings(&test.db, &parents[1].who, None, now()).await.unwrap();
    assert_eq!((mine[0].to_be_drawn, mine[0].place_in_line), (true, None));
    assert_eq!(sweep(&test.db, later(59)).await.unwrap(), Swept::default());

    let both = tokio::join!(sweep(&test.db, later(60)), sweep(&test.db, later(60)));
    assert_eq!(both.0.unwrap().drawn + both.1.unwrap().drawn, 2, "each once, though two nodes draw");
    let published = published_draw(&test.db, drawn).await.unwrap().unwrap();
    assert_eq!(published.commitment, before.commitment);
    assert_eq!(verify(&published), Ok(()));
    let tickets: Vec<u64> = published.lots.iter().map(|lot| lot.tickets).collect();
    assert_eq!(tickets, [WHOLE / 2, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE]);
    let rows = booking::Entity::find()
        .filter(booking::Column::TermId.eq(drawn.0))
        .order_by_asc(booking::Column::OrderNo)
        .all(&test.db)
        .await
        .unwrap();
    let numbers: Vec<i64> = rows.iter().map(|row| row.queue_no).collect();
    assert_eq!(numbers, published.order, "the line stands as the lots fell");
    let states: Vec<_> = rows.iter().map(|row| row.state.0).collect();
    assert_eq!((states[0], states[1]), (BookingState::Confirmed, BookingState::Waiting));
    let winner = usize::try_from(published.order[0] - 1).unwrap();
    let loser = usize::try_from(published.order[2] - 1).unwrap();
    let told = notices::list(&test.db, &parents[winner].who, later(60)).await.unwrap();
    assert!(told.iter().any(|notice| matches!(notice.says, NoticeText::Promoted { .. })), "{told:?}");
    let told = notices::list(&test.db, &parents[loser].who, later(60)).await.unwrap();
    assert!(told.iter().any(|notice| matches!(notice.says, NoticeText::NotDrawn { number: 2, .. })), "{told:?}");
});

on_both_databases!(a_draw_can_not_be_made_or_unmade_under_those_who_booked, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let open = town.term(1).await;
    let refused = set_entry(&test.db, &town.staff, open, draw(), now()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::DrawNeedsClosing))), "{refused:?}");
    let drawn = term(&town, 9).await;
    let commitment = published_draw(&test.db, drawn).await.unwrap().unwrap().commitment;
    set_entry(&test.db, &town.staff, drawn, draw(), now()).await.unwrap();
    let again = published_draw(&test.db, drawn).await.unwrap().unwrap().commitment;
    assert_eq!(again, commitment, "a seed is chosen once");
    let parent = town.parent(1).await;
    apply(&town, drawn, &parent).await;
    let first_come = NewEntry { entry: Entry::default(), ..draw() };
    let refused = set_entry(&test.db, &town.staff, drawn, first_come, now()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::BookedAlready))), "{refused:?}");
});
