//! The rows of the demo, gathered first and written table by table.

use crate::{
    audit,
    entity::{
        self, account, activity, attendance, booking, booking_member, booking_place, care_link, community, day_kind,
        household, household_member, notice, occurrence, person, pickup, pickup_person, pickup_rule, room, staff_role,
        term,
    },
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable};

/// SQLite takes 32 766 values a statement, PostgreSQL 65 535; a statement of some thousand values is as quick.
const VALUES: usize = 6_000;

/// What is to be written.
#[derive(Default)]
pub struct Rows {
    pub communities: Vec<community::Model>,
    pub rooms: Vec<room::Model>,
    pub days: Vec<day_kind::Model>,
    pub persons: Vec<person::Model>,
    pub households: Vec<household::Model>,
    pub members: Vec<household_member::Model>,
    pub accounts: Vec<account::Model>,
    pub roles: Vec<staff_role::Model>,
    pub care_links: Vec<care_link::Model>,
    pub activities: Vec<activity::Model>,
    pub terms: Vec<term::Model>,
    pub occurrences: Vec<occurrence::Model>,
    pub bookings: Vec<booking::Model>,
    pub parties: Vec<booking_member::Model>,
    pub places: Vec<booking_place::Model>,
    pub marks: Vec<attendance::Model>,
    pub pickup_persons: Vec<pickup_person::Model>,
    pub pickup_rules: Vec<pickup_rule::Model>,
    pub pickups: Vec<pickup::Model>,
    pub audits: Vec<entity::audit::Model>,
    pub notices: Vec<notice::Model>,
}

impl Rows {
    /// Writes all rows, those first on which others hang.
    pub async fn write(self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        put::<community::Entity>(tx, self.communities).await?;
        put::<room::Entity>(tx, self.rooms).await?;
        put::<day_kind::Entity>(tx, self.days).await?;
        put::<person::Entity>(tx, self.persons).await?;
        put::<household::Entity>(tx, self.households).await?;
        put::<household_member::Entity>(tx, self.members).await?;
        put::<account::Entity>(tx, self.accounts).await?;
        put::<staff_role::Entity>(tx, self.roles).await?;
        put::<care_link::Entity>(tx, self.care_links).await?;
        put::<activity::Entity>(tx, self.activities).await?;
        put::<term::Entity>(tx, self.terms).await?;
        put::<occurrence::Entity>(tx, self.occurrences).await?;
        put::<booking::Entity>(tx, self.bookings).await?;
        put::<booking_member::Entity>(tx, self.parties).await?;
        put::<booking_place::Entity>(tx, self.places).await?;
        put::<attendance::Entity>(tx, self.marks).await?;
        put::<pickup_person::Entity>(tx, self.pickup_persons).await?;
        put::<pickup_rule::Entity>(tx, self.pickup_rules).await?;
        put::<pickup::Entity>(tx, self.pickups).await?;
        audit::put(tx, self.audits.into_iter().map(IntoActiveModel::into_active_model).collect()).await?;
        put::<notice::Entity>(tx, self.notices).await
    }
}

async fn put<E>(tx: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    let at_once = (VALUES / E::Column::iter().count().max(1)).max(1);
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(at_once)).exec_without_returning(tx).await?;
    }
    Ok(())
}
