//! Accounts over HTTP: devices, passwords, phones; what is over is over at the next request.

use crate::{
    town::{Town, now},
    world::{World, text},
};
use domain::rights::StaffRole;
use http::StatusCode;
use sea_orm::{ActiveValue::Set, EntityTrait};
use store::{
    accounts::who_is,
    entity::{staff_role, stored::Stored},
    login_sessions, password, staff,
};

async fn world() -> (World, Town) {
    let world = World::with(|setup| setup.rate_limit = false).await;
    let town = Town::new(&world.db).await;
    (world, town)
}

/// What a page of who is signed in answers: its account, or nothing.
async fn is_signed_in(world: &World, cookie: &str) -> bool {
    text(world.get_as(cookie, "/api/read_account?slug=yongxing").await).await != "null"
}

#[tokio::test]
async fn after_a_change_of_the_password_every_cookie_is_dead() {
    let (world, town) = world().await;
    let [here, there] = [world.sign_in(&town.staff).await, world.sign_in(&town.staff).await];
    let wrong = world.post(&here, "change_password", "slug=yongxing&old=nonsense&new=a+sentence+of+my+own").await;
    assert_eq!(wrong.status(), StatusCode::CONFLICT);
    let short = world.post(&here, "change_password", "slug=yongxing&old=a+long+password&new=short").await;
    assert_eq!(short.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_signed_in(&world, &here).await && is_signed_in(&world, &there).await);
    let changed = "slug=yongxing&old=a+long+password&new=a+sentence+of+my+own";
    assert!(world.post(&here, "change_password", changed).await.status().is_success());
    assert!(!is_signed_in(&world, &here).await && !is_signed_in(&world, &there).await);
    let old = world.post("", "enter_password", "slug=yongxing&login=yongxing&password=a+long+password").await;
    assert_eq!(old.status(), StatusCode::CONFLICT);
    let new = world.post("", "enter_password", "slug=yongxing&login=yongxing&password=a+sentence+of+my+own").await;
    assert!(new.status().is_success());
}

#[tokio::test]
async fn a_device_is_ended_by_its_owner_and_by_nobody_else() {
    let (world, town) = world().await;
    let parent = town.parent(1).await.who;
    let [phone, tablet] = [world.sign_in(&parent).await, world.sign_in(&parent).await];
    let token = tablet.split('=').nth(1).unwrap();
    let handle = login_sessions::handle(&login_sessions::hash(token)).to_owned();
    let stranger = world.sign_in(&town.parent(2).await.who).await;
    world.post(&stranger, "end_login", format!("slug=yongxing&handle={handle}")).await;
    assert!(is_signed_in(&world, &tablet).await, "a handle is worth nothing to others");
    world.post(&phone, "end_login", format!("slug=yongxing&handle={handle}")).await;
    assert!(!is_signed_in(&world, &tablet).await && is_signed_in(&world, &phone).await);
    let [laptop, other] = [world.sign_in(&parent).await, world.sign_in(&parent).await];
    world.post(&phone, "end_login", "slug=yongxing").await;
    assert!(is_signed_in(&world, &phone).await && is_signed_in(&world, &stranger).await);
    assert!(!is_signed_in(&world, &laptop).await && !is_signed_in(&world, &other).await);
}

#[tokio::test]
async fn whoever_loses_a_role_has_no_desk_at_the_next_request() {
    let (world, town) = world().await;
    let salt = password::new_salt();
    let admin = staff::add(&world.db, "yongxing", "admin", "主任", "a long password", StaffRole::Admin, salt, now());
    let admin = who_is(&world.db, admin.await.unwrap()).await.unwrap().unwrap();
    let (admin, desk) = (world.sign_in(&admin).await, world.sign_in(&town.staff).await);
    assert_eq!(world.get_as(&desk, "/api/read_desk?slug=yongxing").await.status(), StatusCode::OK);
    let end = format!("slug=yongxing&account={}&role=", town.staff.account);
    assert!(world.post(&admin, "change_role", end).await.status().is_success());
    assert_eq!(world.get_as(&desk, "/api/read_desk?slug=yongxing").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_takes_over_who_works_elsewhere_too() {
    let (world, town) = world().await;
    let elsewhere = Town::with_slug(&world.db, "elsewhere").await;
    let salt = password::new_salt();
    let id = staff::add(&world.db, "yongxing", "admin", "主任", "a long password", StaffRole::Admin, salt, now());
    let id = id.await.unwrap();
    let admin = world.sign_in(&who_is(&world.db, id).await.unwrap().unwrap()).await;
    let last = world.post(&admin, "change_role", format!("slug=yongxing&account={id}&role=")).await;
    assert!(text(last).await.contains("last_admin"));
    // The colleague also works at another community, where this admin has no say.
    let colleague = town.staff.account;
    let too = staff_role::ActiveModel {
        account_id: Set(colleague.0),
        community_id: Set(elsewhere.community.0),
        role: Set(Stored(StaffRole::Desk)),
        created_at: Set(now().into()),
    };
    staff_role::Entity::insert(too).exec_without_returning(&world.db).await.unwrap();
    let set = format!("slug=yongxing&account={colleague}&password=a+password+of+mine");
    let refused = world.post(&admin, "set_start_password", set).await;
    assert!(text(refused).await.contains("works_elsewhere"));
    let old = world.post("", "enter_password", "slug=yongxing&login=yongxing&password=a+long+password").await;
    assert!(old.status().is_success(), "the password is as it was");
}
