"""What is kept is what would be made anew, and it is there whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from pipelines import kept
from pipelines.kept import MAY_IMPORT, Store, key_of, packages_of
from pipelines.settings import ROOT

MODULES = sorted(p.relative_to(ROOT) for p in (ROOT / "pipelines").rglob("*.py"))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's code where a test may change it."""
    shutil.copytree(ROOT / "pipelines", tmp_path / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    return tmp_path


def keys() -> dict[str, str]:
    """The key that each package would give now."""
    kept._code_of.cache_clear()
    return {package: key_of(package) for package in MAY_IMPORT}


def test_a_change_of_any_code_changes_the_key_of_every_room_that_may_import_it(copied: Path) -> None:
    before = keys()
    for module in MODULES:
        path = copied / module
        path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")
        after = keys()
        changed = {package for package in MAY_IMPORT if before[package] != after[package]}
        package = module.parts[1] if len(module.parts) == 3 else None
        assert changed == {one for one in MAY_IMPORT if package is None or package in packages_of(one)}
        before = after


def test_another_version_of_a_library_changes_every_key(copied: Path) -> None:
    before = keys()
    (copied / "requirements.lock").write_text("openpyxl==4.0\n", "utf-8")
    assert not set(before.values()) & set(keys().values())


def test_files_and_texts_are_told_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("x")
    other.write_text("y")
    given = [key_of(None, [one]), key_of(None, [other]), key_of(None, [one, other]), key_of(None, [], "x"),
             key_of(None, [], "x", "y"), key_of(None, [], "xy"), key_of("plan"), key_of("claims")]  # fmt: skip
    assert len(set(given)) == len(given)


def test_a_result_is_found_under_its_key_alone_and_replaces_the_one_before(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key in ("first", "second"):
        with store.make("totals", key) as draft:
            draft.write_text(key)
    assert store.find("totals", "first") is None
    found = store.find("totals", "second")
    assert found is not None
    assert found.read_text() == "second"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["second", "second.sha256", "totals"]


def test_what_broke_off_is_not_kept_and_what_was_kept_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.make("totals", "first") as draft:
        draft.write_text("whole")
    with contextlib.suppress(OSError), store.make("totals", "second") as draft:
        draft.write_text("half")
        raise OSError("disk full")
    assert store.find("totals", "second") is None
    assert store.find("totals", "first") is not None


def test_of_two_makers_of_one_result_the_first_wins_and_neither_fails(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.make("totals", "key") as slow:
        slow.mkdir()
        with store.make("totals", "key") as quick:
            quick.mkdir()
            (quick / "by").write_text("quick")
        (slow / "by").write_text("slow")
    found = store.find("totals", "key")
    assert found is not None
    assert (found / "by").read_text() == "quick"


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_was_changed_since_it_was_kept_is_made_again(tmp_path: Path, is_folder: bool) -> None:
    store = Store(tmp_path)

    def write(draft: Path) -> None:
        if is_folder:
            draft.mkdir()
        (draft / "scores" if is_folder else draft).write_text("as received")

    kept_one = store.ensure("totals", "key", write)
    path = kept_one / "scores" if is_folder else kept_one
    path.write_text("changed")
    assert store.find("totals", "key") is None
    store.ensure("totals", "key", write)
    assert path.read_text() == "as received"
