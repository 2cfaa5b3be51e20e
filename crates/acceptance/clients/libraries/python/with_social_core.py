"""social-auth-core (python-social-auth): a backend of three URLs, and the least that a site must give it."""

from urllib.parse import parse_qsl, urlsplit

import told
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.exceptions import SocialAuthBaseException
from social_core.storage import BaseStorage, NonceMixin, UserMixin
from social_core.strategy import BaseStrategy

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


class User(UserMixin):
    """An account on the site."""

    def __init__(self, uid, extra_data):
        self.provider, self.uid, self.extra_data = Valetkey.name, uid, extra_data

    def save(self):
        """There is no database."""


class Nonce(NonceMixin):
    """States that were handed out and not yet used."""

    known = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        """Remembers a new one."""
        cls.known.add((server_url, timestamp, salt))
        return True

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        """Takes one back, once."""
        found = (server_url, timestamp, salt) in cls.known
        cls.known.discard((server_url, timestamp, salt))
        return found


class Storage(BaseStorage):
    """What the site keeps."""

    user = User
    nonce = Nonce


class Strategy(BaseStrategy):
    """A site with one visitor."""

    settings = {
        "SOCIAL_AUTH_VALETKEY_KEY": ORDER["client_id"],
        "SOCIAL_AUTH_VALETKEY_SECRET": ORDER["client_secret"],
        "SOCIAL_AUTH_VALETKEY_SCOPE": ORDER["scope"].split(),
        "SOCIAL_AUTH_PIPELINE": [
            "social_core.pipeline.social_auth.social_details",
            "social_core.pipeline.social_auth.social_uid",
            "social_core.pipeline.social_auth.auth_allowed",
            "__main__.make_user",
        ],
    }

    def __init__(self):
        super().__init__(Storage)
        self.session, self.query = {}, {}

    def get_setting(self, name):
        """One setting."""
        return self.settings[name]

    def get_request_data(self, merge=True):
        """The query of the request."""
        return self.query

    def build_absolute_uri(self, path=None):
        """The callback is absolute already."""
        return path

    def redirect(self, url):
        """Sends the visitor away."""
        return url

    def session_get(self, name, default=None):
        """Looks into the visitor's session."""
        return self.session.get(name, default)

    def session_set(self, name, value):
        """Puts something into the visitor's session."""
        self.session[name] = value

    def session_pop(self, name):
        """Takes something out of the visitor's session."""
        return self.session.pop(name, None)


def make_user(backend, uid, response, details, *args, **kwargs):
    """The last step of the pipeline: the account, with what the library keeps of the tokens."""
    return {"user": User(uid, backend.extra_data(None, uid, response, details, kwargs))}


def code():
    """A code, its tokens, a refresh, and the code once more."""
    strategy = Strategy()
    callback = told.visit(Valetkey(strategy, redirect_uri=ORDER["redirect_uri"]).start())
    strategy.query = dict(parse_qsl(urlsplit(callback).query))
    backend = Valetkey(strategy, redirect_uri=ORDER["redirect_uri"])
    user = backend.complete()
    refreshed = backend.refresh_token(user.extra_data["refresh_token"])
    told.ask(tokens=[user.extra_data, refreshed], info={"user_id": user.uid})
    backend.request_access_token(
        backend.access_token_url(),
        method="POST",
        headers=backend.auth_headers(),
        data=backend.auth_complete_params(strategy.query["state"]),
        auth=backend.auth_complete_credentials(),
    )


def revocation():
    """A token is given back."""
    Valetkey(Strategy()).revoke_token("a-token", "a-user")


FLOWS = {"code": code, "revocation": revocation}
told.run(FLOWS[ORDER["flow"]], SocialAuthBaseException, lambda error: error.provider_code or error.code)
