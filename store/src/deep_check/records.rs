//! Records that were joined to others: each by a merge that stands, and with nothing left by which somebody is reached.

use crate::entity::{account, household_member, person, person_merge};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) async fn check(conn: &impl ConnectionTrait, found: &mut Vec<String>) -> Result<String, DbErr> {
    let merged: Vec<(Uuid, Option<Uuid>)> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::MergedInto])
        .filter(person::Column::MergedInto.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    let merged: BTreeMap<Uuid, Option<Uuid>> = merged.into_iter().collect();
    let standing: Vec<(Uuid, Uuid)> = person_merge::Entity::find()
        .select_only()
        .columns([person_merge::Column::GoneId, person_merge::Column::KeptId])
        .filter(person_merge::Column::UndoneAt.is_null())
        .into_tuple()
        .all(conn)
        .await?;
    let standing: BTreeMap<Uuid, Uuid> = standing.into_iter().collect();
    for (gone, into) in &merged {
        if standing.get(gone) != into.as_ref() {
            found.push(format!("person {gone} is joined to another, and no merge says so"));
        }
    }
    for gone in standing.keys().filter(|gone| !merged.contains_key(gone)) {
        found.push(format!("person {gone} was joined to another, and yet is by itself"));
    }
    let members: Vec<Uuid> = household_member::Entity::find()
        .select_only()
        .column(household_member::Column::PersonId)
        .join(JoinType::InnerJoin, person_of::<household_member::Entity>(household_member::Column::PersonId))
        .filter(person::Column::MergedInto.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    let accounts: Vec<Option<Uuid>> = account::Entity::find()
        .select_only()
        .column(account::Column::PersonId)
        .join(JoinType::InnerJoin, person_of::<account::Entity>(account::Column::PersonId))
        .filter(person::Column::MergedInto.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    found.extend(members.iter().map(|id| format!("person {id} is joined to another, and yet of a household")));
    let accounts = accounts.into_iter().flatten();
    found.extend(accounts.map(|id| format!("person {id} is joined to another, and yet signs in")));
    Ok(format!("{} records that were joined to others", merged.len()))
}

/// The join to the person that a column names.
fn person_of<E: EntityTrait>(column: E::Column) -> sea_orm::RelationDef {
    E::belongs_to(person::Entity).from(column).to(person::Column::Id).into()
}
