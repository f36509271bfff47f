"""What is surprising in a file that can be read: plausible slips, told with their cells before anything is filed.

Belongs here: sentences on what a release leaves out, on values like no real year's, on copies. Does not belong here:
the statistics, see likeness.py; refusing, since a surprise may be right and is filed with --accept.

Of a release that is not the first of its year only what is new against the one before is surprising.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.releases import landing, likeness, revisions
from pipelines.releases.deliveries import Delivery
from pipelines.releases.expected import codes_with_parts, not_stated_cells, provinces_of
from pipelines.releases.landing import Landed
from pipelines.releases.manifest import Manifest
from pipelines.releases.revisions import SAME, Change
from pipelines.seeds import Seeds
from pipelines.settings import Settings
from pipelines.workbooks.reader import Read

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
MOST_DECIMALS = 9
ROUNDED, FULL = 3, 5  # decimals: what has at most the first was rounded, where real files have at least the second


@dataclass(frozen=True)
class Offered:
    """A file as read for one year, its release as drafted and landed, and the last release of its year before it."""

    read: Read
    landed: Landed
    before: Landed | None

    @property
    def manifest(self) -> Manifest:
        manifest = self.landed.delivery.manifest
        assert manifest is not None
        return manifest


def surprises(settings: Settings, seeds: Seeds, offered: Offered, known: list[Delivery]) -> list[str]:
    """One sentence for each surprise; ``known`` are all deliveries under raw/."""
    told = [*_left_out(seeds, offered), *_beside_a_sum(seeds, offered)]
    if offered.before is not None:
        changes = revisions.between(seeds, offered.before, offered.landed)
        return [*_changed(changes), *told]
    years = _years(settings, seeds, offered, known)
    return [*told, *_empty_for_all(seeds, offered, years), *_rounded(offered, known), *_unlike(seeds, offered, years)]


# --- what is not there ---------------------------------------------------------------------------------------------


def _left_out(seeds: Seeds, offered: Offered) -> Iterator[str]:
    """Provinces that the file has no cell for, unless the release before had no score there either."""
    known = _not_stated(seeds, offered.before)
    for absence in offered.manifest.not_published:
        if absence.form == "absent":
            alone = offered.manifest.model_copy(update={"not_published": [absence], "not_collected": []})
            cells = [(str(c["province_code"]), str(c["code"])) for c in not_stated_cells(seeds, alone)]
            new = dict.fromkeys(province for province, code in cells if (province, code) not in known)
            if new:
                yield f"no cell for {', '.join(new)}: {absence.parts}"


def _beside_a_sum(seeds: Seeds, offered: Offered) -> Iterator[str]:
    """A blank or zero where the file prints a sum that it is part of; no sum is published without its parts."""
    known = _not_stated(seeds, offered.before)
    records = {(str(r["province_code"]), str(r["code"])): r for r in _scores(offered.read)}
    sums = [(code, parts) for code, parts in codes_with_parts(seeds, offered.manifest).items() if parts != [code]]
    sums.sort(key=lambda one: len(one[1]))
    found: dict[tuple[str, str], list[str]] = {}
    for (province, code), record in records.items():
        if record["form"] in ("blank", "zero", "mark") and (province, code) not in known:
            printed = [
                f"{whole} is printed in {stated['source_cell']}"
                for whole, parts in sums
                if code in parts and (stated := records.get((province, whole))) and stated["form"] is None
            ]
            if printed:
                found[province, code] = [
                    f"{record['source_cell']} ({code} of {province}) is {record['form']}",
                    *printed,
                ]
    if found:
        cells = _listed([", ".join(said) for said in found.values()])
        yield f"cells without a score beside a sum that has one: {cells}"


def _empty_for_all(seeds: Seeds, offered: Offered, years: Mapping[int, pd.DataFrame]) -> Iterator[str]:
    """Indicators of which no province has a score, though they had in the year before."""
    stated = seeds.stated_of(offered.manifest.index_id, offered.manifest.method)
    scored = {str(r["code"]) for r in _scores(offered.read) if r["form"] is None}
    last = years[max(years)] if years else None
    for code, indicator in stated.items():
        was_empty = last is not None and indicator.indicator_key not in last.columns
        if scored and code not in scored and not was_empty:
            n_provinces = len(provinces_of(seeds, offered.manifest))
            yield f"{code} {indicator.name_vi} has no score for any of {n_provinces} provinces"


def _not_stated(seeds: Seeds, before: Landed | None) -> set[tuple[str, str]]:
    """Provinces and codes that a release says are not published or not here."""
    if before is None or before.delivery.manifest is None:
        return set()
    cells = not_stated_cells(seeds, before.delivery.manifest)
    return {(str(cell["province_code"]), str(cell["code"])) for cell in cells}


# --- against the release before ------------------------------------------------------------------------------------


def _changed(changes: list[Change]) -> Iterator[str]:
    """How many cells changed in each way; that all are roundings of what was, where they are."""
    for kind in revisions.KINDS[1:]:
        these = [change for change in changes if change.kind == kind]
        if these:
            rounded = kind == "corrected" and _roundings(these)
            copy = f": a copy rounded to {rounded} decimals" if rounded else ""
            yield f"{len(these)} {kind}{copy}"


def _roundings(changes: Sequence[Change]) -> int | None:
    """The decimals that all these scores were rounded to, None where they were not."""
    pairs = [(one.before, one.after) for one in changes if one.before is not None and one.after is not None]
    for decimals in range(1, ROUNDED + 1):
        if len(pairs) >= SHOWN and all(abs(round(was, decimals) - now) <= SAME for was, now in pairs):
            return decimals
    return None


# --- against the years before --------------------------------------------------------------------------------------


def decimals_of(texts: Iterable[str]) -> int:
    """The decimals that nine in ten of these numbers do with."""
    lengths = sorted(len(text.rstrip("0").partition(".")[2]) if "." in text else 0 for text in texts)
    return lengths[min(len(lengths) * 9 // 10, len(lengths) - 1)] if lengths else MOST_DECIMALS


def is_rounded(read: Read) -> int | None:
    """The decimals of a file whose scores were rounded, None where they were not; sums are left aside with the rest."""
    decimals = decimals_of(str(r["score_text"]) for r in _scores(read) if r["form"] is None)
    return decimals if decimals <= ROUNDED else None


def _rounded(offered: Offered, known: list[Delivery]) -> Iterator[str]:
    decimals = is_rounded(offered.read)
    others = {d.year for d in known if d.index_id == offered.manifest.index_id and d.manifest and not d.findings}
    if decimals is not None and len(_scores(offered.read)) >= likeness.MIN_PROVINCES and others:
        yield f"values rounded to {decimals} decimals, where other years have {FULL} or more: a rounded copy"


def _unlike(seeds: Seeds, offered: Offered, years: Mapping[int, pd.DataFrame]) -> Iterator[str]:
    """What the figures of the years before speak against."""
    now = _table(seeds, [offered.landed], offered.manifest.provinces_as_of)
    order = dict.fromkeys(str(r["province_code"]) for r in _scores(offered.read))
    provinces = provinces_of(seeds, offered.manifest)
    keys = [provinces[code].province_key for code in order if code in provinces]
    now = now.reindex([key for key in keys if key in now.index])
    copies = {year: share for year, table in years.items() if (share := likeness.share_equal(now, table)) > 0}
    copied = {year: share for year, share in copies.items() if share > likeness.MOST_EQUAL}
    for year, share in copied.items():
        yield f"{share:.1%} of the scores are exactly those of {year}: a copy of another year"
    past = [years[year] for year in sorted(years, reverse=True) if year < offered.manifest.year]
    if copied or not past:
        return
    compared = likeness.compare(now, past)
    names = _names(seeds, offered)
    for doubt in likeness.doubts(compared):
        about = [names.get(one, one) for one in doubt.about]
        if doubt.kind == "shifted":
            yield f"{about[0]} to {about[1]} fit the rows one on or back better than their own: shifted by a row?"
        elif doubt.kind == "unlike":
            yield (
                f"the provinces do not stand as in the years before: mean rank correlation {doubt.value:.2f}, between "
                f"real years 0.32 to 0.60. Another order of rows, another index, or another year?"
            )
        else:
            what = "names" if doubt.kind == "rows" else "headings"
            yield f"{about[0]} and {about[1]} fit the years before better with their {what} exchanged"


def _years(settings: Settings, seeds: Seeds, offered: Offered, known: list[Delivery]) -> dict[int, pd.DataFrame]:
    """Every other year of the index as it holds now, for the provinces of the offered release."""
    manifest = offered.manifest
    withdrawn = {d.manifest.withdraws for d in known if d.manifest}
    there = [
        d
        for d in known
        if d.index_id == manifest.index_id and d.year != manifest.year and d.manifest and d.manifest.files
        if not d.findings and d.release_id not in withdrawn
    ]
    by_year: dict[int, list[Landed]] = defaultdict(list)
    for item in landing.land(settings, there):
        if item.is_accepted:
            by_year[item.delivery.year].append(item)
    return {year: _table(seeds, landed, manifest.provinces_as_of) for year, landed in by_year.items()}


def _table(seeds: Seeds, landed: list[Landed], day: date) -> pd.DataFrame:
    """What holds after these releases of a year, from 0 to 1, for the provinces of a day by indicator.

    A province that was made of several has their mean.
    """
    import pandas as pd

    cells: dict[tuple[str, str], float] = {}
    for item in landed:
        manifest = item.delivery.manifest
        assert manifest is not None
        if manifest.replaces_year:
            cells.clear()
        for key, statement in revisions.statements(seeds, item).items():
            if statement.scale_free is not None:
                cells[key] = statement.scale_free
        as_of = manifest.provinces_as_of
    successors = {
        row["province_key"]: row["successor_key"]
        for row in seeds.rows("province_successor")
        if as_of < date.fromisoformat(row["effective_on"]) <= day
    }
    index = pd.MultiIndex.from_tuples([(successors.get(p, p), i) for p, i in cells], names=["province", "indicator"])
    scores = pd.Series(list(cells.values()), index, dtype="float64")
    return scores.groupby(level=[0, 1]).mean().unstack()


def _names(seeds: Seeds, offered: Offered) -> dict[str, str]:
    """Provinces and indicators by their keys, with the first and the last cell that speaks of each."""
    manifest = offered.manifest
    stated = seeds.stated_of(manifest.index_id, manifest.method)
    cells: dict[str, list[str]] = defaultdict(list)
    for record in _scores(offered.read):
        for clue in (record["province_code"], record["code"]):
            cells[str(clue)].append(str(record["source_cell"]))
    named = [(p.province_key, code, p.name_vi) for code, p in provinces_of(seeds, manifest).items()]
    named += [(i.indicator_key, code, i.name_vi) for code, i in stated.items()]
    return {key: f"{code} {name} ({_span(cells[code])})" for key, code, name in named if cells.get(code)}


def _span(cells: list[str]) -> str:
    """The first and the last cell as one address: 2025_VIE_ENG!D3:D39."""
    return f"{cells[0]}:{cells[-1].rpartition('!')[2]}"


def _scores(read: Read) -> list[dict[str, object]]:
    """Records that are scores of indicators of the method, sums among them."""
    return [r for r in read.records if r["measure"] == "score" and r["parent_code"] is None]


def _listed(said: list[str]) -> str:
    more = f"; and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    return "; ".join(said[:SHOWN]) + more
