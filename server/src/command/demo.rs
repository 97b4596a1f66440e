//! `zhaoxi demo`, and the demo sign-ins that `zhaoxi serve --demo` prints as well.

use super::{Failure, keys, open};
use crate::{clock, config::Config};
use store::{
    DatabaseConnection,
    demo::{DemoSignIn, Loaded, SignInKind},
    sealed::Keys,
};

/// Loads the demo communities into an empty database.
pub async fn demo(config: &Config) -> Result<(), Failure> {
    let db = open(&config.database).await?;
    store::connect::migrate(&db).await?;
    let keys = keys::open(&config.database, config.keys_file.as_deref(), true, &db).await?;
    load(&db, &keys).await
}

/// Loads the demo where there is no community, and prints who may sign in.
pub async fn load(db: &DatabaseConnection, keys: &Keys) -> Result<(), Failure> {
    let loaded = store::demo::load(db, keys, clock::now()).await?;
    // The demo's changes are days old by their times: whoever verifies the audit is not to find them unsealed.
    store::audit_seal::seal(db).await?;
    match loaded {
        Loaded::Fresh { accounts } => accounts.iter().for_each(print),
        Loaded::AlreadyThere => println!("  There are communities already: no demo was loaded."),
    }
    println!();
    Ok(())
}

fn print(account: &DemoSignIn) {
    let kind = match account.kind {
        SignInKind::Parent => "家长 parent",
        SignInKind::Elder => "老人 elder",
        SignInKind::Relative => "家属 family",
        SignInKind::Staff => "社区 staff",
    };
    let secret = account.password.as_deref().map_or("code on the page".to_owned(), |word| format!("password {word}"));
    println!("  {kind:<9}  {:<14} {secret:<22} {} {}", account.sign_in, account.name, account.community);
}
