"""One venue's connection: TLS 1.3 both ways, HTTP/1.1, made anew where it broke."""

import contextlib
import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from appliance.enrolment.certificates import server_name
from appliance.province import ca
from appliance.province.answer import (
    HEAD_BYTES,
    Answer,
    Head,
    LineDown,
    LineFault,
    Patience,
    Refused,
    Turns,
    said,
)
from appliance.province.venues import Venue

_VERSION = ssl.TLSVersion.TLSv1_3


class Line:
    """The connection to one venue, made where there is none; every method raises LineDown, Refused."""

    def __init__(
        self, venue: Venue, context: ssl.SSLContext, *, patience: Patience, turns: Turns | None = None
    ) -> None:
        self._venue, self._context, self._patience = venue, context, patience
        self._turns = turns or Turns(1)
        self._channel: ssl.SSLSocket | None = None

    def small(self, path: str, *, limit_bytes: int) -> tuple[int, bytes]:
        """Status and body of a GET; a body of more than `limit_bytes` is refused."""
        return self._small("GET", path, {}, b"", limit_bytes)

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of a POST of JSON."""
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return self._small("POST", path, headers, body, HEAD_BYTES)

    @contextlib.contextmanager
    def get(self, path: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The answer to a GET; a body that is not read to its end costs the connection."""
        answer = self._asked("GET", path, headers, b"")
        whole = False
        try:
            yield answer
            whole = not answer.closes
        finally:
            if not whole:
                self.close()

    def close(self) -> None:
        """Leaves; the next request connects anew."""
        channel, self._channel = self._channel, None
        if channel:
            channel.close()

    def _small(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, limit_bytes: int
    ) -> tuple[int, bytes]:
        ends_s = time.monotonic() + self._patience.small_s
        answer = self._asked(method, path, headers, body)
        whole = False
        try:
            if answer.length is None:
                raise Refused(f"{path}: an answer without its length")
            if answer.length > limit_bytes:
                raise Refused(
                    f"{path}: an answer of {answer.length} bytes, {limit_bytes} at most were expected"
                )
            found = bytearray()
            for block in answer.blocks():
                found += block
                if time.monotonic() > ends_s:
                    raise LineDown("no whole answer in its time")
            whole = not answer.closes
            return answer.status, bytes(found)
        finally:
            if not whole:
                self.close()

    def _asked(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The head of the answer; a connection that the venue gave up while nobody asked is made again once."""
        kept = self._channel is not None
        try:
            return self._once(method, path, headers, body)
        except LineDown:
            self.close()
            if not kept:
                raise
        except LineFault:
            self.close()
            raise
        try:
            return self._once(method, path, headers, body)
        except LineFault:
            self.close()
            raise

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        channel = self._channel = self._channel or self._connected()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {server_name(self._venue.code)}",
            "Accept-Encoding: identity",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        try:
            channel.settimeout(self._patience.idle_s)
            channel.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
            reader = Head(channel, time.monotonic() + self._patience.head_s)
            head = http.client.HTTPResponse(reader, method=method)  # type: ignore[arg-type]  # it needs makefile alone
            head.begin()
        except ssl.SSLError as error:
            raise _tls_fault(error) from error
        except http.client.RemoteDisconnected as error:
            raise LineDown("it ended without an answer") from error
        except (http.client.HTTPException, ValueError) as error:
            raise Refused(f"no HTTP: {type(error).__name__}") from error
        except OSError as error:
            raise LineDown(said(error)) from error
        return Answer(head, channel, self._patience, self._turns)

    def _connected(self) -> ssl.SSLSocket:
        venue, plain = self._venue, None
        try:
            plain = socket.create_connection((venue.host, venue.port), timeout=self._patience.connect_s)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            channel = self._context.wrap_socket(plain, server_hostname=server_name(venue.code))
        except (OSError, ValueError) as error:
            if plain:
                plain.close()
            raise _tls_fault(error) if isinstance(error, ssl.SSLError) else LineDown(said(error)) from error
        try:
            _is_venue(venue, channel)
        except Refused:
            channel.close()
            raise
        return channel


def context(home: Path) -> ssl.SSLContext:
    """What is believed and shown: the authority, its revocation list, the puller's own certificate.

    Raises ca.CaError.
    """
    directory = home / ca.DIRECTORY
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = _VERSION
    made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_X509_STRICT
    try:
        made.load_verify_locations(directory / ca.CA_CERTIFICATE)
        made.load_verify_locations(directory / ca.CRL_NAME)
        made.load_cert_chain(directory / ca.CLIENT_CERTIFICATE, directory / ca.CLIENT_KEY)
    except (OSError, ssl.SSLError) as error:
        raise ca.CaError(f"{directory}: {error.strerror or error}: `venue province init` makes it") from error
    return made


def _is_venue(venue: Venue, channel: ssl.SSLSocket) -> None:
    """Beyond the name that TLS compared without regard to case: the very code, and the pinned certificate."""
    told = channel.getpeercert() or {}
    names = [entry[1] for entry in told.get("subjectAltName", ()) if entry[0] == "URI"]
    if names != [f"venue:{venue.code}"]:
        raise Refused(f"another venue answers: {', '.join(map(str, names))[:80]}")
    raw = channel.getpeercert(binary_form=True) or b""
    if venue.fingerprint and hashlib.sha256(raw).hexdigest() != venue.fingerprint:
        raise Refused("not the certificate whose fingerprint stands in venues.toml")


def _tls_fault(error: OSError) -> LineFault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused(f"its certificate is refused: {error.verify_message}")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return LineDown("the line broke")
    if isinstance(error, ssl.SSLError) and "alert" in str(error).lower():
        return Refused(f"it refuses the province's certificate: {error.reason}")
    return Refused(f"no TLS 1.3: {getattr(error, 'reason', None) or error}")
