"""
A scanner that types: real key presses, each at an exact time.

The browser is told when each key was pressed, so that a slow machine changes nothing: an event's
own clock says 2 ms or 45 ms, however late the event arrives.
"""

import time
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

ALT, CTRL, SHIFT = 1, 2, 8
BARE = {
    **{digit: f"Digit{digit}" for digit in "1234567890"},
    **{"-": "Minus", "=": "Equal", "[": "BracketLeft", "]": "BracketRight", ";": "Semicolon"},
    **{"'": "Quote", "\\": "Backslash", ",": "Comma", ".": "Period", "/": "Slash"},
    **{"`": "Backquote", " ": "Space"},
}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"|<>?~', "1234567890-=[];'\\,./`", strict=True))
# What an AZERTY tablet reads from the key of a QWERTY scanner.
AZERTY = dict(zip("1234567890-qwaz;QWAZ:,./mM<>?", "&é\"'(-è_çà)azqwmAZQWM;:!,?./§", strict=True))


@dataclass(frozen=True)
class Key:
    key: str
    code: str
    modifiers: int = 0
    text: str = ""
    number: int = 0


ENTER = Key("Enter", "Enter", text="\r", number=13)
TAB = Key("Tab", "Tab", number=9)
F8 = Key("F8", "F8", number=119)
CTRL_BRACKET = Key("]", "BracketRight", CTRL, number=221)


def key_of(sign: str, *, is_azerty: bool = False) -> Key:
    """Return the key of a QWERTY keyboard for the sign, as the tablet reads it."""
    bare = SHIFTED.get(sign, sign)
    is_shifted = sign in SHIFTED or sign.isupper()
    code = BARE.get(bare) or f"Key{bare.upper()}"
    seen = AZERTY.get(sign, sign) if is_azerty else sign
    number = ord(bare.upper()) if bare.isalnum() or bare == " " else 0
    return Key(seen, code, SHIFT if is_shifted else 0, seen, number)


class HandScanner:
    """Types into whatever has the focus of the page, `pause` ms from key to key."""

    def __init__(self, page: Page, pause: float = 2, *, is_azerty: bool = False) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.pause, self.is_azerty = pause, is_azerty
        self.clock = time.time()

    def scan(self, text: str, end: Key | None = ENTER) -> None:
        """Type the text and the key that ends it, after whatever was typed before."""
        self.rest()
        self.type(text)
        if end:
            self.press(end)

    def type(self, text: str) -> None:
        for sign in text:
            self.press(key_of(sign, is_azerty=self.is_azerty))

    def rest(self) -> None:
        """Let a moment go by, by the keys' clock."""
        self.clock = max(self.clock + 0.2, time.time())

    def press(self, key: Key, *, is_held: bool = False) -> None:
        self.clock += self.pause / 1000
        about = {
            "key": key.key,
            "code": key.code,
            "modifiers": key.modifiers,
            "windowsVirtualKeyCode": key.number,
            "timestamp": self.clock,
        }
        down = {"type": "keyDown" if key.text else "rawKeyDown", "text": key.text}
        self.session.send("Input.dispatchKeyEvent", about | down | {"autoRepeat": is_held})
        if not is_held:
            up = about | {"type": "keyUp", "timestamp": self.clock + 0.0005}
            self.session.send("Input.dispatchKeyEvent", up)
