"""What one release says otherwise than another, cell by cell.

Belongs here: comparing two landed releases before anything is built, with the words that marts.index_revision uses.
Does not belong here: what follows from a difference.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.releases.expected import provinces_of
from pipelines.releases.landing import Landed
from pipelines.seeds import Indicator, Province, Seeds

SAME = 0.000001  # as dbt's var same_score_tolerance
KINDS = ("added", "removed", "corrected", "rescaled", "redefined", "blanked")


@dataclass(frozen=True)
class Change:
    """One cell that two releases state differently; scores in points, None where there is none."""

    province_key: str
    province_name: str
    indicator_key: str
    indicator_name: str
    kind: str
    before: float | None
    after: float | None

    @property
    def size(self) -> float:
        """How far the score moved; without two scores, as if from or to nothing."""
        return abs((self.after or 0) - (self.before or 0))


@dataclass(frozen=True)
class Statement:
    """What a release says of one cell, on which exact scale; ``score`` is None where it says nothing."""

    province: Province
    indicator: Indicator
    method: str
    scale: tuple[float, float]
    score: float | None

    @property
    def scale_free(self) -> float | None:
        """The score on 0 to 1."""
        low, high = self.scale
        return None if self.score is None else (self.score - low) / (high - low)


def between(seeds: Seeds, before: Landed, after: Landed) -> list[Change]:
    """What ``after`` states otherwise than ``before``, largest first; both accepted and of one index.

    A release speaks only of its own provinces: what it does not speak of it does not take away.
    """
    old, new = (statements(seeds, landed) for landed in (before, after))
    spoken_of = {province_key for province_key, _ in new}
    changes = []
    for cell in old | new:
        was, now = old.get(cell), new.get(cell)
        kind = _kind(was, now) if cell[0] in spoken_of else None
        known = now or was
        if kind is not None and known is not None:
            scores = (was.score if was else None, now.score if now else None)
            names = (cell[0], known.province.name_vi, cell[1], known.indicator.name_vi)
            changes.append(Change(*names, kind, *scores))
    return sorted(changes, key=lambda change: (-change.size, change.province_key, change.indicator_key))


def statements(seeds: Seeds, landed: Landed) -> dict[tuple[str, str], Statement]:
    """Each province and indicator that a release is due to state."""
    import duckdb

    manifest = landed.delivery.manifest
    assert manifest is not None
    rows = duckdb.execute(
        """
        select province_code, code, cast(score as double)
        from read_parquet(?) where measure = 'score' and parent_code is null
        """,
        [str(landed.scores)],
    ).fetchall()
    scores = {(province, code): score for province, code, score in rows}
    scales = seeds.scales_of(manifest.index_id, manifest.method)
    return {
        (p.province_key, i.indicator_key): Statement(p, i, manifest.method, scales[code], scores.get((p.code, code)))
        for p in provinces_of(seeds, manifest).values()
        for code, i in seeds.stated_of(manifest.index_id, manifest.method).items()
    }


def _kind(was: Statement | None, now: Statement | None) -> str | None:
    """The word for what happened to a cell, or None where nothing did."""
    if was is None or was.score is None:
        return "added" if now is not None and now.score is not None else None
    if now is None:
        return "removed"
    if now.score is None:
        return "blanked"
    if was.scale != now.scale:
        is_moved = abs((was.scale_free or 0) - (now.scale_free or 0)) > SAME
        return "redefined" if is_moved else "rescaled"
    if abs(now.score - was.score) <= SAME:
        return None
    return "corrected" if was.method == now.method else "redefined"
