//! One kept-open HTTP/1.1 connection with the least work per request.

use anyhow::{Context, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The largest reply that is read.
const LIMIT: usize = 1024 * 1024;

/// A connection and its read buffer.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A reply, in the connection's buffer.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Whether the status is 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `Location` header.
    pub(crate) fn location(&self) -> Option<&'a str> {
        let mut lines = self.head.split(|byte| *byte == b'\n');
        let value = lines.find_map(|line| header(line, b"location:"))?;
        std::str::from_utf8(value).ok()
    }
}

impl Connection {
    pub(crate) async fn open(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            buffer: vec![0; 4096],
        })
    }

    /// Sends the bytes of a request and reads the reply.
    pub(crate) async fn call(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            filled += self.read(filled).await?;
            if let Some(head) = Head::parse(&self.buffer[..filled])? {
                break head;
            }
        };
        let end = head.length + head.body_length;
        while filled < end {
            filled += self.read(filled).await?;
        }
        if filled > end {
            bail!("bytes after the reply");
        }
        Ok(Answer {
            status: head.status,
            head: &self.buffer[..head.length],
            body: &self.buffer[head.length..end],
        })
    }

    async fn read(&mut self, filled: usize) -> anyhow::Result<usize> {
        if filled == self.buffer.len() {
            if filled >= LIMIT {
                bail!("a reply of more than {LIMIT} bytes");
            }
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[filled..]).await? {
            0 => bail!("the server closed the connection"),
            read => Ok(read),
        }
    }
}

/// The parts of a reply's head that count.
#[derive(Debug, PartialEq)]
struct Head {
    status: u16,
    length: usize,
    body_length: usize,
}

impl Head {
    /// Reads the head of a reply; `None` while it is not there yet.
    fn parse(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let status = bytes
            .strip_prefix(b"HTTP/1.1 ")
            .and_then(|rest| number(rest.get(..3)?))
            .context("no HTTP/1.1 reply")?;
        let body_length = bytes[..end]
            .split(|byte| *byte == b'\n')
            .find_map(content_length)
            .context("a reply without Content-Length")?;
        Ok(Some(Head {
            status: u16::try_from(status)?,
            length: end + 4,
            body_length,
        }))
    }
}

fn content_length(line: &[u8]) -> Option<usize> {
    number(header(line, b"content-length:")?)
}

/// The value of a header line whose name, with its colon, is `wanted`.
fn header<'a>(line: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let (name, value) = line.split_at_checked(wanted.len())?;
    let named = name.eq_ignore_ascii_case(wanted);
    named.then(|| value.trim_ascii())
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let bytes = b"HTTP/1.1 200 OK\r\nA: b\r\ncontent-Length: 2\r\n\r\n{}";
        let head = Head {
            status: 200,
            length: bytes.len() - 2,
            body_length: 2,
        };
        assert_eq!(Head::parse(bytes).unwrap(), Some(head));
        assert_eq!(Head::parse(&bytes[..30]).unwrap(), None);
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n").is_err());
    }

    #[test]
    fn locations() {
        let answer = |head| Answer {
            status: 303,
            head,
            body: b"",
        };
        let there =
            answer(b"HTTP/1.1 303 See Other\r\nlocation: https://a.example/?code=1\r\n\r\n");
        assert_eq!(there.location(), Some("https://a.example/?code=1"));
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\n\r\n").location(), None);
        assert!(!there.is_success());
    }
}
