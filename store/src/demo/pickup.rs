//! Who picks up the demo's children: named by the families of the home community, and by those whose children came to a
//! date of the last days, which are handed over, so that no board begins red.

use super::{clock::Clock, people::mix_up, rows::Rows};
use crate::{
    entity::{occurrence, person, pickup, pickup_person, pickup_rule, stored::Stored},
    id::new_id,
};
use domain::{
    activity::{Audience, Unit},
    household::CONSENT_AGE,
    person::{MemberRole, age_on},
    pickup::{PickupWay, SECRET_BYTES, is_needed, is_still_here},
};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Days whose children are handed over.
const DAYS: i64 = 7;

/// Those who may take a child, as they are made up.
struct Families {
    /// Who the child's household is: member and role, in order.
    members: HashMap<Uuid, Vec<(Uuid, MemberRole)>>,
    homes: HashMap<Uuid, Uuid>,
    accounts: HashMap<Uuid, Uuid>,
    persons: HashMap<Uuid, person::Model>,
}

/// Names them and hands children over.
pub fn keep(home: Uuid, clock: &Clock, rows: &mut Rows) {
    let mut members: HashMap<Uuid, Vec<(Uuid, MemberRole)>> = HashMap::new();
    for row in &rows.members {
        members.entry(row.household_id).or_default().push((row.person_id, row.role.0));
    }
    let families = Families {
        members,
        homes: rows.members.iter().map(|row| (row.person_id, row.household_id)).collect(),
        accounts: rows.accounts.iter().filter_map(|account| Some((account.household_id?, account.id))).collect(),
        persons: rows.persons.iter().map(|person| (person.id, person.clone())).collect(),
    };
    let mut named: HashMap<Uuid, Vec<pickup_person::Model>> = HashMap::new();
    let in_home = rows.persons.iter().filter(|person| person.community_id == home);
    let children: Vec<Uuid> = in_home.map(|person| person.id).collect();
    for (n, child) in (0_u64..).zip(children) {
        let Some(takers) = families.name(child, clock) else { continue };
        if families.persons[&child].name == "小明" || mix_up(n).is_multiple_of(2) {
            rows.pickup_rules.extend(families.rule(child, n, clock));
            named.insert(child, takers);
        }
    }
    let handed = families.hand_over(&mut named, clock, rows);
    rows.pickups.extend(handed);
    let mut all: Vec<_> = named.into_values().flatten().collect();
    all.sort_by_key(|row| row.id);
    rows.pickup_persons.extend(all);
}

impl Families {
    /// The adults of a child's household, where it is a child of a household with an account.
    fn name(&self, child: Uuid, clock: &Clock) -> Option<Vec<pickup_person::Model>> {
        let household = self.homes.get(&child)?;
        let account = *self.accounts.get(household)?;
        let members = self.members.get(household)?;
        let of = self.persons.get(&child)?;
        members.iter().find(|(id, role)| *id == child && *role == MemberRole::Child)?;
        let young = of.birth_date.is_some_and(|birth| age_on(birth.into(), clock.today) < CONSENT_AGE);
        let taker = |(id, role): &(Uuid, MemberRole)| {
            let person = self.persons.get(id)?;
            // In the demo it is mothers who book, and children are called after their fathers.
            let relation = match role {
                MemberRole::Guardian => "妈妈",
                MemberRole::Adult => "爸爸",
                MemberRole::Elder => "老人",
                MemberRole::Child => return None,
            };
            Some(pickup_person::Model {
                id: new_id(clock.now),
                community_id: of.community_id,
                person_id: child,
                name: person.name.clone(),
                relation: if person.name == "李秀英" { "奶奶" } else { relation }.to_owned(),
                phone: person.phone.clone(),
                only_on: None,
                created_by: account,
                created_at: clock.instant(),
                ended_at: None,
                ended_by: None,
            })
        };
        young.then(|| members.iter().filter_map(taker).collect())
    }

    /// Larger children may go alone; some families use a code.
    fn rule(&self, child: Uuid, n: u64, clock: &Clock) -> Option<pickup_rule::Model> {
        let of = self.persons.get(&child)?;
        let age = of.birth_date.map_or(0, |birth| age_on(birth.into(), clock.today));
        let alone = age >= 11 && n.is_multiple_of(3);
        let code = of.name == "小明" || n.is_multiple_of(5);
        (alone || code).then(|| pickup_rule::Model {
            person_id: child,
            community_id: of.community_id,
            alone,
            secret: code.then(|| rand::random::<[u8; SECRET_BYTES]>().to_vec()),
            updated_at: clock.instant(),
        })
    }

    /// The children who came to dates that are over, each with the first of those who may.
    fn hand_over(
        &self,
        named: &mut HashMap<Uuid, Vec<pickup_person::Model>>,
        clock: &Clock,
        rows: &Rows,
    ) -> Vec<pickup::Model> {
        let childrens: HashSet<Uuid> = rows
            .activities
            .iter()
            .filter(|activity| activity.audience == Audience::Child && activity.unit == Unit::Person)
            .map(|activity| activity.id)
            .collect();
        let terms: HashSet<Uuid> =
            rows.terms.iter().filter(|term| childrens.contains(&term.activity_id)).map(|term| term.id).collect();
        let since = clock.today.saturating_sub(DAYS.days()).into();
        let over = |date: &&occurrence::Model| {
            terms.contains(&date.term_id) && date.on_date >= since && Timestamp::from(date.ends_at) < clock.now
        };
        let dates: HashMap<Uuid, &occurrence::Model> =
            rows.occurrences.iter().filter(over).map(|date| (date.id, date)).collect();
        let names: HashMap<Uuid, &str> = rows.accounts.iter().map(|account| (account.id, &*account.name)).collect();
        let mut handed = Vec::new();
        for mark in &rows.marks {
            let Some(date) = dates.get(&mark.occurrence_id) else { continue };
            let Some(child) = self.persons.get(&mark.person_id) else { continue };
            let birth = child.birth_date.map(Into::into);
            let needed = is_needed(Audience::Child, Unit::Person, birth, date.on_date.into());
            let (true, Some(staff)) = (needed && is_still_here(Some(mark.mark.0), false), mark.marked_by) else {
                continue;
            };
            let takers = named.entry(child.id).or_insert_with(|| self.name(child.id, clock).unwrap_or_default());
            let taker = takers.first();
            let minutes = i64::try_from(mix_up(child.id.as_u128() as u64) % 12).unwrap_or(0);
            let at = Timestamp::from(date.ends_at).checked_add(SignedDuration::from_mins(minutes));
            handed.push(pickup::Model {
                id: new_id(clock.now),
                community_id: date.community_id,
                occurrence_id: date.id,
                person_id: child.id,
                way: Stored(if taker.is_some() { PickupWay::Person } else { PickupWay::Override }),
                pickup_person_id: taker.map(|taker| taker.id),
                taker: taker.map_or_else(|| "家长".to_owned(), |taker| format!("{} · {}", taker.name, taker.relation)),
                reason: taker.is_none().then(|| "家长本人来接，当面认过".to_owned()),
                account_id: staff,
                account_name: names.get(&staff).copied().unwrap_or_default().to_owned(),
                at: at.unwrap_or(clock.now).min(clock.now).into(),
                undone_at: None,
                undone_by: None,
                undone_name: None,
                undo_reason: None,
            });
        }
        handed
    }
}
