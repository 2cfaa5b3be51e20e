"""requests-oauthlib: the flows of its documentation."""

import time

import told
from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, OAuth2Error
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

ORDER = told.order()
CLIENT_ID, SECRET, AUTH = ORDER["client_id"], ORDER["client_secret"], ORDER["auth"]
SCOPE = ORDER["scope"].split()
TOKEN = ORDER["token_endpoint"]


def credentials():
    """The credentials of a new token: HTTP Basic unless `include_client_id` puts them into the body."""
    return {
        "basic": {"client_secret": SECRET},
        "post": {"client_secret": SECRET, "include_client_id": True},
        "none": {"include_client_id": True},
        # What becomes of a public app whose developer leaves `include_client_id` out.
        "basic_without_secret": {},
    }[AUTH]


def refresh_credentials():
    """The credentials of a refresh, for which the library has no default."""
    return {
        "basic": {"auth": HTTPBasicAuth(CLIENT_ID, SECRET)},
        "post": {"client_id": CLIENT_ID, "client_secret": SECRET},
        "none": {"client_id": CLIENT_ID},
    }[AUTH]


def code():
    """A code, its tokens, a refresh, and the code once more."""
    session = OAuth2Session(CLIENT_ID, redirect_uri=ORDER["redirect_uri"], scope=SCOPE, pkce="S256")
    url, _state = session.authorization_url(ORDER["authorization_endpoint"])
    callback = told.visit(url)
    first = session.fetch_token(TOKEN, authorization_response=callback, **credentials())
    info = session.get(ORDER["token_info_endpoint"]).json()
    refreshed = session.refresh_token(TOKEN, **refresh_credentials())
    told.ask(tokens=[first, refreshed], info=info)
    session.fetch_token(TOKEN, authorization_response=callback, **credentials())


def client_credentials():
    """A token of the app's own."""
    # The scope belongs to the client: one given to the session is not sent, but compared with what comes.
    session = OAuth2Session(client=BackendApplicationClient(client_id=CLIENT_ID, scope=SCOPE))
    told.ask(tokens=[session.fetch_token(TOKEN, **credentials())])


def device():
    """Tokens for a device; the library has a client for the grant, the loop is the app's own."""
    session = OAuth2Session(client=DeviceClient(CLIENT_ID, scope=SCOPE))
    asked = {"client_id": CLIENT_ID, "scope": ORDER["scope"]}
    answer = session.post(ORDER["device_authorization_endpoint"], data=asked, withhold_token=True)
    answer.raise_for_status()
    answer = answer.json()
    told.say(approve=answer)
    while True:
        try:
            token = session.fetch_token(
                TOKEN, device_code=answer["device_code"], include_client_id=True
            )
        except CustomOAuth2Error as error:
            if error.error not in ("authorization_pending", "slow_down"):
                raise
            time.sleep(answer["interval"])
        else:
            told.ask(tokens=[token])
            return


FLOWS = {"code": code, "client_credentials": client_credentials, "device": device}
told.run(FLOWS[ORDER["flow"]], OAuth2Error, lambda error: error.error)
