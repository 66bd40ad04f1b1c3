"""
HubSpot's contract, read from its official client: paths, methods, and what a body may hold.

Paths and the models of bodies come from the client's generated API classes; a body is built into
those models, which refuse what is missing; unknown names and wrong types are refused here.
"""

import importlib
import inspect
import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

PACKAGES = (
    "hubspot.crm.contacts",
    "hubspot.crm.objects.notes",
    "hubspot.crm.objects",
    "hubspot.crm.properties",
    "hubspot.crm.schemas",
    "hubspot.crm.associations.v4",
    "hubspot.communication_preferences",
)
CALL = re.compile(r'call_api\(\s*"(?P<path>[^"]+)",\s*"(?P<method>[A-Z]+)"')
BODY = re.compile(r'body_params = local_var_params\["(\w+)"\]')
PLAIN = {"str": str, "int": int, "bool": bool, "float": float, "datetime": str, "object": object}


class Broken(Exception):
    """What does not fit the contract, in words."""


@dataclass(frozen=True)
class Route:
    """One call the official client can make."""

    method: str
    path: str
    package: str
    # The name of the body's model; empty without a body.
    body: str

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path)))


def check(method: str, path: str, body: Any) -> None:
    """
    Check a request against the official client's calls.

    Raises:
        Broken: there is no such call, or its body is not what the client would send.
    """
    route = next(
        (one for one in routes() if one.method == method and one.pattern.fullmatch(path)), None
    )
    if route is None:
        raise Broken(f"no such call: {method} {path}")
    if route.body:
        _build(_models(route.package), route.body, body)
    elif body is not None:
        raise Broken(f"{method} {path} takes no body")


@cache
def routes() -> list[Route]:
    """Return every call of the packages that we use, the most particular paths first."""
    found = [route for package in PACKAGES for route in _routes_of(package)]
    return sorted(found, key=lambda route: route.path.count("{"))


def _routes_of(package: str) -> list[Route]:
    api = importlib.import_module(f"{package}.api")
    sources = [
        inspect.getsource(function)
        for _, one in inspect.getmembers(api, inspect.isclass)
        for name, function in inspect.getmembers(one, inspect.isfunction)
        if name.endswith("_with_http_info")
    ]
    return [_route(package, source) for source in sources]


def _route(package: str, source: str) -> Route:
    called, body = CALL.search(source), BODY.search(source)
    assert called
    model = re.search(rf":type {body[1]}: (\w+)", source) if body else None
    return Route(called["method"], called["path"], package, model[1] if model else "")


def _models(package: str) -> ModuleType:
    return importlib.import_module(f"{package}.models")


@cache
def _strict(models: ModuleType) -> Any:
    """Return the settings under which a model refuses what is missing or not among its values."""
    package = importlib.import_module(models.__name__.removesuffix(".models"))
    strict = package.Configuration()
    strict.client_side_validation = True
    return strict


def _build(models: ModuleType, name: str, given: Any) -> Any:
    """Return the client's model made of the JSON."""
    model = getattr(models, name)
    if not isinstance(given, dict):
        raise Broken(f"{name} is not an object: {given!r}")
    names = {json_name: ours for ours, json_name in model.attribute_map.items()}
    if unknown := given.keys() - names.keys():
        raise Broken(f"{name} has no {sorted(unknown)}")
    values = {
        names[key]: _value(models, model.openapi_types[names[key]], value)
        for key, value in given.items()
    }
    try:
        return model(**values, local_vars_configuration=_strict(models))
    except ValueError as error:
        raise Broken(f"{name}: {error}") from error


def _value(models: ModuleType, kind: str, given: Any) -> Any:
    if listed := re.fullmatch(r"list\[(.+)\]", kind):
        if not isinstance(given, list):
            raise Broken(f"not a list: {given!r}")
        return [_value(models, listed[1], one) for one in given]
    if named := re.fullmatch(r"dict\[str, (.+)\]", kind):
        if not isinstance(given, dict):
            raise Broken(f"not an object: {given!r}")
        return {key: _value(models, named[1], one) for key, one in given.items()}
    if kind in PLAIN:
        if not isinstance(given, PLAIN[kind]) or (kind == "int" and isinstance(given, bool)):
            raise Broken(f"not a {kind}: {given!r}")
        return given
    return _build(models, kind, given)
