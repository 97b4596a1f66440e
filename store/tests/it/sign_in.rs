//! Signing in by code and by password.

use crate::{
    database::{TestDatabase, on_both_databases},
    town::{Town, later, now},
};
use domain::{phone::PhoneNumber, refusal::Refusal};
use sea_orm::EntityTrait;
use store::{
    StoreError, accounts,
    entity::{account, login_code},
};

fn wrong<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Refused(Refusal::WrongCode)))
}

on_both_databases!(a_code_signs_in_once_within_ten_minutes, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    accounts::ask_code(&test.db, &phone, "123456", now()).await.unwrap();
    let first = accounts::enter_code(&test.db, &phone, "123456", later(9)).await.unwrap();
    let reused = accounts::enter_code(&test.db, &phone, "123456", later(9)).await;
    assert!(wrong(&reused), "{reused:?}");

    accounts::ask_code(&test.db, &phone, "654321", later(10)).await.unwrap();
    let late = accounts::enter_code(&test.db, &phone, "654321", later(21)).await;
    assert!(wrong(&late), "{late:?}");

    accounts::ask_code(&test.db, &phone, "111111", later(22)).await.unwrap();
    let again = accounts::enter_code(&test.db, &phone, "111111", later(23)).await.unwrap();
    assert_eq!(first, again, "one number, one account");
});

on_both_databases!(five_wrong_guesses_end_a_code_and_a_new_one_works, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    accounts::ask_code(&test.db, &phone, "123456", now()).await.unwrap();
    for _ in 0..5 {
        assert!(wrong(&accounts::enter_code(&test.db, &phone, "000000", later(1)).await));
    }
    assert!(wrong(&accounts::enter_code(&test.db, &phone, "123456", later(1)).await), "the right one comes too late");
    accounts::ask_code(&test.db, &phone, "222222", later(2)).await.unwrap();
    accounts::enter_code(&test.db, &phone, "222222", later(2)).await.unwrap();
});

on_both_databases!(a_number_may_ask_for_five_codes_an_hour, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    for minute in 0..5 {
        accounts::ask_code(&test.db, &phone, "123456", later(minute)).await.unwrap();
    }
    let sixth = accounts::ask_code(&test.db, &phone, "123456", later(5)).await;
    assert!(
        matches!(sixth, Err(StoreError::Refused(Refusal::TooManyCodes { again_at })) if again_at == later(60)),
        "{sixth:?}"
    );
    accounts::ask_code(&test.db, &phone, "123456", later(61)).await.unwrap();
});

on_both_databases!(a_code_is_stored_only_as_a_hash, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    accounts::ask_code(&test.db, &phone, "987654", now()).await.unwrap();
    let row = login_code::Entity::find().one(&test.db).await.unwrap().unwrap();
    assert!(!row.code_hash.contains("987654"));
    assert_eq!(row.code_hash.len(), 64);
});

on_both_databases!(staff_sign_in_by_password_and_every_failure_looks_the_same, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let sign_in = |login: &'static str, password: &str| {
        let (db, password) = (test.db.clone(), password.to_owned());
        async move { accounts::enter_password(&db, login, password).await }
    };
    assert_eq!(sign_in("yongxing", "a long password").await.unwrap(), town.staff.account);
    for (login, password) in [("yongxing", "A long password"), ("nobody", "a long password"), ("yongxing", "")] {
        let answer = sign_in(login, password).await;
        assert!(matches!(answer, Err(StoreError::Refused(Refusal::WrongPassword))), "{answer:?}");
    }
    let row = account::Entity::find_by_id(town.staff.account.0).one(&test.db).await.unwrap().unwrap();
    assert!(row.password_hash.unwrap().starts_with("$argon2id$"));
});
