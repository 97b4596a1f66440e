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
    login_codes::{self, AskedCode},
};

fn wrong<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Refused(Refusal::WrongCode)))
}

on_both_databases!(a_code_signs_in_once_within_ten_minutes, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    let enter = |asked: AskedCode, code: &'static str, minute| {
        let (db, phone) = (test.db.clone(), phone.clone());
        async move { accounts::enter_code(&db, &phone, &[asked.id], code, later(minute)).await }
    };
    let asked = login_codes::ask_code(&test.db, &phone, None, "123456", now()).await.unwrap();
    assert_eq!(asked.expires_at, later(10));
    let first = enter(asked, "123456", 9).await.unwrap();
    let reused = enter(asked, "123456", 9).await;
    assert!(wrong(&reused), "{reused:?}");

    let asked = login_codes::ask_code(&test.db, &phone, None, "654321", later(10)).await.unwrap();
    let late = enter(asked, "654321", 21).await;
    assert!(wrong(&late), "{late:?}");

    let asked = login_codes::ask_code(&test.db, &phone, None, "111111", later(22)).await.unwrap();
    let again = enter(asked, "111111", 23).await.unwrap();
    assert_eq!(first, again, "one number, one account");
});

on_both_databases!(five_wrong_guesses_end_a_code_and_a_new_one_works, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    let first = login_codes::ask_code(&test.db, &phone, None, "123456", now()).await.unwrap().id;
    for _ in 0..5 {
        assert!(wrong(&accounts::enter_code(&test.db, &phone, &[first], "000000", later(1)).await));
    }
    let late = accounts::enter_code(&test.db, &phone, &[first], "123456", later(1)).await;
    assert!(wrong(&late), "the right one comes too late");
    let second = login_codes::ask_code(&test.db, &phone, None, "222222", later(2)).await.unwrap().id;
    accounts::enter_code(&test.db, &phone, &[first, second], "222222", later(2)).await.unwrap();
});

on_both_databases!(of_two_messages_that_one_visitor_asked_for_either_may_come_first, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    let first = login_codes::ask_code(&test.db, &phone, None, "123456", now()).await.unwrap().id;
    let again = login_codes::ask_code(&test.db, &phone, None, "654321", later(1)).await.unwrap().id;
    accounts::enter_code(&test.db, &phone, &[first, again], "123456", later(2)).await.unwrap();
    let used = accounts::enter_code(&test.db, &phone, &[first, again], "654321", later(2)).await;
    assert!(wrong(&used), "one sign-in uses up both");

    // A guess counts against each, so two codes allow no more guesses than each would.
    let third = login_codes::ask_code(&test.db, &phone, None, "111111", later(3)).await.unwrap().id;
    let fourth = login_codes::ask_code(&test.db, &phone, None, "222222", later(4)).await.unwrap().id;
    for _ in 0..5 {
        assert!(wrong(&accounts::enter_code(&test.db, &phone, &[third, fourth], "000000", later(5)).await));
    }
    for code in ["111111", "222222"] {
        assert!(wrong(&accounts::enter_code(&test.db, &phone, &[third, fourth], code, later(5)).await));
    }
});

on_both_databases!(a_stranger_cannot_spoil_a_code_that_somebody_has, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    let mine = login_codes::ask_code(&test.db, &phone, None, "123456", now()).await.unwrap().id;
    let mut theirs = Vec::new();
    for minute in 1..5 {
        theirs.push(login_codes::ask_code(&test.db, &phone, None, "222222", later(minute)).await.unwrap().id);
        let more = accounts::enter_code(&test.db, &phone, &theirs, "000000", later(minute)).await;
        assert!(wrong(&more), "{more:?}");
    }
    assert!(
        login_codes::ask_code(&test.db, &phone, None, "222222", later(5)).await.is_err(),
        "they may ask for no more"
    );
    for _ in 0..10 {
        assert!(wrong(&accounts::enter_code(&test.db, &phone, &theirs, "000000", later(5)).await));
    }
    let elsewhere = accounts::enter_code(&test.db, &phone, &theirs, "123456", later(5)).await;
    assert!(wrong(&elsewhere), "a code is good where it was asked for");
    accounts::enter_code(&test.db, &phone, &[mine], "123456", later(9)).await.unwrap();
});

on_both_databases!(a_code_that_was_not_sent_counts_for_nothing, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    for _ in 0..10 {
        let asked = login_codes::ask_code(&test.db, &phone, None, "123456", now()).await.unwrap();
        login_codes::take_back_code(&test.db, asked.id).await.unwrap();
    }
    let asked = login_codes::ask_code(&test.db, &phone, None, "654321", now()).await.unwrap();
    accounts::enter_code(&test.db, &phone, &[asked.id], "654321", now()).await.unwrap();
});

on_both_databases!(a_number_may_ask_for_five_codes_an_hour, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    for minute in 0..5 {
        login_codes::ask_code(&test.db, &phone, None, "123456", later(minute)).await.unwrap();
    }
    let sixth = login_codes::ask_code(&test.db, &phone, None, "123456", later(5)).await;
    assert!(
        matches!(sixth, Err(StoreError::Refused(Refusal::TooManyCodes { again_at })) if again_at == later(60)),
        "{sixth:?}"
    );
    login_codes::ask_code(&test.db, &phone, None, "123456", later(61)).await.unwrap();
});

on_both_databases!(a_code_is_stored_only_as_a_hash, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    login_codes::ask_code(&test.db, &phone, None, "987654", now()).await.unwrap();
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
