"""The documents say what is true: drawings come from the tables, commands exist, nothing of a private machine stands in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.core.diagrams import with_drawing
from tests.core.star_code_table import with_table
from tests.web.api_table import operations, with_tables

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_there(name: str) -> None:
    assert len((ROOT / name).read_text()) > 300


def test_the_diagrams_are_those_of_the_tables() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert text == with_drawing(text), "run `make diagrams`"


def test_the_star_codes_are_those_of_the_table() -> None:
    text = (ROOT / "docs" / "star-codes.md").read_text()
    assert text == with_table(text), "run `make diagrams`"
    assert "`call_forward_all_on`" in text


def test_the_api_is_that_of_the_page() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    assert text == with_tables(text), "run `make diagrams`"
    described = list(operations())
    assert len(described) > 40
    for method, path, _ in described:
        assert f"| {method} | `{path}` |" in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_every_make_target_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", (ROOT / name).read_text())) <= targets


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_every_path_named_exists(name: str) -> None:
    named = re.findall(r"`((?:firmware|hal|tests|systemd|image-build)/[\w./-]*)`", (ROOT / name).read_text())
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_no_registry_host_or_private_path_is_written_down() -> None:
    # Put together here, so that this file does not hold what it looks for.
    hosts = [
        r"\.".join(words)
        for words in (("deb", "debian", "org"), ("security", "debian", "org"), ("pypi", "org"), ("registry", "npmjs"))
    ]
    pattern = "|".join(["/(" + "work|farm|root" + ")/", "python" + "hosted", *hosts])
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", ".", ":!*.lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not found.stdout
