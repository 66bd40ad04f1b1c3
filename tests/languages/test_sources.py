"""No word that people read stands in the code without its translation."""

from pathlib import Path

import pytest

from tests.languages import sources

ROOT = Path(__file__).resolve().parents[2]
APPS = ("customers", "omnistore", "orders", "stores")
# What the demo shop sells and who works there is data; commands speak English to the operator.
NOT_SHOWN = (
    "migrations",
    "management",
    "apps.py",
    "demo/goods.py",
    "demo/people.py",
    "demo/staff.py",
)
# The page of components shows them with words of its own, to staff.
SPECIMENS = ("specimens.py", "templates/design")
PYTHON = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not any(part in path.as_posix() for part in NOT_SHOWN)
]


def read(paths: list[Path], words_in: object) -> dict[str, list[str]]:
    assert callable(words_in)
    shown = [path for path in paths if not any(part in str(path) for part in SPECIMENS)]
    found = {str(path.relative_to(ROOT)): list(words_in(path.read_text())) for path in shown}
    assert found
    return {path: words for path, words in found.items() if words}


def test_templates_say_everything_by_translate() -> None:
    assert not read(sorted((ROOT / "templates").rglob("*.html")), sources.in_template)


def test_forms_models_and_refusals_say_everything_by_gettext() -> None:
    assert not read(PYTHON, sources.in_python)


def test_scripts_say_nothing() -> None:
    assert not read(sorted((ROOT / "static/js").rglob("*.js")), sources.in_script)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<p title="Hello">{{ name }}</p>',
        '<input aria-label="Hello {{ name }}">',
        '<button data-action="click->a#b">Go on</button>',
        '{% include "components/tag.html" with words="late" only %}',
        "{% if late %}late{% endif %}",
    ],
)
def test_finds_words_in_a_template(source: str) -> None:
    assert list(sources.in_template(source))


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Hello" %} · {{ name }} &nbsp; × 3</p>',
        '<p title="{% translate "Hello" %}">omnistore</p>',
        "{# a note #}{% blocktranslate trimmed with a=b %}Hello {{ a }}{% endblocktranslate %}",
        '<a class="button button--main" data-action="click->a#b" href="/x/">{{ name }}</a>',
        '{% include "components/tag.html" with tone="look" words=words icon="star" only %}',
        "<script>let word</script><svg><title>mark</title></svg>",
    ],
)
def test_leaves_what_is_translated_or_no_word(source: str) -> None:
    assert not list(sources.in_template(source))


@pytest.mark.parametrize(
    "source",
    [
        'forms.CharField(label="Name")',
        'models.CharField("name", max_length=3)',
        'class Kind(models.TextChoices):\n    A = "A", "first"',
        'class Meta:\n    verbose_name = "store"',
        'class Gone(Refused):\n    words = "It is gone."',
        'raise NotAllowed("Not on Sundays.")',
        'messages.success(request, f"Welcome, {name}.")',
    ],
)
def test_finds_words_in_python(source: str) -> None:
    assert list(sources.in_python(source))


@pytest.mark.parametrize(
    "source",
    [
        'forms.CharField(label=_("Name"), initial="Lyon")',
        'models.CharField(_("name"), max_length=3)',
        'class Kind(models.TextChoices):\n    A = "A", _("first")',
        'raise ValueError("units outside the line")',
        'raise NotAllowed(_("Not on Sundays."))',
        'messages.success(request, _("Welcome, %(name)s.") % {"name": name})',
    ],
)
def test_leaves_what_gettext_surrounds(source: str) -> None:
    assert not list(sources.in_python(source))


@pytest.mark.parametrize(
    "source",
    [
        'say("No connection here")',
        'this.element.textContent = "late"',
        'alert("late")',
        'button.setAttribute("aria-label", "Close")',
        "const sorry = `we are ${late} and very sorry.`",
    ],
)
def test_finds_words_in_a_script(source: str) -> None:
    assert list(sources.in_script(source))


@pytest.mark.parametrize(
    "source",
    [
        "// Says hello to everybody.\nlet a",
        'event.target.closest("input, textarea, select")',
        'element.classList.add("is-locked")',
        'import { Controller } from "stimulus"',
        'fetch("https://example.org/") // Not now.',
    ],
)
def test_leaves_code(source: str) -> None:
    assert not list(sources.in_script(source))
