//! `zhaoxi staff add`

use super::{Failure, open};
use crate::{cli::NewStaff, clock, config::Config};
use std::io::{BufRead, IsTerminal};

/// Names the variable that may hold the password.
const PASSWORD: &str = "ZHAOXI_PASSWORD";

/// Adds somebody who works for a community.
pub async fn add(config: &Config, new: NewStaff) -> Result<(), Failure> {
    let password = read_password()?;
    let db = open(&config.database).await?;
    store::connect::migrate(&db).await?;
    let NewStaff { community, login, name, role } = new;
    store::staff::add(&db, &community, &login, &name, &password, role, store::password::new_salt(), clock::now())
        .await
        .map_err(|error| format!("{login} was not added to {community}: {error}"))?;
    println!("{name} ({login}) may now sign in to {community} as {role}");
    Ok(())
}

/// The variable, or the first line of the standard input, without its line end.
fn read_password() -> Result<String, Failure> {
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password);
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprint!("password (it is shown while you type): ");
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(format!("no password: write it to the standard input, or into {PASSWORD}").into());
    }
    Ok(password.to_owned())
}
