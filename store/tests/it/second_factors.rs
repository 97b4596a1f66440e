//! The second factor: an authenticator app, passkeys, recovery codes; and codes that staff read out.

use crate::{
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Town, later, now},
};
use domain::{
    phone::PhoneNumber,
    refusal::Refusal,
    rights::StaffRole,
    text::{Line, PersonName},
};
use jiff::Timestamp;
use sea_orm::EntityTrait;
use store::{
    StoreError,
    accounts::{self, Who, who_is},
    entity::{account, audit, totp},
    login_codes::{self, AskedCode},
    notices,
    rosters::{self, NewPerson},
    sealed::{Keys, Ring},
    second_factors::{
        self, Factors, NewPasskey, NewTotp, add_passkey, begin_totp, factors_of, new_recovery_codes, passkey_of, prove,
        set_up_totp, use_passkey,
    },
    staff,
};

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}

/// What the app shows then.
fn shown(new: &NewTotp, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(new.text()).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    app.generate(at.as_second().try_into().unwrap()).to_string()
}

/// An admin of the town.
async fn admin(test: &TestDatabase) -> Who {
    let added =
        staff::add(&test.db, "yongxing", "admin", "李主任", "a long password", StaffRole::Admin, [3; 16], now());
    who_is(&test.db, added.await.unwrap()).await.unwrap().unwrap()
}

async fn set_up(test: &TestDatabase, keys: &Keys, who: &Who) -> NewTotp {
    let new = begin_totp();
    set_up_totp(&test.db, keys, who, &new, &shown(&new, now()), now()).await.unwrap();
    new
}

on_both_databases!(an_apps_code_is_taken_once_and_five_wrong_ones_make_a_pause, |test: TestDatabase| async move {
    let (town, keys) = (Town::new(&test.db).await, KeyFile::new());
    let id = town.staff.account;
    assert_eq!(factors_of(&test.db, id).await.unwrap(), Factors::default());
    let wrong = set_up_totp(&test.db, &keys.keys, &town.staff, &begin_totp(), "000000", now()).await;
    assert_eq!(refused(wrong), Refusal::WrongCode, "an app that shows something else isn't set up");
    let new = set_up(&test, &keys.keys, &town.staff).await;
    assert!(factors_of(&test.db, id).await.unwrap().asked());
    let prove = async |code: &str, at| prove(&test.db, &keys.keys, id, code, at).await;
    assert_eq!(refused(prove(&shown(&new, now()), now()).await), Refusal::WrongCode, "it was taken at the set-up");
    prove(&shown(&new, later(1)), later(1)).await.unwrap();
    assert_eq!(refused(prove(&shown(&new, later(1)), later(1)).await), Refusal::WrongCode, "not twice");
    for _ in 0..4 {
        assert_eq!(refused(prove("000000", later(2)).await), Refusal::WrongCode);
    }
    let again_at = later(17);
    assert_eq!(refused(prove(&shown(&new, later(3)), later(3)).await), Refusal::TooManyGuesses { again_at });
    prove(&shown(&new, later(17)), later(17)).await.unwrap();
});

on_both_databases!(a_recovery_code_lets_in_once_while_the_app_pauses, |test: TestDatabase| async move {
    let (town, keys) = (Town::new(&test.db).await, KeyFile::new());
    assert_eq!(refused(new_recovery_codes(&test.db, &town.staff, now()).await), Refusal::NoSecondFactor);
    set_up(&test, &keys.keys, &town.staff).await;
    let codes = new_recovery_codes(&test.db, &town.staff, now()).await.unwrap();
    let prove = async |code: &str| prove(&test.db, &keys.keys, town.staff.account, code, later(1)).await;
    for _ in 0..6 {
        prove("000000").await.unwrap_err();
    }
    prove(&codes[0].to_uppercase().replace('-', " ")).await.unwrap();
    assert_eq!(refused(prove(&codes[0]).await), Refusal::WrongCode);
    assert_eq!(factors_of(&test.db, town.staff.account).await.unwrap().recovery_codes, 9);
    let newer = new_recovery_codes(&test.db, &town.staff, now()).await.unwrap();
    assert_eq!(refused(prove(&codes[1]).await), Refusal::WrongCode, "the earlier ones are over");
    prove(&newer[1]).await.unwrap();
    second_factors::remove_totp(&test.db, &town.staff, now()).await.unwrap();
    assert_eq!(
        factors_of(&test.db, town.staff.account).await.unwrap(),
        Factors::default(),
        "nothing is left to recover"
    );
});

on_both_databases!(the_secret_is_sealed_and_follows_a_new_key, |test: TestDatabase| async move {
    let (town, keys) = (Town::new(&test.db).await, KeyFile::new());
    let new = set_up(&test, &keys.keys, &town.staff).await;
    let row = totp::Entity::find().one(&test.db).await.unwrap().unwrap();
    let plain = totp_rs::Secret::try_from_base32(new.text()).unwrap();
    assert!(!row.secret.windows(plain.as_ref().len()).any(|part| part == plain.as_ref()));
    store::sealed::rotate(&test.db, &keys.path).await.unwrap();
    store::sealed::reseal(&test.db, &keys.keys, |_| {}).await.unwrap();
    let after = totp::Entity::find().one(&test.db).await.unwrap().unwrap();
    assert!(after.key_id > row.key_id);
    prove(&test.db, &keys.keys, town.staff.account, &shown(&new, later(1)), later(1)).await.unwrap();
    let others = KeyFile::new();
    assert!(Ring::read(&others.path).is_ok());
    let unopened = prove(&test.db, &others.keys, town.staff.account, &shown(&new, later(2)), later(2)).await;
    assert!(matches!(unopened, Err(StoreError::Sealed)), "{unopened:?}");
});

on_both_databases!(a_passkey_is_one_accounts_and_a_copy_of_it_is_found, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let name = PersonName::parse("前台电脑").unwrap();
    let new = NewPasskey { name: &name, credential_id: "abc", credential: "{\"counter\":1}" };
    add_passkey(&test.db, &town.staff, new, now()).await.unwrap();
    let other = staff::add(&test.db, "yongxing", "other", "陈静", "a long password", StaffRole::Desk, [2; 16], now());
    let other = who_is(&test.db, other.await.unwrap()).await.unwrap().unwrap();
    assert_eq!(refused(add_passkey(&test.db, &other, new, now()).await), Refusal::PasskeyTaken);
    assert!(passkey_of(&test.db, "abd").await.unwrap().is_none());
    let first = passkey_of(&test.db, "abc").await.unwrap().unwrap();
    assert_eq!(first.account, town.staff.account);
    assert!(use_passkey(&test.db, &first, "{\"counter\":2}", later(1)).await.unwrap());
    assert!(
        !use_passkey(&test.db, &first, "{\"counter\":2}", later(1)).await.unwrap(),
        "read before the other used it"
    );
    second_factors::remove_passkey(&test.db, &other, first.id, now()).await.unwrap();
    assert!(passkey_of(&test.db, "abc").await.unwrap().is_some(), "nobody removes another's");
    for n in 1..10 {
        let (id, name) = (format!("{n}"), PersonName::parse("手机").unwrap());
        let new = NewPasskey { name: &name, credential_id: &id, credential: "{}" };
        add_passkey(&test.db, &town.staff, new, now()).await.unwrap();
    }
    let more = NewPasskey { credential_id: "11", ..new };
    assert_eq!(refused(add_passkey(&test.db, &town.staff, more, now()).await), Refusal::TooManyPasskeys { max: 10 });
});

on_both_databases!(an_admin_takes_the_second_step_from_a_colleague_of_here_alone, |test: TestDatabase| async move {
    let (town, keys) = (Town::new(&test.db).await, KeyFile::new());
    let other = staff::add(&test.db, "yongxing", "other", "陈静", "a long password", StaffRole::Desk, [2; 16], now());
    let other = who_is(&test.db, other.await.unwrap()).await.unwrap().unwrap();
    let boss = admin(&test).await;
    let reset =
        async |by: &Who, of: &Who| staff::reset_second_factor(&test.db, by, "yongxing", of.account, now()).await;
    assert_eq!(refused(reset(&boss, &other).await), Refusal::NoSecondFactor);
    set_up(&test, &keys.keys, &other).await;
    let parent = town.parent(1).await;
    for stranger in [&other, &parent.who] {
        let answer = reset(stranger, &other).await;
        assert!(matches!(answer, Err(StoreError::NotFound | StoreError::NotAllowed)), "{answer:?}");
    }
    reset(&boss, &other).await.unwrap();
    assert!(!factors_of(&test.db, other.account).await.unwrap().asked());
    let told = audit::Entity::find().all(&test.db).await.unwrap();
    assert!(told.iter().any(|row| row.action == "reset_second_factor" && row.subject_id == other.account.0));
    let family = set_up_totp(&test.db, &keys.keys, &parent.who, &begin_totp(), "000000", now()).await;
    assert!(matches!(family, Err(StoreError::NotAllowed)), "{family:?}");
});

on_both_databases!(
    a_code_that_staff_read_out_lets_its_resident_in_and_nobody_of_the_staff,
    |test: TestDatabase| async move {
        let town = Town::new(&test.db).await;
        let phone = PhoneNumber::parse("13812345678").unwrap();
        let new = |name: &str, phone: Option<&PhoneNumber>| NewPerson {
            name: PersonName::parse(name).unwrap(),
            phone: phone.cloned(),
            birth: None,
            building: None::<Line>,
        };
        let grandmother =
            rosters::add_person(&test.db, &town.staff, "yongxing", new("张桂兰", Some(&phone)), now()).await.unwrap();
        let read_out =
            async |by: &Who, of, minute| login_codes::read_out_code(&test.db, by, of, "123456", later(minute)).await;
        let enter = async |code: &str, asked: &[AskedCode], minute| {
            let asked: Vec<_> = asked.iter().map(|asked| asked.id).collect();
            accounts::enter_code(&test.db, &phone, &asked, code, later(minute)).await
        };
        read_out(&town.staff, grandmother, 0).await.unwrap();
        assert_eq!(refused(enter("654321", &[], 1).await), Refusal::WrongCode);
        let her = enter("123456", &[], 2).await.unwrap();
        assert_eq!(refused(enter("123456", &[], 3).await), Refusal::WrongCode, "it is good once");
        // She is told of the next, which is no proof that a phone is in anybody's hand.
        read_out(&town.staff, grandmother, 4).await.unwrap();
        let her = who_is(&test.db, her).await.unwrap().unwrap();
        assert_eq!(notices::list(&test.db, &her, later(5)).await.unwrap().len(), 1);
        let proof = login_codes::use_code(&test.db, &phone, &[], "123456", later(5)).await;
        assert_eq!(refused(proof), Refusal::WrongCode);
        // Whoever works here isn't let in by a colleague, and a stranger reads none out.
        let colleague = PhoneNumber::parse("13812345679").unwrap();
        let person = rosters::add_person(&test.db, &town.staff, "yongxing", new("陈静", Some(&colleague)), now()).await;
        let by_phone = staff::SignIn::Phone(colleague);
        let name = PersonName::parse("陈静").unwrap();
        let boss = admin(&test).await;
        staff::add_staff(&test.db, &boss, "yongxing", &name, by_phone, StaffRole::Admin, now()).await.unwrap();
        assert_eq!(refused(read_out(&town.staff, person.unwrap(), 6).await), Refusal::SignsInAsStaff);
        // A daughter's number stands in her mother's record: her account is hers.
        let daughter = town.parent(1).await;
        let hers = daughter.who.phone.clone();
        let mother = rosters::add_person(&test.db, &town.staff, "yongxing", new("王秀英", hers.as_ref()), now()).await;
        assert_eq!(refused(read_out(&town.staff, mother.unwrap(), 6).await), Refusal::PhoneOfAnother);
        let nobody = rosters::add_person(&test.db, &town.staff, "yongxing", new("李明", None), now()).await.unwrap();
        assert_eq!(refused(read_out(&town.staff, nobody, 6).await), Refusal::NoPhoneOnRecord);
        assert!(read_out(&daughter.who, grandmother, 6).await.is_err());
        for minute in 7..10 {
            read_out(&town.staff, grandmother, minute).await.unwrap();
        }
        assert!(matches!(refused(read_out(&town.staff, grandmother, 10).await), Refusal::TooManyCodes { .. }));
        assert_eq!(
            account::Entity::find().all(&test.db).await.unwrap().len(),
            5,
            "staff, admin, colleague, grandmother, daughter"
        );
    }
);

on_both_databases!(a_stranger_who_uses_up_their_codes_leaves_the_owner_theirs, |test: TestDatabase| async move {
    let phone = PhoneNumber::parse("13812345678").unwrap();
    let ask = async |network: &str, minute| {
        login_codes::ask_code(&test.db, &phone, Some(network), "123456", later(minute)).await
    };
    for minute in 0..5 {
        ask("203.0.113.7", minute).await.unwrap();
    }
    assert_eq!(refused(ask("203.0.113.7", 5).await), Refusal::TooManyCodes { again_at: later(60) });
    ask("198.51.100.1", 5).await.unwrap();
    for network in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        for minute in 6..11 {
            let _ = ask(network, minute).await;
        }
    }
    assert!(matches!(refused(ask("192.0.2.9", 12).await), Refusal::TooManyCodes { .. }), "twenty in all");
});
