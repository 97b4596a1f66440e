//! Care details of a few of the demo's residents, sealed like all others.

use super::{clock::Clock, people::mix_up, rows::Rows};
use crate::{
    StoreError, care_details,
    entity::{account, audit, care_detail, consent, person, stored::Stored},
    id::new_id,
    sealed::{Keys, Sealing},
    tx::WriteTx,
};
use domain::{
    address::Address,
    care_details::{CareDetails, CareNote, Contact},
    consent::Purpose,
    household::CONSENT_AGE,
    person::age_on,
    phone::PhoneNumber,
    reading::CareTrace,
    rights::Door,
    text::{Line, PersonName},
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// Of so many children one has something to be known.
const ONE_IN: u64 = 9;

/// And of so many elders one eats something else.
const ONE_ELDER_IN: u64 = 4;

const DIETS: [&str; 4] = ["少盐", "糖尿病，不吃甜的", "牙不好，饭要软", "不吃猪肉"];

const ALLERGIES: [&str; 5] = ["花生", "牛奶", "虾和蟹", "青霉素", "芒果，会起疹子"];

/// What is kept of whom, and by whose account.
pub struct Kept {
    of: person::Model,
    by: account::Model,
    details: CareDetails,
}

/// Chooses some of the people.
pub fn choose(rows: &Rows, clock: &Clock) -> Vec<Kept> {
    let accounts: HashMap<Uuid, &account::Model> =
        rows.accounts.iter().filter_map(|account| Some((account.household_id?, account))).collect();
    let homes: HashMap<Uuid, Uuid> = rows.members.iter().map(|row| (row.person_id, row.household_id)).collect();
    let (mut children, mut elders) = (0, 0);
    let choose = |of: &person::Model| {
        let by = accounts.get(homes.get(&of.id)?)?;
        let child = of.birth_date.is_some_and(|birth| age_on(birth.into(), clock.today) < CONSENT_AGE);
        let elder = of.birth_date.is_some_and(|birth| age_on(birth.into(), clock.today) >= 65);
        children += u64::from(child);
        elders += u64::from(elder);
        let details = match of.name.as_str() {
            "小明" => details(of, Some("花生，吃了会起疹子"), None, Some("午饭不放花生酱"), Some(by)),
            "李秀英" => details(of, None, Some("高血压，上午吃药"), Some("少盐"), Some(by)),
            "张桂兰" => details(of, Some("青霉素"), Some("膝盖不好，上下楼要扶"), None, None),
            _ if child && children.is_multiple_of(ONE_IN) => {
                let allergy = ALLERGIES[(mix_up(children) % ALLERGIES.len() as u64) as usize];
                details(of, Some(allergy), None, None, Some(by))
            }
            _ if elder && elders.is_multiple_of(ONE_ELDER_IN) => {
                let diet = DIETS[(mix_up(elders) % DIETS.len() as u64) as usize];
                details(of, None, None, Some(diet), Some(by))
            }
            _ => return None,
        };
        Some(Kept { of: of.clone(), by: (*by).clone(), details })
    };
    rows.persons.iter().filter_map(choose).collect()
}

fn details(
    of: &person::Model,
    allergies: Option<&str>,
    health: Option<&str>,
    diet: Option<&str>,
    contact: Option<&account::Model>,
) -> CareDetails {
    let note = |text: Option<&str>| text.and_then(|text| CareNote::parse(text).ok());
    let contact = contact.and_then(|account| {
        let (name, phone) =
            (PersonName::parse(&account.name).ok()?, PhoneNumber::parse(account.phone.as_deref()?).ok()?);
        Some(Contact { name, phone, relation: Line::parse("家里人").ok() })
    });
    let address = of
        .building
        .as_ref()
        .map(|building| format!("{building}{}0{}室", 1 + of.name.len() % 6, 1 + of.pinyin.len() % 4));
    CareDetails {
        allergies: note(allergies),
        health: note(health),
        diet: note(diet),
        contact,
        address: address.and_then(|address| Address::parse(&address).ok()),
    }
}

/// Keeps them, where there are keys.
pub async fn keep(tx: &WriteTx, keys: &Keys, all: Vec<Kept>, clock: &Clock) -> Result<(), StoreError> {
    let Ok(sealing) = Sealing::begin(tx, keys).await else { return Ok(()) };
    let (mut rows, mut consents, mut audits) = (Vec::new(), Vec::new(), Vec::new());
    for Kept { of, by, details } in all {
        let mut row = care_details::sealed(&sealing, keys, &of, &details)?;
        row.version = Set(1);
        row.updated_at = Set(clock.instant());
        rows.push(row);
        consents.push(consent::ActiveModel {
            id: Set(new_id(clock.now)),
            community_id: Set(of.community_id),
            person_id: Set(of.id),
            purpose: Set(Stored(Purpose::Care)),
            version: Set(0),
            granted: Set(true),
            by_guardian: Set(of.birth_date.is_some_and(|birth| age_on(birth.into(), clock.today) < CONSENT_AGE)),
            account_id: Set(by.id),
            account_name: Set(by.name.clone()),
            door: Set(Stored(Door::Page)),
            created_at: Set(clock.instant()),
        });
        let trace = CareTrace { fields: details.kept(), reason: None, words: None };
        audits.push(audit::ActiveModel {
            id: Set(new_id(clock.now)),
            community_id: Set(of.community_id),
            at: Set(clock.instant()),
            account_id: Set(Some(by.id)),
            actor_name: Set(by.name),
            for_person: Set(Some(of.id)),
            action: Set("keep_care_details".to_owned()),
            subject: Set(care_details::TABLE.to_owned()),
            subject_id: Set(of.id),
            term_id: Set(None),
            before: Set(None),
            after: Set(serde_json::to_string(&trace).ok()),
            door: Set(Stored(Door::Page)),
        });
    }
    for some in rows.chunks(200) {
        care_detail::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    for some in consents.chunks(200) {
        consent::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    for some in audits.chunks(200) {
        audit::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
