//! What a browser says it is, in words that its owner knows.

/// `Chrome · Android`; nothing for what names neither a browser nor a system that is known. The order matters: most
/// browsers also name those that they are like.
pub fn device(agent: &str) -> Option<String> {
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    let browser = find(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("HuaweiBrowser", "华为浏览器"),
        ("MiuiBrowser", "小米浏览器"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ]);
    let names: Vec<&str> = [browser, system].into_iter().flatten().collect();
    (!names.is_empty()).then(|| names.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_device_is_told_by_its_own_name() {
        let android = "Mozilla/5.0 (Linux; Android 14; V2324A) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, name) in [
            (format!("{android} Chrome/126.0 Mobile Safari/537.36"), Some("Chrome · Android")),
            (format!("{android} Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"), Some("微信 · Android")),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126".into(),
                Some("Edge · Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604".into(),
                Some("Safari · iPhone"),
            ),
            ("curl/8.5".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(device(&agent).as_deref(), name, "{agent}");
        }
    }
}
