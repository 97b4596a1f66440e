//! A wire to PostgreSQL that can be cut at a COMMIT.

use crate::world::new_folder;
use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

/// Where the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    /// Nowhere.
    No,
    /// The COMMIT does not reach the database.
    Before,
    /// It does, and its answer is lost.
    During,
}

/// A socket that leads to a server's. Each cut is done once.
pub struct Proxy {
    folder: PathBuf,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    /// The proxy, and the URL that leads through it to the same database.
    pub fn new(url: &str) -> (Self, String) {
        let (base, server) = url.split_once("?host=").expect("the server listens on a socket in a folder");
        let (folder, server) = (new_folder(), PathBuf::from(server).join(".s.PGSQL.5432"));
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
        let cut = Arc::new(AtomicU8::new(Cut::No as u8));
        let armed = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&server).await else { continue };
                tokio::spawn(carry(client, server, Arc::clone(&armed)));
            }
        });
        let url = format!("{base}?host={}", folder.display());
        (Self { folder, cut }, url)
    }

    /// Cuts the next COMMIT.
    pub fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// True once it was cut.
    pub fn was_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst) == Cut::No as u8
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn carry(mut client: UnixStream, mut server: UnixStream, cut: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            length = client.read(&mut asked) => {
                let length = length.unwrap_or(0);
                let said = &asked[..length];
                if length == 0 {
                    return;
                }
                // Its end tells it from the READ COMMITTED of a beginning.
                let commits = said.windows(7).any(|word| word == b"COMMIT\0");
                let now = if commits { cut.swap(Cut::No as u8, Ordering::SeqCst) } else { Cut::No as u8 };
                if now == Cut::Before as u8 || server.write_all(said).await.is_err() {
                    return;
                }
                if now == Cut::During as u8 {
                    // The database has answered, so it has committed; the answer goes nowhere.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            length = server.read(&mut answered) => {
                let length = length.unwrap_or(0);
                if length == 0 || client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
