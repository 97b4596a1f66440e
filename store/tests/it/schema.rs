//! The migrations and the entities describe the same tables.

use crate::database::{TestDatabase, on_both_databases};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, Schema, SqlErr, Statement};
use sea_orm_migration::MigratorTrait;
use std::collections::BTreeMap;
use store::{connect, entity, id::new_id, migration::Migrator};
use uuid::Uuid;

/// Table → column → what it is.
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

#[derive(Debug, PartialEq, Eq)]
struct Column {
    kind: String,
    nullable: bool,
    /// Its place in the primary key, from 1; 0 if it is no part of it.
    key: i32,
    default: Option<String>,
}

/// sea-orm's own table of the migrations applied.
const MIGRATIONS: &str = "seaql_migrations";

on_both_databases!(migrations_and_entities_describe_the_same_tables, |test: TestDatabase| async move {
    let twin = test.empty_twin().await;
    create_all_from_entities(&twin.db).await;
    let (migrated, described) = (tables(&test.db).await, tables(&twin.db).await);
    assert!(migrated.len() >= 20);
    assert_eq!(migrated.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
    for (table, columns) in &migrated {
        let described = &described[table];
        for column in columns.keys().chain(described.keys()) {
            let (migration, entity) = (columns.get(column), described.get(column));
            assert_eq!(migration, entity, "left: the migration's, right: the entity's column {table}.{column}");
        }
    }
});

on_both_databases!(all_migrations_go_down_and_up_again, |test: TestDatabase| async move {
    let (tables_before, indexes_before) = (tables(&test.db).await, indexes(&test.db).await);
    assert!(!tables_before.is_empty() && !indexes_before.is_empty());
    Migrator::down(&test.db, None).await.unwrap();
    assert_eq!(tables(&test.db).await, Tables::new());
    assert_eq!(indexes(&test.db).await, BTreeMap::new());
    connect::migrate(&test.db).await.unwrap();
    assert_eq!(tables(&test.db).await, tables_before);
    assert_eq!(indexes(&test.db).await, indexes_before);
    connect::migrate(&test.db).await.unwrap();
});

on_both_databases!(nodes_that_start_together_migrate_once, |test: TestDatabase| async move {
    let twin = test.empty_twin().await;
    let nodes = [&twin.url; 3].map(|url| {
        let url = url.clone();
        tokio::spawn(async move { connect::migrate(&connect::connect(&url).await?).await })
    });
    for node in nodes {
        node.await.unwrap().unwrap();
    }
    assert_eq!(tables(&twin.db).await, tables(&test.db).await);
});

on_both_databases!(
    a_person_has_one_live_booking_of_a_whole_term_and_one_live_place_on_a_date,
    |test: TestDatabase| async move {
        let now = "2026-11-24T09:00:00Z".parse().unwrap();
        let [community, activity, term, date, person] =
            [(); 5].map(|()| sql_id(test.db.get_database_backend(), new_id(now)));
        let at = "'2026-11-24T09:00:00+00:00'";
        let run = async |sql: String| test.db.execute_unprepared(&sql).await;
        for sql in [
        format!("INSERT INTO community VALUES ({community}, 'x', 'x', 'x', 'x', 'UTC', 'x', {at})"),
        format!("INSERT INTO person VALUES ({person}, {community}, 'x', 'x', 'x', NULL, NULL, NULL, {at}, NULL, NULL, NULL)"),
        format!(
            "INSERT INTO activity VALUES ({activity}, {community}, 'x', 'course', 'all', 'person', 'x', '[]', 'x', {at}, NULL)"
        ),
        format!(
            "INSERT INTO term VALUES ({term}, {community}, {activity}, 'x', NULL, 'x', 5, NULL, NULL, 0, NULL, NULL, NULL,
             true, true, true, NULL, 'auto_fill', '{{}}', '2026-12-01', '2026-12-01', '09:00', '10:00', 'skip', 'published',
             {at}, NULL, 3, NULL, NULL, NULL, NULL, NULL, false, NULL)"
        ),
        format!(
            "INSERT INTO occurrence VALUES ({date}, {community}, {term}, '2026-12-01', {at}, {at}, NULL, NULL, NULL,
             'scheduled', NULL, false, 0, {at}, NULL)"
        ),
    ] {
        run(sql).await.unwrap();
    }
        let book = async |scope: &str, state: &str, queue_no: i32| {
            let id = sql_id(test.db.get_database_backend(), new_id(now));
            run(format!(
            "INSERT INTO booking VALUES ({id}, {community}, {term}, {person}, NULL, NULL, 1, '{scope}', '{state}', {queue_no},
             'page', {at}, NULL, NULL, {queue_no}, NULL, NULL, NULL, NULL, NULL)"
        ))
        .await
        .map(|_| id)
        };
        let place = async |booking: &str, state: &str| {
            let id = sql_id(test.db.get_database_backend(), new_id(now));
            run(format!(
                "INSERT INTO booking_place VALUES ({id}, {booking}, {date}, {person}, 1, 1, '{state}', '2026-12-01')"
            ))
            .await
        };
        let booking = book("whole", "cancelled", 1).await.unwrap();
        book("whole", "waiting", 2).await.unwrap();
        book("single", "confirmed", 3).await.unwrap();
        book("single", "confirmed", 4).await.unwrap();
        book("weekly", "confirmed", 5).await.unwrap();
        book("weekly", "confirmed", 6).await.unwrap();
        assert_unique(book("rest", "confirmed", 7).await);
        assert_unique(book("single", "confirmed", 4).await);
        place(&booking, "released").await.unwrap();
        place(&booking, "held").await.unwrap();
        assert_unique(place(&booking, "waiting").await);
    }
);

fn assert_unique<T: std::fmt::Debug>(result: Result<T, DbErr>) {
    let error = result.unwrap_err();
    assert!(matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{error}");
    println!("{error}");
}

/// An id as SQL text.
fn sql_id(backend: DbBackend, id: Uuid) -> String {
    match backend {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

async fn create_all_from_entities(db: &DatabaseConnection) {
    create(db, entity::account::Entity).await;
    create(db, entity::activity::Entity).await;
    create(db, entity::attendance::Entity).await;
    create(db, entity::audit::Entity).await;
    create(db, entity::audit_seal::Entity).await;
    create(db, entity::block::Entity).await;
    create(db, entity::booking::Entity).await;
    create(db, entity::booking_member::Entity).await;
    create(db, entity::booking_place::Entity).await;
    create(db, entity::claim::Entity).await;
    create(db, entity::care_detail::Entity).await;
    create(db, entity::care_link::Entity).await;
    create(db, entity::care_reason::Entity).await;
    create(db, entity::community::Entity).await;
    create(db, entity::community_revision::Entity).await;
    create(db, entity::day_kind::Entity).await;
    create(db, entity::day_note::Entity).await;
    create(db, entity::excuse::Entity).await;
    create(db, entity::household::Entity).await;
    create(db, entity::household_member::Entity).await;
    create(db, entity::household_code::Entity).await;
    create(db, entity::consent_text::Entity).await;
    create(db, entity::consent::Entity).await;
    create(db, entity::leave::Entity).await;
    create(db, entity::login_code::Entity).await;
    create(db, entity::login_session::Entity).await;
    create(db, entity::notice::Entity).await;
    create(db, entity::occurrence::Entity).await;
    create(db, entity::passkey::Entity).await;
    create(db, entity::person::Entity).await;
    create(db, entity::person_merge::Entity).await;
    create(db, entity::pickup::Entity).await;
    create(db, entity::pickup_person::Entity).await;
    create(db, entity::pickup_photo::Entity).await;
    create(db, entity::pickup_rule::Entity).await;
    create(db, entity::preparation::Entity).await;
    create(db, entity::recovery_code::Entity).await;
    create(db, entity::request_answer::Entity).await;
    create(db, entity::schedule_change::Entity).await;
    create(db, entity::room::Entity).await;
    create(db, entity::staff_role::Entity).await;
    create(db, entity::tap::Entity).await;
    create(db, entity::term::Entity).await;
    create(db, entity::totp::Entity).await;
}

async fn create<E: EntityTrait>(db: &DatabaseConnection, entity: E) {
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(entity);
    db.execute(&table).await.unwrap();
}

async fn tables(db: &DatabaseConnection) -> Tables {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name, c.name, c.type, c.\"notnull\" = 0, c.pk, c.dflt_value
             FROM pragma_table_list t JOIN pragma_table_info(t.name) c
             WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite%'"
        }
        _ => {
            "SELECT c.table_name::text, c.column_name::text,
                    concat(c.udt_name, '/', c.character_maximum_length, '/', c.datetime_precision),
                    c.is_nullable = 'YES', coalesce(k.ordinal_position, 0)::int, c.column_default::text
             FROM information_schema.columns c
             LEFT JOIN information_schema.table_constraints p
                 ON p.table_schema = 'public' AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY'
             LEFT JOIN information_schema.key_column_usage k
                 ON k.constraint_schema = 'public' AND k.constraint_name = p.constraint_name
                 AND k.table_name = c.table_name AND k.column_name = c.column_name
             WHERE c.table_schema = 'public'"
        }
    };
    let mut tables = Tables::new();
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
        let (table, column): (String, String) = (row.try_get_by(0).unwrap(), row.try_get_by(1).unwrap());
        let what = Column {
            kind: row.try_get_by(2).unwrap(),
            nullable: row.try_get_by(3).unwrap(),
            key: row.try_get_by(4).unwrap(),
            default: row.try_get_by(5).unwrap(),
        };
        if table != MIGRATIONS {
            tables.entry(table).or_default().insert(column, what);
        }
    }
    tables
}

/// Index → its definition, those that the database makes for a key by itself left out.
async fn indexes(db: &DatabaseConnection) -> BTreeMap<String, String> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
        _ => {
            "SELECT indexname::text, indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| (row.try_get_by(0).unwrap(), row.try_get_by(1).unwrap())).collect()
}
