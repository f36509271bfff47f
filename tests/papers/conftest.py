"""A small published warehouse that says of any number of units how late they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.papers.figures import Figure, printed
from pipelines.settings import Settings

DAY = date(2021, 6, 24)
PERIOD = "2021-H1"
TABLES = """
create schema core;
create schema marts;
create table core.dim_plan as select 'p' as plan_id, 'Kế hoạch PAPI' as title_vi, '24-bac-giang' as province_key,
    'SNV' as standing_agency, 3 as grace_working_days;
create table core.dim_day as select cast(day as date) as day, isodow(day) < 6 as is_working,
    cast(sum(case when isodow(day) < 6 then 1 else 0 end) over (order by day) as integer) as working_day_number
    from range(timestamp '2021-01-01', timestamp '2022-01-01', interval 1 day) as days(day);
create table core.dim_unit_period (unit_key varchar, unit_code varchar, unit_level varchar, full_name_vi varchar,
    valid_from date, valid_to date, inherits varchar);
create table core.fct_report_event (event_id varchar, obligation_id varchar, happened_at timestamp, event varchar,
    decision_no varchar, reason varchar, source_row integer);
create table core.fct_report (report_id varchar, items_owed integer, items_answered integer, difficulties varchar,
    proposals varchar, version integer, received_at timestamp);
create table core.fct_obligation (obligation_id varchar, plan_id varchar, period varchar, unit_key varchar,
    unit_valid_from date, recipient_key varchar, due_nominal date, due_counted date, state varchar,
    is_expected boolean, is_actual boolean, is_on_time boolean, days_late integer, first_received_on date,
    last_received_on date, last_sent_on date, returned_on date, report_id varchar, is_simulated boolean,
    is_accepted boolean, accepted_on date);
create table core.dim_target (plan_id varchar, target_id varchar, title_vi varchar, value decimal(15, 6),
    units varchar, periods varchar, measured_by varchar);
create table core.dim_task (plan_id varchar, task_id varchar, task_kind varchar, dimension varchar, title_vi varchar,
    units varchar, is_reported boolean);
create table core.fct_target_value (report_id varchar, target_id varchar, answer varchar,
    numerator decimal(18, 6), denominator decimal(18, 6));
create table core.fct_task_progress (report_id varchar, task_id varchar, answer varchar, result varchar,
    evidence varchar, source_cell varchar);
create table core.dim_release (index_id varchar, year integer, known_from date);
create table marts.index_target (index_id varchar, plan_id varchar, target_id varchar, target_year integer,
    target_state_vi varchar);
create table marts.plan_responsibility (plan_id varchar, code varchar, indicator_name_vi varchar, base_year integer,
    change_printed decimal(9, 2), change_direction_as_published varchar, orphan_kind varchar);
create view core.dim_unit as select unit_key, unit_level from core.dim_unit_period;
create view core.said as select owed.*, said.state_vi
    from core.fct_obligation as owed left join (values ('on_time', 'đúng hạn'), ('late', 'trễ hạn'),
        ('missing', 'chưa gửi'), ('unreadable', 'đã gửi, chưa đọc được'), ('returned', 'đã trả lại, chưa gửi lại'),
        ('reported_by_district', 'huyện báo đã nhận, tỉnh chưa có tệp'), ('waived', 'được miễn'),
        ('due_soon', 'sắp đến hạn'), ('accepted', 'đã tiếp nhận')) as said(state, state_vi) using (state);
create macro marts.compliance_as_of(as_of) as table
    select * from core.said where due_counted < cast(as_of as date);
insert into core.dim_unit_period values
    ('24-bac-giang', '24', 'province', 'Tỉnh Bắc Giang', '2020-01-01', null, null);
insert into core.dim_target values
    ('p', 'TG01', 'Tăng 5 bậc', 5, null, null, 'index'),
    ('p', 'TG04', 'Tiếp nhận tại Bộ phận Một cửa', 100, 'district; commune', 'H1; FY', 'reports'),
    ('p', 'TG06', 'Nước sạch', 100, 'district', 'FY', 'reports'),
    ('p', 'TG12', 'Kế hoạch riêng đúng hạn', 100, null, null, 'plans_on_time'),
    ('p', 'TG13', 'Báo cáo đúng hạn', 100, null, null, 'reports_on_time');
insert into core.dim_task values
    ('p', 'A05', 'assignment', null, 'Tuyên truyền', 'agency; district; commune', true),
    ('p', 'D6a', 'task', '6', 'Bảo hiểm y tế', 'SYT', true),
    ('p', 'A01', 'assignment', null, 'Ban hành kế hoạch riêng', 'agency; district; commune', false);
insert into core.dim_release values ('papi', 2021, '2022-05-10');
insert into marts.index_target values ('papi', 'p', 'TG01', 2021, 'không đạt');
insert into marts.plan_responsibility values
    ('p', '2.1', 'Tiếp cận thông tin', 2020, -0.05, 'down', 'no_task'),
    ('p', '7.2', 'Chất lượng không khí', 2020, -0.38, 'down', 'indirect_only'),
    ('p', '3.1', 'Hiệu quả tương tác', 2020, 0.14, 'up', 'no_task'),
    ('p', '1.4', 'Đóng góp tự nguyện', 2020, -0.07, 'down', null);
insert into core.fct_task_progress values
    ('syt', 'D6a', 'done', 'Đã cấp 1.200 thẻ', 'QĐ 12', 'Báo cáo!D9'), ('syt', 'A05', 'done', null, null, null),
    ('d1', 'A05', 'in_progress', null, null, null), ('c1', 'A05', null, null, null, null);
insert into core.fct_target_value values
    ('d1', 'TG04', 'reported', 3, 4), ('c1', 'TG04', 'reported', 7.5, 10), ('c2', 'TG04', 'not_measurable', null, null);
"""


@dataclass
class Office:
    """A published warehouse; ``owes`` adds a unit with the state of its report."""

    connection: duckdb.DuckDBPyConnection
    asked: dict[str, str] = field(default_factory=dict)

    def owes(
        self,
        unit_key: str,
        level: str,
        name: str,
        to: str,
        state: str = "on_time",
        days_late: int = 0,
        reason: str | None = None,
        simulated: bool = True,
    ) -> None:
        sent = None if state == "missing" else date(2021, 6, 18)
        received = None if state in ("missing", "unreadable") else sent
        is_owed = state != "waived"
        returned = date(2021, 6, 21) if state == "returned" else None
        self.connection.execute(
            "insert into core.dim_unit_period values (?, ?, ?, ?, '2020-01-01', null, null)",
            [unit_key, unit_key.upper(), level, name],
        )
        self.connection.execute(
            "insert into core.fct_obligation values (?, 'p', ?, ?, '2020-01-01', ?, '2021-06-20', '2021-06-21', ?, "
            "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false, null)",
            [
                *(
                    unit_key,
                    PERIOD,
                    unit_key,
                    to,
                    state,
                    is_owed,
                    is_owed and received is not None,
                    is_owed and days_late == 0,
                ),
                *(days_late, received, received, sent, returned, unit_key if state == "on_time" else None, simulated),
            ],
        )
        if state == "on_time":
            self.connection.execute(
                "insert into core.fct_report values (?, 12, 10, null, null, 2, '2021-06-18 09:00')", [unit_key]
            )
        if state == "returned":
            self.connection.execute(
                "insert into core.fct_report_event values (?, ?, '2021-06-21 14:00', 'returned', null, ?, 1)",
                [unit_key, unit_key, reason],
            )

    def value_of(self, figure: Figure) -> str:
        """What the warehouse says of a figure, as papers print it; a table macro is asked once."""
        table = figure.table
        if "(" in table and table not in self.asked:
            self.asked[table] = f"temp.asked_{len(self.asked)}"
            self.connection.execute(f"create temp table asked_{len(self.asked) - 1} as from {table}")
        asked = self.asked.get(table, table)
        [(value,)] = self.connection.execute(f"select {figure.column} from {asked} where {figure.key}").fetchall()
        return printed(value)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """No unit late yet: the standing agency, one more agency, and two districts with a commune each."""
    with duckdb.connect(str(tmp_path / "papi.duckdb")) as connection:
        connection.execute(TABLES)
        office = Office(connection)
        office.owes("snv", "agency", "Sở Nội vụ tỉnh Bắc Giang", "24-bac-giang")
        office.owes("syt", "agency", "Sở Y tế tỉnh Bắc Giang", "snv")
        office.owes("d1", "district", "Huyện Yên Thế", "snv")
        office.owes("d2", "district", "Thành phố Bắc Giang", "snv")
        office.owes("c1", "commune", "Xã Đồng Kỳ", "d1")
        office.owes("c2", "commune", "Phường Thọ Xương", "d2")
        yield office


def published_in(folder: Path) -> Settings:
    """A small published warehouse in which one commune is late and one report was accepted."""
    with duckdb.connect(str(folder / "papi.duckdb")) as connection:
        connection.execute(TABLES)
        office = Office(connection)
        office.owes("snv", "agency", "Sở Nội vụ tỉnh Bắc Giang", "24-bac-giang")
        office.owes("d1", "district", "Huyện Yên Thế", "snv")
        office.owes("c1", "commune", "Xã Đồng Kỳ", "d1", "missing", 3)
        connection.execute(
            "update core.fct_obligation set is_accepted = true, accepted_on = '2021-06-23' where unit_key = 'd1'"
        )
    return Settings(raw=folder / "raw", warehouse=folder)
