"""A page asked by HTTP, and the bare application that it is measured beside."""

import http.client
import time

Address = tuple[str, int]
HELLO = """
import sys, flask, waitress
app = flask.Flask("hello")
app.get("/")(lambda: "hello")
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


def get(address: Address, path: str, tag: str = "") -> tuple[int, str, bytes]:
    """Status, ETag and body of a request over a connection of its own."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, answer.headers.get("ETag", ""), body
    finally:
        connection.close()


def timed(address: Address, path: str, tag: str = "") -> tuple[float, int, str]:
    """Milliseconds, status and ETag of a request over a connection of its own."""
    began_s = time.perf_counter()
    status, tag, _ = get(address, path, tag)
    return (time.perf_counter() - began_s) * 1000, status, tag


def answers(address: Address) -> bool:
    """Whether `/` is there."""
    try:
        return get(address, "/")[0] == 200
    except OSError:
        return False
