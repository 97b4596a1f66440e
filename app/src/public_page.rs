//! Which addresses answer alike to everybody who isn't signed in, and by what of a visitor the answers still differ.
//! The host may keep such an answer for a moment and give it to others.

use crate::look::Look;
use http::{
    HeaderMap, HeaderValue, Uri,
    header::{COOKIE, USER_AGENT},
};
use uuid::Uuid;

/// The parameters of public pages; whatever else an address carries (what messengers add to a link) changes nothing.
const PARAMETERS: [&str; 8] = ["view", "day", "side", "kind", "age", "free", "size", "term"];

/// Requests that read, and look at nobody: their answers are the same even for who is signed in.
const SHARED: [&str; 4] = ["/api/read_communities", "/api/read_activities", "/api/read_calendar", "/api/read_places"];

/// The parameters of those.
const SHARED_PARAMETERS: [&str; 3] = ["slug", "query", "activity"];

/// Longer addresses than any page's links lead to.
const LONGEST: usize = 400;

/// An address whose answer is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPage {
    /// Path and query, without what changes nothing.
    pub address: String,
    /// The community whose page it is; none for what shows all of them.
    pub community: Option<String>,
    /// True if being signed in changes nothing.
    pub shared: bool,
}

impl PublicPage {
    /// What is asked for, if it is public. Nothing is known yet of whether it exists.
    pub fn of(uri: &Uri) -> Option<Self> {
        let (path, query) = (uri.path(), uri.query().unwrap_or(""));
        if path.len() + query.len() > LONGEST {
            return None;
        }
        if let Some(path) = SHARED.into_iter().find(|shared| *shared == path) {
            return Self::of_request(path, query);
        }
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        let community = match *segments.as_slice() {
            [""] => None,
            ["", ..] | ["api" | "pkg" | "feeds" | "live" | "photos", ..] => return None,
            [community] | [community, "activities" | "sheet"] => Some(community),
            [community, "activities", id] | [community, "activities", id, "sheet"] if is_plain_id(id) => {
                Some(community)
            }
            _ => return None,
        };
        let mut pairs = Vec::new();
        for pair in query.split('&') {
            let name = pair.split('=').next().unwrap_or_default();
            // What went wrong with a plain form, or what can be read in two ways.
            if name.starts_with("__") || pairs.iter().any(|(known, _)| *known == name) {
                return None;
            }
            if PARAMETERS.contains(&name) {
                pairs.push((name, pair));
            }
        }
        let query = pairs.iter().map(|(_, pair)| *pair).collect::<Vec<_>>().join("&");
        let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Some(Self { address, community: community.map(ToOwned::to_owned), shared: false })
    }

    fn of_request(path: &str, query: &str) -> Option<Self> {
        let mut community = None;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            if !SHARED_PARAMETERS.contains(&name) || (name == "slug" && community.is_some()) {
                return None;
            }
            if name == "slug" {
                community = Some(value.to_owned());
            }
        }
        Some(Self { address: format!("{path}?{query}"), community, shared: true })
    }
}

fn is_plain_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}

/// By what of a visitor public pages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// Language and 长辈版.
    pub look: Look,
    /// What the browser says of its device.
    pub device: Device,
}

/// What decides about a calendar's view where none is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    /// A wide screen.
    Desktop,
    /// A phone, or nobody knows.
    Phone,
}

impl Visitor {
    /// Whoever sends such headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let device = match agent {
            Some(agent) if !agent.contains("Mobi") => Device::Desktop,
            _ => Device::Phone,
        };
        Self { look: crate::ssr::look_of(headers), device }
    }

    /// Headers by which nobody else would be told from this visitor.
    pub fn headers(self) -> HeaderMap {
        let look = self.look;
        let cookies = format!("lang={}; look={}; size={}", look.lang(), look.look(), look.size.code());
        let agent = match self.device {
            Device::Desktop => "",
            Device::Phone => "Mobi",
        };
        let cookies = HeaderValue::try_from(cookies).ok();
        let agent = HeaderValue::from_static(agent);
        cookies.map(|cookies| (COOKIE, cookies)).into_iter().chain([(USER_AGENT, agent)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{i18n::Locale, look::TextSize};

    const ID: &str = "01936a2e-0000-7000-8000-000000000000";

    fn page(address: &str) -> Option<(String, Option<String>)> {
        let page = PublicPage::of(&address.parse().unwrap()).filter(|page| !page.shared)?;
        Some((page.address, page.community))
    }

    #[test]
    fn what_changes_nothing_is_left_out_of_an_address() {
        for (asked, kept) in [
            ("/", "/"),
            ("/?from=timeline", "/"),
            ("/yongxing?", "/yongxing"),
            ("/yongxing?view=month&day=2026-12-01", "/yongxing?view=month&day=2026-12-01"),
            ("/yongxing?utm_source=x&kind=&view=week&isappinstalled=0", "/yongxing?kind=&view=week"),
            ("/yongxing/activities?x=1&x=2", "/yongxing/activities"),
        ] {
            let community = (asked.len() > 2 && !asked.starts_with("/?")).then(|| "yongxing".to_owned());
            assert_eq!(page(asked), Some((kept.to_owned(), community)), "{asked}");
        }
        assert!(page(&format!("/yongxing/activities/{ID}?booked={ID}")).is_some());
        assert!(page(&format!("/yongxing/activities/{ID}/sheet?term={ID}")).is_some());
    }

    #[test]
    fn what_is_somebodys_or_strange_is_not_public() {
        let long = format!("/yongxing?day={}", "9".repeat(LONGEST));
        for asked in [
            "/yongxing/my",
            "/yongxing/notices",
            "/yongxing/sign-in",
            "/yongxing/desk",
            "/yongxing/desk/calendar",
            "/yongxing/",
            "//yongxing",
            "/yongxing/activities/1",
            "/yongxing/activities/01936A2E-0000-7000-8000-000000000000",
            "/yongxing?view=month&view=week",
            "/yongxing?__path=/api/x&__err=e30",
            "/api/read_my",
            "/api/read_frame?slug=yongxing",
            &long,
        ] {
            assert_eq!(PublicPage::of(&asked.parse().unwrap()), None, "{asked}");
        }
    }

    #[test]
    fn a_request_that_looks_at_nobody_is_everybodys() {
        let of = |address: &str| PublicPage::of(&address.parse().unwrap());
        let read = of("/api/read_calendar?slug=yongxing&query=view%3Dweek").unwrap();
        assert_eq!((read.community.as_deref(), read.shared), (Some("yongxing"), true));
        assert_eq!(read.address, "/api/read_calendar?slug=yongxing&query=view%3Dweek");
        for odd in ["slug=a&slug=b", "slug=a&x=1", "slug"] {
            assert_eq!(of(&format!("/api/read_calendar?{odd}")), None, "{odd}");
        }
    }

    #[test]
    fn a_visitor_is_the_same_by_headers_of_ours() {
        for locale in [Locale::zh_CN, Locale::en] {
            for elder in [false, true] {
                for size in TextSize::ALL {
                    for device in [Device::Desktop, Device::Phone] {
                        let visitor = Visitor { look: Look { locale, elder, size }, device };
                        assert_eq!(Visitor::of(&visitor.headers()), visitor);
                    }
                }
            }
        }
        assert_eq!(Visitor::of(&HeaderMap::new()).device, Device::Phone);
    }
}
