//! The servers that are measured: processes that this program starts and ends.

use crate::Failure;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use store::sealed::Ring;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

/// A server on a port of this machine, ended when this is dropped.
pub struct Server {
    /// Its port.
    pub port: u16,
    child: Child,
    /// The keys of its own, where it does not make them itself; gone with it.
    keys: Option<PathBuf>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(keys) = &self.keys {
            let _ = std::fs::remove_file(keys);
        }
    }
}

impl Server {
    /// The memory that it has resident, in megabytes.
    pub fn resident(&self) -> Result<f64, Failure> {
        let process = self.child.id().ok_or("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }
}

/// Starts `zhaoxi`.
pub async fn start(binary: &Path, database: &str, options: &[&str]) -> Result<Server, Failure> {
    let port = free_port().await?;
    let mut command = Command::new(binary);
    command.args(["serve", "--no-rate-limit", "--database-url", database]).args(options);
    command.args(["--addr", &format!("127.0.0.1:{port}")]);
    // Over PostgreSQL no server makes keys by itself.
    let keys = match database.starts_with("sqlite:") {
        true => None,
        false => {
            let file = std::env::temp_dir().join(format!("zhaoxi-bench-{}-{port}.keys", std::process::id()));
            Ring::new()?.create(&file)?;
            command.arg("--keys-file").arg(&file);
            Some(file)
        }
    };
    let mut server = wait(command, port).await?;
    server.keys = keys;
    Ok(server)
}

/// Starts this program as a static handler of one file's bytes.
pub async fn start_static(file: &Path) -> Result<Server, Failure> {
    let port = free_port().await?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--static").arg(file).args(["--port", &port.to_string()]);
    wait(command, port).await
}

/// Starts this program as a handler of a folder's files.
pub async fn start_folder(folder: &Path) -> Result<Server, Failure> {
    let port = free_port().await?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--folder").arg(folder).args(["--port", &port.to_string()]);
    wait(command, port).await
}

async fn wait(mut command: Command, port: u16) -> Result<Server, Failure> {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
    for _ in 0..300 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(Server { port, child, keys: None });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the server did not start within 30 s".into())
}

async fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// Serves a file's bytes from memory: the limit of a page of that size.
pub async fn serve_bytes(file: &Path, port: u16) -> Result<(), Failure> {
    use axum::{Router, http::header, routing::get};
    let bytes: &'static [u8] = Box::leak(std::fs::read(file)?.into_boxed_slice());
    let page = get(move || async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], bytes) });
    serve(Router::new().route("/", page), port).await
}

/// Serves a folder's brotli files from memory, by the names that they have without `.br`; `index.html` at the root. The
/// only thing asked of it is a browser's, which takes brotli.
pub async fn serve_folder(folder: &Path, port: u16) -> Result<(), Failure> {
    use axum::{Router, http::header, routing::get};
    let mut routes = Router::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?.path();
        let Some(name) = file.file_name().and_then(|name| name.to_str()?.strip_suffix(".br")) else { continue };
        let (path, kind) = match name.rsplit_once('.') {
            Some((_, "html")) => ("/".to_owned(), "text/html; charset=utf-8"),
            Some((_, "js")) => (format!("/{name}"), "text/javascript"),
            _ => (format!("/{name}"), "application/wasm"),
        };
        let bytes: &'static [u8] = Box::leak(std::fs::read(&file)?.into_boxed_slice());
        let head = [(header::CONTENT_TYPE, kind), (header::CONTENT_ENCODING, "br")];
        routes = routes.route(&path, get(move || async move { (head, bytes) }));
    }
    serve(routes, port).await
}

async fn serve(routes: axum::Router, port: u16) -> Result<(), Failure> {
    use axum::serve::ListenerExt;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await?;
    Ok(())
}

/// What the figures were measured on.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{}, {cores} cores, Linux {}",
        model.trim_start_matches([' ', '\t', ':']),
        read("/proc/sys/kernel/osrelease").trim()
    )
}
