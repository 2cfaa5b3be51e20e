"""Authlib: the flows of its documentation of OAuth2Session."""

import time

import told
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

ORDER = told.order()
TOKEN = ORDER["token_endpoint"]
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
METHODS = {"post": "client_secret_post", "none": "none"}


def session():
    """A session of the app; `client_secret_basic` is what the library does untold."""
    more = {}
    if ORDER["auth"] in METHODS:
        more["token_endpoint_auth_method"] = METHODS[ORDER["auth"]]
        more["revocation_endpoint_auth_method"] = METHODS[ORDER["auth"]]
    return OAuth2Session(
        ORDER["client_id"],
        ORDER["client_secret"],
        scope=ORDER["scope"],
        redirect_uri=ORDER["redirect_uri"],
        token_endpoint=TOKEN,
        code_challenge_method="S256",
        **more,
    )


def code():
    """A code, its tokens, a refresh, a revocation, and the code once more."""
    client = session()
    verifier = generate_token(48)
    url, state = client.create_authorization_url(
        ORDER["authorization_endpoint"], code_verifier=verifier
    )
    callback = told.visit(url)
    answer = {"authorization_response": callback, "code_verifier": verifier, "state": state}
    first = client.fetch_token(TOKEN, **answer)
    info = client.get(ORDER["token_info_endpoint"]).json()
    refreshed = client.refresh_token(TOKEN, refresh_token=first["refresh_token"])
    told.ask(tokens=[first, refreshed], info=info)
    client.revoke_token(ORDER["revocation_endpoint"], token=refreshed["refresh_token"]).raise_for_status()
    told.ask(revoked=True)
    client.fetch_token(TOKEN, **answer)


def client_credentials():
    """A token of the app's own, which it introspects."""
    client = session()
    token = client.fetch_token(TOKEN, grant_type="client_credentials")
    facts = client.introspect_token(ORDER["introspection_endpoint"], token=token["access_token"])
    told.ask(tokens=[token], introspected=facts.json())


def device():
    """Tokens for a device; the library knows the grant by its name only."""
    client = session()
    asked = {"client_id": ORDER["client_id"], "scope": ORDER["scope"]}
    answer = client.post(ORDER["device_authorization_endpoint"], data=asked, withhold_token=True)
    answer.raise_for_status()
    answer = answer.json()
    told.say(approve=answer)
    while True:
        try:
            token = client.fetch_token(
                TOKEN, grant_type=DEVICE_GRANT, device_code=answer["device_code"]
            )
        except OAuthError as error:
            if error.error not in ("authorization_pending", "slow_down"):
                raise
            time.sleep(answer["interval"])
        else:
            told.ask(tokens=[token])
            return


FLOWS = {"code": code, "client_credentials": client_credentials, "device": device}
told.run(FLOWS[ORDER["flow"]], AuthlibBaseError, lambda error: error.error)
