"""
From a frame of the camera, 1920x1080, to what its code says, with the processor slowed down by 4.

Chromium slows down a page and not its workers. So the worker's own scripts are measured in a page:
the same frames, looks and reader as in the scanner. A code comes into view at any of the scanner's
looks, and a look that does not find it counts.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from tests.bench.databases import ROOT
from tests.bench.figures import Figure, Scale, percentile
from tests.browser import scenes
from tests.browser.running import launched

SLOWDOWN = 4
STATIC = ROOT / "static"
SCRIPTS = ("js/scanning/pixels.js", "vendor/zxing/reader.js", "js/scanning/worker.js")
CARD = "2900000176683"
CODES = (
    scenes.qr(CARD),
    scenes.rotated(scenes.qr(CARD, module=6), 20),
    scenes.bars(CARD),
    scenes.bars("LYO-000123", kind="code128", module=3),
)

READ = """async (count) => {
  let answered
  self.importScripts = () => {}
  self.postMessage = (answer) => answered(answer)
  const ask = (data) => new Promise((resolve) => { answered = resolve; self.onmessage({ data }) })
  await ask({ wasm: "/vendor/zxing/reader.wasm" })

  const video = document.createElement("video")
  const size = { width: 1920, height: 1080 }
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: size })
  await video.play()
  const took = []
  for (let turn = 0; took.length < count; turn++) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    const began = performance.now()
    for (let look = turn, found = false; !found; look++) {
      const { codes, failed } = await ask({ frame: new VideoFrame(video), turn: look })
      if (failed) throw new Error(failed)
      found = codes.length > 0
    }
    took.push(performance.now() - began)
  }
  return took
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of every file."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the time to the first read."""
    frames = max(6, scale.rounds // 25)
    with sync_playwright() as playwright, _static_files() as address:
        took = [time for code in CODES for time in _times(playwright, address, code, frames)]
    yield Figure("decode_p50_ms", percentile(took, 0.5), "ms")
    yield Figure("decode_p95_ms", percentile(took, 0.95), "ms")


def _times(
    playwright: Playwright, address: str, code: scenes.Image.Image, frames: int
) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        film = scenes.video(Path(folder) / "film.y4m", [scenes.shelf((code, (0.5, 0.5)))])
        camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
        with launched(playwright, *camera) as browser:
            page = browser.new_context(permissions=["camera"]).new_page()
            page.goto(address)
            for script in SCRIPTS:
                page.add_script_tag(path=STATIC / script)
            devtools = page.context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
            took: list[float] = page.evaluate(READ, frames)
            return took


@contextmanager
def _static_files() -> Iterator[str]:
    """Serve static/; yield the address."""
    serve = partial(Quiet, directory=STATIC)
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
