//! Sign-in codes by SMS: a gateway of the test's own, which checks the signature by the rule of docs/operations.md.

use crate::{
    database::TestDatabase,
    node::Node,
    press,
    town::{self, Town},
    world::{World, header, new_folder, text},
};
use app::ssr::{Clock, CodeSender, NotSent, OneTimeCode};
use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
};
use domain::phone::PhoneNumber;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use server::sms_gateway::{Gateway, Patience};
use sha2::{Digest, Sha256};
use std::{
    collections::VecDeque,
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::accounts::who_is;
use tokio::{net::TcpListener, process::Command, task::JoinHandle};

const SECRET: &str = "what only the two of them know, 32+";
const PHONE: &str = "13812345678";

/// So long a test's visitor waits.
const PATIENCE: Patience = Patience {
    answer: Duration::from_millis(400),
    pause: Duration::from_millis(20),
    visitor: Duration::from_millis(1500),
};

/// HMAC (RFC 2104, 2) by SHA-256, in so many words, so that the test owes nothing to what it tests.
fn hmac(key: &[u8], text: &[u8]) -> String {
    assert!(key.len() <= 64);
    let pad = |with: u8| (0..64).map(|n| key.get(n).copied().unwrap_or(0) ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    let outer = Sha256::digest([pad(0x5c), inner.to_vec()].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the gateway does with a request whose signature is right.
#[derive(Clone, Copy)]
enum Does {
    Answer(u16),
    /// Sends the message, and never answers.
    SendSilently,
}

/// A request that came.
#[derive(Clone, Debug)]
struct Came {
    method: Method,
    id: String,
    body: Bytes,
    signed: bool,
}

#[derive(Default)]
struct Desk {
    does: Mutex<VecDeque<Does>>,
    came: Mutex<Vec<Came>>,
    /// Messages that went to phones: the number, the code, the id.
    sent: Mutex<Vec<(String, String, String)>>,
}

/// A gateway on a port of this machine; without it, nobody is there.
struct LocalGateway {
    addr: SocketAddr,
    desk: Arc<Desk>,
    serving: Option<JoinHandle<()>>,
    folder: PathBuf,
}

impl LocalGateway {
    async fn new() -> Self {
        let mut gateway = Self::down().await;
        gateway.come_up().await;
        gateway
    }

    async fn down() -> Self {
        let addr = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let folder = new_folder();
        fs::write(folder.join("secret"), format!("{SECRET}\n")).unwrap();
        Self { addr, desk: Arc::default(), serving: None, folder }
    }

    async fn come_up(&mut self) {
        let listener = TcpListener::bind(self.addr).await.unwrap();
        let router = Router::new().fallback(take).with_state(self.desk.clone());
        self.serving = Some(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
    }

    fn url(&self) -> String {
        format!("http://{}/send?of=zhaoxi", self.addr)
    }

    fn secret_file(&self) -> PathBuf {
        self.folder.join("secret")
    }

    /// Our side of it.
    fn client(&self, clock: Clock) -> Gateway {
        let gateway = Gateway::open(self.url().parse().unwrap(), &self.secret_file(), clock).unwrap();
        gateway.with_patience(PATIENCE)
    }

    async fn world(&self) -> World {
        let client = Arc::new(self.client(Arc::new(town::now)));
        let world = World::with(|setup| {
            setup.rate_limit = false;
            setup.host.code_sender = client;
        })
        .await;
        Town::new(&world.db).await;
        world
    }

    fn will(&self, does: impl IntoIterator<Item = Does>) {
        self.desk.does.lock().unwrap().extend(does);
    }

    fn came(&self) -> Vec<Came> {
        self.desk.came.lock().unwrap().clone()
    }

    fn sent(&self) -> Vec<(String, String, String)> {
        self.desk.sent.lock().unwrap().clone()
    }
}

impl Drop for LocalGateway {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn take(State(desk): State<Arc<Desk>>, request: Request) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 10_000).await.unwrap();
    let named = |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (id, timestamp) = (named("x-zhaoxi-id"), named("x-zhaoxi-timestamp"));
    let path = parts.uri.path_and_query().unwrap();
    let head = format!("{}\n{path}\n{timestamp}\n{id}\n", parts.method);
    let signed = named("x-zhaoxi-signature") == hmac(SECRET.as_bytes(), &[head.as_bytes(), &body].concat());
    desk.came.lock().unwrap().push(Came { method: parts.method.clone(), id: id.clone(), body: body.clone(), signed });
    let words = "the gateway's own words";
    if !signed {
        return (StatusCode::UNAUTHORIZED, words);
    }
    if parts.method == Method::GET {
        return (StatusCode::NO_CONTENT, "");
    }
    let does = desk.does.lock().unwrap().pop_front().unwrap_or(Does::Answer(202));
    let send = || {
        let said: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&said["template"], &said["parameters"]["minutes"]), (&"sign_in_code".into(), &10.into()));
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let mut sent = desk.sent.lock().unwrap();
        if !sent.iter().any(|(.., before)| *before == id) {
            sent.push((text(&said["phone"]), text(&said["parameters"]["code"]), id.clone()));
        }
    };
    match does {
        Does::Answer(status @ 200..=299) => {
            send();
            (StatusCode::from_u16(status).unwrap(), "")
        }
        Does::Answer(status) => (StatusCode::from_u16(status).unwrap(), words),
        Does::SendSilently => {
            send();
            std::future::pending().await
        }
    }
}

/// Asks for a code; the answer's status, what it says, and the cookie of the login session.
async fn ask(world: &World, cookie: &str, phone: &str) -> (StatusCode, String, String) {
    let answer = world.post(cookie, "ask_code", format!("slug=yongxing&phone={phone}")).await;
    let set = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let cookie = if set.is_empty() { cookie.to_owned() } else { set };
    (answer.status(), text(answer).await, cookie)
}

async fn enter(world: &World, cookie: &str, code: &str) -> StatusCode {
    world.post(cookie, "enter_code", format!("slug=yongxing&code={code}")).await.status()
}

/// So much later an answer may come on a crowded machine; a visitor who waited for the gateway would wait for minutes.
const CROWDED: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_code_goes_to_the_gateway_signed_as_documented_and_signs_in() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    let (status, _, cookie) = ask(&world, "", PHONE).await;
    assert_eq!(status, StatusCode::OK);
    let came = gateway.came();
    assert_eq!(came.len(), 1);
    assert!(came[0].signed, "{came:?}");
    let [(phone, code, _)] = &gateway.sent()[..] else { panic!("{:?}", gateway.sent()) };
    assert_eq!(phone, PHONE);
    assert_eq!(enter(&world, &cookie, code).await, StatusCode::OK);
}

#[tokio::test]
async fn after_two_failures_the_third_try_sends_it_once_under_one_id() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    gateway.will([Does::Answer(500), Does::Answer(503)]);
    let (status, _, cookie) = ask(&world, "", PHONE).await;
    assert_eq!(status, StatusCode::OK);
    let came = gateway.came();
    assert_eq!(came.len(), 3);
    assert!(came.iter().all(|one| one.signed && one.id == came[0].id && one.body == came[0].body), "{came:?}");
    let sent = gateway.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(enter(&world, &cookie, &sent[0].1).await, StatusCode::OK);
    // Another code is another message.
    ask(&world, "", PHONE).await;
    assert_ne!(gateway.sent()[1].2, sent[0].2);
}

#[tokio::test]
async fn whoever_is_refused_is_told_in_our_words_and_it_counts_for_nothing() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    gateway.will([Does::Answer(400); 10]);
    for n in 1..=9 {
        let (status, body, _) = ask(&world, "", PHONE).await;
        assert_eq!(status, StatusCode::FAILED_DEPENDENCY);
        assert!(body.contains("no_message") && !body.contains("words"), "{body}");
        assert_eq!(gateway.came().len(), n, "what was refused is not tried again");
    }
    // Without scripts: back to the page, which says it, with the number to call and what was typed.
    let plain = http::Request::post("/api/ask_code").header("host", "localhost").header("origin", "http://localhost");
    let plain = plain.header("accept", "text/html").header("referer", "http://localhost/yongxing/sign-in");
    let plain = plain.header("content-type", "application/x-www-form-urlencoded");
    let answer = world.ask(plain, format!("slug=yongxing&phone={PHONE}")).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let back = header(&answer, "location").trim_start_matches("http://localhost").to_owned();
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    assert!(!back.contains(PHONE) && !back.contains("words"), "{back}");
    let page = text(world.get_as(&cookie, &back).await).await;
    let banner = page.split("banner--no").nth(1).expect("a banner");
    assert!(banner.contains("短信验证码现在发不出去") && banner.contains("href=\"tel:"), "{banner}");
    assert!(page.contains(PHONE) && !page.contains("words"), "{page}");
    // Ten codes were not sent, so the first that can be is given.
    assert_eq!(ask(&world, "", PHONE).await.0, StatusCode::OK);
    assert_eq!(gateway.sent().len(), 1);
}

#[tokio::test]
async fn while_the_gateway_is_down_visitors_are_told_and_when_it_is_back_the_next_code_comes_once() {
    let mut gateway = LocalGateway::down().await;
    let world = gateway.world().await;
    for _ in 0..7 {
        let began = Instant::now();
        let (status, body, _) = ask(&world, "", PHONE).await;
        assert_eq!(status, StatusCode::FAILED_DEPENDENCY, "{body}");
        assert!(began.elapsed() < PATIENCE.visitor + CROWDED, "{:?}", began.elapsed());
    }
    gateway.come_up().await;
    let (status, _, cookie) = ask(&world, "", PHONE).await;
    assert_eq!(status, StatusCode::OK);
    let sent = gateway.sent();
    assert_eq!(sent.len(), 1, "what was told not to come doesn't come later");
    assert_eq!(enter(&world, &cookie, &sent[0].1).await, StatusCode::OK);
}

#[tokio::test]
async fn a_gateway_that_comes_back_while_a_visitor_waits_still_sends() {
    let mut gateway = LocalGateway::down().await;
    let world = gateway.world().await;
    let (asked, ()) = tokio::join!(ask(&world, "", PHONE), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        gateway.come_up().await;
    });
    assert_eq!(asked.0, StatusCode::OK);
    assert_eq!(gateway.sent().len(), 1);
}

#[tokio::test]
async fn a_silent_gateway_is_waited_for_no_longer_than_a_visitor_waits_and_what_it_sent_is_good() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    gateway.will([Does::SendSilently; 9]);
    let began = Instant::now();
    let (status, body, cookie) = ask(&world, "", PHONE).await;
    assert!(began.elapsed() < PATIENCE.visitor + CROWDED, "{:?}", began.elapsed());
    assert_eq!(status, StatusCode::FAILED_DEPENDENCY);
    assert!(body.contains("no_message"), "{body}");
    let sent = gateway.sent();
    assert_eq!(sent.len(), 1, "one id, one message, however often it was asked");
    // The page leads to the field for it, since it may come.
    let page = text(world.get_as(&cookie, "/yongxing/sign-in").await).await;
    assert!(page.contains("/yongxing/sign-in?step=code"), "{page}");
    assert_eq!(enter(&world, &cookie, &sent[0].1).await, StatusCode::OK);
}

#[tokio::test]
async fn a_second_message_that_cannot_be_sent_leaves_the_first_good() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    let (_, _, cookie) = ask(&world, "", PHONE).await;
    gateway.will([Does::Answer(400)]);
    assert_eq!(ask(&world, &cookie, PHONE).await.0, StatusCode::FAILED_DEPENDENCY);
    assert_eq!(enter(&world, &cookie, &gateway.sent()[0].1).await, StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_cannot_lock_somebody_out_of_a_code_that_they_have() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    let (_, _, mine) = ask(&world, "", PHONE).await;
    let code = gateway.sent()[0].1.clone();
    let mut stranger = String::new();
    for n in 0..6 {
        let (status, body, cookie) = ask(&world, &stranger, PHONE).await;
        stranger = cookie;
        match n {
            0..4 => assert_eq!(status, StatusCode::OK),
            _ => assert!(status == StatusCode::TOO_MANY_REQUESTS && body.contains("too_many_codes"), "{body}"),
        }
        for _ in 0..6 {
            let wrong = if code == "000000" { "000001" } else { "000000" };
            assert_eq!(enter(&world, &stranger, wrong).await, StatusCode::CONFLICT);
        }
    }
    assert_eq!(enter(&world, &stranger, &code).await, StatusCode::CONFLICT, "it is good where it was asked for");
    assert_eq!(enter(&world, &mine, &code).await, StatusCode::OK);
}

#[tokio::test]
async fn a_phone_is_changed_by_a_message_to_the_old_and_one_to_the_new() {
    let gateway = LocalGateway::new().await;
    let world = gateway.world().await;
    let parent = Town::with_slug(&world.db, "elsewhere").await.parent(1).await.who;
    let cookie = world.sign_in(&parent).await;
    let post = async |name: &str, form: &str| {
        let newest = gateway.sent().last().map(|(_, code, _)| code.clone()).unwrap_or_default();
        world.post(&cookie, name, format!("slug=elsewhere&{}", form.replace("CODE", &newest))).await.status()
    };
    gateway.will([Does::Answer(400)]);
    assert_eq!(post("begin_phone_change", "").await, StatusCode::FAILED_DEPENDENCY);
    assert_eq!(post("begin_phone_change", "").await, StatusCode::OK);
    assert_eq!(post("prove_phone", "code=CODE").await, StatusCode::OK);
    assert_eq!(post("tell_new_phone", &format!("phone={PHONE}")).await, StatusCode::OK);
    let to: Vec<String> = gateway.sent().into_iter().map(|(phone, ..)| phone).collect();
    assert_eq!(to, ["13900000001", PHONE]);
    assert_eq!(post("change_phone", "code=CODE").await, StatusCode::OK);
    let now = who_is(&world.db, parent.account).await.unwrap().unwrap();
    assert_eq!(now.phone.unwrap().as_str(), PHONE);
}

fn code(expires_at: Timestamp) -> OneTimeCode {
    OneTimeCode {
        id: store::id::new_id(town::now()),
        phone: PhoneNumber::parse(PHONE).unwrap(),
        code: "402731".to_owned(),
        expires_at,
    }
}

#[tokio::test]
async fn a_code_that_is_too_old_is_not_sent_any_more() {
    let gateway = LocalGateway::new().await;
    let late = gateway.client(Arc::new(town::now)).send(code(town::now())).await;
    assert!(matches!(late, Err(NotSent::Surely(_))), "{late:?}");
    assert!(gateway.came().is_empty());
    // It grows old between two tries, as on a machine that slept.
    gateway.will([Does::Answer(503); 3]);
    let asked = AtomicUsize::new(0);
    let sleeps: Clock = Arc::new(move || {
        let minutes = if asked.fetch_add(1, Ordering::Relaxed) < 2 { 0 } else { 11 };
        town::now() + SignedDuration::from_mins(minutes)
    });
    let late = gateway.client(sleeps).send(code(town::now() + SignedDuration::from_mins(10))).await;
    assert!(matches!(late, Err(NotSent::Surely(_))), "{late:?}");
    assert_eq!(gateway.came().len(), 1);
}

/// What `zhaoxi check` says of the codes.
async fn check(gateway: &LocalGateway) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhaoxi"));
    command.arg("check").args(["--sms-url", &gateway.url()]).arg("--sms-secret-file").arg(gateway.secret_file());
    command.args(["--database-url", "sqlite:///nowhere/at/all.db"]).env_remove("ZHAOXI_CODE_SENDER");
    let said = String::from_utf8(command.output().await.unwrap().stdout).unwrap();
    assert!(!said.contains(SECRET) && !said.contains("of=zhaoxi"), "{said}");
    said.lines().find(|line| line.contains("sign-in codes")).expect("a line").to_owned()
}

#[tokio::test]
async fn the_check_says_whether_the_gateway_is_there_and_takes_the_signature_and_sends_nothing() {
    let mut gateway = LocalGateway::down().await;
    let down = check(&gateway).await;
    assert!(down.starts_with("FAILED") && down.contains("refused"), "{down}");
    gateway.come_up().await;
    let well = check(&gateway).await;
    assert!(well.starts_with("ok") && well.contains("takes the signature"), "{well}");
    fs::write(gateway.secret_file(), "another secret, long enough to be one").unwrap();
    let other = check(&gateway).await;
    assert!(other.starts_with("FAILED") && other.contains("refuses the signature (401)"), "{other}");
    fs::write(gateway.secret_file(), "short").unwrap();
    let short = check(&gateway).await;
    assert!(short.starts_with("FAILED") && short.contains("too short"), "{short}");
    fs::remove_file(gateway.secret_file()).unwrap();
    let none = check(&gateway).await;
    assert!(none.starts_with("FAILED") && none.contains("can't be read"), "{none}");
    assert!(gateway.came().iter().all(|one| one.method == Method::GET), "{:?}", gateway.came());
    assert!(gateway.sent().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_holds_no_code_no_number_and_no_words_of_the_gateway() {
    let gateway = LocalGateway::new().await;
    let test = TestDatabase::sqlite().await;
    Town::new(&test.db).await;
    let secret = gateway.secret_file().display().to_string();
    let variables = [
        ("ZHAOXI_SMS_URL", gateway.url()),
        ("ZHAOXI_SMS_SECRET_FILE", secret),
        ("RUST_LOG", "info,server=trace,app=trace,hyper_util=trace,rustls=trace".to_owned()),
    ];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let node = Node::start_with(&test.url, &variables).await;
    gateway.will([Does::Answer(500), Does::Answer(400), Does::Answer(202)]);
    let form = format!("slug=yongxing&phone={PHONE}");
    let refused = press::post(node.addr, "ask_code", "", &form).await.unwrap();
    assert_eq!(refused.status, StatusCode::FAILED_DEPENDENCY, "{refused:?}");
    let sent = press::post(node.addr, "ask_code", "", &form).await.unwrap();
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    let log = node.log();
    let codes = gateway.came().into_iter().map(|one| {
        let body: serde_json::Value = serde_json::from_slice(&one.body).unwrap();
        body["parameters"]["code"].as_str().unwrap().to_owned()
    });
    assert!(log.contains("could not be sent") && log.contains("answered 400"), "{log}");
    for hidden in codes.chain([PHONE.to_owned(), SECRET.to_owned(), "own words".to_owned()]) {
        // Digits of a code stand within longer ones by chance: times, ids and ports.
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric());
        let is_there = if hidden.len() == 6 { words.any(|word| word == hidden) } else { log.contains(&hidden) };
        assert!(!is_there, "{hidden} is in the log:\n{log}");
    }
    assert!(!log.contains("nobody can sign in by phone"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_gateway_says_that_nobody_can_sign_in_by_phone() {
    let test = TestDatabase::sqlite().await;
    let node = Node::start(&test.url).await;
    assert!(node.log().contains("nobody can sign in by phone"), "{}", node.log());
}
