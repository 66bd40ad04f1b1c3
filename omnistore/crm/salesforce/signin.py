"""
Signing in to Salesforce: OAuth 2.0 with a signed assertion (JWT bearer), no password anywhere.

A token is kept in this process's memory only, never in a cache or a table. Salesforce does not say
how long it lasts; one that is refused is forgotten and signed in for anew.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import jwt
from django.utils.timezone import now

from omnistore import outgoing
from omnistore.crm.client import is_old_valid
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.models import Connection
from omnistore.outbox.replies import retry_after
from omnistore.outgoing import Reply
from omnistore.tokens import fingerprint

PATH = "/services/oauth2/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PRODUCTION = "https://login.salesforce.com"
SANDBOX = "https://test.salesforce.com"
# Seconds: Salesforce takes no assertion that lasts longer than three minutes.
ASSERTION_LASTS = 120
# Seconds, shorter than the shortest session an organisation is likely to allow.
TOKEN_LASTS = 50 * 60
# Their own hosts; not force.com, where customers publish pages of their own.
HOSTS = (".salesforce.com", ".salesforce.mil")


@dataclass(frozen=True)
class Token:
    """What lets us in, and to which host of theirs."""

    value: str
    instance_url: str
    # By the monotonic clock.
    until: float


_tokens: dict[tuple[int, str], Token] = {}


def token(connection: Connection, *, seconds: float) -> Token:
    """
    Return a token for the connection, signing in when there is none; `seconds` are left for it.

    Raises:
        Stopped: Salesforce refuses us (the connection pauses), or does not answer now.
    """
    found = _tokens.get(_key(connection))
    if found is None or found.until < time.monotonic():
        found = _tokens[_key(connection)] = _sign_in(connection, seconds)
    return found


def forget(connection: Connection) -> None:
    """Drop the token: it was refused."""
    _tokens.pop(_key(connection), None)


def is_theirs(url: str) -> bool:
    """Whether the address is Salesforce's own, or of a host that the settings name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_own = parts.scheme == "https" and host.endswith(HOSTS)
    return "@" not in parts.netloc and (is_own or outgoing.is_allowed(host))


def _key(connection: Connection) -> tuple[int, str]:
    options = connection.options
    private_key = connection.credentials.get("private_key", "")
    known = [connection.url, options.get("consumer_key"), options.get("username"), private_key]
    return connection.pk, fingerprint("\n".join(map(str, known)))


def _sign_in(connection: Connection, seconds: float) -> Token:
    if not is_theirs(connection.url):
        raise _refused("the address is not one of Salesforce's")
    replies: list[Reply] = []
    for private_key in _private_keys(connection):
        replies.append(_ask(connection, assertion(connection, private_key), seconds))
        if replies[-1].status != 400:
            break
    reply = replies[-1]
    if reply.status != 200:
        # What is wrong with the new key is what head office has to hear.
        raise Stopped(_refusal(replies[0] if reply.status == 400 else reply))
    return _read(reply)


def _private_keys(connection: Connection) -> Iterator[str]:
    """Yield the key, then the one before: its certificate may be the one that is there still."""
    yield connection.credentials.get("private_key", "")
    if is_old_valid(connection, now()) and connection.old_credentials.get("private_key"):
        yield connection.old_credentials["private_key"]


def assertion(connection: Connection, private_key: str) -> str:
    """
    Return who we say we are, signed.

    Raises:
        Stopped: something is not filled in, or the key cannot be read.
    """
    options = connection.options
    missing = [name for name in ("consumer_key", "username") if not options.get(name)]
    if missing or not private_key:
        raise _refused("not filled in: " + ", ".join([*missing, *_lacks(private_key)]))
    claims = {
        "iss": options["consumer_key"],
        "sub": options["username"],
        "aud": options.get("audience") or PRODUCTION,
        "exp": int(time.time()) + ASSERTION_LASTS,
    }
    try:
        return jwt.encode(claims, private_key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise _refused("the private key cannot be read") from error


def _lacks(private_key: str) -> list[str]:
    return [] if private_key else ["private_key"]


def _ask(connection: Connection, signed: str, seconds: float) -> Reply:
    body = urlencode({"grant_type": GRANT, "assertion": signed}).encode()
    headers = {
        "User-Agent": "omnistore",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    if seconds <= 0:
        raise Stopped(answers.silence("omnistore: no time left in this call"))
    try:
        return outgoing.request(
            "POST",
            connection.url.rstrip("/") + PATH,
            body=body,
            headers=headers,
            most_read=16 * 1024,
            seconds=min(seconds, outgoing.WHOLE_CALL),
        )
    except outgoing.Forbidden as refusal:
        raise _refused(str(refusal)) from refusal
    except outgoing.Away as away:
        raise Stopped(answers.silence(f"omnistore: {away}")) from away


def _refusal(reply: Reply) -> Answer:
    asked = retry_after(reply.headers.get("retry-after", ""), now())
    heard = answers.heard(reply.status, reply.words, asked)
    if heard.verdict is not Verdict.DEAD:
        return heard
    # `invalid_grant` and its like speak of the key, the user or the app: somebody has to look.
    given = reply.json()
    said = given if isinstance(given, dict) else {}
    words = f"{said.get('error', reply.words)}: {said.get('error_description', '')}"
    return Answer(Verdict.PAUSE, reply.status, words)


def _read(reply: Reply) -> Token:
    given = reply.json()
    said = given if isinstance(given, dict) else {}
    instance_url = str(said.get("instance_url", ""))
    if not said.get("access_token") or not is_theirs(instance_url):
        raise _refused("the token's instance_url is not one of Salesforce's hosts")
    parts = urlsplit(instance_url)
    until = time.monotonic() + TOKEN_LASTS
    return Token(str(said["access_token"]), f"{parts.scheme}://{parts.netloc}", until)


def _refused(words: str) -> Stopped:
    return Stopped(Answer(Verdict.PAUSE, words=f"omnistore: {words}"))
