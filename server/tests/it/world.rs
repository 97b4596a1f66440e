//! A database and built files of a test's own, and the routes over them.

use axum::{body::Body, extract::ConnectInfo};
use http::{Method, Request, Response};
use server::{
    assets::Assets,
    code_sender::{Destination, code_sender},
    listener,
    login_cookie::{ACCOUNT, LoginStore, NAME},
    router::{Setup, Site, router},
};
use std::{
    convert::Infallible,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::{
    DatabaseConnection,
    accounts::Who,
    bookings::BookingDesk,
    connect,
    revisions::Revisions,
    sealed::{Keys, Ring},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower::{Service, ServiceExt};
use tower_sessions::Session;

/// Gone, with its folder, when it is dropped.
pub struct World {
    pub db: DatabaseConnection,
    pub logins: LoginStore,
    pub revisions: Revisions,
    pub router: Site,
    folder: PathBuf,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let folder = new_folder();
        let file = format!("sqlite://{}", folder.join("test.sqlite").display());
        Self::opened(&file, folder, change).await
    }

    /// One of the nodes over a database that is there.
    pub async fn node_of(database: &str) -> Self {
        Self::opened(database, new_folder(), |_| {}).await
    }

    async fn opened(database: &str, folder: PathBuf, change: impl FnOnce(&mut Setup)) -> Self {
        let db = connect::connect(database).await.unwrap();
        connect::migrate(&db).await.unwrap();
        Self::build(folder, db, change)
    }

    /// Over a database that is there already, without limits.
    pub fn over(db: DatabaseConnection) -> Self {
        Self::build(new_folder(), db, |setup| setup.rate_limit = false)
    }

    fn build(folder: PathBuf, db: DatabaseConnection, change: impl FnOnce(&mut Setup)) -> Self {
        let (site, keys) = (site(&folder), folder.join("test.keys"));
        Ring::new().unwrap().create(&keys).unwrap();
        let logins = LoginStore::new(db.clone());
        let revisions = Revisions::open(db.clone());
        let mut setup = Setup {
            host: app::ssr::Host {
                db: db.clone(),
                keys: Keys::of(&keys),
                accounts: store::accounts::reader(db.clone()),
                calendar: store::calendar::CalendarReader::new(db.clone()),
                desk: BookingDesk::open(db.clone()),
                revisions: revisions.clone(),
                clock: Arc::new(crate::town::now),
                code_sender: code_sender(Destination::Console, Arc::new(crate::town::now)).unwrap(),
                demo: false,
            },
            assets: Assets::find(Some(&site)).unwrap(),
            addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            trust_proxy: false,
            rate_limit: true,
        };
        change(&mut setup);
        let router = router(setup, logins.clone()).unwrap();
        Self { db, logins, revisions, router, folder }
    }

    pub async fn ask(&self, request: http::request::Builder, body: impl Into<Body>) -> Response<Body> {
        ask(&self.router, request, body).await
    }

    pub async fn get(&self, path: &str) -> Response<Body> {
        self.get_as("", path).await
    }

    /// A page, or a request that reads, as whoever the cookie is.
    pub async fn get_as(&self, cookie: &str, path: &str) -> Response<Body> {
        self.ask(Request::get(path).header("host", "localhost").header("cookie", cookie), "").await
    }

    /// A request that writes, as a hydrated page sends it.
    pub async fn post(&self, cookie: &str, name: &str, form: impl Into<Body>) -> Response<Body> {
        let request = Request::post(format!("/api/{name}")).header("host", "localhost").header("cookie", cookie);
        let request = request.header("origin", "http://localhost").header("accept", "application/json");
        self.ask(request.header("content-type", "application/x-www-form-urlencoded"), form).await
    }

    /// A form with a file, as a page that asks for data would send it.
    pub async fn send_file(&self, cookie: &str, name: &str, fields: &[(&str, &str)], file: &[u8]) -> Response<Body> {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--X--\r\n");
        let request = Request::post(format!("/api/{name}")).header("host", "localhost").header("cookie", cookie);
        let request = request.header("origin", "http://localhost").header("accept", "application/json");
        self.ask(request.header("content-type", "multipart/form-data; boundary=X"), body).await
    }

    /// A server on a port of its own; what is sent (or dropped) stops it.
    pub async fn serve(&self) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let _ = rlimit::increase_nofile_limit(8192);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let revisions = self.revisions.clone();
        let serving = tokio::spawn(listener::serve(listener, self.router.clone(), async move {
            let _ = stopped.await;
            revisions.close().await;
        }));
        (addr, stop, serving)
    }

    /// The cookie of somebody who has signed in.
    pub async fn sign_in(&self, who: &Who) -> String {
        let session = Session::new(None, Arc::new(self.logins.clone()), None);
        session.insert(ACCOUNT, who.account.0).await.unwrap();
        session.save().await.unwrap();
        format!("{NAME}={}", session.id().unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder of a test's own.
pub fn new_folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("zhaoxi-server-{}-{count}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Built files, as far as the host looks at them.
pub fn site(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    fs::create_dir_all(site.join("pkg/0f3a")).unwrap();
    for (file, content) in [
        ("pkg/version", "0f3a\n"),
        ("pkg/0f3a/zhaoxi.js", "export const plain = true;"),
        ("pkg/0f3a/zhaoxi.js.br", "as if it were brotli"),
        ("icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ] {
        fs::write(site.join(file), content).unwrap();
    }
    site
}

pub async fn ask<S>(site: &S, request: http::request::Builder, body: impl Into<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let from = ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 5000)));
    site.clone().oneshot(request.extension(from).body(body.into()).unwrap()).await.unwrap()
}

/// Every request that the app has, and how it is sent.
pub fn registered() -> Vec<(&'static str, Method)> {
    let _ = app::App;
    leptos::server_fn::axum::server_fn_paths().collect()
}

/// Text as a form sends it.
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What an answer says; of a file it says nothing.
pub async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let is_file = bytes.starts_with(b"PK");
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|error| if is_file { String::new() } else { panic!("{error}") })
}

pub fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
