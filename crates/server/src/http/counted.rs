//! The stream under HTTP: it counts what is read and taken, and gives our form to the answers that the HTTP library
//! writes by itself.
use super::deadlines::Traffic;
use super::request::RequestId;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// See the module.
pub(crate) struct Counted<S> {
    stream: S,
    traffic: Arc<Traffic>,
    /// What is written in place of the library's own refusal, and how much of it is.
    refusal: Option<(Vec<u8>, usize)>,
}

impl<S> Counted<S> {
    /// Counts what goes over a stream.
    pub(crate) fn of(stream: S, traffic: Arc<Traffic>) -> Self {
        Counted {
            stream,
            traffic,
            refusal: None,
        }
    }

    fn noted<T>(&self, taken: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &taken {
            Poll::Ready(_) => self.traffic.was_written(),
            Poll::Pending => self.traffic.set_blocked(true),
        }
        taken
    }
}

impl<S: AsyncWrite + Unpin> Counted<S> {
    /// Writes the refusal in place of `bytes`, which it is for.
    fn refuse(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<io::Result<usize>> {
        while let Some((text, done)) = &mut self.refusal {
            let written = Pin::new(&mut self.stream).poll_write(cx, &text[*done..]);
            match written {
                Poll::Pending => {
                    self.traffic.set_blocked(true);
                    return Poll::Pending;
                }
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(taken) => *done += taken?,
            }
            if *done == text.len() {
                self.refusal = None;
            }
        }
        self.traffic.was_written();
        Poll::Ready(Ok(bytes))
    }
}

/// What to say in place of an answer that the HTTP library wrote by itself: it has no body and no id.
fn refusal_for(head: &[u8]) -> Option<Vec<u8>> {
    if !head.starts_with(b"HTTP/1.1 4") || !head.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = std::str::from_utf8(head).ok()?;
    if head.contains("x-request-id: ") || !head.contains("content-length: 0\r\n") {
        return None;
    }
    let status = head.lines().next()?;
    let date = head.lines().find(|line| line.starts_with("date: "))?;
    let sentence = match &status[9..12] {
        "431" | "414" => "the request's head is larger than 32 KiB",
        _ => "this is no request that HTTP knows",
    };
    let id = RequestId::next();
    let body = format!(
        r#"{{"error":"invalid_request","error_description":"{sentence}","request_id":"{id}"}}"#
    );
    Some(
        format!(
            "{status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n\
             x-content-type-options: nosniff\r\nx-request-id: {id}\r\nconnection: close\r\n\
             content-length: {}\r\n{date}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        if buf.filled().len() > before {
            self.traffic.was_read();
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.refusal.is_none() {
            self.refusal = refusal_for(buf).map(|text| (text, 0));
        }
        if self.refusal.is_some() {
            return self.refuse(cx, buf.len());
        }
        let taken = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.noted(taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = bufs {
            return self.poll_write(cx, only);
        }
        let taken = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.noted(taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.traffic.set_blocked(flushed.is_pending());
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.traffic.set_blocked(done.is_pending());
        done
    }
}

#[cfg(test)]
mod tests {
    use super::refusal_for;

    #[test]
    fn only_the_librarys_own_refusal_is_replaced() {
        let own = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let ours = String::from_utf8(refusal_for(own.as_bytes()).unwrap()).unwrap();
        assert!(ours.starts_with("HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"));
        assert!(ours.contains("\r\ndate: now\r\n\r\n{\"error\":\"invalid_request\""));
        for other in [
            own.replace("date", "x-request-id: 1\r\ndate"),
            own.replace("400 Bad Request", "200 OK"),
            own.replace("content-length: 0", "content-length: 5"),
        ] {
            assert!(refusal_for(other.as_bytes()).is_none(), "{other}");
        }
    }
}
