"""A company's own site, whose login Valetkey hands people to. `docs/how-to/keep-your-login.md` says how it is run."""

import os
import secrets
import time

import requests
from flask import Flask, abort, redirect, render_template_string, request, session, url_for

ISSUER, SECRET = os.environ["ISSUER"], os.environ["HANDOFF_SECRET"]

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
# A name of its own: cookies of one host know no ports.
app.config.update(SESSION_COOKIE_NAME="site", SESSION_COOKIE_SAMESITE="Lax")


# hand-off begins
@app.get("/oauth/login")
def oauth_login():
    challenge, user = request.args.get("login_challenge"), USERS.get(session.get("email"))
    if not challenge:
        abort(400, "An app leads to this page. Go to the app and start there.")
    if "cancel" in request.args:
        return redirect(call("refuse", {"challenge": challenge})["redirect_to"])
    first = redirect(url_for("login", next=request.full_path))
    if user is None:
        return first
    asked = call("challenge", {"challenge": challenge})
    if asked.get("signed_in_since", 0) > session["auth_time"]:
        return first
    person = {"id": user["id"], "email": user["email"], "email_verified": True, "name": user["name"]}
    answer = {"challenge": challenge, "user": person, "auth_time": session["auth_time"], "amr": ["pwd"]}
    return redirect(call("accept", answer)["redirect_to"])
# hand-off ends


def call(what, body):
    """Asks or tells Valetkey something. What is over the person begins anew; all else is ours to mend, and none of their fault."""
    credential = {"Authorization": f"Bearer {SECRET}"}
    try:
        reply = requests.post(f"{ISSUER}/login/{what}", json=body, headers=credential, timeout=10)
    except requests.RequestException as error:
        app.logger.error("%s: %s", what, error)
        abort(502, OURS)
    if reply.ok:
        return reply.json()
    app.logger.error("%s: %s %s", what, reply.status_code, reply.text)
    if reply.status_code in (400, 404, 409, 410):
        abort(400, "This sign-in is over. Go back to the app and start again.")
    abort(502, OURS)


OURS = "Signing in does not work at the moment. That is our fault and not yours: please try again later."

# What you have already: people, and a page where they sign in.
USERS = {"ada@example.com": {"id": "u-1815", "email": "ada@example.com", "name": "Ada Lovelace", "password": "four quiet winter walks"}}
PAGE = """<!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">{{ problem }}</p>
<form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<button id="sign-in">Sign in</button></form>
{% if onward != "/" %}<p><a id="cancel" href="{{ onward }}&amp;cancel=1">Cancel</a></p>{% endif %}</main></html>"""


@app.get("/")
def home():
    return "Acme"


@app.route("/login", methods=["GET", "POST"])
def login():
    onward = request.args.get("next", "/")
    onward = onward if onward.startswith("/oauth/login?") else "/"
    if request.method == "GET":
        return render_template_string(PAGE, problem="", onward=onward)
    user = USERS.get(request.form["email"])
    if user is None or not secrets.compare_digest(user["password"].encode(), request.form["password"].encode()):
        return render_template_string(PAGE, problem="E-mail or password is wrong.", onward=onward), 401
    session.clear()
    session.update(email=user["email"], auth_time=int(time.time()))
    return redirect(onward)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "3000")))
