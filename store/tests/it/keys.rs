//! A file of keys of a test's own.

use std::{
    fs,
    path::{Path, PathBuf},
};
use store::sealed::{Keys, Ring};
use uuid::Uuid;

/// Gone when it is dropped.
pub struct KeyFile {
    pub path: PathBuf,
    pub keys: Keys,
}

impl KeyFile {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("zhaoxi_{}.keys", Uuid::from_bytes(rand_bytes()).simple()));
        Ring::new().unwrap().create(&path).unwrap();
        Self { keys: Keys::of(&path), path }
    }

    /// The numbers of its keys, by a process that has just begun.
    pub fn ids(&self) -> Vec<i32> {
        Ring::read(&self.path).unwrap().ids()
    }
}

fn rand_bytes() -> [u8; 16] {
    *store::id::new_id(proof::clock()).as_bytes()
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Every value that a file holds sealed: the secrets themselves, as text.
pub fn secrets(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let last = |line: &str| line.split_whitespace().next_back().map(str::to_owned);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(last).collect()
}
