//! `zhaoxi serve`

use super::{Failure, demo, keys, open};
use crate::{
    assets::Assets,
    clock,
    code_sender::{Destination, code_sender},
    config::Config,
    listener,
    login_cookie::LoginStore,
    router::{self, Setup},
    sweeper::keep_sweeping,
};
use app::ssr::Host;
use std::sync::Arc;
use store::{bookings::BookingDesk, revisions::Revisions};
use tokio::net::TcpListener;

/// Serves until it is asked to stop.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let assets = Assets::find(config.site_root.as_deref())?;
    // A rush brings a connection a parent, and the usual limit is 1,024 files.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let listener = TcpListener::bind(config.addr)
        .await
        .map_err(|error| format!("{} can't be listened on: {error}", config.addr))?;
    let addr = listener.local_addr()?;
    let db = open(&config.database).await?;
    store::connect::migrate(&db).await?;
    let following = if config.database.is_sqlite() {
        None
    } else {
        clock::follow(&db).await?;
        Some(tokio::spawn(clock::keep_following(db.clone())))
    };

    let codes = codes_go_to(&config);
    let code_sender = code_sender(config.code_sender, Arc::new(clock::now))?;
    let keys = keys::open(&config.database, config.keys_file.as_deref(), config.demo, &db).await?;

    println!("\n朝夕 zhaoxi {}\n", env!("CARGO_PKG_VERSION"));
    println!("  address   {}", config.public_url.clone().unwrap_or_else(|| format!("http://{addr}")));
    println!("  database  {}", config.database.shown());
    println!("  codes     {codes}");
    println!("  keys      {}\n", keys.file().map_or("none".to_owned(), |file| file.display().to_string()));
    if config.demo {
        demo::load(&db, &keys).await?;
    }

    let logins = LoginStore::new(db.clone());
    let revisions = Revisions::open(db.clone());
    let setup = Setup {
        host: Host {
            db: db.clone(),
            keys,
            accounts: store::accounts::reader(db.clone()),
            calendar: store::calendar::CalendarReader::new(db.clone()),
            desk: BookingDesk::open(db.clone()),
            revisions: revisions.clone(),
            clock: Arc::new(clock::now),
            code_sender,
            demo: config.demo,
        },
        assets,
        addr,
        public_url: config.public_url,
        trust_proxy: config.trust_proxy,
        rate_limit: config.rate_limit,
    };
    let router = router::router(setup, logins.clone())?;
    let tidying = tokio::spawn(logins.clone().keep_tidy());
    let sweeping = tokio::spawn(keep_sweeping(db.clone(), Arc::new(clock::now)));
    tracing::info!(%addr, "serving");
    let stop = async {
        listener::asked_to_stop().await;
        revisions.close().await;
    };
    listener::serve(listener, router, stop).await;

    tracing::info!("stopping");
    tidying.abort();
    sweeping.abort();
    if let Some(following) = following {
        following.abort();
    }
    logins.write_uses().await;
    store::connect::close(db).await?;
    Ok(())
}

/// Where sign-in codes go, and a warning where they reach nobody.
fn codes_go_to(config: &Config) -> String {
    match &config.code_sender {
        _ if config.demo => return "are shown on the page: this is a demo".to_owned(),
        Destination::Console => {
            tracing::warn!(
                "nobody can sign in by phone but who reads this console: give --sms-url and --sms-secret-file, \
                 docs/operations.md says how"
            );
            return "console: no message goes to any phone".to_owned();
        }
        Destination::Gateway { url, .. } if url.is_open() => {
            tracing::warn!("phone numbers and codes go to {url} for everybody on the way to read: https keeps them");
        }
        Destination::Gateway { .. } | Destination::File(_) => {}
    }
    config.code_sender.to_string()
}
