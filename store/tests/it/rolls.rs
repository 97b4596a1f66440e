//! Rolls: two who tap at one, taps that a phone kept, families, today, and the door.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Parent, Town, now, request},
};
use domain::{
    attended::AttendanceRule,
    booking::Mark,
    day_note::DayNoteKind,
    entry::Entry,
    id::{OccurrenceId, PersonId, RequestKey},
    leave::LeaveKind,
    reading::NoticeText,
    refusal::Refusal,
    rights::{Door, StaffRole},
    roll::{Says, Tap, Verdict, check_in_code},
    term::Promotion,
    text::{Line, PersonName},
    which::Which,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{date, time},
};
use store::{
    StoreError,
    accounts::{Who, who_is},
    activities::NewTerm,
    attendance::{
        attended_page, check_in, check_in_codes, day, excuse, meals, roll, send_taps, take_leave, today,
        withdraw_day_note, withdraw_excuse, withdraw_leave, write_day_note,
    },
    bookings::{BookRequest, book_place},
    deep_check::deep_check,
    entries::{NewEntry, set_entry},
    id::new_id,
    staff,
    terms::load_term,
};

/// A term with somebody's child on it, and its first date, which begins at nine on 1 December.
async fn class(town: &Town) -> (OccurrenceId, Timestamp, Parent) {
    let mut new = town.new_term(9);
    new.holding.leader = Some(Line::parse("李老师").unwrap());
    let term = store::activities::new_term(&town.db, &town.staff, new, now()).await.unwrap();
    let parent = town.parent(1).await;
    book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let date = load_term(&town.db, term).await.unwrap().term.occurrences[0].clone();
    (date.id, date.starts_at, parent)
}

async fn colleague(town: &Town, slug: &str, name: &str, role: StaffRole) -> Who {
    let login = format!("{slug}-{}", role as u8);
    let account = staff::add(&town.db, slug, &login, name, "a long password", role, [7; 16], now()).await.unwrap();
    who_is(&town.db, account).await.unwrap().unwrap()
}

fn kept(person: PersonId, says: Says, seen: u32, minutes: u32) -> Tap {
    Tap { key: RequestKey(new_id(now())), person, says, seen, kept_for: Some(minutes * 60) }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

on_both_databases!(of_two_who_tap_at_one_row_the_second_looks_again, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let other = colleague(&town, "yongxing", "王敏", StaffRole::Admin).await;
    let tap = |says| Tap { key: RequestKey(new_id(now())), person: parent.child, says, seen: 0, kept_for: None };
    let (came, absent) = ([tap(Says::Present)], [tap(Says::Absent)]);
    let (one, two) =
        tokio::join!(send_taps(&test.db, &town.staff, date, &came, at), send_taps(&test.db, &other, date, &absent, at));
    let mut verdicts = [one.unwrap()[0].verdict, two.unwrap()[0].verdict];
    verdicts.sort();
    assert_eq!(verdicts, [Verdict::Counts, Verdict::LookAgain]);
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    assert_eq!((page.lines[0].seen, page.history.len()), (1, 1));
});

on_both_databases!(a_tap_that_is_sent_twice_counts_once, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let taps = [kept(parent.child, Says::Present, 0, 5), kept(parent.child, Says::Late, 1, 4)];
    for _ in 0..2 {
        let answers = send_taps(&test.db, &town.staff, date, &taps, at + 10.minutes()).await.unwrap();
        assert!(answers.iter().all(|answer| answer.verdict == Verdict::Counts), "{answers:?}");
    }
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    assert_eq!((page.lines[0].on.mark, page.lines[0].seen, page.history.len()), (Some(Mark::Late), 2, 2));
    assert_eq!(page.lines[0].at.unwrap().to_string(), "09:06:00", "when it was tapped, not when it arrived");
});

on_both_databases!(
    of_a_tap_that_was_kept_and_a_later_one_the_later_counts_and_both_are_told,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (date, at, parent) = class(&town).await;
        town.tap(date, parent.child, Says::Present, 0, at + 5.minutes()).await.unwrap();
        let send = async |minutes| {
            let taps = [kept(parent.child, Says::Absent, 0, minutes)];
            send_taps(&test.db, &town.staff, date, &taps, at + 10.minutes()).await.unwrap()[0].verdict
        };
        assert_eq!(send(6).await, Verdict::TooLate, "made a minute before the other");
        let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
        assert_eq!(page.lines[0].on.mark, Some(Mark::Present));
        assert_eq!(page.history.iter().map(|tap| tap.counted).collect::<Vec<_>>(), [true, false]);
        assert_eq!(send(4).await, Verdict::Counts, "made a minute after the other");
        let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
        assert_eq!((page.lines[0].on.mark, page.history.len()), (Some(Mark::Absent), 3));
    }
);

on_both_databases!(a_tap_at_who_gave_the_place_back_comes_to_nothing, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let stranger = town.parent(2).await;
    let taps = [kept(stranger.child, Says::Present, 0, 1), kept(parent.child, Says::Present, 0, 1)];
    let answers = send_taps(&test.db, &town.staff, date, &taps, at + 5.minutes()).await.unwrap();
    let verdicts: Vec<_> = answers.iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts, [Verdict::Gone, Verdict::Counts], "and the others are kept");
});

on_both_databases!(leaving_early_keeps_the_hour_of_arrival_and_can_be_undone, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    town.tap(date, parent.child, Says::Late, 0, at + 20.minutes()).await.unwrap();
    town.tap(date, parent.child, Says::Left, 1, at + 60.minutes()).await.unwrap();
    let page = roll(&test.db, &town.staff, "yongxing", date, at + 61.minutes()).await.unwrap();
    let line = &page.lines[0];
    let told = (line.on.mark, line.at.map(|at| at.to_string()), line.left.map(|at| at.to_string()));
    assert_eq!(told, (Some(Mark::Late), Some("09:20:00".to_owned()), Some("10:00:00".to_owned())));
    let undo = page.undo.unwrap();
    assert_eq!((undo.said, undo.back, undo.seen), (Says::Left, Says::Late, 2));
    town.tap(date, parent.child, undo.back, undo.seen, at + 62.minutes()).await.unwrap();
    let page = roll(&test.db, &town.staff, "yongxing", date, at + 80.minutes()).await.unwrap();
    assert_eq!((page.lines[0].on.left, page.lines[0].left), (false, None));
    assert_eq!(page.undo, None, "after ten minutes it is no slip of the finger any more");
});

on_both_databases!(a_family_on_one_roll_is_known_as_one, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let term = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap().date.term;
    let sister = town.child(parent.who.account, "小红").await;
    let parent = Parent { who: parent.who_now(&town).await, child: parent.child };
    book_place(&test.db, &parent.who, &request(term, sister), now()).await.unwrap();
    let other = town.parent(2).await;
    book_place(&test.db, &other.who, &request(term, other.child), now()).await.unwrap();
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    let family = |person| page.lines.iter().find(|line| line.person == person).unwrap().family;
    assert!(family(sister).is_some() && family(sister) == family(parent.child));
    assert_eq!(family(other.child), None, "who comes alone is no family");
});

on_both_databases!(today_shows_a_leader_the_own_dates_alone, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let leader = colleague(&town, "yongxing", "李老师", StaffRole::Leader).await;
    let another = colleague(&town, "yongxing", "王老师", StaffRole::Volunteer).await;
    for who in [&town.staff, &leader] {
        let page = today(&test.db, who, "yongxing", None, at + 5.minutes()).await.unwrap();
        assert_eq!(page.dates.iter().map(|date| date.occurrence).collect::<Vec<_>>(), [date]);
        let shown = &page.dates[0];
        assert_eq!((shown.expected, shown.marked, shown.begun, shown.over), (1, 0, true, false));
    }
    let none = today(&test.db, &another, "yongxing", None, at).await;
    assert!(matches!(none, Err(StoreError::NotFound)), "a volunteer calls no roll");
    let family = today(&test.db, &parent.who, "yongxing", None, at).await;
    assert!(matches!(family, Err(StoreError::NotFound)));
    let found = today(&test.db, &town.staff, "yongxing", Some("zi"), at).await.unwrap().found;
    assert!(found.iter().map(|found| found.person).eq([]), "pinyin is looked for from its beginning");
    let found = today(&test.db, &town.staff, "yongxing", Some("haizi"), at).await.unwrap().found;
    assert_eq!(found.len(), 1, "{found:?}");
});

on_both_databases!(a_code_signs_in_at_the_door_once_and_at_its_hour_alone, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let codes = check_in_codes(&test.db, &parent.who_now(&town).await).await.unwrap();
    let code = &codes.iter().find(|code| code.person == parent.child).unwrap().code;
    let sign_in =
        async |code: &str, at| check_in(&test.db, &town.staff, "yongxing", code, RequestKey(new_id(now())), at).await;
    let early = refused(sign_in(code, at - 2.hours()).await);
    assert_eq!(early, Refusal::NotAtThisHour { name: "孩子1".to_owned() });
    assert_eq!(refused(sign_in("00000000", at).await), Refusal::NoSuchCode);
    assert_eq!(refused(sign_in("小明", at).await), Refusal::NoSuchCode);
    assert_eq!(refused(sign_in(&check_in_code(town.parent(2).await.child), at).await), Refusal::NoSuchCode);
    let read = format!("https://example.org/yongxing/desk/today?code={code}");
    for already in [false, true] {
        let checked = sign_in(&read, at - 10.minutes()).await.unwrap();
        assert_eq!((checked[0].says, checked[0].already), (Says::Present, already));
    }
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    assert_eq!((page.lines[0].on.mark, page.history.len()), (Some(Mark::Present), 1));
    let wrong = check_in(&test.db, &parent.who, "yongxing", code, RequestKey(new_id(now())), at).await;
    assert!(matches!(wrong, Err(StoreError::NotFound)), "a family signs nobody in");
});

on_both_databases!(who_signs_in_after_a_quarter_of_an_hour_is_late, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (_, at, parent) = class(&town).await;
    let code = check_in_code(parent.child);
    let checked =
        check_in(&test.db, &town.staff, "yongxing", &code, RequestKey(new_id(now())), at + 16.minutes()).await.unwrap();
    assert_eq!(checked[0].says, Says::Late);
});

/// A term of four dates for one child each time, booked whole, and a parent who waits for its second date.
async fn full_class(town: &Town) -> (Parent, domain::id::BookingId, OccurrenceId, Timestamp, Parent) {
    let term = town.term(1).await;
    let (parent, guest) = (town.parent(1).await, town.parent(2).await);
    let booked = book_place(&town.db, &parent.who, &request(term, parent.child), now()).await.unwrap();
    let date = load_term(&town.db, term).await.unwrap().term.occurrences[1].clone();
    let wish = BookRequest { which: Which::Dates(vec![date.id]), ..request(term, guest.child) };
    let waits = book_place(&town.db, &guest.who, &wish, now()).await.unwrap();
    assert!(matches!(waits, domain::reading::Booked::Waiting { .. }), "{waits:?}");
    (parent, booked.booking(), date.id, date.starts_at, guest)
}

on_both_databases!(
    leave_is_seen_at_the_roll_and_its_place_goes_to_a_guest_for_the_day,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (parent, booking, date, at, guest) = full_class(&town).await;
        take_leave(&test.db, &parent.who, booking, date, LeaveKind::Personal, at - 3.hours()).await.unwrap();
        let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
        let mark = |person| page.lines.iter().find(|line| line.person == person).unwrap().on.mark;
        assert_eq!((mark(parent.child), mark(guest.child)), (Some(Mark::Leave), None), "the guest moved up");
        let back = withdraw_leave(&test.db, &parent.who, booking, date, at - 2.hours()).await;
        assert_eq!(refused(back), Refusal::PlaceGivenOn);
        store::audit_seal::seal(&test.db).await.unwrap();
        let told: Vec<_> = deep_check(&test.db, at).await.unwrap().into_iter().flat_map(|part| part.findings).collect();
        assert!(told.is_empty(), "{told:?}");
    }
);

on_both_databases!(leave_can_be_taken_back_while_the_place_is_free, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let mine = store::calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap();
    for _ in 0..2 {
        take_leave(&test.db, &parent.who, mine[0].id, date, LeaveKind::Sick, at - 1.minute()).await.unwrap();
    }
    let shown = store::calendar::my_bookings(&test.db, &parent.who, None, at - 1.minute()).await.unwrap();
    assert_eq!(shown[0].dates[0].leave, Some(LeaveKind::Sick), "the date stays among one's own");
    withdraw_leave(&test.db, &parent.who, mine[0].id, date, at - 1.minute()).await.unwrap();
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    assert_eq!((page.lines[0].on.mark, page.lines[0].leave, page.history.len()), (None, None, 2));
    assert_eq!(refused(take_leave(&test.db, &parent.who, mine[0].id, date, LeaveKind::Sick, at).await), {
        Refusal::TooLateForLeave { deadline: at }
    });
});

on_both_databases!(personal_leave_ends_two_hours_before_and_sick_leave_at_the_start, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let mine = store::calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap();
    let late = take_leave(&test.db, &parent.who, mine[0].id, date, LeaveKind::Personal, at - 119.minutes()).await;
    assert_eq!(refused(late), Refusal::TooLateForLeave { deadline: at - 2.hours() });
    let stranger = town.parent(7).await;
    let not_theirs = take_leave(&test.db, &stranger.who, mine[0].id, date, LeaveKind::Sick, at - 1.hour()).await;
    assert!(matches!(not_theirs, Err(StoreError::NotFound)));
    take_leave(&test.db, &parent.who, mine[0].id, date, LeaveKind::Sick, at - 1.minute()).await.unwrap();
    town.tap(date, parent.child, Says::Present, 1, at).await.unwrap();
    let page = roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap();
    assert_eq!(page.lines[0].on.mark, Some(Mark::Present), "who took leave may come after all");
});

on_both_databases!(a_day_of_care_is_written_down_and_seen_by_whom_it_was_granted_to, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let key = || RequestKey(new_id(now()));
    let write = async |kind, words: Option<&str>, key, at: Timestamp| {
        let words = words.map(|words| Line::parse(words).unwrap());
        write_day_note(&test.db, &town.staff, date, &[parent.child], kind, words.as_ref(), key, at).await
    };
    assert_eq!(refused(write(DayNoteKind::Meal, None, key(), at).await), Refusal::NotHere);
    town.tap(date, parent.child, Says::Present, 0, at).await.unwrap();
    let once = key();
    for _ in 0..2 {
        write(DayNoteKind::Meal, Some("吃得好"), once, at + 60.minutes()).await.unwrap();
    }
    write(DayNoteKind::GoneHome, Some("女儿"), key(), at + 90.minutes()).await.unwrap();
    let twice = write(DayNoteKind::GoneHome, Some("儿子"), key(), at + 91.minutes()).await;
    assert_eq!(refused(twice), Refusal::ChangedSince, "nobody goes home twice");
    let page = day(&test.db, &town.staff, "yongxing", date, at + 92.minutes()).await.unwrap();
    let told: Vec<_> = page.lines[0].notes.iter().map(|note| (note.kind, note.words.as_deref())).collect();
    assert_eq!(told, [(DayNoteKind::Meal, Some("吃得好")), (DayNoteKind::GoneHome, Some("女儿"))]);
    assert!(page.lines[0].on.left, "and the roll says that she has left");
    let home = page.lines[0].notes[1].id;
    withdraw_day_note(&test.db, &town.staff, home, at + 93.minutes()).await.unwrap();
    let page = day(&test.db, &town.staff, "yongxing", date, at + 94.minutes()).await.unwrap();
    assert_eq!((page.lines[0].on.is_here(), page.lines[0].notes.len()), (true, 1));
    let people = [parent.child];
    let stranger = write_day_note(&test.db, &parent.who, date, &people, DayNoteKind::Meal, None, key(), at).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)));
});

on_both_databases!(whoever_took_leave_is_no_meal, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let mut new = town.new_term(9);
    new.holding.end = time(15, 0, 0, 0);
    let term = store::activities::new_term(&test.db, &town.staff, new, now()).await.unwrap();
    let (one, two) = (town.parent(1).await, town.parent(2).await);
    let booked = book_place(&test.db, &one.who, &request(term, one.child), now()).await.unwrap();
    book_place(&test.db, &two.who, &request(term, two.child), now()).await.unwrap();
    let date = load_term(&test.db, term).await.unwrap().term.occurrences[0].id;
    take_leave(&test.db, &one.who, booked.booking(), date, LeaveKind::Sick, now()).await.unwrap();
    let page = meals(&test.db, &town.staff, "yongxing", Some(jiff::civil::date(2026, 12, 5)), now()).await.unwrap();
    assert_eq!(page.lines.iter().map(|line| line.meals).collect::<Vec<_>>(), [1, 2, 2, 2]);
});

/// A term that asks for attendance, and the next one of the same activity.
async fn two_terms(town: &Town) -> (domain::id::TermId, domain::id::TermId) {
    let asks = |percent, late_pickups| Entry {
        attendance: Some(AttendanceRule { percent: Some(percent), late_pickups }),
        ..Entry::default()
    };
    let first = town.term(9).await;
    let next = NewTerm { from: date(2027, 1, 5), until: date(2027, 1, 26), ..town.new_term(9) };
    let next = store::activities::new_term(&town.db, &town.staff, next, now()).await.unwrap();
    for term in [first, next] {
        let new = NewEntry { entry: asks(70, Some(3)), priority_opens: None, promotion: Promotion::AutoFill };
        set_entry(&town.db, &town.staff, term, new, now()).await.unwrap();
    }
    (first, next)
}

on_both_databases!(
    who_came_too_seldom_is_warned_waits_out_the_next_term_and_may_be_excused,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (first, next) = two_terms(&town).await;
        let parent = town.parent(1).await;
        book_place(&test.db, &parent.who, &request(first, parent.child), now()).await.unwrap();
        let dates = load_term(&test.db, first).await.unwrap().term.occurrences;
        for (date, says) in dates.iter().zip([Says::Present, Says::Absent, Says::Present, Says::Absent]) {
            town.tap(date.id, parent.child, says, 0, date.starts_at).await.unwrap();
        }
        let over = dates[3].ends_at + 1.hour();
        let told = store::notices::list(&test.db, &parent.who, over).await.unwrap();
        let warned = told.iter().filter(|notice| matches!(notice.says, NoticeText::AttendedTooLittle { .. })).count();
        assert_eq!(warned, 1, "once, at the date by which it fell short: {told:?}");
        let short = Refusal::AttendedTooLittle { came: 2, dates: 4, percent: 70 };
        let ask = async || book_place(&test.db, &parent.who, &request(next, parent.child), over).await;
        assert_eq!(refused(ask().await), short);
        let page = attended_page(&test.db, &town.staff, "yongxing", first, over).await.unwrap();
        assert_eq!(page.lines[0].breach, Some(short.clone()));
        let reason = Line::parse("住院").unwrap();
        let stranger = town.parent(2).await;
        let theirs = excuse(&test.db, &stranger.who, "yongxing", first, parent.child, &reason, over).await;
        assert!(matches!(theirs, Err(StoreError::NotFound)));
        excuse(&test.db, &town.staff, "yongxing", first, parent.child, &reason, over).await.unwrap();
        let page = attended_page(&test.db, &town.staff, "yongxing", first, over).await.unwrap();
        assert_eq!((page.lines[0].breach.clone(), page.lines[0].excuse.as_deref()), (None, Some("住院")));
        withdraw_excuse(&test.db, &town.staff, "yongxing", first, parent.child, over).await.unwrap();
        assert_eq!(refused(ask().await), short);
        excuse(&test.db, &town.staff, "yongxing", first, parent.child, &reason, over).await.unwrap();
        ask().await.unwrap();
    }
);

on_both_databases!(leave_is_no_absence_and_late_pickups_are_counted, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (first, next) = two_terms(&town).await;
    let parent = town.parent(1).await;
    book_place(&test.db, &parent.who, &request(first, parent.child), now()).await.unwrap();
    let dates = load_term(&test.db, first).await.unwrap().term.occurrences;
    for (date, late) in dates.iter().zip([9, 11, 11, 11]) {
        town.tap(date.id, parent.child, Says::Present, 0, date.starts_at).await.unwrap();
        let take = store::pickup::Take::Override {
            taker: PersonName::parse("姨妈").unwrap(),
            reason: Line::parse("有事").unwrap(),
        };
        let at = date.ends_at + jiff::SignedDuration::from_mins(late);
        store::pickup::hand_over(&test.db, &town.staff, "yongxing", date.id, parent.child, take, at).await.unwrap();
    }
    let over = dates[3].ends_at + 1.hour();
    let refusal = refused(book_place(&test.db, &parent.who, &request(next, parent.child), over).await);
    assert_eq!(refusal, Refusal::CollectedLate { times: 3, max: 3 }, "nine minutes are not late");
    let other = town.parent(2).await;
    book_place(&test.db, &other.who, &request(next, other.child), over).await.unwrap();
});

on_both_databases!(
    a_child_on_leave_who_comes_after_all_is_on_the_board_and_is_handed_over,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let (parent, booking, date, at, guest) = full_class(&town).await;
        take_leave(&test.db, &parent.who, booking, date, LeaveKind::Personal, at - 3.hours()).await.unwrap();
        town.tap(date, guest.child, Says::Present, 0, at).await.unwrap();
        town.tap(date, parent.child, Says::Present, 1, at).await.unwrap();
        let board = store::pickup::still_here(&test.db, &town.staff, "yongxing", at + 1.hour()).await.unwrap();
        let mut here: Vec<_> = board.dates[0].children.iter().map(|child| child.person).collect();
        here.sort();
        let mut both = [parent.child, guest.child];
        both.sort();
        assert_eq!(here, both, "though the place went on for the day");
        let take = store::pickup::Take::Override {
            taker: PersonName::parse("姨妈").unwrap(),
            reason: Line::parse("有事").unwrap(),
        };
        store::pickup::hand_over(&test.db, &town.staff, "yongxing", date, parent.child, take, at + 2.hours())
            .await
            .unwrap();
    }
);

on_both_databases!(leave_ends_with_its_booking, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (date, at, parent) = class(&town).await;
    let mine = store::calendar::my_bookings(&test.db, &parent.who, None, now()).await.unwrap();
    take_leave(&test.db, &parent.who, mine[0].id, date, LeaveKind::Sick, now()).await.unwrap();
    store::bookings::cancel_booking(&test.db, &parent.who, mine[0].id, Door::Page, now()).await.unwrap();
    assert!(roll(&test.db, &town.staff, "yongxing", date, at).await.unwrap().lines.is_empty());
});
