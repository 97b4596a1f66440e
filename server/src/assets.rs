//! The built files of the pages: wasm, JavaScript, style, icons.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The name of the built files, as in `Cargo.toml`.
pub const OUTPUT_NAME: &str = "zhaoxi";

/// Built files, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The folder whose files are served.
    pub root: PathBuf,
    /// The folder below it that holds wasm, JavaScript and style: `pkg/VERSION` from `scripts/build.sh`, where the
    /// version changes with any of the files, or `pkg` from `cargo leptos watch`.
    pub pkg: String,
    /// True if the address of a file in `pkg` changes with its content.
    pub versioned: bool,
}

/// No built files.
#[derive(Debug, thiserror::Error)]
#[error(
    "the pages' files (pkg/{OUTPUT_NAME}.js) are missing in {}: build them with `make build`, or name their folder \
     with --site-root or LEPTOS_SITE_ROOT",
    list(.0)
)]
pub struct AssetsMissing(Vec<PathBuf>);

fn list(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Assets {
    /// Looks into the named folder; without one, beside the program and in the working folder.
    pub fn find(named: Option<&Path>) -> Result<Self, AssetsMissing> {
        let folders = match named {
            Some(folder) => vec![folder.to_owned()],
            None => usual_folders(env::current_exe()),
        };
        folders.iter().find_map(|folder| Self::in_folder(folder)).ok_or(AssetsMissing(folders))
    }

    fn in_folder(root: &Path) -> Option<Self> {
        let version = fs::read_to_string(root.join("pkg/version")).ok();
        let versioned = version.as_deref().map(str::trim).filter(|version| is_plain(version));
        let pkg = versioned.map_or_else(|| "pkg".to_owned(), |version| format!("pkg/{version}"));
        let script = root.join(&pkg).join(OUTPUT_NAME).with_extension("js");
        script.is_file().then(|| Self { root: root.to_owned(), pkg, versioned: versioned.is_some() })
    }

    /// The names of the icons and pictures that lie beside `pkg`, without their compressed copies.
    pub fn beside(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        let names = files.filter_map(|entry| entry.file_name().into_string().ok());
        names
            .filter(|name| !name.starts_with('.') && !name.ends_with(".br") && !name.ends_with(".gz"))
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
            .collect()
    }
}

fn usual_folders(program: io::Result<PathBuf>) -> Vec<PathBuf> {
    let program = program.ok().and_then(|program| program.canonicalize().ok());
    let beside = program.as_deref().and_then(Path::parent).into_iter().flat_map(|folder| {
        let above = folder.parent().map(|above| above.join("site"));
        [Some(folder.join("site")), above].into_iter().flatten()
    });
    beside.chain([PathBuf::from("target/site")]).collect()
}

fn is_plain(version: &str) -> bool {
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_names_the_folder_of_the_files() {
        let root = env::temp_dir().join(format!("zhaoxi-assets-{}", std::process::id()));
        assert!(Assets::find(Some(&root)).unwrap_err().to_string().contains(root.to_str().unwrap()));
        fs::create_dir_all(root.join("pkg/0f3a")).unwrap();
        assert_eq!(Assets::in_folder(&root), None);
        fs::write(root.join("pkg/zhaoxi.js"), "").unwrap();
        let plain = Assets { root: root.clone(), pkg: "pkg".to_owned(), versioned: false };
        assert_eq!(Assets::in_folder(&root), Some(plain));
        fs::write(root.join("pkg/version"), "0f3a\n").unwrap();
        assert_eq!(Assets::in_folder(&root), None, "the version's own files are missing");
        fs::write(root.join("pkg/0f3a/zhaoxi.js"), "").unwrap();
        let versioned = Assets { root: root.clone(), pkg: "pkg/0f3a".to_owned(), versioned: true };
        assert_eq!(Assets::find(Some(&root)).unwrap(), versioned);
        fs::remove_dir_all(&root).unwrap();
    }
}
