"""How like the figures of a year are those of the years before, and whether rows or headings stand in a wrong place.

Belongs here: the statistics and their thresholds. Does not belong here: files, cells or sentences, see surprises.py.

A year's figures are a table of provinces by indicators, each score from 0 to 1 on its exact scale. The standing of a
province is its distance from the mean of all provinces, in standard deviations of the indicator; its past standing is
the mean of its standings over up to three years before. Between real years they hang together: by indicator with a rank
correlation of about one half, some with none at all, so that no single indicator can be judged. All together can.

Every threshold lies beyond what the thirteen real pairs of 2012-2024 give (PAPI, each year against the three before it,
changes of method among them; tests/releases/test_likeness.py computes these figures again):

    measure                          real years          threshold   what it finds among tables spoilt on purpose
    mean rank correlation            0.32 to 0.60        0.25        rows in another order: -0.11 to 0.13
    the same, shifted by 1 or 2      0.15 to 0.32        own value   every table shifted as a whole, 13 of 13
    gain of shifting a run of rows   0 to 9              15          runs of 10, 20, 40 provinces: 94, 92, 100 %
    gain of exchanging two rows      4 to 20             25          52 % of all pairs of provinces
    gain of exchanging two headings  at most 0.03        0.1         90 % of all pairs of headings
    equal scores of any two years    none                1 in 100    every copy, in whole or in part

The pairs of provinces that are not found are so alike, as neighbours often are, that figures cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

PAST_YEARS = 3
MIN_PROVINCES, MIN_INDICATORS = 20, 5
MIN_RUN = 5
LEAST_ALIKE = 0.25
RUN_GAIN = 15.0
ROW_GAIN = 25.0
HEADING_GAIN = 0.1
MOST_EQUAL = 0.01
SAME = 5e-7  # points; files state six decimals
STEPS = (1, -1, 2, -2)


@dataclass(frozen=True)
class Doubt:
    """Something that real years do not show: ``kind`` with the rows or headings that it is about, and its measure."""

    kind: str
    about: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Compared:
    """A year beside its past: standings, provinces by indicators, and the national means of this year and the last."""

    now: pd.DataFrame
    past: pd.DataFrame
    mean_now: pd.Series[float]
    mean_past: pd.Series[float]

    @property
    def is_enough(self) -> bool:
        return len(self.now) >= MIN_PROVINCES and len(self.now.columns) >= MIN_INDICATORS


def compare(now: pd.DataFrame, past: Sequence[pd.DataFrame]) -> Compared:
    """Set a year, rows in the order of its file, beside the years before, the latest first; all from 0 to 1."""
    import pandas as pd

    years = [_standing(frame) for frame in past[:PAST_YEARS]]
    expected = pd.concat(years).groupby(level=0).mean()
    shared = [c for c in now if c in past[0] and now[c].std() > 0 and past[0][c].std() > 0]
    rows = [province for province in now.index if province in expected.index]
    return Compared(
        _standing(now).loc[rows, shared],
        _standing(expected).loc[rows, shared],
        now[shared].mean(),
        past[0][shared].mean(),
    )


def doubts(compared: Compared) -> list[Doubt]:
    """What is doubtful in a year: the order of all rows, else headings, else a run of rows, else pairs of rows.

    Only the first of these, since each distorts the measures of those that follow.
    """
    if not compared.is_enough:
        return []
    for told in (_order, _headings, _runs, _rows):
        if found := list(told(compared)):
            return found
    return []


def alike(compared: Compared, step: int = 0) -> float:
    """The mean over indicators of the rank correlation with the past, each row taken for the one ``step`` rows on."""
    past = compared.past.set_axis(_turned(list(compared.past.index), step))
    return float(compared.now.corrwith(past, method="spearman").mean())


def _order(compared: Compared) -> Iterator[Doubt]:
    as_it_stands = alike(compared)
    shifted = {step: alike(compared, step) for step in STEPS}
    best = max(shifted, key=lambda step: shifted[step])
    if shifted[best] > max(as_it_stands, LEAST_ALIKE):
        yield Doubt("shifted", (str(compared.now.index[0]), str(compared.now.index[-1])), shifted[best])
    elif as_it_stands < LEAST_ALIKE:
        yield Doubt("unlike", (), as_it_stands)


def likelihoods(compared: Compared) -> pd.DataFrame:
    """How well the figures of each province (row) fit the past of each (column): a log likelihood.

    A standing is expected at r times its past, with the spread that leaves, where r is the correlation of the indicator
    over all provinces: indicators that say nothing weigh nothing. Provinces with every score alone.
    """
    import numpy as np
    import pandas as pd

    whole = _whole(compared)
    names, (now, past) = whole[0].index, (frame.to_numpy() for frame in whole)
    r = np.clip([np.corrcoef(now[:, n], past[:, n])[0, 1] for n in range(now.shape[1])], 0, 0.95)
    off = (now[:, None, :] - r * past[None, :, :]) ** 2 / (1 - r**2)
    return pd.DataFrame(-off.sum(axis=2) / 2, index=names, columns=names)


def run_gain(compared: Compared) -> tuple[str, str, float]:
    """The run of rows that gains most by being taken for the rows one on or one back: its first, its last, the gain.

    A run has MIN_RUN rows or more.
    """
    fit = likelihoods(compared)
    names, table = list(map(str, fit.index)), fit.to_numpy(dtype=float)
    best = (names[0], names[0], 0.0)
    for step in (1, -1):
        begins, gain = 0, 0.0
        for at, name in enumerate(names):
            if gain <= 0:
                begins, gain = at, 0.0
            if 0 <= at + step < len(names):
                gain += float(table[at, at + step] - table[at, at])
            if gain > best[2] and at - begins + 1 >= MIN_RUN:
                best = (names[begins], name, gain)
    return best


def row_gains(compared: Compared) -> pd.DataFrame:
    """By how much each pair of provinces fits its past better with their names exchanged."""
    return _gains(likelihoods(compared))


def heading_gains(compared: Compared) -> pd.DataFrame:
    """By how much the rank correlations of each pair of headings rise when they are exchanged.

    Only where the national means come closer to those of the year before too.
    """
    import numpy as np
    import pandas as pd

    ranks = [frame.rank().to_numpy() for frame in _whole(compared)]
    n = len(compared.now.columns)
    fit = pd.DataFrame(np.corrcoef(ranks[0].T, ranks[1].T)[:n, n:], compared.now.columns, compared.now.columns)
    off = np.abs(compared.mean_now.to_numpy()[:, None] - compared.mean_past.to_numpy()[None, :])
    return _gains(fit).where(_gains(pd.DataFrame(-off)).to_numpy() > 0, 0.0)


def share_equal(now: pd.DataFrame, other: pd.DataFrame) -> float:
    """The share of the scores of both tables, in points, that are the same."""
    rows, columns = now.index.intersection(other.index), now.columns.intersection(other.columns)
    off = (now.loc[rows, columns] - other.loc[rows, columns]).abs()
    n_both = int(off.notna().to_numpy().sum())
    return float((off < SAME).to_numpy().sum()) / n_both if n_both else 0.0


def _runs(compared: Compared) -> Iterator[Doubt]:
    first, last, gain = run_gain(compared)
    if gain > RUN_GAIN:
        yield Doubt("shifted", (first, last), gain)


def _rows(compared: Compared) -> Iterator[Doubt]:
    yield from _pairs("rows", row_gains(compared), ROW_GAIN)


def _headings(compared: Compared) -> Iterator[Doubt]:
    yield from _pairs("headings", heading_gains(compared), HEADING_GAIN)


def _pairs(kind: str, gains: pd.DataFrame, threshold: float) -> Iterator[Doubt]:
    """The pairs beyond the threshold, the largest gain first, each row in one pair."""
    names, table, seen = list(map(str, gains.index)), gains.to_numpy(dtype=float), set[str]()
    pairs = [(float(table[i, j]), a, b) for i, a in enumerate(names) for j, b in enumerate(names[:i])]
    for gain, a, b in sorted(pairs, reverse=True):
        if gain > threshold and not {a, b} & seen:
            seen |= {a, b}
            yield Doubt(kind, (b, a), gain)


def _gains(fit: pd.DataFrame) -> pd.DataFrame:
    """What each exchange adds to the sum of the diagonal."""
    import numpy as np

    table = fit.to_numpy(dtype=float)
    own = np.diag(table)
    return fit + table.T - own[:, None] - own[None, :]


def _standing(frame: pd.DataFrame) -> pd.DataFrame:
    return (frame - frame.mean()) / frame.std()


def _whole(compared: Compared) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables for the provinces with every score in both."""
    whole = compared.now.notna().all(axis=1) & compared.past.notna().all(axis=1)
    return compared.now[whole], compared.past[whole]


def _turned(names: list[Any], step: int) -> list[Any]:
    return names[step:] + names[:step]
