"""A slow line on loopback: every connection pays set-up round trips, all share one bandwidth.

The browser's own throttling does not slow the service worker; a proxy slows page and worker alike.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BANDWIDTH = 50_000  # bytes per second each way: 400 kbit/s
ROUND_TRIP = 0.4  # seconds
SET_UP = 3 * ROUND_TRIP  # TCP and TLS 1.3 of a new connection, and a share of DNS
CHUNK = 1460


class SlowLine:
    """A TCP proxy in front of a port of this machine; cut() drops it like a lost signal.

    carried: bytes each way, "up" and "down".
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.free = {"up": 0.0, "down": 0.0}  # when each direction can take the next byte
        self.carried = {"up": 0, "down": 0}  # bytes so far, headers too
        self.loop = asyncio.new_event_loop()
        self.port = 0
        self.open: set[asyncio.StreamWriter] = set()
        self.ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(10)

    def cut(self) -> None:
        """Refuse new connections and drop the open ones."""
        self.loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        self.server.close()
        for writer in self.open:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._connected, "127.0.0.1", 0)
        )
        self.port = self.server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    async def _connected(self, near: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        try:
            far, to_far = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            out.close()
            return
        self.open |= {out, to_far}
        await asyncio.sleep(SET_UP)
        await asyncio.gather(self._carry(near, to_far, "up"), self._carry(far, out, "down"))
        self.open -= {out, to_far}

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str
    ) -> None:
        while data := await reader.read(CHUNK):
            self.carried[way] += len(data)
            now = self.loop.time()
            self.free[way] = max(now, self.free[way]) + len(data) / BANDWIDTH
            delay = self.free[way] - now
            self.loop.call_later(delay + ROUND_TRIP / 2, writer.write, data)
            await asyncio.sleep(delay)
        await asyncio.sleep(ROUND_TRIP)
        writer.close()


@contextmanager
def slow_line(url: str) -> Iterator[tuple[str, SlowLine]]:
    """Yield (address, line): the same server behind a slow line."""
    line = SlowLine(int(url.rsplit(":", 1)[1]))
    yield f"http://127.0.0.1:{line.port}", line
    line.cut()
