"""
Which words of a source file people would read, though no catalogue knows them.

Sentences stand in templates and Python, marked for translation; scripts hold none at all.
"""

import ast
import builtins
import re
from collections.abc import Iterator

# The same in every language.
NAMES = {
    *("omnistore", "CRM", "VIP", "iPad", "Android"),
    *("HubSpot", "Odoo", "Salesforce", "Segment", "Stripe"),
}
WORD = re.compile(r"[^\W\d_]{2,}")
# Entities, and the names of classes that a block hands to its base.
NO_WORD = re.compile(r"&\w+;|\b\w+(?:--|__)[\w-]+")

# --- templates -----------------------------------------------------------------------------------
HIDDEN = re.compile(
    r"{#.*?#}|<!--.*?-->|{% comment %}.*?{% endcomment %}"
    r"|{% blocktranslate.*?%}.*?{% endblocktranslate %}"
    r"|<(script|style|svg)\b.*?</\1>",
    re.DOTALL,
)
TEMPLATE_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
GIVEN = re.compile(r'\b(?:words|title|sentence|label|heading)="([^"]*)"')
HTML_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
READ_ATTRIBUTE = re.compile(
    r'\s(?:title|alt|placeholder|aria-label|aria-description|aria-roledescription)="([^"]*)"'
)


def in_template(source: str) -> Iterator[str]:
    """Yield the words that stand in the template itself, outside translate and blocktranslate."""
    shown = HIDDEN.sub(" ", source)
    for tag in TEMPLATE_TAG.findall(shown):
        if tag.startswith("{% include"):
            yield from _words(" ".join(GIVEN.findall(tag)))
    bare = TEMPLATE_TAG.sub("", shown)
    for tag in HTML_TAG.findall(bare):
        yield from _words(" ".join(READ_ATTRIBUTE.findall(tag)))
    yield from _words(HTML_TAG.sub(" ", bare))


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(NO_WORD.sub(" ", text)) if word not in NAMES]


# --- Python --------------------------------------------------------------------------------------
READ_NAMES = {
    *("label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "words"),
    *("short_description", "description", "site_header", "site_title", "index_title"),
}
SAYING = {"success", "info", "warning", "error", "add_error", "message_user"}
# For the programmer or the operator, in English.
BUGS = {*dir(builtins), "ImproperlyConfigured", "CommandError", "StopTask"}


def in_python(source: str) -> Iterator[str]:
    """Yield the texts that people would read and that no gettext surrounds."""
    for node in ast.walk(ast.parse(source)):
        for text in _read_by_people(node):
            if isinstance(text, ast.Constant | ast.JoinedStr) and _is_human(text):
                yield f"{text.lineno}: {ast.unparse(text)}"


def _read_by_people(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assign) and READ_NAMES.intersection(map(_name, node.targets)):
        yield node.value
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        if _name(node.exc.func) not in BUGS:
            yield from filter(_is_sentence, node.exc.args[:1])
    elif isinstance(node, ast.Call):
        yield from _given(node)
    elif isinstance(node, ast.ClassDef) and any(
        _name(base).endswith("Choices") for base in node.bases
    ):
        yield from _labels(node)


def _given(call: ast.Call) -> Iterator[ast.AST]:
    called, name = ast.unparse(call.func), _name(call.func)
    # The API's own description is for programmers.
    if called.startswith(("models.", "forms.", "admin.")):
        yield from (given.value for given in call.keywords if given.arg in READ_NAMES)
    # A relation's first one is the model it leads to.
    is_field = name.endswith("Field") and not name.endswith(("ToOneField", "ToManyField"))
    if called.startswith("models.") and is_field:
        yield from call.args[:1]
    elif name in SAYING and not called.startswith("logger."):
        yield from call.args[1:2]


def _labels(choices: ast.ClassDef) -> Iterator[ast.AST]:
    for member in choices.body:
        if isinstance(member, ast.Assign) and isinstance(member.value, ast.Tuple):
            yield from member.value.elts[1:]


def _is_sentence(text: ast.AST) -> bool:
    """Whether it is written for people: what only a log says has no full stop."""
    return ast.unparse(text).strip("\"'")[-1:] in (".", "!", "?")


def _is_human(text: ast.Constant | ast.JoinedStr) -> bool:
    if isinstance(text, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and _is_human(part) for part in text.values)
    return isinstance(text.value, str) and bool(_words(text.value))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


# --- scripts -------------------------------------------------------------------------------------
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
BUG = re.compile(r"new \w*Error\([^)]*\)")
LITERAL = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'|`([^`]*)`')
SENTENCE = re.compile(r"^[A-ZÀ-Ý][\w’']+ \S|[a-zà-ÿ]{2,} [a-zà-ÿ]{2,}[^=\]]*[.!?…]$")
SHOWN = re.compile(
    r"(?:\.(?:textContent|innerText|innerHTML|ariaLabel|title|placeholder|alt)\s*=\s*"
    r"|\b(?:alert|confirm|prompt)\(\s*|setAttribute\(\"(?:aria-label|title|alt)\",\s*)"
    r"[\"'`]([^\"'`]*)"
)


def in_script(source: str) -> Iterator[str]:
    """Yield the sentences in the script, and the words that it would put on the screen."""
    code = BUG.sub(" ", COMMENT.sub(" ", source))
    for text in ("".join(parts) for parts in LITERAL.findall(code)):
        if SENTENCE.search(text):
            yield text
    yield from (text for text in SHOWN.findall(code) if _words(text))
