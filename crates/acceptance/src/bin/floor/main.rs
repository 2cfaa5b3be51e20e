//! The floor of a comparison: a token endpoint that stores durably the rows an OAuth server needs
//! and does nothing else. It checks no rule, keeps no log and knows one app. Loopback only.
//!
//! `POST /oauth/token` knows `client_credentials` and `refresh_token`; `POST /oauth/introspect`
//! answers for access tokens, `GET /v1/token/info` for the one it is made with; `GET /health/ready` says 200.

mod http;
mod postgres;
mod sqlite;
mod store;
mod token;

use axum::serve::ListenerExt;
use clap::Parser;
use http::App;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, Job, Table};
use token::{Ids, mint, sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The bare server that Valetkey's speed is compared with.
#[derive(Parser)]
#[command(name = "floor")]
struct Args {
    /// Loopback address to listen on.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// SQLite file, made if absent.
    #[arg(long, value_name = "PATH", required_unless_present = "postgres")]
    db: Option<PathBuf>,
    /// PostgreSQL database instead.
    #[arg(long, value_name = "URL", conflicts_with = "db")]
    postgres: Option<String>,
    /// Id of the one app.
    #[arg(long, default_value = "bench")]
    client: String,
    /// Secret of the one app.
    #[arg(long, default_value = "bench-secret")]
    secret: String,
    /// After the start, mint refresh tokens into this file, one per line.
    #[arg(long, value_name = "FILE")]
    refresh_file: Option<PathBuf>,
    /// How many refresh tokens to mint.
    #[arg(long, default_value_t = 2000)]
    refresh_tokens: usize,
    /// Seconds after which the server ends by itself.
    #[arg(long, default_value_t = 600)]
    life: u64,
    /// Worker threads; 0: one per core.
    #[arg(long, default_value_t = 0)]
    workers: usize,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("floor: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn run(mut args: Args) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.listen.ip().is_loopback(),
        "{} is not a loopback address: the floor protects nothing",
        args.listen
    );
    if args.workers == 0 {
        args.workers = std::thread::available_parallelism().map_or(2, usize::from);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(args.workers)
        .enable_all()
        .build()?;
    let life = Duration::from_secs(args.life);
    runtime.block_on(async {
        let served = tokio::time::timeout(life, serve(args)).await;
        served.unwrap_or(Ok(()))
    })
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let store = match (&args.postgres, &args.db) {
        (Some(url), _) => Db::Postgres(postgres::Db::open(url).await?),
        (None, path) => {
            let path = path.as_deref().unwrap_or(Path::new("floor.db"));
            Db::Sqlite(sqlite::Db::open(path, args.workers)?)
        }
    };
    let app = Arc::new(App {
        client: args.client,
        secret: sha256(args.secret.as_bytes()),
        ids: Ids::above(store.max_id()),
        store,
    });
    let listener = TcpListener::bind(args.listen).await?;
    if let Some(file) = args.refresh_file {
        let minting = mint_refresh(app.clone(), file, args.refresh_tokens);
        tokio::spawn(async move {
            if let Err(e) = minting.await {
                eprintln!("refresh tokens: {e}");
            }
        });
    }
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, http::router(app)).await?;
    Ok(())
}

/// Stores `count` refresh tokens and then writes the file, whole or not at all.
async fn mint_refresh(app: Arc<App>, file: PathBuf, count: usize) -> anyhow::Result<()> {
    let mut stored = JoinSet::new();
    let mut texts = String::new();
    for _ in 0..count {
        let (text, token) = mint(&app.ids);
        texts.push_str(&text);
        texts.push('\n');
        let app = app.clone();
        stored.spawn(async move { app.store.commit(Job::Append(Table::Refresh, token)).await });
    }
    while let Some(outcome) = stored.join_next().await {
        anyhow::ensure!(outcome? == Some(true), "a refresh token was not stored");
    }
    write_whole(&file, &texts)?;
    Ok(())
}

fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let part = file.with_extension("part");
    std::fs::write(&part, text)?;
    std::fs::rename(part, file)
}
