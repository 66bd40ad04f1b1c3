"""`manage.py serve`: it says what is wrong, and leaves nothing running behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from omnistore.demo.management.commands import serve

# A child that has a child, as Celery has its clock.
WITH_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True);"
    "time.sleep(60)"
)


@pytest.fixture
def family() -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A child in a group of its own, and the id of his child."""
    command = [sys.executable, "-c", WITH_CHILD]
    before = {number: signal.getsignal(number) for number in serve.STOPPING}
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as child:
        assert child.stdout
        yield child, int(child.stdout.readline())
    for number, handler in before.items():
        signal.signal(number, handler)


def test_says_that_the_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is taken.*PORT={port + 1}"):
            call_command("serve", port=port)


def test_says_which_child_ended(family: tuple["subprocess.Popen[bytes]", int]) -> None:
    child, _ = family
    child.args = [sys.executable, "-m", "celery"]
    child.kill()
    child.wait()

    with pytest.raises(CommandError, match="celery ended by itself with code -9"):
        serve._check([child])
    serve._stop([child])


def test_takes_the_children_of_a_killed_child_with_it(
    family: tuple["subprocess.Popen[bytes]", int],
) -> None:
    child, grandchild = family
    child.kill()
    child.wait()

    serve._stop([child])

    assert is_gone(grandchild)


def is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
