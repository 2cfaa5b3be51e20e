"""mcp: a server is called by its address alone, before and after a token has expired, and once for more than was allowed."""

import asyncio
from urllib.parse import parse_qs, urlparse

import told
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

ORDER = told.order()


class Kept:
    """What the library leaves to the app that uses it: to keep things."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Browser:
    """And to open a browser, whose person visits the provider."""

    callback = None

    async def open(self, url):
        self.callback = told.visit(url)

    async def came_back(self):
        params = {name: values[0] for name, values in parse_qs(urlparse(self.callback).query).items()}
        return AuthorizationCodeResult(code=params["code"], state=params.get("state"), iss=params.get("iss"))


def provider(kept):
    """The library's own flow, with nothing of its behaviour changed."""
    browser = Browser()
    metadata = OAuthClientMetadata(
        client_name="Note Keeper",
        redirect_uris=[ORDER["redirect_uri"]],
        token_endpoint_auth_method=ORDER["auth"],
    )
    return OAuthClientProvider(
        ORDER["server"],
        metadata,
        kept,
        redirect_handler=browser.open,
        callback_handler=browser.came_back,
        client_metadata_url=ORDER["document"],
    )


async def notes():
    kept = Kept()

    async def called(name, **arguments):
        result = await client.call_tool(name, arguments)
        told.ask(
            called=result.content[0].text,
            failed=bool(result.is_error),
            tokens=kept.tokens.model_dump(mode="json"),
            client=kept.client.model_dump(mode="json", exclude_none=True),
        )

    async with create_mcp_http_client(auth=provider(kept)) as http:
        transport = streamable_http_client(ORDER["server"], http_client=http)
        async with Client(transport, mode=ORDER["mode"] or "auto") as client:
            tools = await client.list_tools()
            told.ask(tools=sorted(tool.name for tool in tools.tools))
            await called("read_notes")
            await called("read_notes")
            await called("write_note", text="buy milk")
            await called("read_notes")


told.run(lambda: asyncio.run(notes()), (), None)
