"""Landing: a delivery becomes a judged, content-addressed Parquet file, or a refusal with its findings.

Belongs here: reading accepted bytes once, asking the rules, keeping the result. Does not belong here: SQL models and
anything that depends on when it runs.

A landed delivery is kept under the key of all that could change it - manifest, files, layouts, seeds, rules, code - so
that it is not read again while none of them changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import MAX_YAML_BYTES, size_of
from pipelines.finding import Finding, shortened, unforeseen
from pipelines.kept import Store, key_of
from pipelines.releases import layouts
from pipelines.releases.deliveries import Delivery
from pipelines.releases.expected import codes_with_parts, not_found_cells, not_stated_cells, provinces_of
from pipelines.releases.manifest import MANIFEST, Manifest
from pipelines.rules import judge
from pipelines.rules.judge import Task
from pipelines.rules.suites import Outcome, Rule, Suite, read_suite
from pipelines.seeds import Seeds
from pipelines.settings import Settings
from pipelines.workbooks.reader import FRAME_COLUMNS
from pipelines.workbooks.tables import MAX_FINDINGS, read_file

if TYPE_CHECKING:
    import pandas as pd

TABLE = "landing.score"
SCORES, OUTCOME = "scores.parquet", "landed.json"
SEEDS = ("indicator", "method", "province", "province_alias")  # all that decides how a delivery lands
SCORE_COLUMNS = [
    "release_id", "source_file", "source_row", "source_cell", "province_code", "code", "score", "scale_min",
    "scale_max",
]  # fmt: skip
TYPES = {
    **dict.fromkeys(["release_id", "source_file", "source_cell", "province_code", "code", "part_code"], "str"),
    **dict.fromkeys(["score", "scale_min", "scale_max"], "float64"),
    "source_row": "int64",
}


@dataclass(frozen=True)
class Landed:
    """A delivery after landing.

    ``scores`` is its Parquet file, or None where it was refused or withdraws another delivery; ``n_rows`` counts the
    scores in it that the index states, without sums, intervals and finer indicators.
    """

    delivery: Delivery
    is_accepted: bool
    scores: Path | None
    n_rows: int
    findings: list[Finding]
    outcomes: list[Outcome]

    @property
    def state(self) -> str:
        return "accepted" if self.is_accepted else "refused"


class JudgementFailed(RuntimeError):
    """A rule could not be asked, whatever it was asked of: nothing is known of the deliveries, so none is let in."""


def suite(settings: Settings) -> Suite:
    """The rules on deliveries."""
    return read_suite(settings.expectations / f"{TABLE}.yml")


def land(settings: Settings, wanted: Iterable[Delivery]) -> list[Landed]:
    """Land deliveries, in their order; those already landed are read from the store.

    Raises ``JudgementFailed`` when a rule ends in error even on no rows.
    """
    wanted = list(wanted)
    before = recalled(settings, wanted)
    for result, frame in _land_new(settings, [d for d in wanted if d.release_id not in before]):
        _keep_or_refuse(settings, result, frame)
    return [*recalled(settings, wanted).values()]


def recalled(settings: Settings, known: Iterable[Delivery]) -> dict[str, Landed]:
    """Those of these deliveries that were landed before, by release, in their order."""
    known, store = list(known), _store(settings)
    keys = landed_keys(settings, known)
    folders = {d.release_id: (d, store.find(d.release_id, keys[d.release_id])) for d in known}
    return {release_id: _kept(d, folder) for release_id, (d, folder) in folders.items() if folder is not None}


def _kept(delivery: Delivery, folder: Path) -> Landed:
    kept = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
    scores = folder / SCORES
    return Landed(
        delivery,
        kept["is_accepted"],
        scores if scores.exists() else None,
        kept["n_rows"],
        [Finding(**finding) for finding in kept["findings"]],
        [Outcome(**outcome) for outcome in kept["outcomes"]],
    )


# --- reading -------------------------------------------------------------------------------------------------------


def _land_new(settings: Settings, new: list[Delivery]) -> list[tuple[Landed, pd.DataFrame | None]]:
    """Each delivery as judged, and what was read of it."""
    seeds = Seeds(settings.seeds, SEEDS)
    unread, frames = [], {}
    for delivery in new:
        try:
            frame, findings = read_delivery(settings, seeds, delivery)
        except Exception as error:  # whatever one delivery raises, the others go on
            frame, findings = None, [unforeseen(delivery.source_folder, error)]
        if frame is None:
            unread.append(Landed(delivery, not findings, None, 0, findings, []))
        else:
            frames[delivery.release_id] = frame
    judged = _judge(settings, seeds, [d for d in new if d.release_id in frames], frames)
    return [(landed, frames.get(landed.delivery.release_id)) for landed in (*unread, *judged)]


def read_delivery(settings: Settings, seeds: Seeds, delivery: Delivery) -> tuple[pd.DataFrame | None, list[Finding]]:
    """All that a delivery's files say, one row a province, code and measure, or no frame and what is wrong.

    A delivery that withdraws another one has neither. Rows with a ``form`` are scores that the file leaves out.
    """
    manifest = delivery.manifest
    if manifest is None or delivery.findings:
        return None, delivery.findings
    findings = _manifest_findings(settings, seeds, delivery, manifest)
    if findings or manifest.withdraws:
        return None, findings
    layout = layouts.read(settings.layouts, manifest.layout)
    indicators = seeds.indicators_of(manifest.index_id, manifest.method)
    places = seeds.places_on(manifest.provinces_as_of)
    frames = []
    for listed in manifest.files:
        path = delivery.folder / listed.path
        name = delivery.path_in_raw(path)
        read = read_file(path.read_bytes(), name, manifest.year, layout, indicators, places, manifest.reading)
        findings += read.findings
        frame = read.frame()
        if frame is not None:
            frames.append(frame.assign(source_file=name, sha256=listed.sha256))
    if findings:
        return None, findings
    import pandas as pd

    return pd.concat(frames).assign(release_id=delivery.release_id), []


def _manifest_findings(settings: Settings, seeds: Seeds, delivery: Delivery, manifest: Manifest) -> list[Finding]:
    name = delivery.path_in_raw(delivery.folder / MANIFEST)
    problems: list[tuple[str, str, str]] = []
    method = seeds.methods.get((manifest.index_id, manifest.method))
    indices = list(dict.fromkeys(index_id for index_id, _ in seeds.methods))
    if manifest.index_id not in indices:
        problems.append(("index_id", manifest.index_id, f"one of {', '.join(indices)}"))
    elif method is None:
        problems.append(("method", manifest.method, f"a method of {manifest.index_id} in seeds/method.csv"))
    elif manifest.year < method.first_year or (method.last_year and manifest.year > method.last_year):
        expected = f"the method in force in {manifest.year}"
        problems.append(("method", f"{manifest.method} ({method.first_year}-{method.last_year or ''})", expected))
    try:
        layouts.read(settings.layouts, manifest.layout)
    except layouts.Unusable as error:
        problems += [("layout", f"{manifest.layout}: {one.found}", one.expected) for one in error.findings[:1]]
    provinces = seeds.provinces_on(manifest.provinces_as_of)
    if not provinces:
        first = min(province.valid_from for province in seeds.provinces)
        found = f"{manifest.provinces_as_of:%d/%m/%Y}, a day without provinces"
        problems.append(("provinces_as_of", found, f"a day from {first:%d/%m/%Y} on"))
    codes = codes_with_parts(seeds, manifest) if method else {}
    spoken_of = [("covers", code) for code in manifest.covers or []]
    for list_name, absences in (("not_published", manifest.not_published), ("not_collected", manifest.not_collected)):
        for absence in absences:
            spoken_of += [(f"{list_name}.provinces", code) for code in absence.provinces]
            problems += [
                (f"{list_name}.parts", part, f"a code that method {manifest.method} prints")
                for part in (absence.parts if absence.parts != "all" else [])
                if codes and part not in codes
            ]
    problems += [
        (column, code, f"a province code of {manifest.provinces_as_of:%d/%m/%Y}")
        for column, code in spoken_of
        if code not in provinces
    ]
    remedy = "Correct the manifest; a new method or layout is added to the seeds or raw/layouts first."
    return [Finding("manifest_in_reference", name, f, e, remedy, column=c) for c, f, e in problems]


# --- judging -------------------------------------------------------------------------------------------------------


def _judge(settings: Settings, seeds: Seeds, read: list[Delivery], frames: dict[str, pd.DataFrame]) -> list[Landed]:
    """Ask the rules about all new deliveries at once, then give each delivery its own outcomes.

    Where that ends in error each is asked about alone, so that it is the fault of one.
    """
    if not read:
        return []
    rules = suite(settings)
    outcomes, n_rows = _ask(seeds, rules, read, frames)
    if not _in_error(outcomes):
        return [_landed(rules, delivery, outcomes, n_rows) for delivery in read]
    if broken := _in_error(_ask(seeds, rules, [], frames)[0]):
        raise JudgementFailed("; ".join(f"{TABLE} {o.rule_id}: {o.observed}" for o in broken))
    return [_landed(rules, delivery, *_ask(seeds, rules, [delivery], frames)) for delivery in read]


def _ask(
    seeds: Seeds, rules: Suite, read: list[Delivery], frames: dict[str, pd.DataFrame]
) -> tuple[list[Outcome], dict[str, int]]:
    """What the rules say of these deliveries together, and how many scores each of them has."""
    scores, tables = judged_frames(seeds, read, frames)
    n_rows = {str(release_id): int(n) for release_id, n in scores["release_id"].value_counts().items()}
    return judge.ask(Task(rules, frames={TABLE: scores, **tables})), n_rows


def _in_error(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.outcome in ("error", "not_run")]


def _landed(rules: Suite, delivery: Delivery, outcomes: list[Outcome], n_rows: dict[str, int]) -> Landed:
    """One delivery by what the rules said of it; refused where they could not be asked."""
    if broken := _in_error(outcomes):
        error = JudgementFailed(f"rule {broken[0].rule_id}: {broken[0].observed}")
        return Landed(delivery, False, None, 0, [unforeseen(delivery.source_folder, error)], [])
    own = [_outcome_of(delivery, outcome) for outcome in outcomes]
    pairs = list(zip(rules.rules, own, strict=True))
    findings = [finding for rule, outcome in pairs for finding in _findings(delivery, rule, outcome)]
    is_refused = any(rule.severity == "critical" and outcome.outcome == "fail" for rule, outcome in pairs)
    return Landed(delivery, not is_refused, None, n_rows.get(delivery.release_id, 0), findings, own)


def judged_frames(
    seeds: Seeds, read: list[Delivery], frames: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The deliveries' scores in one frame, and what they are measured by.

    ``due`` is what must be there, ``valid_province`` and ``valid_code`` what may be; ``stated_sum`` are the sums that a
    delivery states beside their parts, ``part`` what each of them is the sum of.
    """
    import pandas as pd

    due, provinces, codes, parts = [], [], [], []
    for delivery in read:
        manifest, release_id = delivery.manifest, delivery.release_id
        assert manifest is not None
        valid = provinces_of(seeds, manifest)
        not_found = not_found_cells(seeds, manifest, set(frames[release_id]["code"]))
        absent = {(c["province_code"], c["code"]) for c in (*not_stated_cells(seeds, manifest), *not_found)}
        stated = seeds.stated_of(manifest.index_id, manifest.method)
        provinces += [(release_id, code) for code in valid]
        due += [(release_id, p, code) for p in valid for code in stated if (p, code) not in absent]
        # What is printed as 3.33 may be as much as ten thirds.
        exact = seeds.scales_of(manifest.index_id, manifest.method)
        codes += [(release_id, code, i.scale_min, max(i.scale_max, exact[code][1])) for code, i in stated.items()]
        parts += [
            (release_id, code, part)
            for code, its_parts in codes_with_parts(seeds, manifest).items()
            if code not in stated
            for part in its_parts
        ]
    valid_code = _typed(pd.DataFrame(codes, columns=["release_id", "code", "scale_min", "scale_max"]))
    part = _typed(pd.DataFrame(parts, columns=["release_id", "code", "part_code"]))
    none = pd.DataFrame(columns=[*FRAME_COLUMNS, "release_id", "source_file", "sha256"])
    everything = pd.concat([frames[d.release_id] for d in read] or [none])
    scores = everything[(everything.measure == "score") & everything.form.isna() & everything.parent_code.isna()]
    is_sum = pd.MultiIndex.from_frame(scores[["release_id", "code"]]).isin(part.set_index(["release_id", "code"]).index)
    of_scale = _typed(scores[~is_sum]).merge(valid_code, "left", ["release_id", "code"])
    return of_scale[SCORE_COLUMNS], {
        "due": _typed(pd.DataFrame(due, columns=["release_id", "province_code", "code"])),
        "valid_province": _typed(pd.DataFrame(provinces, columns=["release_id", "province_code"])),
        "valid_code": valid_code,
        "stated_sum": _typed(scores[is_sum])[[c for c in SCORE_COLUMNS if not c.startswith("scale")]],
        "part": part,
    }


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the types that the rules rely on, which a frame without rows has not by itself."""
    return frame.astype({column: kind for column, kind in TYPES.items() if column in frame.columns})


def _outcome_of(delivery: Delivery, outcome: Outcome) -> Outcome:
    """The part of a joint outcome that speaks of one delivery; a failure without rows speaks of all.

    How many rows were judged depends on what else came with the delivery, so only failing rows are counted.
    """
    if outcome.outcome == "pass":
        is_counted = re.fullmatch(r"0 of \d+ rows", outcome.observed)
        return replace(outcome, observed="0 rows") if is_counted else outcome
    if not outcome.failing:
        return outcome
    own = [row for row in outcome.failing if row.get("release_id") == delivery.release_id]
    if not own:
        return Outcome(outcome.rule_id, "pass", "0 rows")
    return Outcome(outcome.rule_id, "fail", f"{len(own)} rows", len(own), own[:MAX_FINDINGS])


def _findings(delivery: Delivery, rule: Rule, outcome: Outcome) -> list[Finding]:
    if outcome.outcome == "pass":
        return []
    template = rule.finding
    manifest_name = delivery.path_in_raw(delivery.folder / MANIFEST)
    if template is None or not outcome.failing:
        return [Finding(rule.id, manifest_name, outcome.observed, rule.because, rule.remedy)]
    assert delivery.manifest is not None
    only_file = delivery.path_in_raw(delivery.folder / delivery.manifest.files[0].path)
    return [
        Finding(
            rule.id,
            row.get("source_file") or only_file,
            found=template.found.format(**_plain(row)),
            expected=template.expected.format(**_plain(row)),
            remedy=rule.remedy,
            row=int(row["source_row"]) if row.get("source_row") else None,
            column=template.column,
            cell=row.get("source_cell"),
        )
        for row in outcome.failing
    ]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers to nine decimals, as they are kept: 16.433, not 16.433000000000003."""
    return {k: f"{v:.9f}".rstrip("0").rstrip(".") if isinstance(v, float) else v for k, v in row.items()}


# --- keeping -------------------------------------------------------------------------------------------------------


def _store(settings: Settings) -> Store:
    return Store(settings.landing)


def parts(settings: Settings, known: Iterable[Delivery]) -> dict[str, str]:
    """A hash of each thing that decides what is landed of these deliveries, by its name."""
    own = {f"release {delivery.release_id}": _own_key(delivery) for delivery in known}
    return {**own, **_common_parts(settings)}


def landed_keys(settings: Settings, known: Iterable[Delivery]) -> dict[str, str]:
    """The key of all that decides how each of these deliveries lands, by release."""
    common = str(_common_parts(settings))
    return {d.release_id: key_of("releases", [], d.release_id, _own_key(d), common) for d in known}


def _key(settings: Settings, delivery: Delivery) -> str:
    return landed_keys(settings, [delivery])[delivery.release_id]


def _own_key(delivery: Delivery) -> str:
    """The manifest names each file with its hash, and the findings tell of every file that has another one."""
    manifest = delivery.folder / MANIFEST
    return key_of(None, [manifest] if delivery.manifest else [], str(delivery.findings))


def _common_parts(settings: Settings) -> dict[str, str]:
    return {
        **{f"seed {name}": key_of(None, [settings.seeds / f"{name}.csv"]) for name in SEEDS},
        **{
            f"layout {name}": _layout_key(settings.layouts / f"{name}.yaml") for name in layouts.names(settings.layouts)
        },
        "the rules on deliveries": key_of(None, [settings.expectations / f"{TABLE}.yml"]),
    }


def _layout_key(path: Path) -> str:
    try:
        size = size_of(path)
    except OSError as error:  # a folder or a pipe: no layout, and not to be opened
        return str(error)
    return key_of(None, [path]) if size <= MAX_YAML_BYTES else str(size)


def _keep_or_refuse(settings: Settings, landed: Landed, frame: pd.DataFrame | None) -> None:
    """Keep a delivery; one with a number that has no place in the tables is refused."""
    import duckdb

    try:
        _keep(settings, landed, frame)
    except duckdb.DataError as error:
        found = shortened(str(error))
        remedy = "Look for a number of more than six digits before the decimal sign, and ask for the file again."
        finding = Finding(
            "number_fits", landed.delivery.source_folder, found, "numbers that fit DECIMAL(15, 9)", remedy
        )
        _keep(settings, replace(landed, is_accepted=False, findings=[*landed.findings, finding]), None)


def _keep(settings: Settings, landed: Landed, frame: pd.DataFrame | None) -> None:
    """Keep the outcome, with the scores of an accepted delivery as Parquet beside it."""
    kept = {
        "is_accepted": landed.is_accepted,
        "n_rows": landed.n_rows,
        "findings": [asdict(finding) for finding in landed.findings],
        "outcomes": [asdict(outcome) for outcome in landed.outcomes],
    }
    with _store(settings).make(landed.delivery.release_id, _key(settings, landed.delivery)) as folder:
        folder.mkdir()
        if landed.is_accepted and frame is not None:
            _write_scores(folder / SCORES, frame)
        (folder / OUTCOME).write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_scores(path: Path, frame: pd.DataFrame) -> None:
    """Write what was read as Parquet, numbers as DECIMAL(15, 9)."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("frame", frame.drop(columns="score"))
        connection.execute(
            """
            copy (
                select release_id, province_code, code, measure, cast(score_text as decimal(15, 9)) as score,
                    cast(interval_pct as integer) as interval_pct, cast(parent_code as varchar) as parent_code,
                    cast(label_vi as varchar) as label_vi, cast(label_en as varchar) as label_en,
                    cast(scale_label as varchar) as scale_label, cast(unit as varchar) as unit, source_file,
                    source_cell, sha256
                from frame
                where form is null
                order by province_code, code, measure
            ) to ? (format parquet)
            """,
            [str(path)],
        )
