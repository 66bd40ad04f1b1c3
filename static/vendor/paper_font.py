"""
Makes of the screens' font the two faces that papers (PDF) are set in.

python paper_font.py folder-of-the-package folder-for-the-faces: PDF takes no woff2 and no font that
varies, and knows no second file to look for a letter in.
"""

import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PARTS = ("latin", "latin-ext")
WEIGHTS = (400, 700)


def make(source: Path, weight: int, folder: Path) -> None:
    files = [folder / f"{part}.ttf" for part in PARTS]
    for part, file in zip(PARTS, files, strict=True):
        font = TTFont(next(source.glob(f"*-{part}-wght-normal.woff2")), recalcTimestamp=False)
        font.flavor = None
        instancer.instantiateVariableFont(font, {"wght": weight}).save(file)
    Merger().merge([str(file) for file in files]).save(folder / f"hanken-grotesk-{weight}.ttf")
    for file in files:
        file.unlink()


for weight in WEIGHTS:
    make(Path(sys.argv[1]), weight, Path(sys.argv[2]))
