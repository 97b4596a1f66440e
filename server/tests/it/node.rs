//! Nodes: real processes of `zhaoxi serve`, which a test may end, stop and continue.

use crate::{
    town::Town,
    world::{new_folder, site},
};
use domain::{day_kind::HolidayPolicy, id::TermId};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use proof::clock;
use rlimit::Resource;
use std::{
    fs::{self, DirEntry, File},
    io,
    net::SocketAddr,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};
use store::{
    activities::{NewTerm, new_term},
    sealed::Ring,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// A node with a port of its own. It ends when this is dropped.
pub struct Node {
    pub addr: SocketAddr,
    child: Child,
    folder: PathBuf,
}

impl Node {
    pub async fn start(database: &str) -> Self {
        Self::start_with(database, &[]).await
    }

    /// A node with variables that only a build for tests reads: `ZHAOXI_FAULT` ends or stops it at a point of a booking
    /// (`store::fault`), `ZHAOXI_CLOCK_SHIFT` turns its machine's clock (`server::clock`).
    pub async fn start_with(database: &str, variables: &[(&str, &str)]) -> Self {
        let folder = new_folder();
        // A file that may not grow is an error to it, as on a full disk, and not its end.
        let mut command = Command::new("sh");
        command.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#, env!("CARGO_BIN_EXE_zhaoxi")]);
        command.args(["serve", "--no-rate-limit", "--addr", "127.0.0.1:0", "--database-url", database]);
        command.arg("--site-root").arg(site(&folder)).env("RUST_LOG", "warn");
        command.env_remove("ZHAOXI_FAULT").env_remove("ZHAOXI_CLOCK_SHIFT").env_remove("ZHAOXI_KEYS_FILE");
        // Over PostgreSQL no node makes keys by itself.
        if !database.starts_with("sqlite:") {
            let keys = folder.join("node.keys");
            Ring::new().unwrap().create(&keys).unwrap();
            command.env("ZHAOXI_KEYS_FILE", keys);
        }
        command.envs(variables.iter().copied());
        let log = File::create(folder.join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let addr = timeout(Duration::from_secs(60), async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(addr) = line.trim().strip_prefix("address   http://") {
                    return addr.parse().unwrap();
                }
            }
            panic!("the node did not start: {}", fs::read_to_string(folder.join("log")).unwrap());
        })
        .await
        .unwrap();
        // Whatever else it prints has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { addr, child, folder }
    }

    /// Waits until it has ended by itself, as if it had been killed.
    pub async fn ended(mut self) {
        let status = timeout(Duration::from_secs(60), self.child.wait()).await.expect("it should have ended").unwrap();
        assert!(status.signal().is_some(), "it ended as {status}");
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Lets none of its files grow beyond so many bytes, as if the disk were full then; without, there is room again.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let most = Resource::FSIZE.get_hard().unwrap();
        let pid = self.child.id().unwrap().try_into().unwrap();
        rlimit::prlimit(pid, Resource::FSIZE, Some((bytes.unwrap_or(most), most)), None).unwrap();
    }

    /// Waits until it stands still, with all its threads.
    pub async fn stopped(&self) {
        let threads = format!("/proc/{}/task", self.child.id().unwrap());
        let stands = |thread: io::Result<DirEntry>| {
            let stat = fs::read_to_string(thread.unwrap().path().join("stat")).unwrap_or_default();
            stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
        };
        for _ in 0..6000 {
            if fs::read_dir(&threads).unwrap().all(stands) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it goes on");
    }

    /// Makes it stand still.
    pub async fn stand_still(&self) {
        self.signal("-STOP").await;
        self.stopped().await;
    }

    /// Lets it go on.
    pub async fn go_on(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A class in the weeks to come by the real clock, which is what a node goes by.
pub async fn class(town: &Town, capacity: u32) -> TermId {
    class_that_opens(town, capacity, None).await
}

/// The same, to be booked from an instant on.
pub async fn class_that_opens(town: &Town, capacity: u32, opens: Option<Timestamp>) -> TermId {
    let today = clock().to_zoned_datetime(TimeZone::UTC).date();
    let (from, until) = (today.checked_add(7.days()).unwrap(), today.checked_add(34.days()).unwrap());
    let opens = opens.map(|at| at.to_zoned_datetime(TimeZone::get("Asia/Shanghai").unwrap()).datetime());
    let new = NewTerm { from, until, opens, holidays: HolidayPolicy::Keep, ..town.new_term(capacity) };
    new_term(&town.db, &town.staff, new, clock()).await.unwrap()
}
