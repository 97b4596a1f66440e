//! Makes the typed translations from the locale files, and a version of the icons' file.

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};
use std::{
    env,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=../public/icons.svg");
    let mut version = DefaultHasher::new();
    fs::read("../public/icons.svg")?.hash(&mut version);
    println!("cargo::rustc-env=ICONS_VERSION={:016x}", version.finish());
    // Without `interpolate_display`, a text with values could only be a view, never a string.
    let config = Config::new("zh-CN")?
        .add_locale("en")?
        .add_namespaces([
            "common",
            "calendar",
            "activity",
            "attended",
            "family",
            "care",
            "care_details",
            "sign_in",
            "account",
            "desk",
            "entry",
            "import",
            "list",
            "numbers",
            "people",
            "merge",
            "pickup",
            "privacy",
            "dates",
            "day_care",
            "days",
            "resources",
            "roll",
            "second",
            "sheet",
            "staff",
            "staff_calendar",
            "which",
        ])?
        .parse_options(ParseOptions::new().interpolate_display(true));
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();
    translations.generate_i18n_module(PathBuf::from(env::var("OUT_DIR")?).join("i18n"))?;
    Ok(())
}
