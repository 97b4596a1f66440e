//! The disk is full in the middle of a rush, and has room again later.

use crate::{
    database::TestDatabase,
    faults::integrity,
    node::{Node, class},
    press::{Form, all_press, page, post_plainly},
    town::Town,
};
use http::StatusCode;
use proof::{Answer, History, clock, crowd};
use sea_orm::ConnectionTrait;
use std::{fs, path::Path, sync::Arc};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nobody_is_told_of_a_place_that_is_not_saved_and_with_room_again_the_same_forms_get_theirs() {
    let test = TestDatabase::sqlite().await;
    let town = Town::new(&test.db).await;
    let node = Node::start(&test.url).await;
    let term = class(&town, 60).await;
    let parents = crowd(&test.db, town.community, 0..200, clock()).await.unwrap();
    let forms: Vec<_> = (0..).zip(&parents).map(|parent| Form::new(parent, town.activity, term)).collect();
    let history = Arc::new(History::default());
    let (before, after) = forms.split_at(100);
    test.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    for some in before.chunks(20) {
        let replies = all_press(some, &history, &[node.addr]).await;
        assert!(replies.iter().flatten().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    }

    // From now on neither the file nor its log may grow.
    let database = Path::new(test.url.strip_prefix("sqlite://").unwrap());
    let log = database.with_extension("sqlite-wal");
    let largest = [database, &log].map(|file| fs::metadata(file).unwrap().len()).into_iter().max().unwrap();
    node.limit_files(Some(largest));
    let mut unsaved = Vec::new();
    for some in after.chunks(20) {
        for (form, reply) in some.iter().zip(all_press(some, &history, &[node.addr]).await) {
            let reply = reply.expect("an answer");
            if reply.status != StatusCode::OK {
                assert!(
                    reply.status.is_server_error() && reply.body.contains(r#""error":"failed""#),
                    "{reply:?}\n{}",
                    node.log()
                );
                unsaved.push(form);
            }
        }
    }
    assert!(unsaved.len() > 50, "it proves little: {}", unsaved.len());
    let activity = format!("/yongxing/activities/{}", town.activity);
    let last = unsaved[unsaved.len() - 1];
    let told = post_plainly(node.addr, "book_place", &last.parent.cookie, &last.fields(), &activity).await.unwrap();
    assert!(told.status == StatusCode::OK && told.body.contains("没有保存"), "{told:?}");
    // Whoever looks, sees; what was told before is there, and nothing else.
    for path in ["/yongxing", "/yongxing?view=month", &activity, "/yongxing/my"] {
        let seen = page(node.addr, path, &before[0].parent.cookie).await.unwrap();
        assert_eq!(seen.status, StatusCode::OK, "{path}: {seen:?}");
    }
    let mine = page(node.addr, "/yongxing/my", &before[0].parent.cookie).await.unwrap();
    assert!(mine.body.contains("假期托管"), "{}", mine.body);
    history.must_hold(&test.db).await;
    integrity(&test.db).await;

    // There is room again: nobody starts anything anew.
    node.limit_files(None);
    let replies = all_press(&forms, &history, &[node.addr]).await;
    assert!(replies.iter().flatten().all(|reply| reply.status == StatusCode::OK), "{replies:?}");
    assert_eq!(history.count(|answer| matches!(answer, Answer::Booked { .. })), 400 - unsaved.len());
    history.must_hold(&test.db).await;
    integrity(&test.db).await;
}
