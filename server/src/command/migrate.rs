//! `zhaoxi migrate`

use super::{Failure, open};
use crate::config::Config;

/// Brings the database's tables up to date.
pub async fn migrate(config: &Config) -> Result<(), Failure> {
    let db = open(&config.database).await?;
    store::connect::migrate(&db).await?;
    println!("{} is up to date", config.database.shown());
    Ok(())
}
