"""What is owed: made in advance from plan, units and calendar, whoever reports."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.files import dump_yaml
from pipelines.plan import obligations, plans
from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.units import Units
from pipelines.plan.workdays import FIRST, LAST, Workdays
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings

WORKDAYS = Workdays(Seeds(Settings().seeds))
DAYS = WORKDAYS.days()


@pytest.fixture(scope="module")
def duties() -> Duties:
    return Duties(Settings())


def owing(duties: Duties, period: str) -> list[Obligation]:
    return [o for o in duties.obligations if o.period == period and o.not_applicable_reason is None]


def test_239_units_owe_their_own_plan_and_each_period_of_2021_that_was_still_to_come(duties: Duties) -> None:
    assert Counter(o.unit.level for o in owing(duties, "2021-PLAN")) == {"commune": 209, "agency": 20, "district": 10}
    assert {len(owing(duties, period)) for period in ("2021-H1", "2021-FY", "2022-Q1", "2024-FY")} == {239}
    reasons = {o.not_applicable_reason for o in duties.obligations if o.period == "2021-Q1"}
    assert reasons == {"due_before_issue"}
    assert {o.not_applicable_reason for o in duties.obligations if o.period == "2022-Q3"} == {"due_unspecified"}


@pytest.mark.parametrize(
    ("period", "nominal", "rolled"),
    [
        ("2021-PLAN", date(2021, 5, 15), date(2021, 5, 17)),
        ("2021-H1", date(2021, 6, 20), date(2021, 6, 21)),
        ("2021-FY", date(2021, 11, 30), date(2021, 11, 30)),
        ("2022-Q1", date(2022, 3, 20), date(2022, 3, 21)),
        ("2024-FY", date(2024, 11, 30), date(2024, 12, 2)),
        ("2026-H1", date(2026, 6, 20), date(2026, 6, 22)),
    ],
)
def test_the_three_readings_of_before_the_day(duties: Duties, period: str, nominal: date, rolled: date) -> None:
    found = {(o.due_nominal, o.due_strict, o.due_rolled, o.due_counted) for o in owing(duties, period)}
    assert found == {(nominal, date.fromordinal(nominal.toordinal() - 1), rolled, rolled)}


def test_a_unit_owes_while_it_exists_and_its_successor_after_it(duties: Duties) -> None:
    """Trần Nguyên Hãn went into Ngô Quyền at the end of 2024, and both into Bắc Giang ward in the middle of 2025."""

    def owes(key: str) -> set[str]:
        return {o.period for o in duties.obligations if o.unit.unit_key == key and o.not_applicable_reason is None}

    assert max(owes("07204-tran-nguyen-han")) == "2024-Q1"
    assert "2024-FY" in owes("07204-tran-nguyen-han")
    assert not any(period.startswith("2025") for period in owes("07204-tran-nguyen-han"))
    assert {"2025-Q1", "2025-H1"} <= owes("07207-ngo-quyen")
    assert "2025-FY" not in owes("07207-ngo-quyen")
    assert min(owes("07210-bac-giang")) == "2025-FY"
    ended = [o for o in duties.obligations if o.period == "2025-FY" and o.unit.unit_key == "07207-ngo-quyen"]
    assert [o.not_applicable_reason for o in ended] == ["unit_ended"]


@pytest.mark.parametrize(
    ("last_day", "period", "reason"),
    [
        (date(2021, 6, 20), "2021-H1", None),
        (date(2021, 6, 19), "2021-H1", "unit_ended"),
        (date(2021, 4, 28), "2021-H1", "unit_ended"),
        (date(2021, 4, 27), "2021-H1", "never owed"),  # the plan was issued on the 28th
        (date(2022, 1, 1), "2022-H1", "unit_ended"),
        (date(2021, 12, 31), "2022-H1", "never owed"),
    ],
)
def test_a_unit_owes_to_its_last_day_and_then_is_told_once_that_it_ended(
    duties: Duties, last_day: date, period: str, reason: str | None
) -> None:
    units = Units(Seeds(Settings().seeds))
    [unit] = [unit for unit in units.all if unit.unit_key == "07201-tho-xuong"]
    units.all = [replace(unit, valid_to=last_day)]
    found = {o.period: o.not_applicable_reason for o in obligations.of([*duties.plans.values()], units, WORKDAYS)}
    assert found.get(period, "never owed") == reason


def test_what_is_due_on_the_last_day_of_a_plan_is_owed_and_nothing_after_it(duties: Duties) -> None:
    plan = duties.plans["bg-2021"]
    plan = replace(plan, head=plan.head.model_copy(update={"obligations_until": date(2022, 6, 20)}))
    days = {o.due_nominal for o in obligations.of([plan], duties.units, WORKDAYS) if o.due_nominal}
    assert max(days) == date(2022, 6, 20)


def test_nobody_owes_a_period_twice(duties: Duties) -> None:
    keys = Counter((o.unit.unit_key, o.period) for o in duties.obligations if o.not_applicable_reason is None)
    assert set(keys.values()) == {1}


def test_communes_answer_to_their_district_and_from_july_2025_to_the_province(duties: Duties) -> None:
    def recipient(key: str, period: str) -> str | None:
        found = duties.find(key, period)
        assert found is not None
        return found.recipient_key

    assert recipient("07201-tho-xuong", "2021-H1") == "213-bac-giang"
    assert recipient("07210-bac-giang", "2025-FY") == "snv-bac-ninh"
    assert recipient("213-bac-giang", "2021-H1") == "snv-bac-giang"
    assert recipient("stc-bac-giang", "2021-H1") == "snv-bac-giang"
    assert recipient("snv-bac-giang", "2021-H1") == "24-bac-giang"
    assert recipient("07201-tho-xuong", "2021-PLAN") == "snv-bac-giang"


def test_a_reused_code_is_another_unit(duties: Duties) -> None:
    before = duties.units.on(date(2025, 6, 30))
    after = duties.units.on(date(2025, 7, 1))
    assert [u.unit_key for u in before.values() if u.code == "07210"] == ["07210-hoang-van-thu"]
    assert [u.unit_key for u in after.values() if u.code == "07210"] == ["07210-bac-giang"]
    found = duties.units.find("Sở Tài nguyên và Môi trường", date(2021, 6, 1))
    assert found is not None
    assert found.unit_key == "stnmt-bac-giang"
    assert duties.units.find("Sở Tài nguyên và Môi trường", date(2025, 4, 1)) is None


def test_duties_follow_a_body_into_the_one_that_took_it_over(duties: Duties) -> None:
    plan = duties.plans["bg-2021"]
    land = duties.units.on(date(2025, 4, 1))["snnmt-bac-giang"]
    assert {"D7a", "D7b", "A20", "A21", "A22"} <= {item.task_id for item in plan.items_of(land)}


def later_plan(raw: Path, **changes: object) -> None:
    """A plan of the year after that takes over on a day in April 2022."""
    folder = Path(shutil.copytree(raw / "plans/bg-2021", raw / "plans/bg-2022"))
    head = yaml.safe_load((folder / "plan.yaml").read_text("utf-8"))
    head |= {
        "plan_id": "bg-2022", "supersedes": "bg-2021", "issued_from": date(2022, 4, 1),
        "issued_until": date(2022, 4, 1), **changes,
    }  # fmt: skip
    (folder / "plan.yaml").write_text(dump_yaml(head), "utf-8")
    rules = (folder / "obligations.csv").read_text("utf-8").replace("2021-05-15", "2022-05-16")
    (folder / "obligations.csv").write_text(rules, "utf-8")


def test_a_later_plan_takes_over_and_obligations_keep_the_plan_that_made_them(own_raw: Path) -> None:
    later_plan(own_raw)
    duties = Duties(Settings(raw=own_raw))
    assert {o.plan.plan_id for o in owing(duties, "2022-Q1")} == {"bg-2021"}
    assert {o.plan.plan_id for o in owing(duties, "2022-H1")} == {"bg-2022"}
    assert len(owing(duties, "2022-H1")) == 239
    lapsed = [o for o in duties.obligations if o.period == "2022-H1" and o.plan.plan_id == "bg-2021"]
    assert {o.not_applicable_reason for o in lapsed} == {"plan_superseded"}
    found = duties.find("07201-tho-xuong", "2022-H1")
    assert found is not None
    assert found.plan.plan_id == "bg-2022"


@pytest.mark.parametrize(
    ("day", "plan_id"),
    [(date(2022, 6, 19), "bg-2022"), (date(2022, 6, 20), "bg-2022"), (date(2022, 6, 21), "bg-2021")],
)
def test_a_report_is_owed_to_one_plan_also_when_it_is_due_on_the_day_of_the_next(
    own_raw: Path, day: date, plan_id: str
) -> None:
    later_plan(own_raw, issued_from=day, issued_until=day)
    owed = Counter(o.plan.plan_id for o in owing(Duties(Settings(raw=own_raw)), "2022-H1"))
    assert owed == {plan_id: 239}


def test_a_plan_that_cannot_be_is_refused_by_file_row_and_column(own_raw: Path) -> None:
    folder = own_raw / "plans/bg-2021"
    tasks = (folder / "task_indicators.csv").read_text("utf-8").replace("D1a,", "D9z,", 1)
    (folder / "task_indicators.csv").write_text(tasks.replace("direct", "straight", 1), "utf-8")
    [read] = plans.read_all(own_raw)
    assert read.plan is None
    assert [(f.file, f.row, f.column, f.found) for f in read.findings] == [
        ("raw/plans/bg-2021/task_indicators.csv", 2, "link", "'straight'")
    ]
    (folder / "task_indicators.csv").write_text(tasks, "utf-8")
    [read] = plans.read_all(own_raw)
    assert [(f.row, f.column, f.found) for f in read.findings] == [(2, "task_id", "D9z")]


def test_a_title_does_not_change_what_a_form_is_bound_to(own_raw: Path) -> None:
    before = Duties(Settings(raw=own_raw)).plans["bg-2021"].version
    path = own_raw / "plans/bg-2021/tasks.csv"
    path.write_text(path.read_text("utf-8").replace("Run elections", "Hold elections"), "utf-8")
    assert Duties(Settings(raw=own_raw)).plans["bg-2021"].version == before
    path.write_text(path.read_text("utf-8").replace("commune;STC", "commune"), "utf-8")
    assert Duties(Settings(raw=own_raw)).plans["bg-2021"].version != before


def test_no_sentence_of_the_plan_is_copied_and_every_title_has_a_twin() -> None:
    [read] = plans.read_all(ROOT / "raw")
    assert read.plan is not None
    plan = read.plan
    titles = [(t.title_vi, t.title_en) for t in plan.tasks]
    titles += [(t.title_vi, t.title_en) for t in plan.targets]
    titles += [(a.title_vi, a.title_en) for a in plan.assignments]
    assert all(vi and en and len(vi.split()) <= 16 for vi, en in titles)
    assert (len(read.plan.tasks), len(read.plan.targets), len(read.plan.assignments)) == (21, 14, 31)
    assert len(read.plan.claims) == 61
    sections = {task.dimension: task.anchor.rsplit(".", 1)[0] for task in read.plan.tasks}
    assert sections == {"1": "II.1", "2": "II.2", "4": "II.3", "6": "II.4", "7": "II.5", "8": "II.6"}


@given(st.dates(date(2020, 1, 1), date(2029, 12, 1)))
def test_a_rolled_day_is_the_first_working_day_from_the_day_on(day: date) -> None:
    rolled = WORKDAYS.rolled(day)
    assert rolled >= day
    assert WORKDAYS.is_working(rolled)
    assert not any(WORKDAYS.is_working(date.fromordinal(n)) for n in range(day.toordinal(), rolled.toordinal()))


@given(st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)).map(sorted))
def test_numbers_of_days_differ_by_the_working_days_between_them(between: list[date]) -> None:
    numbered = {day.day: day.number for day in DAYS if between[0] <= day.day <= between[1]}
    assert numbered[between[1]] - numbered[between[0]] == sum(WORKDAYS.is_working(day) for day in [*numbered][1:])


def test_working_days_know_tet_substitutes_and_decisions(tmp_path: Path) -> None:
    assert not WORKDAYS.is_working(date(2021, 2, 12))
    assert not WORKDAYS.is_working(date(2021, 5, 3))
    assert WORKDAYS.is_working(date(2024, 5, 4))
    seeds = Path(shutil.copytree(Settings().seeds, tmp_path / "seeds"))
    (seeds / "holiday_override.csv").write_text("day,is_working,decision,source\n2021-06-21,false,1/QĐ,test\n", "utf-8")
    assert Workdays(Seeds(seeds)).rolled(date(2021, 6, 20)) == date(2021, 6, 22)


@given(st.dates(FIRST, date(LAST.year, 6, 30)), st.integers(0, 10))
def test_the_nth_working_day_after_a_day_is_n_by_the_calendars_count(day: date, n: int) -> None:
    numbers = {one.day: one.number for one in DAYS}
    later = WORKDAYS.later(day, n)
    assert numbers[later] - numbers[day] == n
    assert later == day if n == 0 else WORKDAYS.is_working(later)


@pytest.mark.parametrize(
    ("name", "official"),
    [
        *((name, "UBND phường Thọ Xương") for name in (
            "UBND phường Thọ Xương", "ubnd Phường Thọ Xương", "phuong tho xuong", "07201-tho-xuong", "P. Thọ Xương",
            "Ủy ban nhân dân phường Thọ Xương", "UỶ BAN NHÂN DÂN PHƯỜNG THỌ XƯƠNG", "Thọ Xương",
            "UBND phường Thọ Xương, TP. Bắc Giang",
        )),
        *((name, "UBND thành phố Bắc Giang") for name in ("UBND thành phố Bắc Giang", "TP Bắc Giang", "TP. Bắc Giang")),
        ("H. Yên Thế", "UBND huyện Yên Thế"),
        ("TT Vôi", "UBND thị trấn Vôi"),
        ("UBND tỉnh Bắc Giang", "UBND tỉnh Bắc Giang"),
        ("syt", "Sở Y tế tỉnh Bắc Giang"),
    ],
)  # fmt: skip
def test_a_unit_is_found_as_people_write_it(duties: Duties, name: str, official: str) -> None:
    found = duties.units.find(name, date(2021, 6, 20))
    assert found is not None
    assert found.official_name_vi == official


def test_every_unit_is_found_by_its_official_name_and_its_district(duties: Duties) -> None:
    for day in (date(2021, 6, 20), date(2025, 11, 30)):
        units = duties.units.on(day)
        for unit in units.values():
            above = units.get(unit.parent_key)
            place = f", {above.official_name_vi}" if unit.level == "commune" and above is not None else ""
            assert duties.units.find(f"{unit.official_name_vi}{place}", day) == unit


def test_communes_of_one_name_are_told_apart_by_their_district_alone(duties: Duties) -> None:
    day = date(2021, 6, 20)
    assert duties.units.find("Xã Phúc Sơn", day) is None
    found = {above: duties.units.find(f"xã Phúc Sơn, {above}", day) for above in ("huyện Tân Yên", "H. Sơn Động")}
    assert len({unit.unit_key for unit in found.values() if unit is not None}) == 2


def test_a_unit_that_ended_is_not_taken_for_another_of_its_name(duties: Duties) -> None:
    """Phường Bắc Giang is not the city that it lies in the middle of, which its wards and communes took over from."""
    day = date(2025, 11, 30)
    assert duties.units.find("Thành phố Bắc Giang", day) is None
    city = duties.units.find("Thành phố Bắc Giang", date(2025, 6, 30))
    assert city is not None
    assert "UBND phường Bắc Giang" in [heir.official_name_vi for heir in duties.units.heirs_of(city, day)]


def test_a_unit_is_found_by_the_name_that_it_had_before(duties: Duties) -> None:
    found = duties.units.find("Xã Song Mai", date(2025, 6, 20))
    assert found is not None
    assert found.official_name_vi == "UBND phường Song Mai"


def test_a_plan_without_the_later_columns_is_read_and_keeps_its_version(duties: Duties, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "raw/plans", tmp_path / "plans")) / "bg-2021"
    with (folder / "targets.csv").open(encoding="utf-8", newline="") as file:
        rows = [row[:-3] for row in csv.reader(file)]
    assert rows[0][-1] == "note"
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    [read] = plans.read_all(tmp_path)
    assert read.plan is not None, read.findings
    assert read.plan.version == duties.plans["bg-2021"].version
    assert not any(target.is_whole for target in read.plan.targets)


def test_a_plan_asks_for_nothing_before_the_first_day_on_which_it_can_have_been_issued() -> None:
    [plan] = Duties(Settings()).plans.values()
    first = plan.head.issued_from
    assert Duties(Settings(), first - timedelta(1)).obligations == []
    assert set(Duties(Settings(), first).plans) == {plan.plan_id}
