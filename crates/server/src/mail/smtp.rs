//! Mails to a server, command by command (RFC 5321): which of them was refused tells whether another time can help.
use crate::jobs::JobError;
use config::{Security, Smtp};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::error::Error as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long a connection, or an answer to its first words, is waited for.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept on which nothing is sent.
const IDLE: Duration = Duration::from_secs(5);

/// A server that takes mails, and connections to it that are free.
pub(super) struct Relay {
    smtp: Smtp,
    hello: ClientId,
    /// Reading the certificates that are trusted takes a while: it is done once, when the first mail is sent.
    tls: OnceLock<TlsParameters>,
    free: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Relay {
    /// A server to which we call ourselves by the host of `issuer`.
    pub(super) fn new(smtp: Smtp, issuer: &str) -> Self {
        let host = crate::oauth::endpoints::origin(issuer).rsplit("//").next();
        let host = host.and_then(|host| host.split(':').next());
        let name = host.filter(|host| !host.is_empty() && !host.starts_with('['));
        Relay {
            smtp,
            hello: name.map_or_else(ClientId::default, |name| ClientId::Domain(name.to_owned())),
            tls: OnceLock::new(),
            free: Mutex::default(),
        }
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// [`JobError::Dead`] when this recipient or this mail is refused for good.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), JobError> {
        let mut conn = match self.take().await {
            Some(conn) => conn,
            None => self.connect().await.map_err(JobError::Retry)?,
        };
        match hand_over(&mut conn, envelope, mail).await {
            Ok(()) => {
                self.lock().push((Instant::now(), conn));
                Ok(())
            }
            Err(error) => {
                let _ = tokio::time::timeout(Duration::from_secs(1), conn.abort()).await;
                Err(error)
            }
        }
    }

    /// Greets the server, proves who we are, and leaves.
    ///
    /// # Errors
    /// One sentence.
    pub(super) async fn check(&self) -> Result<String, String> {
        let mut conn = self.connect().await?;
        let secure = if conn.is_encrypted() { " over TLS" } else { "" };
        let known = match &self.smtp.login {
            Some((user, _)) => format!(" and knows {user}"),
            None => String::new(),
        };
        let _ = conn.quit().await;
        Ok(format!("{} answers{secure}{known}", self.place()))
    }

    /// Ends connections that were not used for a while.
    pub(super) fn rest(&self) {
        self.lock().retain(|(since, _)| since.elapsed() < IDLE);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, AsyncSmtpConnection)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A free connection that still works.
    async fn take(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (since, mut conn) = self.lock().pop()?;
            if since.elapsed() < IDLE && conn.test_connected().await {
                return Some(conn);
            }
        }
    }

    fn place(&self) -> String {
        format!("{}:{}", self.smtp.host, self.smtp.port)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let connecting = tokio::time::timeout(CONNECT, self.greet());
        connecting
            .await
            .unwrap_or_else(|_| Err(format!("{} does not answer in time", self.place())))
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, String> {
        let place = self.place();
        let Smtp {
            host,
            port,
            security,
            login,
            ..
        } = &self.smtp;
        let wrapped = match security {
            Security::Tls => Some(self.tls()?),
            Security::StartTls | Security::None => None,
        };
        let server = (host.as_str(), *port);
        let reached =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, wrapped, None);
        let mut conn = reached
            .await
            .map_err(|error| format!("{place} cannot be reached: {}", said(&error)))?;
        if *security == Security::StartTls {
            let secured = conn.starttls(self.tls()?, &self.hello).await;
            secured.map_err(|error| format!("{place} does not turn to TLS: {}", said(&error)))?;
        }
        if let Some((user, password)) = login {
            let proof = Credentials::new(user.clone(), password.0.clone());
            let ways = [Mechanism::Plain, Mechanism::Login];
            // What the server says to this might hold what it was told.
            conn.auth(&ways, &proof).await.map_err(|error| {
                let code = error
                    .status()
                    .map_or_else(String::new, |code| format!(" ({code})"));
                format!(
                    "{place} does not accept the user or password{code}: correct them under [mail]"
                )
            })?;
        }
        Ok(conn)
    }

    fn tls(&self) -> Result<TlsParameters, String> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let made = TlsParameters::new(self.smtp.host.clone());
        let made = made.map_err(|error| format!("TLS cannot be used: {}", said(&error)))?;
        Ok(self.tls.get_or_init(|| made).clone())
    }
}

/// Sends a mail on a connection.
async fn hand_over(
    conn: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<(), JobError> {
    // A sender who is refused is a matter of the configuration, for all mails alike.
    let sender = |error: Error| JobError::Retry(format!("the sender is refused: {}", said(&error)));
    let mut parameters = Vec::new();
    if needs_utf8(envelope) {
        if !conn.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(without_utf8(envelope));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = envelope.from().cloned();
    conn.command(Mail::new(from, parameters))
        .await
        .map_err(sender)?;
    for to in envelope.to() {
        let recipient = Rcpt::new(to.clone(), Vec::new());
        let refused = |error| refused_recipient(&error);
        conn.command(recipient).await.map_err(refused)?;
    }
    let refused = |error| refused("the mail", &error);
    conn.command(Data).await.map_err(refused)?;
    conn.message(mail).await.map_err(refused)?;
    Ok(())
}

fn needs_utf8(envelope: &Envelope) -> bool {
    let mut all = envelope.from().into_iter().chain(envelope.to());
    all.any(|address| !address.to_string().is_ascii())
}

/// Of a server that takes no such letters (RFC 6531).
fn without_utf8(envelope: &Envelope) -> JobError {
    let why = |whose: &str| {
        format!("the mail server takes no {whose} with letters beyond ASCII in its address")
    };
    match envelope
        .from()
        .is_none_or(|from| from.to_string().is_ascii())
    {
        true => JobError::Dead(why("recipient")),
        false => JobError::Retry(why("sender")),
    }
}

/// A refusal of who we are, such as "relay access denied", would hit every mail alike: it comes as one of a recipient.
fn refused_recipient(error: &Error) -> JobError {
    let said = said(error);
    match is_about_us(&said) {
        true => JobError::Retry(format!("the mail server does not let us send: {said}")),
        false => refused("the recipient", error),
    }
}

/// Whether an answer names a policy (5.7.x, RFC 3463 §3.8), or that we did not say who we are (530, RFC 4954 §6).
fn is_about_us(said: &str) -> bool {
    let mut words = said.split_whitespace();
    let code = words.next();
    let policy = |word: &str| word.starts_with("5.7.");
    code == Some("530") || words.next().is_some_and(policy)
}

/// A refusal for good (5xx) or for now (4xx), or a connection that broke.
fn refused(what: &str, error: &Error) -> JobError {
    let why = format!("{what} is refused: {}", said(error));
    match error.is_permanent() {
        true => JobError::Dead(why),
        false if error.is_transient() => JobError::Retry(why),
        false => JobError::Retry(format!("the connection broke: {}", said(error))),
    }
}

/// What a server said, with its code, or what else went wrong.
fn said(error: &Error) -> String {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => format!("{code} {text}"),
        None if text.is_empty() => error.to_string(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_who_we_are_is_not_one_of_the_recipient() {
        for said in [
            "554 5.7.1 <ada@example.com>: Relay access denied",
            "550 5.7.60 client does not have permissions to send as this sender",
            "530 5.7.0 Authentication required",
            "530 log in first",
        ] {
            assert!(is_about_us(said), "{said}");
        }
        for said in [
            "550 5.1.1 nobody has this address",
            "550 nobody has 5.7.1",
            "552 5.2.2 the mailbox is full",
            "550 ",
            "",
        ] {
            assert!(!is_about_us(said), "{said}");
        }
    }

    #[test]
    fn a_sender_beyond_ascii_is_a_matter_of_the_configuration() {
        let address = |text: &str| text.parse().unwrap();
        let between = |from, to| Envelope::new(Some(address(from)), vec![address(to)]).unwrap();
        let recipient = between("no-reply@acme.example", "zoë@example.com");
        assert!(matches!(without_utf8(&recipient), JobError::Dead(_)));
        let sender = between("grüße@acme.example", "zoë@example.com");
        assert!(matches!(without_utf8(&sender), JobError::Retry(_)));
    }
}
