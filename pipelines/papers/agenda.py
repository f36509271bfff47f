"""What is to be done in a period on a day: forms to send, files to look at, units to remind, papers to make.

Belongs here: counting what waits, and where it lies. Does not belong here: doing any of it, printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.papers import districts, due, receipts, reminders
from pipelines.papers.situation import Situation
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

NOT_BEGUN = ("not_tracked", "not_due")  # of every unit: no form came back yet
TO_JUDGE = ("on_time", "late")  # came, could be read, and nobody accepted or returned it


@dataclass(frozen=True)
class Task:
    """One thing to do: how many of what, in which folder it lies or is to lie, and the command that does it."""

    vi: str
    n: int
    folder: Path
    command: str


def of(connection: duckdb.DuckDBPyConnection, settings: Settings, situation: Situation) -> list[Task]:
    """What waits on the day of the situation, in order of the work; nothing that waits for nobody is listed."""
    period, owed = situation.period, situation.owed
    papers = settings.papers / period
    as_of = f"--period {period} --as-of {situation.as_of}"
    states = [one.state for one in owed]
    letters = [one.name for one in reminders.letters(situation)]
    notices = [one.name for one in due.notices(situation)]
    forms = settings.warehouse / "forms" / period
    receipted = {path.stem.partition("_tiep-nhan_")[2] for path in papers.glob("*_tiep-nhan_*.docx")}
    accepted = [one.name.partition("_tiep-nhan_")[2] for one in receipts.receipts(connection, situation)]
    tasks = [
        Task(
            "biểu mẫu phải gửi",
            len(owed) if all(state in NOT_BEGUN for state in states) else 0,
            forms,
            f'papi report form --period {period} --all -o "{forms}"',
        ),
        Task(
            "thư mục giao huyện phải lập",
            sum(not any(papers.glob(f"*_giao-huyen/{one.unit_key}")) for one in districts.of(situation)),
            papers,
            f"papi paper district {as_of}",
        ),
        Task(
            "báo cáo đã nhận, chờ tiếp nhận hoặc trả lại",
            sum(state in TO_JUDGE for state in states),
            settings.reports / period,
            f"papi report accept --period {period} --unit DON_VI",
        ),
        Task(
            "báo cáo chưa đọc được; gửi phiếu trả lại",
            states.count("unreadable"),
            settings.slips,
            "papi report check TEP",
        ),
        Task("công văn đôn đốc phải lập", _missing(papers, letters), papers, f"papi paper reminder {as_of}"),
        Task("thông báo nhắc hạn phải lập", _missing(papers, notices), papers, f"papi paper due {as_of}"),
        Task(
            "phiếu tiếp nhận phải lập",
            sum(unit not in receipted for unit in accepted),
            papers,
            f"papi paper receipt {as_of}",
        ),
        Task(
            "báo cáo tổng hợp phải lập",
            _once(situation, papers, "bao-cao-tong-hop"),
            papers,
            f"papi paper synthesis {as_of}",
        ),
        Task("phụ lục phải lập", _once(situation, papers, "phu-luc"), papers, f"papi paper annex {as_of}"),
    ]
    return [task for task in tasks if task.n]


def _once(situation: Situation, folder: Path, name: str) -> int:
    """1 while a paper on the whole period is to be made: from the day after the due day, until there is one."""
    is_over = all(one.due_counted is not None and one.due_counted < situation.as_of for one in situation.owed)
    return int(is_over and not any(folder.glob(f"*_{name}*")))


def _missing(folder: Path, names: list[str]) -> int:
    return sum(not (folder / f"{name}.docx").exists() for name in names)
