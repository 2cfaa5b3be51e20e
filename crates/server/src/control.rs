//! How a command of this machine speaks to a server that runs: over a socket in a folder beside its keys, which nobody else
//! may enter. It has the configuration read again, or the sockets handed over to the next process.
mod others;

pub(crate) use others::{Asking, not_taken, running, take_over};

use crate::http::listener::Listener;
use crate::ops::server_key;
use crate::ops::stopping::Stopping;
use crate::reload::{self, Configuration};
use crate::storage;
use anyhow::{Context as _, bail};
use config::Config;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Interest};
use tokio::net::UnixListener;

/// What the sockets are called, around a number of their own.
const NAME: (&str, &str) = ("control-", ".sock");
/// The longest path that the system takes for a Unix socket, in bytes.
const MAX_PATH: usize = 107;
/// Sockets that are handed over at most.
const MOST_SOCKETS: usize = 32;
/// The longest question, in bytes.
const MOST_ASKED: u64 = 64 * 1024;
/// How long whoever asks may take to ask.
const ASKING: Duration = Duration::from_secs(5);
/// How long an answer may take: a server that stops finishes its requests and its jobs first.
const ANSWERING: Duration = Duration::from_secs(60);

/// What a server is asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Question {
    /// Read the configuration again, if it is of this file.
    Reload {
        #[serde(default)]
        file: Option<PathBuf>,
    },
    /// Say how it was started.
    Tell,
    /// Write the file of the sealing keys again from memory, if it is this one and is gone.
    WriteSealingKeys { file: PathBuf },
    /// Hand the listening sockets over and end, if this is what is listened at and what is served.
    HandOver {
        /// The public places; behind them the one for metrics, if that is to be handed over too.
        listen: Vec<String>,
        storage: String,
        /// How many of them are public. Earlier versions do not say: they want all that there is.
        #[serde(default)]
        public: Option<usize>,
    },
}

/// What a server answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// The server's process.
    pub(crate) process: u32,
    /// Its issuer.
    pub(crate) issuer: String,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// Why it was refused, or what deserves a second look.
    pub(crate) sentences: Vec<String>,
    /// What its command line said in place of the file: where it listens, and the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started_with: Option<StartedWith>,
}

/// See [`Answer`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StartedWith {
    pub(crate) listen: Option<String>,
    pub(crate) issuer: Option<String>,
}

/// See [`Answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is done, or begun.
    Done,
    /// It is not, and everything is as before.
    Refused,
    /// The server is another one than that which was meant.
    Other,
}

/// See the module.
pub(crate) struct Control {
    configuration: Arc<Configuration>,
    public: Weak<Vec<Listener>>,
    metrics: Option<Weak<Listener>>,
    /// Begun when the sockets are another's.
    handed_over: Stopping,
    /// The process that they were handed to. It sees by the end of this that everything else is free.
    successor: Mutex<Option<tokio::net::UnixStream>>,
    /// Removed at the end.
    path: PathBuf,
}

impl Control {
    /// Opens the socket of a server; the listeners are what is handed over.
    ///
    /// # Errors
    /// When the folder cannot be made, or takes none.
    pub(crate) fn open(
        configuration: Arc<Configuration>,
        public: &Arc<Vec<Listener>>,
        metrics: &Option<Arc<Listener>>,
    ) -> anyhow::Result<(Arc<Self>, UnixListener)> {
        let folder = server_key::control_folder(&configuration.app().config.keys);
        server_key::make_folder(&folder)?;
        let number = u64::from_be_bytes(jose::random::bytes());
        let path = folder.join(format!("{}{number:016x}{}", NAME.0, NAME.1));
        let socket = at_short(&path, |path| UnixListener::bind(path))
            .with_context(|| format!("cannot listen on {}", path.display()))?;
        let control = Control {
            configuration,
            public: Arc::downgrade(public),
            metrics: metrics.as_ref().map(Arc::downgrade),
            handed_over: Stopping::default(),
            successor: Mutex::default(),
            path,
        };
        Ok((Arc::new(control), socket))
    }

    /// Resolves when the sockets were handed over, so that this process is to end.
    pub(crate) async fn handed_over(&self) {
        self.handed_over.begun().await;
    }

    /// Answers whoever asks, one after the other.
    pub(crate) async fn answer(self: Arc<Self>, socket: UnixListener, ending: Arc<Stopping>) {
        loop {
            let stream = tokio::select! {
                accepted = socket.accept() => accepted,
                () = ending.begun() => return,
            };
            match stream {
                Ok((stream, _)) => {
                    if let Err(error) = self.one(stream).await {
                        tracing::warn!(%error, "a command that spoke to this server was not answered: {error:#}");
                    }
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn one(&self, mut stream: tokio::net::UnixStream) -> anyhow::Result<()> {
        let mut line = String::new();
        let asked = (&mut stream).take(MOST_ASKED);
        tokio::time::timeout(ASKING, BufReader::new(asked).read_line(&mut line)).await??;
        match serde_json::from_str(&line)? {
            Question::Tell => {
                let mut answer = self.answer_of(Outcome::Done, Vec::new());
                let overrides = self.configuration.overrides().await;
                answer.started_with = Some(StartedWith {
                    listen: overrides.listen,
                    issuer: overrides.issuer,
                });
                stream.write_all(&as_line(&answer)?).await?;
            }
            Question::Reload { file } => {
                let answer = self.reload(file.as_deref()).await?;
                stream.write_all(&answer).await?;
            }
            Question::WriteSealingKeys { file } => {
                let written = self.configuration.app().sealing.write_again(&file);
                let (outcome, sentences) = match &written {
                    Ok(true) => (Outcome::Done, Vec::new()),
                    Ok(false) => (Outcome::Other, Vec::new()),
                    Err(error) => (Outcome::Refused, lines(error)),
                };
                if let Outcome::Done = outcome {
                    tracing::warn!(
                        "the file of the sealing keys was gone, and was written again from memory, as `valetkey key rotate --lost` asked"
                    );
                }
                let answer = self.answered(outcome, sentences)?;
                stream.write_all(&answer).await?;
            }
            Question::HandOver {
                listen,
                storage,
                public,
            } => {
                self.hand_over(stream, &listen, public, &storage).await?;
            }
        }
        Ok(())
    }

    async fn reload(&self, file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
        if let Some(other) = self.other_file(file) {
            return self.answered(Outcome::Other, vec![other]);
        }
        let reloaded = self.configuration.reload().await;
        let (outcome, sentences) = match &reloaded {
            Ok(app) => (Outcome::Done, app.config.warnings.clone()),
            Err(error) => (Outcome::Refused, lines(error)),
        };
        reload::tell_of(reloaded, "valetkey config reload");
        self.answered(outcome, sentences)
    }

    fn answered(&self, outcome: Outcome, sentences: Vec<String>) -> anyhow::Result<Vec<u8>> {
        as_line(&self.answer_of(outcome, sentences))
    }

    fn answer_of(&self, outcome: Outcome, sentences: Vec<String>) -> Answer {
        Answer {
            process: std::process::id(),
            issuer: self.configuration.app().config.issuer.clone(),
            outcome,
            sentences,
            started_with: None,
        }
    }

    /// Why a file is another one than this server reads.
    fn other_file(&self, named: Option<&Path>) -> Option<String> {
        let named = named?;
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let config = &self.configuration.app().config;
        match &config.source {
            Some(own) if real(own) == real(named) => None,
            Some(own) => Some(format!(
                "it reads {}, not {}",
                real(own).display(),
                named.display()
            )),
            None => Some(format!("it reads no file, and so not {}", named.display())),
        }
    }

    async fn hand_over(
        &self,
        mut stream: tokio::net::UnixStream,
        listen: &[String],
        public: Option<usize>,
        storage: &str,
    ) -> anyhow::Result<()> {
        let app = self.configuration.app();
        let with_metrics = public.is_none_or(|public| listen.len() > public);
        if let Some(sentence) = differs(&app.config, listen, with_metrics, storage)? {
            let answer = self.answered(Outcome::Other, vec![sentence])?;
            return Ok(stream.write_all(&answer).await?);
        }
        let public = self.public.upgrade().filter(|_| !self.is_taken());
        let Some(public) = public else {
            let sentence = "it hands over to another process already, or stops".to_owned();
            let answer = self.answered(Outcome::Refused, vec![sentence])?;
            return Ok(stream.write_all(&answer).await?);
        };
        let metrics = self.metrics.as_ref().filter(|_| with_metrics);
        let metrics = metrics.and_then(Weak::upgrade);
        let sockets: Vec<BorrowedFd<'_>> = public
            .iter()
            .chain(metrics.as_deref())
            .map(AsFd::as_fd)
            .collect();
        let answer = self.answered(Outcome::Done, Vec::new())?;
        let send = || send(stream.as_fd(), &answer, &sockets);
        stream.async_io(Interest::WRITABLE, send).await?;
        tracing::info!("another process takes over: this one finishes what is under way and ends");
        let mut successor = self
            .successor
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *successor = Some(stream);
        self.handed_over.begin();
        Ok(())
    }

    fn is_taken(&self) -> bool {
        let successor = self.successor.lock();
        successor.unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// What a server listens at, as it is compared: the public places, then the one for metrics if that is one of them.
fn places(config: &Config, with_metrics: bool) -> Vec<String> {
    let metrics = config.metrics.iter().filter(|_| with_metrics);
    let all = config.listen.iter().chain(metrics);
    all.map(ToString::to_string).collect()
}

/// Why a server of this configuration is not the one whose sockets are asked for.
fn differs(
    config: &Config,
    listen: &[String],
    with_metrics: bool,
    storage: &str,
) -> anyhow::Result<Option<String>> {
    let own = places(config, with_metrics);
    let serves = storage::location(config)?.to_string();
    Ok(if own != listen {
        let (own, listen) = (own.join(", "), listen.join(", "));
        Some(format!("it listens on {own}, and not on {listen}"))
    } else if serves != storage {
        Some(format!("it serves {serves}, and not {storage}"))
    } else {
        None
    })
}

fn as_line(answer: &Answer) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(answer)?;
    text.push(b'\n');
    Ok(text)
}

fn lines(error: &anyhow::Error) -> Vec<String> {
    format!("{error:#}").lines().map(str::to_owned).collect()
}

/// Has every server that runs on this machine by keys in this folder read its configuration again, if it is that of `file`.
///
/// # Errors
/// When there is none, or none can be spoken to.
pub(crate) fn reload_all(keys: &Path, file: Option<&Path>) -> anyhow::Result<Vec<Answer>> {
    let file = file.map(std::path::absolute).transpose()?;
    let (mut answers, folder) = (Vec::new(), server_key::control_folder(keys));
    for socket in sockets(&folder)? {
        let question = Question::Reload { file: file.clone() };
        if let Some(asked) = ask(&socket, &question)? {
            answers.push(asked.answer);
        }
    }
    if answers.is_empty() {
        bail!(
            "no server of this configuration runs on this machine, as far as {} says: start one with `valetkey serve`, or send SIGHUP to one that cannot write there. If storage.url or storage.keys was changed, the server still runs by the earlier one: restart it, since a reload cannot change these",
            folder.display()
        );
    }
    Ok(answers)
}

/// Has a server that runs on this machine, and holds lost sealing keys still, write their file again. The process that did;
/// `None`: there is none.
///
/// # Errors
/// When there is one and it cannot.
pub(crate) fn write_sealing_keys(keys: &Path, file: &Path) -> anyhow::Result<Option<u32>> {
    let file = std::path::absolute(file)?;
    for socket in sockets(&server_key::control_folder(keys))? {
        let question = Question::WriteSealingKeys { file: file.clone() };
        let Some(asked) = ask(&socket, &question)? else {
            continue;
        };
        let Answer {
            process,
            outcome,
            sentences,
            ..
        } = asked.answer;
        match outcome {
            Outcome::Done => return Ok(Some(process)),
            Outcome::Other => {}
            Outcome::Refused => bail!(
                "process {process} holds the keys still, and cannot write them again: {}",
                sentences.join("; ")
            ),
        }
    }
    Ok(None)
}

/// The sockets of servers in a folder.
fn sockets(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot look into {}", folder.display()));
        }
    };
    let names = found.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_one = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(NAME.0) && name.ends_with(NAME.1))
    };
    Ok(names.filter(is_one).collect())
}

/// A server's answer, the sockets that came with it, and the connection.
struct Asked {
    answer: Answer,
    sockets: Vec<OwnedFd>,
    stream: UnixStream,
}

/// Asks a server; `None` when it does not run any more, and has left its socket.
fn ask(socket: &Path, question: &Question) -> anyhow::Result<Option<Asked>> {
    let mut stream = match at_short(socket, |path| UnixStream::connect(path)) {
        Ok(stream) => stream,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            let _ = fs::remove_file(socket);
            return Ok(None);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot speak to {}", socket.display()));
        }
    };
    stream.set_read_timeout(Some(ANSWERING))?;
    let mut text = serde_json::to_vec(question)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let (mut told, sockets) = receive(&stream)?;
    while !told.ends_with(b"\n") {
        let mut more = [0; 4096];
        match stream.read(&mut more)? {
            // It ended meanwhile.
            0 if told.is_empty() => return Ok(None),
            0 => break,
            read => told.extend_from_slice(&more[..read]),
        }
    }
    let answer = serde_json::from_slice(&told)?;
    Ok(Some(Asked {
        answer,
        sockets,
        stream,
    }))
}

/// Waits until the other end has closed a connection.
fn wait_for_end(mut stream: UnixStream) -> io::Result<()> {
    let mut rest = [0; 64];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}

/// Sends an answer, with sockets.
fn send(to: BorrowedFd<'_>, answer: &[u8], sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_SOCKETS))];
    let mut along = SendAncillaryBuffer::new(&mut space);
    if !along.push(SendAncillaryMessage::ScmRights(sockets)) {
        return Err(io::Error::other("these are too many sockets to hand over"));
    }
    let sent = sendmsg(to, &[IoSlice::new(answer)], &mut along, SendFlags::empty())?;
    match sent == answer.len() {
        true => Ok(()),
        false => Err(ErrorKind::WriteZero.into()),
    }
}

/// The beginning of an answer, with the sockets that come along.
fn receive(from: &UnixStream) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_SOCKETS))];
    let mut along = RecvAncillaryBuffer::new(&mut space);
    let mut text = vec![0; 4096];
    let parts = &mut [IoSliceMut::new(&mut text)];
    let read = recvmsg(from, parts, &mut along, RecvFlags::CMSG_CLOEXEC)?.bytes;
    let mut sockets = Vec::new();
    for message in along.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            sockets.extend(rights);
        }
    }
    text.truncate(read);
    Ok((text, sockets))
}

/// Does something with the path of a Unix socket, by a shorter one if it is too long for that.
fn at_short<T>(path: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return act(path);
    };
    if path.as_os_str().len() <= MAX_PATH {
        return act(path);
    }
    let folder = File::open(folder)?;
    let short = format!("/proc/self/fd/{}", folder.as_raw_fd());
    act(&Path::new(&short).join(name))
}
