"""A line that lies: an HTTP proxy on loopback between a browser and Genu, with faults by path.

Modes of a rule: ok · reset (TCP RST) · hang (takes the request, says nothing) · trickle (the head,
then a byte now and then) · cut (part of the body) · captive (200, a log-in page) · redirect (302 to
a log-in page) · slow (`rate` bytes per second) · a status as text ("404", "500").
`down` closes the port and kills every socket, also those that browsers keep alive.
"""

import asyncio
import http.client
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

LOG_IN = b"<!doctype html><title>WiFi</title><h1>Please log in to WiFi</h1>"
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
# An error or rejection nobody handles inside the worker leaves a note that a page can read.
TELL = b"""
;for (const kind of ["error", "unhandledrejection"])
  self.addEventListener(kind, ({ message, reason }) => caches.open("told").then((cache) =>
    cache.put("/told?" + Math.random(), new Response(String(message || reason && reason.stack || reason)))));
"""


class Rule(NamedTuple):
    """What happens to requests whose path matches."""

    path: re.Pattern[str]
    mode: str = "ok"
    share: float = 0.3  # of the body, before a cut
    rate: int = 20_000  # bytes per second of "slow"
    headers: dict[str, str] = {}
    rewrite: Callable[[bytes], bytes] | None = None


class Asked(NamedTuple):
    """A request that came through."""

    method: str
    path: str
    headers: dict[str, str]


class Answer(NamedTuple):
    """What goes back."""

    status: int
    headers: dict[str, str]
    body: bytes


class FaultLine:
    """The proxy; `target` is the port it leads to and may be changed (a deploy)."""

    def __init__(self, target: int, tls: ssl.SSLContext | None = None) -> None:
        self.target = target
        self.tls = tls
        self.rules: list[Rule] = []
        self.asked: list[Asked] = []
        self.sockets: set[asyncio.StreamWriter] = set()
        self.server: asyncio.Server | None = None
        self.port = 0
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.up()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    # ---- switching

    def up(self) -> None:
        if not self.server:
            self._do(self._up())

    def down(self) -> None:
        """Nothing listens any more and no socket lives, as when a server is killed."""
        self._do(self._down())

    def fault(self, mode: str = "ok", path: str = ".*", **more: Any) -> None:
        """From now on; open sockets are killed, so that nothing old answers. The last rule wins."""
        self.rules.append(Rule(re.compile(path), mode, **more))
        self._do(self._kill())

    def heal(self) -> None:
        """Forget all faults and listen."""
        self.rules.clear()
        self._do(self._kill())
        self.up()

    def close(self) -> None:
        self.down()
        self.loop.call_soon_threadsafe(self.loop.stop)

    def count(self, path: str) -> int:
        return sum(bool(re.fullmatch(path, asked.path)) for asked in self.asked)

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _up(self) -> None:
        for _ in range(100):  # the port of a killed server may stay taken for a moment
            try:
                self.server = await asyncio.start_server(
                    self._serve, "127.0.0.1", self.port, ssl=self.tls
                )
                break
            except OSError:
                await asyncio.sleep(0.1)
        assert self.server, f"port {self.port} stays taken"
        self.port = self.server.sockets[0].getsockname()[1]

    async def _down(self) -> None:
        if self.server:
            self.server.close()
            self.server = None
        await self._kill()

    async def _kill(self) -> None:
        for writer in self.sockets:
            reset(writer)
        self.sockets.clear()

    # ---- serving

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sockets.add(writer)
        try:
            while asked := await self._read(reader):
                if not await self._answer(*asked, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass  # the browser left, or a fault killed the socket
        finally:
            self.sockets.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[Asked, bytes] | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        asked = Asked(method, path, {name.lower(): value for name, value in headers.items()})
        self.asked.append(asked)
        return asked, await reader.readexactly(int(asked.headers.get("content-length", 0)))

    async def _answer(self, asked: Asked, body: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection ends with it."""
        path = asked.path.split("?")[0]
        rule = next(
            (r for r in reversed(self.rules) if r.path.fullmatch(path)), Rule(re.compile(""))
        )
        if rule.mode == "reset":
            reset(writer)
            return False
        if rule.mode == "hang":
            await asyncio.Event().wait()
        answer = made_up(rule) or await asyncio.to_thread(self._forward, asked, body, rule)
        writer.write(head_of(answer))
        whole = b"" if asked.method == "HEAD" else answer.body
        if rule.mode == "cut":
            writer.write(whole[: int(len(whole) * rule.share)])
            await writer.drain()
            await asyncio.sleep(0.5)  # a busy browser has read it: what is unread goes with a reset
            reset(writer)
            return False
        step, pause = {"trickle": (1, 0.5), "slow": (rule.rate // 10, 0.1)}.get(
            rule.mode, (len(whole) or 1, 0)
        )
        for start in range(0, len(whole), step):
            writer.write(whole[start : start + step])
            await writer.drain()
            await asyncio.sleep(pause)
        return True

    def _forward(self, asked: Asked, body: bytes, rule: Rule) -> Answer:
        change = rule.rewrite
        if asked.path == "/sw.js" and not change:
            change = lambda script: script + TELL  # noqa: E731
        server = http.client.HTTPConnection("127.0.0.1", self.target, timeout=30)
        server.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers.items():
            if name not in HOP and not (change and name == "accept-encoding"):
                server.putheader(name, value)
        server.putheader("content-length", str(len(body)))
        server.endheaders(body)
        answer = server.getresponse()
        changed = {name.lower() for name in rule.headers} | HOP
        headers = {n: v for n, v in answer.getheaders() if n.lower() not in changed}
        whole = answer.read()
        server.close()
        if change and answer.status == 200:
            whole = change(whole)
        return Answer(answer.status, headers | rule.headers, whole)


def made_up(rule: Rule) -> Answer | None:
    """Return the answer of a mode that does not ask the server."""
    page = {"Content-Type": "text/html", "Cache-Control": "no-store"} | rule.headers
    if rule.mode == "captive":
        return Answer(200, page, LOG_IN)
    if rule.mode == "redirect":
        return Answer(302, page | {"Location": "/log-in"}, b"")
    return Answer(int(rule.mode), page, b"<h1>Wrong</h1>") if rule.mode.isdigit() else None


def head_of(answer: Answer) -> bytes:
    headers = dict(answer.headers)
    if answer.status != 304:
        headers["Content-Length"] = str(len(answer.body))
    lines = [f"HTTP/1.1 {answer.status} {http.client.responses[answer.status]}"]
    return "\r\n".join([*lines, *(f"{n}: {v}" for n, v in headers.items()), "", ""]).encode(
        "latin-1"
    )


def reset(writer: asyncio.StreamWriter) -> None:
    """Drop a connection with RST, not with a polite end."""
    end = writer.get_extra_info("socket")
    if end is not None and end.fileno() >= 0:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
