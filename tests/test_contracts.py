"""Who may import whom, as pyproject.toml says."""

import subprocess
import sys
import tomllib
from typing import Any

from django.conf import settings

CHECK = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True))
"""
PYPROJECT = settings.BASE_DIR / "pyproject.toml"
CONTRACTS: list[dict[str, Any]] = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"][
    "contracts"
]


def test_keeps_its_import_contracts() -> None:
    # In a process of its own: it sets up logging anew, and later tests would hear nothing.
    command = [sys.executable, "-c", CHECK, str(PYPROJECT)]
    checked = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()


def test_holds_every_noun_of_the_apps_to_the_contract_of_the_domain() -> None:
    domain = next(set(c["source_modules"]) for c in CONTRACTS if c["name"].startswith("The domain"))

    assert _nouns() <= domain


def _nouns() -> set[str]:
    nouns = set()
    for contract in CONTRACTS:
        for app in contract.get("containers", []):
            # Below urls, doors, and what reads and writes requests.
            for layer in contract["layers"][3:]:
                nouns |= {f"{app}.{name.strip(' ()')}" for name in layer.split(":")}
    return {noun for noun in nouns if _is_there(noun)}


def _is_there(module: str) -> bool:
    path = settings.BASE_DIR / module.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").exists()
