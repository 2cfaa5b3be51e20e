"""Authlib's client for Flask: a site where people sign in by OpenID Connect, told the provider's metadata alone."""

import secrets

import told
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, jsonify
from joserfc.errors import JoseError
from werkzeug.serving import make_server

ORDER = told.order()
TOKENS = {}

site = Flask(__name__)
site.secret_key = secrets.token_bytes(32)


def keep(token, refresh_token=None, access_token=None):
    """Takes in what a refresh gave."""
    TOKENS["kept"] = token


oauth = OAuth(site)
provider = oauth.register(
    "valetkey",
    client_id=ORDER["client_id"],
    client_secret=ORDER["client_secret"],
    server_metadata_url=ORDER["issuer"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": ORDER["scope"], "code_challenge_method": "S256"},
    update_token=keep,
)


@site.get("/login")
def login():
    """Sends the visitor to the provider."""
    return provider.authorize_redirect(ORDER["redirect_uri"])


@site.get("/callback")
def callback():
    """Takes the visitor back; the library has checked the ID token."""
    token = TOKENS["kept"] = provider.authorize_access_token()
    return jsonify(identity=token["userinfo"], info=provider.userinfo(token=token))


@site.get("/renew")
def renew():
    """Asks for userinfo with an access token that has expired: the library refreshes it first."""
    info = provider.userinfo(token={**TOKENS["kept"], "expires_at": 1})
    return jsonify(info=info, refreshed=provider.parse_id_token(TOKENS["kept"], nonce=None))


@site.get("/logout")
def logout():
    """Sends the visitor to sign out at the provider too."""
    return provider.logout_redirect(ORDER["post_logout_redirect_uri"], TOKENS["kept"]["id_token"])


@site.errorhandler(OAuthError)
@site.errorhandler(JoseError)
def refused(error):
    """Tells what the library made of a refusal."""
    return jsonify(refused={"type": type(error).__name__, "code": error.error}), 403


server = make_server("127.0.0.1", ORDER["port"], site)
told.say(site=True)
server.serve_forever()
