"""social-auth-core (python-social-auth): a backend of three URLs."""

from urllib.parse import parse_qsl, urlsplit

import told
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.exceptions import SocialAuthBaseException
from social_site import Strategy

ORDER = told.order()


class Valetkey(BaseOAuth2PKCE):
    """The provider. The secret goes into the body unless USE_BASIC_AUTH says otherwise."""

    name = "valetkey"
    AUTHORIZATION_URL = ORDER["authorization_endpoint"]
    ACCESS_TOKEN_URL = ORDER["token_endpoint"]
    REVOKE_TOKEN_URL = ORDER["revocation_endpoint"]
    USE_BASIC_AUTH = ORDER["auth"] == "basic"
    # Untold, the library adds a parameter of its own to the redirect URI, which is then not the registered one.
    REDIRECT_STATE = False
    ID_KEY = "user_id"
    EXTRA_DATA = [("refresh_token", "refresh_token"), ("expires_in", "expires")]

    def user_data(self, access_token, *args, **kwargs):
        """What the provider tells of the token and its user."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        return self.get_json(ORDER["token_info_endpoint"], headers=bearer)

    def get_user_details(self, response):
        """The user, as the site calls them."""
        return {"username": response["user_id"]}

    def revoke_token_params(self, token, uid):
        """What is to be revoked; the library puts it into the URL and into the body."""
        return {"token": token}


def strategy():
    """The site, with one visitor."""
    return Strategy(
        KEY=ORDER["client_id"], SECRET=ORDER["client_secret"], SCOPE=ORDER["scope"].split()
    )


def code():
    """A code, its tokens, a refresh, and the code once more."""
    site = strategy()
    callback = told.visit(Valetkey(site, redirect_uri=ORDER["redirect_uri"]).start())
    site.query = dict(parse_qsl(urlsplit(callback).query))
    backend = Valetkey(site, redirect_uri=ORDER["redirect_uri"])
    user = backend.complete()
    refreshed = backend.refresh_token(user.extra_data["refresh_token"])
    told.ask(tokens=[user.extra_data, refreshed], info={"user_id": user.uid})
    backend.request_access_token(
        backend.access_token_url(),
        method="POST",
        headers=backend.auth_headers(),
        data=backend.auth_complete_params(site.query["state"]),
        auth=backend.auth_complete_credentials(),
    )


def revocation():
    """A token is given back."""
    Valetkey(strategy()).revoke_token("a-token", "a-user")


FLOWS = {"code": code, "revocation": revocation}
told.run(FLOWS[ORDER["flow"]], SocialAuthBaseException, lambda error: error.provider_code or error.code)
