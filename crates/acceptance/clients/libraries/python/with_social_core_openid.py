"""social-auth-core (python-social-auth): its backend for OpenID Connect, told the issuer alone."""

from urllib.parse import parse_qsl, urlsplit

import told
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import SocialAuthBaseException
from social_site import Strategy

ORDER = told.order()
METHODS = {"basic": "client_secret_basic", "post": "client_secret_post"}


class Valetkey(OpenIdConnectAuth):
    """The provider."""

    name = "valetkey"


def sign_in():
    """Who somebody is, and that it is still them after a refresh."""
    site = Strategy(
        OIDC_ENDPOINT=ORDER["issuer"],
        KEY=ORDER["client_id"],
        SECRET=ORDER["client_secret"],
        SCOPE=ORDER["scope"].split(),
        # Untold, the library uses no PKCE.
        USE_PKCE=True,
        TOKEN_ENDPOINT_AUTH_METHOD=METHODS[ORDER["auth"]],
    )
    callback = told.visit(Valetkey(site, redirect_uri=ORDER["redirect_uri"]).start())
    site.query = dict(parse_qsl(urlsplit(callback).query))
    backend = Valetkey(site, redirect_uri=ORDER["redirect_uri"])
    user = backend.complete()
    identity = backend.id_token
    refreshed = backend.refresh_token(user.extra_data["refresh_token"])
    info = backend.user_data(refreshed["access_token"])
    told.ask(identity=identity, info=info, refreshed=backend.id_token)


told.run(sign_in, SocialAuthBaseException, lambda error: error.code)
