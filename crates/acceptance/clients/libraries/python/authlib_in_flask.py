"""Authlib's client for Flask: a site that finds the provider's endpoints by its metadata."""

import secrets

import told
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, jsonify
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
    server_metadata_url=ORDER["issuer"] + "/.well-known/oauth-authorization-server",
    client_kwargs={"scope": ORDER["scope"], "code_challenge_method": "S256"},
    update_token=keep,
)


@site.get("/login")
def login():
    """Sends the visitor to the provider."""
    return provider.authorize_redirect(ORDER["redirect_uri"])


@site.get("/callback")
def callback():
    """Takes the visitor back and trades the code for tokens."""
    TOKENS["kept"] = provider.authorize_access_token()
    return jsonify(tokens=[TOKENS["kept"]])


@site.get("/renew")
def renew():
    """Calls the API with an access token that has expired: the library refreshes it first."""
    expired = {**TOKENS["kept"], "expires_at": 1}
    info = provider.get(ORDER["token_info_endpoint"], token=expired)
    info.raise_for_status()
    return jsonify(tokens=[TOKENS["kept"]], info=info.json())


@site.errorhandler(OAuthError)
def refused(error):
    """Tells what the library made of a refusal."""
    return jsonify(refused={"type": type(error).__name__, "code": error.error}), 403


server = make_server("127.0.0.1", ORDER["port"], site)
told.say(site=True)
server.serve_forever()
