"""A mail server on loopback: python smtp_server.py PORT LOG [CERT KEY tls|starttls [USER PASSWORD]]

It writes a line of JSON for each mail that it takes. What it does with a recipient, the address says:
refused@… 550, relay@… 554, busy@… 451, once@… 451 the first time, slow@… takes its time.
"""

import asyncio
import json
import ssl
import sys
from email import message_from_bytes
from email.header import decode_header, make_header

from aiosmtpd.smtp import SMTP, AuthResult

SLOW = 3


class Handler:
    def __init__(self, log):
        self.log = open(log, "a", encoding="utf-8", buffering=1)
        self.seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        what = address.split("@")[0]
        if what == "refused":
            return "550 5.1.1 nobody has this address"
        if what == "relay":
            return "554 5.7.1 relay access denied"
        if what == "busy" or (what == "once" and address not in self.seen):
            self.seen.add(address)
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("slow@"):
            await asyncio.sleep(SLOW)
        mail = message_from_bytes(envelope.content)
        parts = [part for part in mail.walk() if not part.is_multipart()]
        said = {part.get_content_type(): part.get_payload(decode=True).decode() for part in parts}
        line = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "secure": server.transport.get_extra_info("ssl_object") is not None,
            "user": getattr(session, "user", None),
            "headers": {name: str(make_header(decode_header(value))) for name, value in mail.items()},
            "text": said["text/plain"],
            "html": said.get("text/html"),
        }
        self.log.write(json.dumps(line) + "\n")
        return "250 OK"


async def main(port, log, cert=None, key=None, kind=None, user=None, password=None):
    handler = Handler(log)
    tls = None
    if cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cert, key)

    def authenticate(server, session, envelope, mechanism, data):
        known = (data.login, data.password) == (user.encode(), password.encode())
        session.user = data.login.decode() if known else None
        return AuthResult(success=known, handled=False)

    settings = {"hostname": "localhost"}
    if kind == "starttls":
        settings.update(tls_context=tls, require_starttls=True)
    if user:
        settings.update(authenticator=authenticate, auth_required=True, auth_require_tls=kind == "starttls")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, **settings),
        "127.0.0.1",
        int(port),
        ssl=tls if kind == "tls" else None,
    )
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
