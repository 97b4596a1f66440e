//! Rooms and leaders: opening hours and blocks stand in the way like other dates, closing moves, calls off and tells in
//! one step, and a month says who stood in for whom.

use crate::{
    database::{TestDatabase, on_both_databases},
    history::held,
    town::{Town, later, now, request},
};
use domain::{
    block::{Block, BlockKind, Blocked, Decided, Hours, Obstacle, OpeningHours, Relief},
    desk_calendar::DeskView,
    id::{RoomId, TermId},
    reading::{BlockHit, ClashBy, NoticeText, PlannedDate},
    refusal::Refusal,
    schedule::{Edit, Reach},
    term::OccurrenceState,
    text::{InputProblem, Line},
};
use jiff::civil::{date, time};
use sea_orm::EntityTrait;
use store::{
    StoreError,
    activities::{self, Holding, NewTerm},
    bookings::book_place,
    entity::block,
    notices,
    resources::{self, NewRoom},
    schedule::{self, DeskFilter},
};

const SLUG: &str = "yongxing";

fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

fn hours(from: i8, to: i8) -> Hours {
    Hours::new(time(from, 0, 0, 0), time(to, 0, 0, 0)).unwrap()
}

/// The first three weeks of December.
fn closed(of: Blocked) -> Block {
    Block::new(of, date(2026, 12, 1), date(2026, 12, 20), None, line("刷墙")).unwrap()
}

/// Four Tuesdays in the town's room, led by 李老师.
fn in_room(town: &Town) -> NewTerm {
    let holding = Holding { room: Some(town.room), leader: Some(line("李老师")), ..town.new_term(5).holding };
    NewTerm { holding, ..town.new_term(5) }
}

async fn add(town: &Town, new: NewTerm) -> Result<TermId, StoreError> {
    activities::new_term(&town.db, &town.staff, new, now()).await
}

async fn dates(town: &Town, term: TermId) -> Vec<PlannedDate> {
    schedule::plan_page(&town.db, &town.staff, SLUG, term, now()).await.unwrap().dates
}

async fn hits(town: &Town, block: &Block) -> Vec<BlockHit> {
    schedule::preview_block(&town.db, &town.staff, SLUG, block, now()).await.unwrap()
}

async fn set(town: &Town, block: &Block, kind: BlockKind, decided: &[Decided]) -> Result<usize, StoreError> {
    schedule::set_block(&town.db, &town.staff, SLUG, block, kind, decided, later(1)).await
}

fn all(hits: &[BlockHit], relief: &Relief) -> Vec<Decided> {
    let decide =
        |hit: &BlockHit| Decided { occurrence: hit.occurrence, sequence: hit.sequence, relief: relief.clone() };
    hits.iter().map(decide).collect()
}

async fn other_room(town: &Town, hours: Option<OpeningHours>) -> RoomId {
    let new = NewRoom { name: line("书画室"), size: 20, hours };
    resources::add_room(&town.db, &town.staff, SLUG, &new, now()).await.unwrap()
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal: {other:?}"),
    }
}

on_both_databases!(
    closing_a_room_lists_what_it_hits_and_moves_calls_off_and_tells_in_one_step,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let term = add(&town, in_room(&town)).await.unwrap();
        let parent = town.parent(1).await;
        book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
        let places = held(&test.db, term).await;
        let other = other_room(&town, None).await;
        let block = closed(Blocked::Room(town.room));
        let hits = hits(&town, &block).await;
        let found: Vec<_> = hits.iter().map(|hit| (hit.head.date.day(), hit.families, hit.heads)).collect();
        assert_eq!(found, [(1, 1, 1), (8, 1, 1), (15, 1, 1)], "the fourth date lies after the closing");
        assert!(hits.iter().all(|hit| hit.free.iter().map(|room| room.id).collect::<Vec<_>>() == [other]));

        let mut decided = all(&hits, &Relief::Room(other));
        decided[2].relief = Relief::Cancel;
        assert_eq!(set(&town, &block, BlockKind::Close, &decided).await.unwrap(), 3);

        let rooms: Vec<_> = dates(&town, term).await.iter().map(|date| (date.now.room, date.state)).collect();
        use OccurrenceState::{Cancelled, Scheduled};
        let (there, here) = (Some(other), Some(town.room));
        assert_eq!(rooms, [(there, Scheduled), (there, Scheduled), (here, Cancelled), (here, Scheduled)]);
        assert_eq!(held(&test.db, term).await, places, "no place was lost");
        let told = notices::list(&test.db, &parent.who, later(1)).await.unwrap();
        let says: Vec<_> = told.iter().map(|notice| notice.says.clone()).collect();
        assert!(
            says.iter().any(|says| matches!(says,
                NoticeText::Moved { more: 1, reason: Some(reason), to, .. }
                    if reason == "刷墙" && to.room.as_deref() == Some("书画室"))),
            "{says:?}"
        );
        assert!(
            says.iter().any(|says| matches!(says, NoticeText::CalledOff { reason, more: 0, .. } if reason == "刷墙")),
            "{says:?}"
        );
    }
);

on_both_databases!(nothing_comes_into_a_closed_room_until_the_closing_is_lifted, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let block = closed(Blocked::Room(town.room));
    assert_eq!(set(&town, &block, BlockKind::Close, &[]).await.unwrap(), 0);
    let refused = refusal(add(&town, in_room(&town)).await);
    assert_eq!(refused, Refusal::RoomClosed { on: date(2026, 12, 1) });

    let new = in_room(&town);
    let preview = activities::preview(&test.db, town.community, &new.series, new.from, new.until, new.holidays);
    let mut days = preview.await.unwrap();
    let other = other_room(&town, None).await;
    let free = activities::find_clashes(&test.db, town.community, &mut days, &new.holding).await.unwrap();
    assert_eq!(free.iter().map(|room| room.id).collect::<Vec<_>>(), [other]);
    let by: Vec<_> = days.iter().map(|day| day.clashes.first().map(|clash| clash.by.clone())).collect();
    let why = Some(ClashBy::Obstacle(Obstacle::RoomBlocked("刷墙".to_owned())));
    assert_eq!(by, [why.clone(), why.clone(), why, None]);

    let page = resources::room_page(&test.db, &town.staff, SLUG, town.room, now()).await.unwrap();
    let [standing] = &page.room.blocks[..] else { panic!("{:?}", page.room.blocks) };
    assert_eq!(standing.block, block);
    let (view, day, all) = (DeskView::Rooms, Some(date(2026, 12, 1)), DeskFilter::default());
    let week = schedule::desk_calendar(&test.db, &town.staff, SLUG, view, day, &all, now()).await.unwrap();
    assert_eq!(week.blocks, [block], "the staff's week shows it");
    schedule::lift_block(&test.db, &town.staff, SLUG, standing.id, later(2)).await.unwrap();
    add(&town, in_room(&town)).await.unwrap();
});

on_both_databases!(a_date_that_was_not_decided_upon_stops_the_closing_whole, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = add(&town, in_room(&town)).await.unwrap();
    let block = closed(Blocked::Room(town.room));
    let decided = all(&hits(&town, &block).await, &Relief::Cancel);
    let before = dates(&town, term).await;
    assert_eq!(refusal(set(&town, &block, BlockKind::Close, &decided[..2]).await), Refusal::ChangedSince);
    // Somebody changes a date between the look and the saving.
    let mut to = before[0].now.clone();
    to.leader = Some("王老师".to_owned());
    let edit = Edit { of: before[0].occurrence, to, reach: Reach::This, hand_made_too: false, reason: None };
    schedule::edit_dates(&test.db, &town.staff, &edit, 0, now()).await.unwrap();
    assert_eq!(refusal(set(&town, &block, BlockKind::Close, &decided).await), Refusal::ChangedSince);
    assert!(dates(&town, term).await.iter().all(|date| date.state == OccurrenceState::Scheduled));
    assert_eq!(block::Entity::find().all(&test.db).await.unwrap(), [], "nothing of it was written");
});

on_both_databases!(a_cleared_room_takes_the_summer_class_at_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let club = add(&town, in_room(&town)).await.unwrap();
    let other = other_room(&town, None).await;
    let class = NewTerm { holding: Holding { leader: None, ..in_room(&town).holding }, ..in_room(&town) };
    assert!(matches!(refusal(add(&town, class.clone()).await), Refusal::Clash { .. }));
    let mut block = closed(Blocked::Room(town.room));
    (block.last, block.hours) = (date(2026, 12, 31), Some(hours(9, 11)));
    let decided = all(&hits(&town, &block).await, &Relief::Room(other));
    assert_eq!(set(&town, &block, BlockKind::Clear, &decided).await.unwrap(), 4);
    add(&town, class).await.unwrap();
    assert!(dates(&town, club).await.iter().all(|date| date.now.room == Some(other)));
});

on_both_databases!(a_room_that_is_taken_does_not_take_what_is_displaced, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = add(&town, in_room(&town)).await.unwrap();
    let other = other_room(&town, None).await;
    let there = Holding { room: Some(other), leader: None, ..town.new_term(5).holding };
    add(&town, NewTerm { holding: there, ..town.new_term(5) }).await.unwrap();
    let block = closed(Blocked::Room(town.room));
    let hits = hits(&town, &block).await;
    assert!(hits.iter().all(|hit| hit.free.is_empty()), "nothing is offered that is taken");
    let refused = refusal(set(&town, &block, BlockKind::Close, &all(&hits, &Relief::Room(other))).await);
    assert!(matches!(refused, Refusal::Clash { .. }), "{refused:?}");
    assert!(dates(&town, term).await.iter().all(|date| date.now.room == Some(town.room)), "all of it or nothing");
});

on_both_databases!(a_leader_away_is_stood_in_for_and_the_month_says_so, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = add(&town, in_room(&town)).await.unwrap();
    let parent = town.parent(1).await;
    book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let away =
        Block::new(Blocked::Leader("李老师".to_owned()), date(2026, 12, 8), date(2026, 12, 15), None, line("外出学习"))
            .unwrap();
    let hits = hits(&town, &away).await;
    let mut decided = all(&hits, &Relief::Leader("王老师".to_owned()));
    decided[1].relief = Relief::Cancel;
    assert_eq!(set(&town, &away, BlockKind::Close, &decided).await.unwrap(), 2);

    let report = resources::report_page(&test.db, &town.staff, SLUG, Some(date(2026, 12, 5)), now()).await.unwrap();
    let line = |line: &domain::reading::ReportLine| {
        (line.date.head.date.day(), line.usual.clone(), line.leader.clone(), line.date.reason.clone(), line.heads)
    };
    let some = |text: &str| Some(text.to_owned());
    let stood_in: Vec<_> = report.substituted.iter().map(line).collect();
    assert_eq!(stood_in, [(8, "李老师".to_owned(), some("王老师"), some("外出学习"), 1)]);
    let off: Vec<_> = report.cancelled.iter().map(line).collect();
    assert_eq!(off, [(15, "李老师".to_owned(), some("李老师"), some("外出学习"), 1)]);

    let month = |leader: &'static str| {
        let (db, staff) = (test.db.clone(), town.staff.clone());
        async move {
            let day = Some(date(2026, 12, 1));
            resources::leaders_page(&db, &staff, SLUG, day, Some(leader), now()).await.unwrap()
        }
    };
    let page = month("王老师").await;
    let of: Vec<_> = page.leaders.iter().map(|card| (card.name.as_str(), card.dates, card.away.len())).collect();
    assert_eq!(of, [("李老师", 2, 1), ("王老师", 1, 0)]);
    let [date_led] = &page.dates[..] else { panic!("{:?}", page.dates) };
    assert_eq!((date_led.head.date.day(), date_led.in_place_of.as_deref()), (8, Some("李老师")));

    // She is not put back on a day on which she is away.
    let date = dates(&town, term).await[1].clone();
    let mut to = date.now.clone();
    to.leader = some("李老师");
    let edit = Edit { of: date.occurrence, to, reach: Reach::This, hand_made_too: false, reason: None };
    let refused = refusal(schedule::edit_dates(&test.db, &town.staff, &edit, date.sequence, later(3)).await);
    assert_eq!(refused, Refusal::LeaderAway { on: jiff::civil::date(2026, 12, 8) });
});

on_both_databases!(a_decision_that_makes_no_sense_is_refused, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    add(&town, in_room(&town)).await.unwrap();
    let second = Town::with_slug(&test.db, "xinqiao").await;
    let of_room = closed(Blocked::Room(town.room));
    let of_leader = closed(Blocked::Leader("李老师".to_owned()));
    for (block, relief) in [
        (&of_room, Relief::Keep),
        (&of_room, Relief::Leader("王老师".to_owned())),
        (&of_room, Relief::Room(second.room)),
        (&of_leader, Relief::Room(town.room)),
        (&of_leader, Relief::Leader("李老师".to_owned())),
    ] {
        let decided = all(&hits(&town, block).await, &relief);
        match set(&town, block, BlockKind::Close, &decided).await {
            Err(StoreError::Invalid(problem)) => assert_eq!(problem.problem, InputProblem::Choice),
            other => panic!("{relief:?}: {other:?}"),
        }
    }
    let foreign = closed(Blocked::Room(second.room));
    assert!(matches!(set(&town, &foreign, BlockKind::Close, &[]).await, Err(StoreError::NotFound)));
});

on_both_databases!(a_room_takes_dates_within_its_hours_and_lists_those_outside, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let term = add(&town, in_room(&town)).await.unwrap();
    // Closed on Tuesdays.
    let mut week = [Some(hours(8, 20)); 7];
    week[1] = None;
    let new = NewRoom { name: line("多功能厅"), size: 40, hours: Some(OpeningHours(week)) };
    resources::change_room(&test.db, &town.staff, SLUG, town.room, &new, now()).await.unwrap();
    let page = resources::room_page(&test.db, &town.staff, SLUG, town.room, now()).await.unwrap();
    assert_eq!(page.room.hours, new.hours);
    assert!(page.outside.iter().map(|date| date.term).eq([term; 4]));
    let another = NewTerm { holding: Holding { leader: None, ..in_room(&town).holding }, ..in_room(&town) };
    assert_eq!(refusal(add(&town, another).await), Refusal::RoomClosed { on: date(2026, 12, 1) });

    let same_name = NewRoom { size: 8, ..new };
    match resources::add_room(&test.db, &town.staff, SLUG, &same_name, now()).await {
        Err(StoreError::Invalid(problem)) => assert_eq!(problem.field, "name"),
        other => panic!("{other:?}"),
    }
});

on_both_databases!(staff_of_another_community_see_and_close_nothing_here, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let other = Town::with_slug(&test.db, "xinqiao").await.staff;
    let block = closed(Blocked::Room(town.room));
    assert!(matches!(resources::rooms_page(&test.db, &other, SLUG, now()).await, Err(StoreError::NotFound)));
    assert!(matches!(
        resources::room_page(&test.db, &other, "xinqiao", town.room, now()).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        schedule::set_block(&test.db, &other, "xinqiao", &block, BlockKind::Close, &[], now()).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(resources::report_page(&test.db, &other, SLUG, None, now()).await, Err(StoreError::NotFound)));
    set(&town, &block, BlockKind::Close, &[]).await.unwrap();
    let id = block::Entity::find().one(&test.db).await.unwrap().unwrap().id.into();
    assert!(matches!(schedule::lift_block(&test.db, &other, "xinqiao", id, now()).await, Err(StoreError::NotFound)));
});
