//! `zhaoxi backup`

use super::{Failure, open_what_is_there};
use crate::config::Config;
use std::path::Path;

/// Copies the database into a file, while others use it.
pub async fn backup(config: &Config, file: &Path) -> Result<(), Failure> {
    if !config.database.is_sqlite() {
        let name = file.display();
        return Err(
            format!("a PostgreSQL is copied by its own tool: pg_dump --format=custom --file={name} DATABASE").into()
        );
    }
    let db = open_what_is_there(&config.database).await?;
    store::backup::back_up(&db, file).await?;
    db.close().await?;
    println!("{} is in {}", config.database.shown(), file.display());
    Ok(())
}
