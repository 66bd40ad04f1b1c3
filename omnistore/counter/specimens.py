"""
Every component in every state, for the design page: made-up people, real templates.

A part names the template that the screens include; nothing is copied, so that the page shows what
the counter shows. Looks without a template of their own have one in templates/design/.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace as Sample
from typing import Any

from django import forms

from omnistore.counter import samples
from orders.models import Product


@dataclass(frozen=True)
class State:
    """What a component is given, and what that shows."""

    words: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A component, by the template that draws it."""

    name: str
    template: str
    states: Sequence[State]
    is_wide: bool = False


class SampleForm(forms.Form):
    """Fields at rest, filled, wrong and shut."""

    name = forms.CharField(label="Rest", help_text="A hint under the label.", required=False)
    filled = forms.CharField(label="Filled", required=False)
    wrong = forms.EmailField(label="Error")
    shut = forms.CharField(label="Disabled", disabled=True, required=False)
    store = forms.ChoiceField(label="One of a list", choices=[("lyo", "Lyon"), ("par", "Paris")])
    answer = forms.ChoiceField(
        label="Asked out loud", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    shut_answer = forms.ChoiceField(
        label="Disabled",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        disabled=True,
        required=False,
    )


def parts() -> list[Part]:
    """Return every component, the small ones first."""
    groups = (_words, _said, _opinions, _acts, _fields, _entries, _people, _agreed, _goods, _steps)
    return [part for group in groups for part in group()]


def _part(
    name: str, template: str, *states: tuple[str, dict[str, Any]], wide: bool = False
) -> Part:
    return Part(name, template, [State(words, given) for words, given in states], is_wide=wide)


def _words() -> list[Part]:
    tones = ("", "ok", "look", "stop", "web")
    return [
        _part("Icon", "design/_icons.html", ("all", {"names": samples.ICONS})),
        _part(
            "Tag",
            "components/tag.html",
            *(
                (it or "plain", {"tone": it, "words": it or "plain", "icon": "check"})
                for it in tones
            ),
        ),
        _part(
            "Money",
            "components/money.html",
            ("rest", {"amount": 120870, "currency": samples.EURO}),
            ("big", {"amount": 120870, "currency": samples.EURO, "size": "big"}),
            ("before it changed", {"amount": 954, "currency": samples.EURO, "size": "was"}),
        ),
        _part(
            "Face",
            "components/face.html",
            ("small, quiet", {"initials": "NB", "size": "small", "tone": "quiet"}),
            ("rest", {"initials": "CM"}),
            ("big, quiet", {"initials": "NB", "size": "big", "tone": "quiet"}),
        ),
        _part(
            "Notice",
            "components/notice.html",
            *(
                (it or "plain", {"tone": it, "title": "A title", "sentence": samples.SAID})
                for it in tones
            ),
        ),
    ]


def _said() -> list[Part]:
    return [
        _part(
            "Errors of a form",
            "components/errors.html",
            ("error", {"form": Sample(non_field_errors=[samples.SAID])}),
        ),
        _part(
            "Empty",
            "components/empty.html",
            ("empty", {"icon": "receipt", "title": "No purchase here yet", "words": samples.SAID}),
        ),
        _part("Arrival", "design/_arrivals.html", ("sure, not", {"arrivals": samples.arrivals()})),
        _part("Toast", "design/_toasts.html", ("said, away, broken", {"messages": ["Done."]})),
        _part("Network", "design/_network.html", ("gone, back; waiting", {})),
        _part("Way past the rail", "design/_skip.html", ("focused", {})),
        _part("Right", "components/right.html", *samples.rights()),
        _part("State of the CRM", "components/crm_state.html", *samples.crm()),
        _part("Today", "components/today.html", *samples.days()),
    ]


def _opinions() -> list[Part]:
    given = {"remarks": samples.remarks(), "figures": samples.figures()}
    return [_part("What customers say", "design/_remarks.html", ("every tone", given), wide=True)]


def _acts() -> list[Part]:
    return [
        _part(
            "Button", "design/_buttons.html", ("every state", {"kinds": samples.KINDS}), wide=True
        ),
        _part(
            "Way",
            "components/way.html",
            (
                "link",
                {"icon": "plus", "title": "Sign someone up", "words": samples.SAID, "url": "#"},
            ),
            ("button", {"icon": "right", "title": "Continue", "words": samples.SAID}),
        ),
        _part("Tile", "design/_tiles.html", ("rest", {"people": samples.people()})),
        _part(
            "Tabs",
            "components/tabs.html",
            ("first is on", {"label": "Tabs", "tabs": samples.tabs()}),
        ),
        _part("Switch", "components/switch.html", ("second is on", samples.switch())),
        _part("Language", "components/language.html", ("rest", {"other_language": "en"})),
        _part("What the field takes", "counter/_home_kinds.html", ("rest", {})),
        _part("Dialog", "design/_dialog.html", ("open", {})),
        _part(
            "Rail",
            "components/rail.html",
            ("a manager's", {"clerk": samples.marc(), "door": "customer"}),
        ),
    ]


def _fields() -> list[Part]:
    bound = SampleForm({"filled": "Camille", "wrong": "camille@", "store": "lyo"})
    rest = SampleForm(auto_id="rest_%s")
    chosen = SampleForm({"answer": "yes"}, auto_id="chosen_%s")
    field = "components/field.html"
    return [
        _part(
            "Field",
            field,
            ("rest", {"field": rest["name"]}),
            ("filled", {"field": bound["filled"]}),
            ("error", {"field": bound["wrong"]}),
            ("disabled", {"field": bound["shut"]}),
            ("list", {"field": rest["store"]}),
        ),
        _part(
            "Error of a field", "components/field_errors.html", ("error", {"field": bound["wrong"]})
        ),
        _part(
            "Choice",
            "components/choice.html",
            ("rest", {"field": rest["answer"], "shape": "pair"}),
            ("chosen", {"field": chosen["answer"], "shape": "pair"}),
            ("error", {"field": bound["answer"], "shape": "pair"}),
            ("disabled", {"field": rest["shut_answer"]}),
        ),
    ]


def _entries() -> list[Part]:
    return [
        _part(
            "Stepper",
            "components/stepper.html",
            *(
                (words, {"name": f"units-{value}", "value": value, "most": 3, "label": "Units"})
                for words, value in (("none", 0), ("some", 2), ("all", 3))
            ),
        ),
        _part(
            "The one field",
            "components/find.html",
            ("on every page", {"token": ""}),
            ("on the first", {"token": "", "size": "big", "is_home": True, "value": "06 39 98"}),
            wide=True,
        ),
        _part("Camera", "design/_scanner.html", ("looking", {}), wide=True),
        _part(
            "Understood",
            "counter/_understood.html",
            (
                "phone",
                {
                    "understood": Sample(
                        shown="06 39 98 01 01", kind=Sample(label="phone", is_something=True)
                    )
                },
            ),
        ),
        _part(
            "PIN",
            "stores/_pin.html",
            ("rest", {"pin_clerk": samples.nadia()}),
            ("wrong", {"pin_clerk": samples.nadia(), "refusal": Sample(sentence="Not this PIN.")}),
        ),
        _part("PIN, typed and busy", "design/_pin_busy.html", ("busy", {})),
    ]


def _people() -> list[Part]:
    return [
        _part(
            "Who",
            "counter/_who.html",
            (
                "known",
                {"customer": samples.camille(), "page": samples.page(), "tablet": samples.tablet()},
            ),
        ),
        _part(
            "Who, with a long name",
            "counter/_who.html",
            (
                "long",
                {
                    "customer": samples.long_name(),
                    "page": samples.page(),
                    "tablet": samples.tablet(),
                },
            ),
        ),
        _part("Pick", "design/_picks.html", ("a short list", {"found": samples.found()})),
        _part("Nobody", "counter/_nobody.html", ("empty", {"found": Sample(), "typed": ""})),
        _part("Lock", "design/_lock.html", ("rest", {"clerk": samples.nadia()})),
    ]


def _agreed() -> list[Part]:
    return [
        _part(
            "Consent",
            "components/consent.html",
            ("yes", {"entry": samples.answer(True, "e-mail")}),
            ("no", {"entry": samples.answer(False, "SMS")}),
        ),
        _part(
            "Consents",
            "counter/_consents.html",
            ("asked", {"page": samples.page(), "tablet": samples.tablet()}),
        ),
        _part(
            "Contacts",
            "counter/_contacts.html",
            ("some", {"page": samples.page(), "tablet": samples.tablet()}),
        ),
    ]


def _goods() -> list[Part]:
    return [
        _part(
            "Picture",
            "components/picture.html",
            ("picture", {"product": samples.article("Tea towel", "towel")}),
            ("none", {"product": Product(name="Tea towel")}),
        ),
        _part(
            "Cart", "counter/_cart.html", ("a price changed", {"open": samples.cart()}), wide=True
        ),
        _part(
            "Purchase",
            "counter/_purchase.html",
            ("some may come back", {"purchase": samples.purchase()}),
            wide=True,
        ),
        _part("Line of a return", "orders/_return_line.html", *samples.return_lines(), wide=True),
        _part(
            "Something else too",
            "orders/_return_joining.html",
            (
                "two purchases",
                {"screen": samples.to_ask(), "others": [Sample(order=samples.order())] * 2},
            ),
        ),
        _part(
            "Which rule says so",
            "orders/_return_why.html",
            ("no", {"why": samples.why(), "key": "l8"}),
        ),
        _part("Photos", "orders/_return_photos.html", ("two", samples.photos())),
        _part(
            "Suggestions", "orders/_return_suggestions.html", ("two", {"row": samples.suggested()})
        ),
        _part("Fold", "design/_fold.html", ("shut, open, plain", {}), wide=True),
    ]


def _steps() -> list[Part]:
    bought = Sample(order=samples.order(), may_return=True)
    return [
        _part(
            "Next step",
            "counter/_next.html",
            ("an act", {"purchase": bought, "page": Sample(carts=[1], changed_prices=1)}),
            ("nothing waits", {"purchase": None, "page": Sample(carts=[])}),
        ),
        _part("Next step, not yet", "design/_next_quiet.html", ("disabled", {})),
        _part(
            "Next step, by a person",
            "orders/_return_person.html",
            ("a manager", {"screen": samples.to_ask(), "worth": "It would be 10.95 €."}),
            ("the clerk himself", {"screen": samples.to_ask(to_waive=Sample(key="l8"))}),
        ),
        _part("Sums", "orders/_return_sums.html", ("two lines", {"screen": samples.sums()})),
        _part(
            "Shares of a refund",
            "design/_refunds.html",
            ("paid, waiting, failed", {"shares": samples.shares()}),
        ),
        _part(
            "What happens then", "design/_moments.html", ("two steps", {"steps": samples.moments()})
        ),
        _part(
            "What a person decides",
            "design/_decision.html",
            ("asked", {"asked": samples.asked(), "order": samples.order()}),
            wide=True,
        ),
        _part("Slip", "orders/_slip_paper.html", ("a return", {"paper": samples.paper()})),
        _part("About", "stores/_tablet_about.html", ("this tablet", {"tablet": samples.tablet()})),
        _part(
            "Totals",
            "counter/_order_who.html",
            ("a receipt", {"order": samples.order(), "payments": ()}),
        ),
    ]
