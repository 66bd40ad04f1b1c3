"""
A CRM on the loopback that answers as badly as told, in a process of its own.

    python -m tests.chaos.crm PORT

It takes webhooks and batches of the Segment protocol, and keeps of each message its id, the
customer, his sequence number and when it came: what it holds is what a CRM would hold.

    POST /_faults {"500": 0.05, …}   how often it answers badly from now on
    POST /_down {"seconds": 8}       refuse every connection for so long
    GET  /_held                      what it holds, and how often it answered badly
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter

# Seconds: how slow is slow, and how long it says nothing before it closes the line.
SLOW = (0.05, 0.5)
SILENCE = 30
PHRASES = {200: "OK", 409: "Conflict", 429: "Too Many Requests", 500: "Broken", 503: "Away"}


class Crm:
    """What arrived, and the dice."""

    def __init__(self) -> None:
        self.held: list[tuple[str, str, str, float]] = []
        self.ids: set[str] = set()
        self.faults: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self.lines: set[Line] = set()
        self.server: asyncio.Server | None = None
        # Tasks live as long as somebody holds them.
        self.tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.chance = random.Random(7)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Line(self), "127.0.0.1", self.port)

    async def go_down(self, seconds: float) -> None:
        """Drop every line and refuse new ones; what it holds it keeps."""
        if self.server:
            self.server.close()
        for line in list(self.lines):
            line.transport.abort()
        await asyncio.sleep(seconds)
        await self.open()

    def keep(self, headers: dict[str, str], body: bytes) -> None:
        at = time.time()
        event = json.loads(body)
        if "batch" in event:
            for one in event["batch"]:
                customer = one.get("userId") or one.get("anonymousId", "")
                number = str(one.get("context", {}).get("sequence", ""))
                self._keep(one["messageId"], customer, number, at)
        else:
            self._keep(headers["webhook-id"], event.get("subject", ""), event["sequence"], at)

    def _keep(self, message_id: str, customer: str, number: str, at: float) -> None:
        self.ids.add(message_id)
        self.held.append((message_id, customer, number, at))

    def fault(self) -> str:
        """Return how this request is answered badly; empty: it is not."""
        dice = self.chance.random()
        for name, share in self.faults.items():
            dice -= share
            if dice < 0:
                self.counts[name] += 1
                return name
        return ""


class Line(asyncio.Protocol):
    """One connection that is kept open: requests come one after the other."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.crm.lines.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self.crm.lines.discard(self)

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            head, found, rest = self.waiting.partition(b"\r\n\r\n")
            if not found:
                return
            headers = _headers(head)
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            self.waiting = rest[length:]
            self._serve(head.split(b" ", 2)[1].decode(), headers, rest[:length])

    def _serve(self, path: str, headers: dict[str, str], body: bytes) -> None:
        if path == "/_faults":
            self.crm.faults = json.loads(body)
            self._answer(200)
        elif path == "/_down":
            self._answer(200)
            down = self.crm.go_down(json.loads(body)["seconds"])
            # A moment for the answer to leave.
            loop = asyncio.get_running_loop()
            loop.call_later(0.1, lambda: self.crm.tasks.add(loop.create_task(down)))
        elif path == "/_held":
            held = {"held": self.crm.held, "faults": self.crm.counts, "count": len(self.crm.held)}
            self._answer(200, json.dumps(held).encode())
        elif path == "/_count":
            self._answer(200, str(len(self.crm.ids)).encode())
        else:
            self._receive(headers, body)

    def _receive(self, headers: dict[str, str], body: bytes) -> None:
        fault = self.crm.fault()
        # Some faults come before it has the message, some after: the sender cannot know.
        if fault not in ("503", "429", "500 before", "silence before"):
            self.crm.keep(headers, body)
        loop = asyncio.get_running_loop()
        if fault == "slow":
            loop.call_later(self.crm.chance.uniform(*SLOW), self._answer, 200)
        elif fault == "half":
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")
            self.transport.close()
        elif fault.startswith("silence"):
            loop.call_later(SILENCE, self.transport.close)
        elif fault == "429":
            self._answer(429, extra=b"Retry-After: 1\r\n")
        else:
            self._answer(int(fault.split()[0]) if fault else 200)

    def _answer(self, status: int, body: bytes = b"", extra: bytes = b"") -> None:
        if self.transport.is_closing():
            return
        line = f"HTTP/1.1 {status} {PHRASES[status]}\r\nContent-Length: {len(body)}\r\n".encode()
        self.transport.write(line + extra + b"\r\n" + body)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def serve(port: int) -> None:
    crm = Crm()
    crm.port = port
    await crm.open()
    print(f"listening on http://127.0.0.1:{port}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
