"""
The broker without a service: kombu's file system transport, whose messages appear whole.

kombu writes a message under the name a worker looks for, so a worker that looks at the wrong
moment reads an empty file and stops. Here a message is written aside and then renamed. Also,
messages pass through our own folder instead of the machine's shared one.
"""

import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """A folder of bells."""

    # kombu's own two signatures disagree.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        aside = folder / f"{name}.new"
        aside.write_text(dumps(payload))
        aside.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / path.name
            try:
                path.rename(taken)
            except FileNotFoundError:
                # Another worker was faster.
                continue
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        raise Empty


class Transport(filesystem.Transport):
    """`settings.CELERY_BROKER_TRANSPORT` of the embedded default."""

    Channel = Channel
