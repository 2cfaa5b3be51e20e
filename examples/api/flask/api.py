"""An API whose tokens Valetkey checks. `docs/how-to/protect-an-api-in-another-language.md` says how it is run."""

import os
from functools import wraps

import requests
from flask import Flask, g, jsonify, request

# protection begins
INTROSPECT = os.environ["ISSUER"] + "/oauth2/introspect"
provider = requests.Session()  # keeps its connection
provider.auth = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]


def refuse(status, error="", scope=""):
    told = {"realm": "tasks", "error": error, "scope": scope}
    challenge = "Bearer " + ", ".join(f'{name}="{text}"' for name, text in told.items() if text)
    return jsonify(error=error or "unauthorized"), status, {"WWW-Authenticate": challenge}


def require(scope):
    def around(handler):
        @wraps(handler)
        def checked(*args, **kwargs):
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "bearer" or not token:
                return refuse(401, scope=scope)
            try:
                reply = provider.post(INTROSPECT, data={"token": token}, timeout=2)
                reply.raise_for_status()
            except requests.RequestException:
                return jsonify(error="temporarily_unavailable"), 503, {"Retry-After": "1"}
            g.token = reply.json()
            if not g.token["active"] or g.token["token_type"] != "Bearer":
                return refuse(401, "invalid_token")
            if scope not in g.token["scope"].split():
                return refuse(403, "insufficient_scope", scope)
            return handler(*args, **kwargs)

        return checked

    return around
# protection ends


app = Flask(__name__)


@app.get("/v1/tasks")
@require("tasks:read")
def tasks():
    # Only what this person may see, whatever the app may ask for.
    return jsonify(tasks=[f"the tasks of {g.token['sub']}"])


@app.post("/v1/tasks")
@require("tasks:write")
def add():
    return jsonify(added_by=g.token["client_id"]), 201


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "3000")))
