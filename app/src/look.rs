//! The look (界面): language and 长辈版, chosen by cookie and rendered by the server at once.

use crate::{error::AppError, i18n::Locale};
use leptos::prelude::*;

/// Language and elder mode of this page load. Changing either loads the page anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    /// The language.
    pub locale: Locale,
    /// 长辈版.
    pub elder: bool,
    /// The text of 长辈版.
    pub size: TextSize,
}

/// The size of text in 长辈版: 24, 27 or 30 px.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextSize {
    /// 24 px.
    #[default]
    Big,
    /// 27 px.
    Bigger,
    /// 30 px.
    Biggest,
}

impl TextSize {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Big, Self::Bigger, Self::Biggest];

    /// Its name in the cookie and in `<html data-size>`: its pixels.
    pub fn code(self) -> &'static str {
        match self {
            Self::Big => "24",
            Self::Bigger => "27",
            Self::Biggest => "30",
        }
    }

    /// The size of that name, else the smallest.
    pub fn from_code(code: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|size| Some(size.code()) == code).unwrap_or_default()
    }
}

impl Look {
    /// The BCP 47 tag for `<html lang>`.
    pub fn lang(self) -> &'static str {
        match self.locale {
            Locale::zh_CN => "zh-CN",
            Locale::en => "en",
        }
    }

    /// The value of `<html data-look>`.
    pub fn look(self) -> &'static str {
        if self.elder { "elder" } else { "standard" }
    }
}

/// The look of this page.
pub fn use_look() -> Look {
    #[cfg(feature = "ssr")]
    {
        use_context::<Look>().unwrap_or_else(crate::ssr::look_of_request)
    }
    #[cfg(not(feature = "ssr"))]
    {
        static LOOK: std::sync::OnceLock<Look> = std::sync::OnceLock::new();
        *LOOK.get_or_init(look_of_document)
    }
}

/// The language of this page.
pub fn locale() -> Locale {
    use_look().locale
}

/// Reads the request's cookies once a page.
pub(crate) fn provide_look() {
    provide_context(use_look());
}

#[cfg(not(feature = "ssr"))]
fn look_of_document() -> Look {
    let root = document().document_element();
    let attribute = |name| root.as_ref().and_then(|root| root.get_attribute(name)).unwrap_or_default();
    Look {
        locale: if attribute("lang") == "en" { Locale::en } else { Locale::zh_CN },
        elder: attribute("data-look") == "elder",
        size: TextSize::from_code(Some(&attribute("data-size"))),
    }
}

/// Says a text of the locale files in this page's language: `say!(calendar.today)`.
#[macro_export]
macro_rules! say {
    ($($tokens:tt)*) => {
        leptos_i18n::td_string!($crate::look::locale(), $($tokens)*)
    };
}

/// Chooses language, look or size, each kept in a cookie for a year; what is not given stays.
#[server(prefix = "/api", endpoint = "choose_look")]
pub async fn choose_look(lang: Option<String>, look: Option<String>, size: Option<String>) -> Result<(), AppError> {
    if let Some(lang) = lang.filter(|lang| matches!(lang.as_str(), "zh-CN" | "en")) {
        crate::ssr::set_cookie("lang", &lang);
    }
    if let Some(look) = look.filter(|look| matches!(look.as_str(), "standard" | "elder")) {
        crate::ssr::set_cookie("look", &look);
    }
    if let Some(size) = size {
        crate::ssr::set_cookie("size", TextSize::from_code(Some(&size)).code());
    }
    Ok(())
}
