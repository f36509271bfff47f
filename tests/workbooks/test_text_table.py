"""Text tables are read exactly or refused with the row and what was found."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.settings import ROOT
from pipelines.workbooks.layout import Layout, normalise, read_layout
from pipelines.workbooks.text_table import MAX_FINDINGS, read_text_table

TIDY = read_layout(ROOT / "raw/layouts", "tidy-csv")

scores = st.integers(min_value=0, max_value=999 * 10**9).map(lambda billionths: Decimal(billionths).scaleb(-9))
rows = st.lists(st.tuples(st.sampled_from(["01", "24", "96"]), st.sampled_from(["1.1", "8.3"]), scores), min_size=1)


def write(rows: list[tuple[str, str, Decimal]], layout: Layout) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=layout.delimiter, lineterminator="\n")
    writer.writerow([headings[0] for headings in layout.columns.values()])
    writer.writerows((province, code, f"{score:f}".replace(".", layout.decimal)) for province, code, score in rows)
    return file.getvalue().encode()


@given(rows, st.sampled_from([TIDY, TIDY.model_copy(update={"delimiter": ";", "decimal": ","})]))
def test_what_is_written_in_a_layout_is_read_back_exactly(
    written: list[tuple[str, str, Decimal]], layout: Layout
) -> None:
    frame, findings = read_text_table(write(written, layout), "f.csv", layout)
    assert not findings
    assert frame is not None
    assert [(p, c, Decimal(s)) for p, c, s in frame[["province_code", "code", "score_text"]].to_numpy()] == written
    assert list(frame.source_cell) == [f"C{number}" for number in range(2, len(written) + 2)]


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(content: bytes) -> None:
    frame, findings = read_text_table(content, "f.csv", TIDY)
    assert (frame is None) == bool(findings)


@pytest.mark.parametrize(
    "text", ["", " ", "nan", "NaN", "inf", "-", "1e3", "1.", ".5", "1,5", "1.234.567", "٣", "=1+1"]
)
def test_what_is_not_plainly_a_number_is_no_score(text: str) -> None:
    content = f'province_code,code,score\n01,1.1,"{text}"\n'.encode()
    frame, [finding] = read_text_table(content, "f.csv", TIDY)
    assert frame is None
    assert (finding.rule_id, finding.row, finding.column, finding.cell) == ("number", 2, "score", "C2")


def test_headings_are_matched_by_text_in_any_order() -> None:
    content = "Điểm, mã  TỈNH ,code\n1.25,24,1.1\n".encode()
    frame, _ = read_text_table(content, "f.csv", TIDY)
    assert frame is not None
    assert frame[["province_code", "code", "score", "source_cell"]].to_numpy().tolist() == [["24", "1.1", 1.25, "A2"]]


def test_composed_and_decomposed_letters_are_one_heading() -> None:
    assert normalise("Mã tỉnh") == normalise("Ma\u0303 ti\u0309nh")


def test_findings_are_bounded() -> None:
    content = b"province_code,code,score\n" + b"01,1.1,x\n" * 500
    assert len(read_text_table(content, "f.csv", TIDY)[1]) == MAX_FINDINGS
