"""An MCP server behind Valetkey. `docs/how-to/mcp-server-in-python.md` says how it is run."""

import json
import os
import sys
from collections import defaultdict
from urllib.parse import urlsplit

import httpx2
from fastmcp import FastMCP
from fastmcp.exceptions import InsufficientScopeError
from fastmcp.server.auth import AccessToken, RemoteAuthProvider, TokenVerificationError, TokenVerifier
from fastmcp.server.dependencies import get_access_token
from mcp.server.transport_security import RequestBodyLimitMiddleware
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse


def setting(name):
    return os.environ.get(name) or sys.exit(f"set {name}")


# The address of this server as clients know it, which is also what names it at the provider.
ISSUER, RESOURCE = setting("ISSUER"), setting("RESOURCE")
CREDENTIAL = (setting("CLIENT_ID"), setting("CLIENT_SECRET"))
ISSUED, ADDRESS = urlsplit(ISSUER), urlsplit(RESOURCE)
HOST = f"{ADDRESS.scheme}://{ADDRESS.netloc}"
READ, WRITE = "notes:read", "notes:write"


class Tokens(TokenVerifier):
    """Asks the provider about every token (RFC 7662), so that one which is taken back is refused at once."""

    def __init__(self):
        super().__init__(required_scopes=[READ])
        found = f"{ISSUED.scheme}://{ISSUED.netloc}/.well-known/oauth-authorization-server{ISSUED.path.rstrip('/')}"
        self.url = httpx2.get(found).raise_for_status().json()["introspection_endpoint"]
        # A wrong credential is better known now than at the first request.
        httpx2.post(self.url, data={"token": "none"}, auth=CREDENTIAL).raise_for_status()
        self.http = httpx2.AsyncClient(auth=CREDENTIAL)

    async def verify_token(self, token):
        try:
            answer = await self.http.post(self.url, data={"token": token})
            told = answer.raise_for_status().json()
        except httpx2.HTTPError as error:
            raise TokenVerificationError(f"{ISSUER} cannot be asked: {error}") from error
        if not told["active"]:
            return None
        audience = told.get("aud", [])
        # Not one for another API; nor one that is bound to a key (RFC 9449), of which FastMCP asks no proof.
        if RESOURCE not in ([audience] if isinstance(audience, str) else audience) or "cnf" in told:
            return None
        return AccessToken(
            token=token,
            client_id=told["client_id"],
            subject=told["sub"],
            scopes=told["scope"].split(),
            expires_at=told["exp"],
        )


class StepUp(BaseHTTPMiddleware):
    """Answers a call that needs more than its token has with 403, upon which clients ask their user for more. MCP has one
    address for all tools, so which one is called stands in the body."""

    async def dispatch(self, request, call_next):
        lacks = request.user.is_authenticated and WRITE not in request.auth.scopes
        if not (lacks and writes(await request.body())):
            return await call_next(request)
        # All that is needed, so that nobody loses what they had.
        metadata = f"{HOST}/.well-known/oauth-protected-resource{ADDRESS.path}"
        challenge = f'Bearer error="insufficient_scope", scope="{READ} {WRITE}", resource_metadata="{metadata}"'
        return JSONResponse({"error": "insufficient_scope"}, 403, {"WWW-Authenticate": challenge})


def writes(body):
    try:
        call = json.loads(body)
        return call["method"] == "tools/call" and call["params"]["name"] == "write_note"
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def person(scope):
    token = get_access_token()
    if scope not in token.scopes:
        raise InsufficientScopeError([scope])
    return token.subject


try:
    auth = RemoteAuthProvider(Tokens(), [ISSUER], HOST, scopes_supported=[READ, WRITE])
except httpx2.HTTPError as error:
    sys.exit(f"{ISSUER} cannot be asked: {error}")
server = FastMCP("notes", auth=auth)
notes = defaultdict(list)


@server.tool
def read_notes() -> str:
    """Reads all notes."""
    return "\n".join(notes[person(READ)]) or "no notes yet"


@server.tool
def write_note(text: str) -> str:
    """Writes a note."""
    notes[person(WRITE)].append(text)
    return "written"


if __name__ == "__main__":
    host, _, port = os.environ.get("LISTEN", "127.0.0.1:8083").rpartition(":")
    server.run(
        transport="http",
        host=host,
        port=int(port),
        path=ADDRESS.path,
        middleware=[Middleware(RequestBodyLimitMiddleware, 256 * 1024), Middleware(StepUp)],
        stateless_http=True,
        json_response=True,
        host_origin_protection=True,
        allowed_hosts=[ADDRESS.hostname],
        show_banner=False,
    )
