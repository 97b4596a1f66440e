//! The demo communities: eleven real ones, with a calendar that looks alive on whatever day it is loaded.
//!
//! What they offer comes from `store/demo/communities.toml`; who lives there is made up by a fixed rule.

mod bookings;
mod care;
mod clock;
mod file;
mod people;
mod pickup;
mod records;
mod rows;
mod terms;

use crate::{
    StoreError,
    entity::{account, activity, audit, care_link, community, day_kind, room, staff_role, stored::Stored},
    id::new_id,
    password,
    sealed::Keys,
    tx,
};
use clock::{Clock, ZONE};
use domain::{
    person::MemberRole,
    rights::{Door, StaffRole},
};
use jiff::Timestamp;
use people::{Cast, Member, People, born};
use records::{Desk, Offer};
use rows::Rows;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait};
use uuid::Uuid;

/// The password of all staff of the demo.
const PASSWORD: &str = "zhaoxi-demo";

/// The community in which the demo's family and elder live.
const HOME: &str = "yongxing";

/// What [`load`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// There are communities: nothing was changed.
    AlreadyThere,
    /// The demo was loaded.
    Fresh {
        /// Who may sign in.
        accounts: Vec<DemoSignIn>,
    },
}

/// Somebody who may sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSignIn {
    /// What they are.
    pub kind: SignInKind,
    /// Their name.
    pub name: String,
    /// The name of their community.
    pub community: String,
    /// The phone number or login name to sign in with.
    pub sign_in: String,
    /// The password; a phone number gets a code instead.
    pub password: Option<String>,
}

/// What somebody who signs in to the demo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// A parent with a phone.
    Parent,
    /// An elder with a phone.
    Elder,
    /// Her relative in another city.
    Relative,
    /// Staff of a community.
    Staff,
}

/// Loads the demo where there is no community yet, as of `now`: all of it or nothing. Without keys nobody has care
/// details.
pub async fn load(db: &DatabaseConnection, keys: &Keys, now: Timestamp) -> Result<Loaded, StoreError> {
    if is_settled(db).await? {
        return Ok(Loaded::AlreadyThere);
    }
    // PostgreSQL ends a transaction in which nothing is asked for long: all that takes thought is done before.
    let prepared = tokio::task::spawn_blocking(move || {
        let (rows, accounts) = prepare(now, &password::hash(PASSWORD, password::new_salt()))?;
        let clock = Clock::new(now)?;
        let kept = care::choose(&rows, &clock);
        Ok::<_, DbErr>((rows, accounts, kept, clock))
    });
    let (rows, accounts, kept, clock) = prepared.await.map_err(broken)??;
    let tx = tx::begin_write(db).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Of two nodes that start together, the second waits here and then finds the first one's communities.
        tx.execute_unprepared("SET LOCAL lock_timeout = '60s'").await?;
        tx.execute_unprepared("LOCK TABLE community IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    if is_settled(&tx).await? {
        return Ok(Loaded::AlreadyThere);
    }
    rows.write(&tx).await?;
    care::keep(&tx, keys, kept, &clock).await?;
    tx.commit().await?;
    Ok(Loaded::Fresh { accounts })
}

async fn is_settled(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(community::Entity::find().one(db).await?.is_some())
}

/// All rows of the demo, and who may sign in. `hash` is that of the password.
fn prepare(now: Timestamp, hash: &str) -> Result<(Rows, Vec<DemoSignIn>), DbErr> {
    let file = file::read()?;
    let clock = Clock::new(now)?;
    let (mut rows, mut sign_ins, mut families) = (Rows::default(), Vec::new(), 0);
    for spec in &file.community {
        let desk = open_desk(spec, hash, &clock, &mut rows);
        sign_ins.push(DemoSignIn {
            kind: SignInKind::Staff,
            name: desk.name.clone(),
            community: spec.name.clone(),
            sign_in: spec.slug.clone(),
            password: Some(PASSWORD.to_owned()),
        });
        let (most, mix) = (spec.chosen.people, spec.chosen.mix);
        let mut people = People::make_up(desk.community, most, mix, &mut families, &clock, &mut rows)?;
        if spec.slug == HOME {
            sign_ins.splice(0..0, move_in(spec, desk.community, &mut people, &clock, &mut rows)?);
        }
        offer(spec, &desk, &mut people, &clock, &mut rows)?;
    }
    let all: Vec<Uuid> = rows.communities.iter().map(|community| community.id).collect();
    if let Some(home) = rows.communities.iter().find(|community| community.slug == HOME).map(|home| home.id) {
        pickup::keep(home, &clock, &mut rows);
    }
    employ("street", "街道一老一小办公室", &all, StaffRole::Street, hash, &clock, &mut rows);
    Ok((rows, sign_ins))
}

/// The community itself, its days off and its staff.
fn open_desk(spec: &file::Community, hash: &str, clock: &Clock, rows: &mut Rows) -> Desk {
    let community = new_id(clock.now);
    rows.communities.push(community::Model {
        id: community,
        slug: spec.slug.clone(),
        name: spec.name.clone(),
        place: spec.place.clone(),
        phone: spec.chosen.phone.clone(),
        zone: ZONE.to_owned(),
        about: spec.about.clone(),
        created_at: clock.instant(),
    });
    rows.days.extend(clock.days.iter().map(|(date, kind, name)| day_kind::Model {
        id: new_id(clock.now),
        community_id: community,
        on_date: (*date).into(),
        kind: Stored(*kind),
        name: name.clone(),
    }));
    let name = format!("{}值班员", spec.name);
    let account = employ(&spec.slug, &name, &[community], StaffRole::Admin, hash, clock, rows);
    if spec.slug == HOME {
        for (login, name, role) in COLLEAGUES {
            employ(login, name, &[community], role, hash, clock, rows);
        }
    }
    Desk { community, account, name }
}

/// Others who work in the community of the demo sign-ins; leader and volunteer are named by dates there.
const COLLEAGUES: [(&str, &str, StaffRole); 3] = [
    ("teacher", "永兴社区 小海老师", StaffRole::Leader),
    ("volunteer", "小陈", StaffRole::Volunteer),
    ("auditor", "审计员", StaffRole::Auditor),
];

/// An account that works in communities.
fn employ(
    login: &str,
    name: &str,
    communities: &[Uuid],
    role: StaffRole,
    hash: &str,
    clock: &Clock,
    rows: &mut Rows,
) -> Uuid {
    let id = new_id(clock.now);
    rows.accounts.push(account::Model {
        id,
        phone: None,
        login: Some(login.to_owned()),
        password_hash: Some(hash.to_owned()),
        start_password: false,
        person_id: None,
        household_id: None,
        name: name.to_owned(),
        created_at: clock.instant(),
        disabled_at: None,
    });
    rows.roles.extend(communities.iter().map(|community| staff_role::Model {
        account_id: id,
        community_id: *community,
        role: Stored(role),
        created_at: clock.instant(),
    }));
    id
}

/// The family, the elder and her daughter of the demo sign-ins.
fn move_in(
    spec: &file::Community,
    community: Uuid,
    people: &mut People,
    clock: &Clock,
    rows: &mut Rows,
) -> Result<[DemoSignIn; 3], DbErr> {
    let (parent, elder, relative) = ("13800000001", "13800000002", "13800000003");
    let member = |name, role, birth, phone: Option<&str>| Member { name, role, birth, phone: phone.map(str::to_owned) };
    let family = [
        member("王芳", MemberRole::Guardian, born(clock, 36, 120)?, Some(parent)),
        member("小明", MemberRole::Child, born(clock, 8, 100)?, None),
        member("李秀英", MemberRole::Elder, born(clock, 72, 200)?, None),
    ];
    let family = people.add(community, &family, Some(parent), clock, rows);
    let neighbour = [member("张桂兰", MemberRole::Elder, born(clock, 74, 150)?, Some(elder))];
    let neighbour = people.add(community, &neighbour, Some(elder), clock, rows);
    if let ([_, child, elder], [neighbour]) = (family.as_slice(), neighbour.as_slice()) {
        people.cast = Some(Cast { child: *child, elder: *elder, neighbour: *neighbour });
        // Her daughter lives in another city.
        rows.accounts.push(account::Model {
            id: new_id(clock.now),
            phone: Some(relative.to_owned()),
            login: None,
            password_hash: None,
            start_password: false,
            person_id: None,
            household_id: None,
            name: "陈敏".to_owned(),
            created_at: clock.instant(),
            disabled_at: None,
        });
        let neighbour = &people.persons[*neighbour];
        let link = new_id(clock.now);
        let scopes = "see_plan see_roll book";
        let account = people.households[neighbour.household].account;
        rows.care_links.push(care_link::Model {
            id: link,
            community_id: community,
            person_id: neighbour.id,
            relative_name: "女儿陈敏".to_owned(),
            relative_phone: relative.to_owned(),
            scopes: scopes.to_owned(),
            granted_by: account,
            paper: None,
            created_at: clock.instant(),
            revoked_at: None,
            revoked_by: None,
        });
        rows.audits.push(audit::Model {
            id: new_id(clock.now),
            community_id: community,
            at: clock.instant(),
            account_id: account,
            actor_name: neighbour.name.clone(),
            for_person: Some(neighbour.id),
            action: "grant_care_link".to_owned(),
            subject: "care_link".to_owned(),
            subject_id: link,
            term_id: None,
            before: None,
            after: Some(serde_json::json!(scopes).to_string()),
            door: Stored(Door::Page),
        });
    }
    let sign_in = |kind, name: &str, phone: &str| DemoSignIn {
        kind,
        name: name.to_owned(),
        community: spec.name.clone(),
        sign_in: phone.to_owned(),
        password: None,
    };
    Ok([
        sign_in(SignInKind::Parent, "王芳", parent),
        sign_in(SignInKind::Elder, "张桂兰", elder),
        sign_in(SignInKind::Relative, "陈敏", relative),
    ])
}

/// The rooms, and the programmes with their terms and bookings.
fn offer(
    spec: &file::Community,
    desk: &Desk,
    people: &mut People,
    clock: &Clock,
    rows: &mut Rows,
) -> Result<(), DbErr> {
    let rooms: Vec<(&file::Room, Uuid)> = spec.chosen.rooms.iter().map(|room| (room, new_id(clock.now))).collect();
    rows.rooms.extend(rooms.iter().map(|(room, id)| room::Model {
        id: *id,
        community_id: desk.community,
        name: room.name.clone(),
        size: room.size,
        hours: None,
    }));
    for activity in &spec.activity {
        let winter_name = activity.chosen.winter_name.as_ref().filter(|_| clock.holiday.winter);
        let name = winter_name.unwrap_or(&activity.name);
        let id = new_id(clock.now);
        rows.activities.push(activity::Model {
            id,
            community_id: desk.community,
            name: name.clone(),
            kind: Stored(activity.kind),
            audience: Stored(activity.audience),
            unit: Stored(activity.unit),
            summary: activity.summary.clone(),
            topics: serde_json::to_string(&activity.topics).map_err(broken)?,
            leaders: activity.leaders.clone(),
            created_at: clock.instant(),
            archived_at: None,
        });
        for term in &activity.chosen.term {
            let room = rooms.iter().find(|(room, _)| room.name == term.room).map(|(_, id)| *id);
            let room = room.ok_or_else(|| broken(format!("no room {} in {}", term.room, spec.name)))?;
            let ages = activity.ages.or(activity.chosen.ages);
            let home = terms::Home { community: desk.community, activity: id, room, ages };
            let Some(made) = terms::make(term, &home, clock, rows)? else { continue };
            records::keep_term(&made, desk, clock, rows);
            let drafts = bookings::fill(term, activity, &made, clock, people)?;
            let offer = Offer { id, name, slug: &spec.slug };
            records::keep_bookings(drafts, &made, &offer, people, desk, clock, rows)?;
        }
    }
    Ok(())
}

/// A demo file, or a calendar around it, that doesn't hold together.
fn broken(why: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(format!("the demo can't be loaded: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, civil::date, tz::TimeZone};

    #[test]
    fn the_demo_can_be_made_on_days_all_over_the_year() {
        let first = TimeZone::UTC.to_timestamp(date(2025, 12, 31).at(15, 59, 0, 0)).unwrap();
        for days in (0..3 * 365).step_by(291) {
            let now = first.checked_add(SignedDuration::from_hours(days * 24)).unwrap();
            if let Err(error) = prepare(now, "") {
                panic!("{now}: {error}");
            }
        }
    }
}
