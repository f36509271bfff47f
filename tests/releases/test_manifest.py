"""Manifests are read strictly: every slip is told by its field in plain words, and none stops another delivery."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fields import table_of
from pipelines.files import load_yaml
from pipelines.releases import deliveries
from pipelines.releases.deliveries import Delivery
from pipelines.releases.manifest import Manifest, impossible_days
from pipelines.settings import ROOT

GOOD = re.sub(
    r"files:\n  - path: (\S+)\n    sha256: (\S+)",
    r"files: [{path: \1, sha256: \2}]",
    (ROOT / "raw/papi/2020/r1/release.yaml").read_text("utf-8"),
)


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str | bytes], Delivery]:
    """A delivery of this manifest alone; its file is missing."""
    folder = tmp_path / "papi/2020/r1"
    folder.mkdir(parents=True)

    def read(text: str | bytes) -> Delivery:
        (folder / "release.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
        return deliveries.read(tmp_path, folder)

    return read


def changed(field: str, value: str) -> str:
    """The good manifest with another value of one field."""
    text, n = re.subn(rf"^{field}:.*$", lambda _: f"{field}: {value}", GOOD, flags=re.MULTILINE)
    assert n == 1
    return text


@pytest.mark.parametrize(
    ("field", "value", "found", "expected"),
    [
        ("year", "abc", "'abc'", "a whole number"),
        ("year", "20200", "20200", "at most 9999"),
        ("revision", "0", "0", "at least 1"),
        ("published_day_known", "perhaps", "'perhaps'", "true or false"),
        ("published_on", "14/04/2021", "'14/04/2021'", "a day such as 2026-03-31, a year such as 2026, or null"),
        ("published_on", "99999", "99999", "a day such as 2026-03-31, a year such as 2026, or null"),
        ("published_on", "-5", "-5", "a day such as 2026-03-31, a year such as 2026, or null"),
        ("received_on", "2026-11-23 10:00:00", "datetime.datetime(2026, 11, 23, 10, 0)", "a day such as 2026-03-31"),
        ("received_on", "0", "0", "a day such as 2026-03-31"),
        ("publisher", "CECODES", "'CECODES'", "a list"),
        ("publisher", "[]", "[]", "at least one"),
        ("method", "[V4]", "['V4']", "a text"),
        ("layout", "../../etc/passwd", "'../../etc/passwd'", "a name of small letters, digits and hyphens"),
        ("not_published", "[{provinces: ['24'], parts: 1, form: blank, reason: r, reason_certainty: c, source: s}]",
         "1", "`all`, or a list of codes in quotation marks"),
        ("not_published", "[{provinces: ['24'], parts: all, form: no, reason: r, reason_certainty: c, source: s}]",
         "False", "one of 'blank', 'zero', 'mark', 'partial', 'absent'"),
        ("files", "[{path: ../x, sha256: x}]", "'../x'", "the name of a file beside the manifest, not release.yaml"),
        ("files", "[{path: release.yaml, sha256: x}]", "'release.yaml'", "the name of a file beside the manifest"),
        ("files", '[{path: "a\\e[2J", sha256: x}]', "'a\\x1b[2J'", "the name of a file beside the manifest"),
        ("method", "V4\ncolour: blue", "'blue'", "no field of this name"),
        ("method", "", "None", "a text"),
    ],
)  # fmt: skip
def test_a_field_is_told_in_plain_words(
    told: Callable[[str], Delivery], field: str, value: str, found: str, expected: str
) -> None:
    finding = told(changed(field, value)).findings[0]
    assert (finding.rule_id, finding.found) == ("manifest_complete", found)
    assert expected in finding.expected
    assert str(finding).startswith("raw/papi/2020/r1/release.yaml, field ")


def test_a_missing_field_is_named(told: Callable[[str], Delivery]) -> None:
    [finding] = told(GOOD.replace("method: V4\n", "")).findings
    assert (finding.column, finding.found, finding.expected) == ("method", "nothing", "this field")


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        (changed("received_on", "2026-02-30"), 8, "'2026-02-30', which is no day or number"),
        (changed("received_on", "2026-13-01"), 8, "'2026-13-01', which is no day or number"),
        (changed("year", "!!int x"), 2, "'x', which is no day or number"),
        (changed("year", "!!timestamp x"), 2, "'x', which is no day or number"),
        (changed("year", "9" * 5000), 2, "a number of 5000 signs"),
        (changed("year", "0x" + "f" * 5000), 2, "a number of 5002 signs"),
        (changed("source", "[" * 2000), 11, "lists and fields nested more than 24 deep"),
        (changed("source", "[" * 100_000), 11, "lists and fields nested more than 24 deep"),
        (changed("source", "&a x") + "note: *a\n", 11, "an anchor or alias (& or *)"),
        (GOOD + "method: V5\n", 15, "'method' written twice, first in line 4"),
        (GOOD + "files: [{path: a, path: b}]\n", 15, "'files' written twice, first in line 13"),
        ("a: 1\n---\nb: 2\n", 2, "but found another document"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "could not determine a constructor for the tag"),
        ("a:\tb: [\n", 1, "mapping values are not allowed in this context"),
        ("\x00", None, "unacceptable character"),
    ],
)
def test_what_is_no_plain_yaml_is_told_with_its_line(
    told: Callable[[str], Delivery], text: str, row: int | None, found: str
) -> None:
    [finding] = told(text).findings
    assert (finding.rule_id, finding.row) == ("manifest_readable", row)
    assert finding.found.startswith(found)


def test_a_bomb_of_aliases_is_refused_at_its_first_line(told: Callable[[str], Delivery]) -> None:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9)]
    [finding] = told("\n".join(lines)).findings
    assert (finding.rule_id, finding.row, finding.found) == ("manifest_readable", 1, "an anchor or alias (& or *)")


def test_a_manifest_of_megabytes_is_not_read(told: Callable[[str], Delivery]) -> None:
    [finding] = told("note: " + "x" * 2_000_000).findings
    assert finding.found == "more than 1048576 bytes"


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda path: path.mkdir(), "a folder"),
        (os.mkfifo, "a pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "a link"),
    ],
)
def test_what_is_no_file_is_told_and_never_opened(tmp_path: Path, make: Callable[[Path], None], found: str) -> None:
    folder = tmp_path / "papi/2020/r1"
    folder.mkdir(parents=True)
    make(folder / "release.yaml")
    [finding] = deliveries.read(tmp_path, folder).findings
    assert (finding.rule_id, finding.found) == ("manifest_readable", found)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("received_on", "2027-01-01", "a day not after today, 26/11/2026"),
        ("published_on", "2026-11-24", "not after 23/11/2026, when it was received"),
        ("published_on", "2099-01-01", "not after 23/11/2026, when it was received"),
        ("published_on", "2020-12-31", "after 2020, of which it gives figures"),
        ("published_on", "0001-01-01", "after 2020, of which it gives figures"),
        ("published_on", "2023-01-01", "at most two years after 2020"),
        ("provinces_as_of", "2027-01-01", "a day not after 23/11/2026"),
    ],
)
def test_impossible_days_are_told(field: str, value: str, expected: str) -> None:
    manifest = Manifest.model_validate(load_yaml(changed(field, value)))
    assert (field, expected) in [(name, said) for name, _, said in impossible_days(manifest, date(2026, 11, 26))]


def test_the_days_of_the_real_manifests_are_possible_on_the_day_they_came() -> None:
    found = [d.manifest for d in deliveries.read_all(ROOT / "raw")]
    assert len(found) > 20
    for manifest in found:
        assert manifest is not None
        assert impossible_days(manifest, manifest.received_on) == []


def test_the_readme_shows_the_fields_of_the_model() -> None:
    assert table_of(Manifest) in (ROOT / "raw/README.md").read_text("utf-8")


YAML_LIKE = st.text(alphabet=st.sampled_from("ab01:-[]{}&*!,'\"#|>? \n\t<.%@`=~é\x00"), max_size=200)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(text=YAML_LIKE | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_raises_anything_but_its_own_error(text: str) -> None:
    with contextlib.suppress(yaml.YAMLError):
        load_yaml(text)


@pytest.mark.long
@given(field=st.sampled_from([*Manifest.model_fields]), value=VALUES)
def test_no_value_of_a_field_raises(tmp_path_factory: pytest.TempPathFactory, field: str, value: object) -> None:
    folder = tmp_path_factory.getbasetemp() / "any/papi/2020/r1"
    folder.mkdir(parents=True, exist_ok=True)
    stated = {**yaml.safe_load(GOOD), field: value}
    (folder / "release.yaml").write_text(yaml.safe_dump(stated, allow_unicode=True), "utf-8")
    delivery = deliveries.read(folder.parents[2], folder)
    assert "unforeseen" not in {finding.rule_id for finding in delivery.findings}
    assert delivery.findings  # the file itself is missing


@given(content=st.binary(max_size=300))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "bytes/papi/2020/r1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "release.yaml").write_bytes(content)
    findings = deliveries.read(folder.parents[2], folder).findings
    assert findings
    assert "unforeseen" not in {finding.rule_id for finding in findings}
