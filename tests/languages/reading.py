"""What a person reads on a page: its texts, and what a browser shows or reads out besides."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser

from django.http import HttpResponseBase

READ = {"title", "alt", "placeholder", "aria-label", "aria-description"}
# Words that a script takes from the page: data-keyboard-words-param="…".
GIVEN = ("-words-param", "-words-value", "-label-value", "-label-param")
NOT_READ = {"script", "style", "code", "pre"}
VOID = {"input", "img", "link", "meta", "br", "hr", "use", "rect", "path", "source", "wbr"}


class Reader(HTMLParser):
    """Collects what is read in the language of the page; other languages are marked as such."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.language = ""
        self._inside: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = said.get("lang", "")
        is_foreign = said.get("lang", self.language) != self.language
        is_read = self._is_read and tag not in NOT_READ and not is_foreign
        if is_read:
            self.texts += [said[name] for name in said if name in READ or name.endswith(GIVEN)]
            if tag == "input" and said.get("type") in ("submit", "button"):
                self.texts.append(said.get("value", ""))
        if tag not in VOID:
            self._inside.append((tag, is_read))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._inside):
            if self._inside.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._is_read:
            self.texts.append(data)

    @property
    def _is_read(self) -> bool:
        return not self._inside or self._inside[-1][1]


def texts(answer: HttpResponseBase) -> list[str]:
    """Return every text of the page, or every sentence of a JSON answer; spaces made plain."""
    content = getattr(answer, "content", b"").decode()
    if "json" in answer.headers.get("Content-Type", ""):
        found = [*_sentences(json.loads(content))]
    else:
        reader = Reader()
        reader.feed(content)
        found = reader.texts
    plain = (" ".join(text.split()) for text in found)
    return [text for text in plain if text]


def _sentences(body: object) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str) and name in ("detail", "description", "short_name", "label"):
                yield value
            else:
                yield from _sentences(value)
    elif isinstance(body, list):
        for value in body:
            yield from _sentences(value)
