//! How a database is opened; and what goes into a column comes out of it and sorts as it should, on both databases.

use crate::database::{TestDatabase, on_both_databases};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    RuntimeErr,
};
use store::{
    connect,
    entity::{community, day_kind, stored::Stored, time::Instant},
    id::new_id,
    tx,
};

fn a_community(slug: &str, created_at: Timestamp) -> community::ActiveModel {
    community::Model {
        id: new_id(created_at),
        slug: slug.to_owned(),
        name: "朝夕社区".to_owned(),
        place: "上海".to_owned(),
        phone: "021-00000000".to_owned(),
        zone: "Asia/Shanghai".to_owned(),
        about: "两句话。".to_owned(),
        created_at: created_at.into(),
    }
    .into_active_model()
}

on_both_databases!(instants_come_back_as_they_went_in_and_in_order, |test: TestDatabase| async move {
    let start: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let micros = [-1, 0, 1, 10, 1_000, 500_000, 999_999, 1_000_000, 3_600_000_000];
    for at in micros {
        let at = start.checked_add(SignedDuration::from_micros(at)).unwrap();
        a_community(&at.to_string(), at).insert(&test.db).await.unwrap();
    }
    let sorted = community::Entity::find().order_by_asc(community::Column::CreatedAt).all(&test.db).await.unwrap();
    let read: Vec<i64> =
        sorted.iter().map(|row| Timestamp::from(row.created_at).as_microsecond() - start.as_microsecond()).collect();
    assert_eq!(read, micros);
    for (count, at) in micros.into_iter().enumerate() {
        let at = Instant::from(start.checked_add(SignedDuration::from_micros(at)).unwrap());
        let before = community::Entity::find().filter(community::Column::CreatedAt.lt(at)).all(&test.db).await.unwrap();
        assert_eq!(before.len(), count);
        let same = community::Entity::find().filter(community::Column::CreatedAt.eq(at)).all(&test.db).await.unwrap();
        assert_eq!(same.len(), 1);
    }
});

on_both_databases!(codes_and_days_come_back_and_an_unknown_code_is_an_error, |test: TestDatabase| async move {
    let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let home = a_community("here", now).insert(&test.db).await.unwrap();
    let row = day_kind::Model {
        id: new_id(now),
        community_id: home.id,
        on_date: jiff::civil::date(2027, 2, 6).into(),
        kind: Stored(domain::day_kind::DayKind::PublicHoliday),
        name: "春节".to_owned(),
    };
    assert_eq!(row.clone().into_active_model().insert(&test.db).await.unwrap(), row);
    let found = day_kind::Entity::find()
        .filter(
            day_kind::Column::Kind
                .is_in([domain::day_kind::DayKind::PublicHoliday, domain::day_kind::DayKind::Closure].map(Stored)),
        )
        .filter(day_kind::Column::OnDate.gte(store::entity::time::Day::from(jiff::civil::date(2027, 2, 6))))
        .one(&test.db)
        .await
        .unwrap();
    assert_eq!(found, Some(row));
    test.db.execute_unprepared("UPDATE day_kind SET kind = 'doomsday'").await.unwrap();
    let error = day_kind::Entity::find().one(&test.db).await.unwrap_err();
    assert!(matches!(&error, DbErr::Type(text) if text.contains("doomsday")), "{error}");
});

on_both_databases!(foreign_keys_hold, |test: TestDatabase| async move {
    let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let room = store::entity::room::Model {
        id: new_id(now),
        community_id: new_id(now),
        name: "一楼".to_owned(),
        size: 5,
        hours: None,
    };
    let error = room.into_active_model().insert(&test.db).await.unwrap_err();
    assert!(matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))), "{error}");
});

on_both_databases!(writers_take_turns_and_a_reader_sees_one_moment, |test: TestDatabase| async move {
    let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    a_community("first", now).insert(&test.db).await.unwrap();
    let reader = tx::begin_read(&test.db).await.unwrap();
    assert_eq!(community::Entity::find().all(&reader).await.unwrap().len(), 1);
    let writer = tx::begin_write(&test.db).await.unwrap();
    a_community("second", now).insert(&writer).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(community::Entity::find().all(&reader).await.unwrap().len(), 1);
    reader.commit().await.unwrap();

    let tasks = (0..8).map(|_| {
        let db = test.db.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                let tx = tx::begin_write(&db).await?;
                tx.execute_unprepared("UPDATE community SET about = about || '1' WHERE slug = 'first'").await?;
                tx.commit().await?;
            }
            Ok::<_, DbErr>(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    let first = community::Entity::find().filter(community::Column::Slug.eq("first")).one(&test.db).await.unwrap();
    assert_eq!(first.unwrap().about.matches('1').count(), 80);
});

#[tokio::test]
async fn sqlite_is_set_up_to_keep_what_it_said_it_kept() {
    let test = TestDatabase::sqlite().await;
    for (pragma, value) in [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000), ("temp_store", 2)] {
        let found: i32 = read_one(&test, &format!("PRAGMA {pragma}")).await;
        assert_eq!(found, value, "{pragma}");
    }
    let mode: String = read_one(&test, "PRAGMA journal_mode").await;
    assert_eq!(mode, "wal");
    println!("SQLite {}", connect::sqlite_version(&test.db).await.unwrap());
}

#[tokio::test]
async fn postgres_waits_three_seconds_for_a_lock_and_lives_in_utc() {
    let test = TestDatabase::postgres().await;
    assert_eq!(read_one::<String>(&test, "SHOW lock_timeout").await, "3s");
    assert_eq!(read_one::<String>(&test, "SHOW timezone").await, "UTC");
}

async fn read_one<T: sea_orm::TryGetable>(test: &TestDatabase, sql: &str) -> T {
    let statement = sea_orm::Statement::from_string(test.db.get_database_backend(), sql);
    test.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_url_that_can_not_be_opened_says_why_and_keeps_the_password() {
    for (url, why) in [
        ("mysql://u:geheim@localhost/x", "must start with"),
        ("geheim", "must start with"),
        ("sqlite::memory:", "must name a file"),
        ("sqlite://", "must name a file"),
        ("sqlite:///tmp/x.sqlite?mode=memory", "must name a file"),
        ("sqlite:///no/such/folder/x.sqlite", "/no/such/folder"),
        ("postgres://u:geheim@localhost:notaport/x", "port"),
        ("postgres://u:geheim@localhost/x?host=/no/such/folder", ""),
    ] {
        let error = connect::connect(url).await.unwrap_err();
        assert!(matches!(error, DbErr::Conn(RuntimeErr::Internal(_) | RuntimeErr::SqlxError(_))), "{error:?}");
        let said = format!("{error} {error:?}");
        assert!(said.contains(why) && !said.contains("geheim"), "{url}: {said}");
    }
}

#[tokio::test]
async fn sqlite_makes_the_file_it_is_given() {
    let test = TestDatabase::sqlite().await;
    for option in ["", "?mode=rwc"] {
        let other = test.url.replace("test.sqlite", &format!("new{}.sqlite", option.len()));
        connect::migrate(&connect::connect(&format!("{other}{option}")).await.unwrap()).await.unwrap();
    }
}
