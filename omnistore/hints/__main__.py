"""
Run the process that listeners stay connected to, beside the app.

    python -m omnistore.hints [--host 127.0.0.1] [--port 8001]
"""

import argparse
import os
import resource

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

from django.conf import settings

from omnistore.hints.listening import MOST


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m omnistore.hints")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8001)
    asked = words.parse_args()
    if not settings.REDIS_URL:
        raise SystemExit(
            "Hints come through Redis: set REDIS_URL. Without it tablets ask by themselves."
        )
    # Each listener is an open file.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Granian(
        "omnistore.hints.listening:application",
        address=asked.host,
        port=asked.port,
        interface=Interfaces.ASGI,
        workers=1,
        runtime_threads=1,
        log_access=False,
        # What a browser asks with fits in it; the usual buffer is ten kilobytes more a stream.
        http1_settings=HTTP1Settings(max_buffer_size=8192),
        backlog=4096,
        # As many streams as it lets in, and some more to be told that it is full.
        backpressure=MOST + 100,
        # Streams end with the process: whoever listened comes again, with a new ticket.
        workers_kill_timeout=3,
    ).serve()


if __name__ == "__main__":
    main()
