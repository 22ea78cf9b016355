"""A browser's part of the API by hand: cookies, the csrf word, JSON. It checks nothing by itself."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.page_process import PageProcess

API = "/api/v1"
PASSWORD = "korrekt horse"  # noqa: S105 - of this test's own box
JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.content)

    @property
    def error(self) -> str:
        return str(self.json["error"])


@dataclass
class Client:
    """`url` of the page; certificates are not checked, since the device made its own."""

    url: str
    csrf: str = ""
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def as_script(self) -> dict[str, str]:
        """The headers of a token's orders, for what is no operation of the API."""
        return {"authorization": f"Bearer {self.token}", "content-type": JSON}

    @classmethod
    def of(cls, page: PageProcess) -> Client:
        return cls(page.url)

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, **given: object) -> Reply:
        return self.ask("POST", path, given)

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Reply:
        """`body`: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.send(method, API + path, content, {**self._headers(content), **(headers or {})})

    def _headers(self, content: bytes) -> dict[str, str]:
        told = {"origin": self.url, "x-csrf-token": self.csrf} if not self.token else {"authorization": f"Bearer {self.token}"}
        if self.cookies:
            told["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return told | ({"content-type": JSON} if content else {})

    def send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Reply:
        connection = self._connection()
        try:
            connection.request(method, path, content or None, headers)
            answer = connection.getresponse()
            told = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        self._take_cookie(told.headers.get("set-cookie", ""))
        return told

    def _connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self.url)
        if place.scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection(place.netloc, timeout=30, context=context)
        return http.client.HTTPConnection(place.netloc, timeout=30)

    def _take_cookie(self, told: str) -> None:
        if told:
            name, _, value = told.partition(";")[0].partition("=")
            self.cookies[name] = value

    def sign_in(self, password: str = PASSWORD) -> Reply:
        reply = self.post("/session", password=password)
        if reply.status == 200:
            self.csrf = reply.json["csrf"]
        return reply

    def set_up(self, state: Path, password: str = PASSWORD) -> None:
        """From the code on the label to the end of the set-up."""
        reply = self.post("/setup/code", code=(state / "setup-code").read_text().strip())
        assert reply.status == 200, reply.content
        self.csrf = reply.json["csrf"]
        assert self.post("/password", new=password).status == 200
        assert self.post("/setup/step", step="done").status == 200

    def new_token(self, scope: str) -> Client:
        """A script with a token of this scope."""
        return Client(self.url, token=self.post("/tokens", name=f"a test of {scope}", scope=scope).json["word"])
