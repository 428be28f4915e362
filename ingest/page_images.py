"""Pages of PDF files as pictures, drawn by a process apart and kept for the next who looks.

`KB_HOME/pages` can be emptied at any time: what is missing is drawn again.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from governance import originals
from ingest import sandbox
from ingest.parsing.document import Unreadable

# Pixels a picture may be wide; a screen's pane, and the same on a screen of double density.
WIDTHS = (900, 1600)
# The longest page is so many times as high as wide; a strip without end would fill the memory.
TALLEST = 5
MOST_BYTES = 16 * 2**20
MOST_KEPT = 512 * 2**20
LIMITS = sandbox.Limits(memory=2**30, cpu_seconds=20, seconds=30, open_files=32)
PNG = b"\x89PNG\r\n\x1a\n"
# Two drawers at once; whoever comes later waits for a place, but not for ever.
_PLACES = threading.BoundedSemaphore(2)


def picture_of(sha256: str, page: int, width: int) -> Path:
    """The picture's file. Raises `Unreadable` where there is no such page or it cannot be drawn."""
    place = _folder() / f"{sha256}-{page}-{width}.png"
    return _kept(place, {"sha256": sha256, "page": page, "width": width})


def sizes_of(sha256: str) -> Path:
    """A file with the width and height of each page in points, as JSON."""
    return _kept(_folder() / f"{sha256}-sizes.json", {"sha256": sha256})


def _kept(place: Path, wanted: dict[str, Any]) -> Path:
    try:
        os.utime(place)  # what was looked at last is thrown away last
    except FileNotFoundError:
        _keep(place, _drawn(wanted))
    return place


def _drawn(wanted: dict[str, Any]) -> bytes:
    if not _PLACES.acquire(timeout=LIMITS.seconds):
        raise Unreadable("took_too_long")
    try:
        return _heard(wanted)
    finally:
        _PLACES.release()


def _heard(wanted: dict[str, Any]) -> bytes:
    """What the child says, bounded in time and length, and of the kind that was asked for."""
    path = str(originals.path_of(wanted["sha256"]))
    request = {**wanted, "path": path, "limits": asdict(LIMITS), "parent": os.getpid()}
    command = [sys.executable, "-B", "-P", "-s", "-m", "ingest.page_images", json.dumps(request)]
    child = sandbox.start(command)
    stop = threading.Timer(LIMITS.seconds, _stop, [child])
    stop.start()
    try:
        said = child.stdout.read(MOST_BYTES + 1) if child.stdout else b""
    finally:
        stop.cancel()
        sandbox.end(child)
        child.wait()
    if len(said) > MOST_BYTES or not said.startswith(PNG if "page" in wanted else b"["):
        raise Unreadable("reader_crashed")
    return said


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Its pipe ends with it, and whoever listens goes on. The pipe is not closed from here: that
    would wait for the listener."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _keep(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".drawing-", delete=False) as file:
        file.write(content)
    Path(file.name).replace(place)
    _make_room(place.parent)


def _make_room(folder: Path) -> None:
    """Throw away what nobody has looked at for longest, until the rest is no more than allowed."""
    found = []
    for entry in os.scandir(folder):
        known = entry.stat()
        found.append((known.st_mtime, known.st_size, entry.path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= MOST_KEPT:
            return
        Path(path).unlink(missing_ok=True)
        total -= size


def _folder() -> Path:
    return Path(settings.KB_HOME) / "pages"


def main(request: str) -> None:
    """The child: gives up what it may, then draws one page or measures all."""
    import pypdfium2

    asked = json.loads(request)
    sandbox.give_up(asked["parent"], sandbox.Limits(**asked["limits"]))
    document = pypdfium2.PdfDocument(asked["path"])
    said = _picture(document, asked) if "page" in asked else _sizes(document)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def _picture(document: Any, asked: dict[str, Any]) -> bytes:
    page = document[asked["page"] - 1]
    wide, high = page.get_size()
    if high > TALLEST * wide:
        raise SystemExit(1)
    bitmap = page.render(scale=asked["width"] / wide, may_draw_forms=False)
    drawn = io.BytesIO()
    bitmap.to_pil().quantize(64).save(drawn, "PNG")
    return drawn.getvalue()


def _sizes(document: Any) -> bytes:
    sizes = [[round(side, 2) for side in document.get_page_size(n)] for n in range(len(document))]
    return json.dumps(sizes).encode()


if __name__ == "__main__":
    main(sys.argv[1])
