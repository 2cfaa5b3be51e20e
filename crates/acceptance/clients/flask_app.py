"""A web app that signs people in by an OAuth provider, written with Flask and requests.

Told by its environment: PROVIDER, CLIENT_ID, CLIENT_SECRET, PORT. The authorization URL is put
together from plain strings and not escaped, as many such apps do it.
"""

import os
import secrets

import requests
from flask import Flask, redirect, request, session

PROVIDER = os.environ["PROVIDER"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"]
PORT = int(os.environ["PORT"])
CALLBACK = f"http://localhost:{PORT}/oauth/callback"

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)


@app.get("/login")
def login():
    """Sends the visitor to the provider."""
    session["oauth_state"] = secrets.token_urlsafe(16)
    return redirect(
        f"{PROVIDER}/oauth/authorize?client_id={CLIENT_ID}&redirect_uri={CALLBACK}"
        f"&response_type=code&scope=tasks:read tasks:write&state={session['oauth_state']}"
    )


@app.get("/oauth/callback")
def callback():
    """Takes the visitor back and trades the code for tokens."""
    if request.args.get("state") != session.pop("oauth_state", None):
        return "the state is not ours", 400
    if "error" in request.args:
        return {"error": request.args["error"]}, 403
    answer = requests.post(
        f"{PROVIDER}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": request.args["code"],
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": CALLBACK,
        },
        timeout=20,
    )
    answer.raise_for_status()
    keep(answer.json())
    return redirect("/dashboard")


def keep(tokens):
    """Keeps a pair of tokens in the visitor's session."""
    session["access_token"] = tokens["access_token"]
    session["refresh_token"] = tokens["refresh_token"]


@app.get("/dashboard")
def dashboard():
    """Calls the API with the access token: it tells who signed in."""
    answer = requests.get(
        f"{PROVIDER}/v1/oauth/token/info",
        headers={"Authorization": f"Bearer {session['access_token']}"},
        timeout=20,
    )
    return answer.json(), answer.status_code


@app.get("/renew")
def renew():
    """Gets new tokens without the visitor."""
    answer = requests.post(
        f"{PROVIDER}/oauth/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": session["refresh_token"],
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        },
        timeout=20,
    )
    answer.raise_for_status()
    keep(answer.json())
    return redirect("/dashboard")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
