"""
What we refuse, and how we say so.

    Refused             a rule's no, in words for the person in front of the screen
    ├── NotFound        there is no such thing, or it is not for you            404
    ├── Invalid         what was given cannot be understood or is not allowed   422
    └── Conflict        it was possible a moment ago, or is done already        409

Apps define their own children beside the verbs that raise them. Anything else that rises is a bug.
"""

from typing import Any, ClassVar

from django.utils.functional import Promise


class Refused(Exception):
    """
    A rule said no; nothing was changed.

    `code` is stable and for programs, `sentence` is translated and for people, `extra` holds
    ids and figures (never personal data) that help the caller to mend his request.
    """

    status: ClassVar[int] = 422
    code: str = "refused"
    words: ClassVar[str | Promise] = ""

    def __init__(self, sentence: str | Promise = "", *, code: str = "", **extra: Any) -> None:
        self.code = code or type(self).code
        self.extra = extra
        self._sentence = sentence or type(self).words
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """The refusal in the language of the moment, with its figures filled in."""
        text = str(self._sentence)
        return text % self.extra if self.extra and "%(" in text else text


class NotFound(Refused):
    status = 404
    code = "not_found"


class Invalid(Refused):
    status = 422
    code = "invalid"


class Conflict(Refused):
    status = 409
    code = "conflict"
