"""A QR code in the terminal, black on white whatever the terminal's own colours are."""

from itertools import zip_longest

import qrcode

# Two rows of the code to a line: (upper is dark, lower is dark) → character.
HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
BLACK_ON_WHITE, PLAIN = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
MARGIN = 2


def qr(text: str, indent: str = "  ") -> str:
    """Return the lines that draw the text as a QR code."""
    code = qrcode.QRCode(border=MARGIN, error_correction=qrcode.ERROR_CORRECT_L)
    code.add_data(text)
    rows = code.get_matrix()
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[False] * len(rows))
    lines = (
        "".join(HALVES[bool(a), bool(b)] for a, b in zip(*pair, strict=True)) for pair in pairs
    )
    return "\n".join(f"{indent}{BLACK_ON_WHITE}{line}{PLAIN}" for line in lines)
