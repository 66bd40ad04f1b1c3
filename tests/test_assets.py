"""What the browser gets of static/: one style sheet, names with hashes, compressed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from omnistore import assets, modules
from omnistore.demo.collecting import Collected

ADDRESS = re.compile(r'url\("([^"]+)"\)')
STATIC = settings.BASE_DIR / "static"
COLLECTING = {
    "STORAGES": settings.STORAGES
    | {"staticfiles": {"BACKEND": "omnistore.assets.CollectedStorage"}},
    "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.FileSystemFinder"],
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder into which our own static files were collected."""
    root = tmp_path_factory.mktemp("collected")
    with override_settings(STATIC_ROOT=root, **COLLECTING):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield root


def sheet_in(root: Path, name: str = "app") -> Path:
    (sheet,) = (root / "css").glob(f"{name}.????????????.css")
    return sheet


def test_a_customers_phone_loads_one_small_sheet(collected: Path) -> None:
    sheet = sheet_in(collected, "phone")

    assert "@import" not in sheet.read_text()
    assert sheet.with_suffix(".css.gz").stat().st_size < 10_000


def test_makes_one_style_sheet_of_all_that_are_imported(collected: Path) -> None:
    sheet = sheet_in(collected).read_text()

    assert "@import" not in sheet
    for path in (STATIC / "css/components").glob("*.css"):
        assert ADDRESS.sub("", path.read_text()) in ADDRESS.sub("", sheet), path.name


def test_what_the_one_style_sheet_asks_for_is_there(collected: Path) -> None:
    sheet = sheet_in(collected)

    addresses = ADDRESS.findall(sheet.read_text())

    assert len(addresses) >= 3
    for address in addresses:
        assert (sheet.parent / address).resolve().is_file(), address
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), address


def test_compresses_what_has_a_hash_in_its_name(collected: Path) -> None:
    assert sheet_in(collected).with_suffix(".css.br").is_file()
    assert sheet_in(collected).with_suffix(".css.gz").is_file()
    assert not (collected / "css/app.css.br").exists()


def test_names_in_the_page_every_module_that_is_imported_at_once() -> None:
    needed = modules.needed_at_once()

    imported = modules.IMPORT.findall((STATIC / "js/app.js").read_text())
    assert len(needed) >= len(imported) > 2
    assert all(address.startswith("/static/") for address in needed)


def test_leaves_what_is_imported_later_until_then() -> None:
    script = 'import "htmx"\nimport { A, b } from "first"\nif (c) await import("later")\n'

    assert modules.IMPORT.findall(script) == ["htmx", "first"]


def test_collects_again_only_when_a_file_was_edited(tmp_path: Path, settings: Any) -> None:
    source, root = tmp_path / "static", tmp_path / "collected"
    (source / "css").mkdir(parents=True)
    (source / "css/app.css").write_text('@import "part.css" layer(base);\n')
    (source / "css/part.css").write_text("p { color: red }\n")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], root
    for name, value in COLLECTING.items():
        setattr(settings, name, value)

    files = Collected()
    assert not files.renew()
    (source / "css/new.css").write_text("p { color: blue }\n")

    assert files.renew()
    assert list((root / "css").glob("new.????????????.css"))
    assert "@layer base {\np { color: red }\n}" in sheet_in(root).read_text()


def test_goes_on_when_an_edit_names_a_file_that_is_not_there(
    tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    source = tmp_path / "static"
    (source / "css").mkdir(parents=True)
    (source / "css/app.css").write_text('p { background: url("gone.svg") }\n')
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "collected"
    for name, value in COLLECTING.items():
        setattr(settings, name, value)

    Collected()

    assert "gone.svg" in caplog.text


def test_counts_an_address_from_the_folder_of_the_one_sheet() -> None:
    assert assets._from("components", "../../icons/down.svg") == "../icons/down.svg"
