"""How a program here talks with the test that started it: one JSON document per line, both ways."""

import json
import sys


def order():
    """What is to be done, for which app, at which provider."""
    return json.loads(sys.stdin.readline())


def say(**said):
    """Tells the test something."""
    print(json.dumps(said), flush=True)


def ask(**said):
    """Tells the test something and waits for its answer."""
    say(**said)
    return json.loads(sys.stdin.readline())


def visit(url):
    """Has a person's browser visit the provider; returns the callback it ends at."""
    return ask(visit=url)["callback"]


def run(flow, refusals, code_of):
    """Runs a flow to its end, or to a refusal that the library raises as an error of its own."""
    try:
        flow()
    except refusals as error:
        say(refused={"type": type(error).__name__, "code": code_of(error)})
    else:
        say(done=True)
