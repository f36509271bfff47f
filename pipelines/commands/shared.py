"""What the commands share: options, the two ways to fail, the published file, how a finding is printed.

Belongs here: what more than one command needs. Does not belong here: any command.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.reports.wording import BETWEEN, twin
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.finding import Finding

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
RAW = click.option("--raw", type=FOLDER, help="Thư mục dữ liệu gửi đến. / Folder of the deliveries (default: raw/).")
INDEX = click.option("--index", "index_id", help="The index (default: the main one).")
SHOWN = 10


class _Said(click.ClickException):
    """A failure that is told on a line of its own, without a trace."""

    def show(self, file: Any = None) -> None:
        click.echo(f"Lỗi / error: {self.format_message()}", file=file, err=file is None)


class Mistake(_Said):
    """The call cannot be carried out as it stands."""

    exit_code = 2


class Refused(_Said):
    """The call was right and could not be carried out."""

    exit_code = 1


class OfficeGroup(click.Group):
    """A group whose mistakes in the call are told in Vietnamese first, which the library has in English alone."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise Mistake(_mistake(error)) from None


def _mistake(error: click.UsageError) -> str:
    """What is wrong with a call."""
    param = getattr(error, "param", None)
    name = "tệp"
    if param is not None and not (isinstance(param, click.Argument) and isinstance(param.type, click.Path)):
        name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
    see = f"xem `{error.ctx.command_path.replace('python -m pipelines.cli', 'papi')} --help`" if error.ctx else ""
    if isinstance(error, click.MissingParameter):
        return twin(f"thiếu {name}; {see}", error.format_message())
    if isinstance(error, click.NoSuchOption):
        return twin(f"không có tùy chọn {error.option_name}; {see}", error.format_message())
    if isinstance(error, click.BadParameter):
        known = ", ".join(param.type.choices) if param and isinstance(param.type, click.Choice) else ""
        vi = f"cần một trong: {known}" if known else "không có tệp hay giá trị này"
        return f"{name}: {error.message if BETWEEN in error.message else twin(vi, error.message)}"
    return twin(f"lệnh gõ chưa đúng; {see}", error.format_message())


def with_warehouse(command: Any) -> Any:
    """The option that every command has."""
    option = click.option(
        "--warehouse", type=FOLDER, help="Thư mục kết quả. / Folder of the warehouse (default: warehouse/)."
    )
    return option(command)


def settings_of(raw: Path | None, warehouse: Path | None, as_of: date | None = None) -> Settings:
    """Settings by options, environment and the project; a broken PAPI_AS_OF is a ``Mistake``."""
    try:
        return Settings.from_environment(raw, warehouse, as_of)
    except ValueError as error:
        raise Mistake(f"PAPI_AS_OF: {error}") from None


def connected(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The published warehouse, read-only; a ``Mistake`` before the first refresh, ``Refused`` where it is held."""
    from pipelines.published import CannotBeRead, NotPublishedYet, connect

    try:
        return connect(settings)
    except NotPublishedYet as error:
        raise Mistake(str(error)) from None
    except CannotBeRead as error:
        raise Refused(str(error)) from None


def say_finding(finding: Finding) -> None:
    """A finding with what to do."""
    click.echo(f"\n{finding}\n  {finding.remedy}")


class _Progress(logging.Formatter):
    """Seconds since the command began, then what has been done."""

    def __init__(self, started: float) -> None:
        super().__init__()
        self._started = started

    def format(self, record: logging.LogRecord) -> str:
        return f"{time.monotonic() - self._started:6.1f} s  {record.getMessage()}"


def log_progress(started: float) -> None:
    """Print what the work says of itself, with the seconds since ``started``, and nothing of the libraries."""
    warnings.filterwarnings("ignore", module="dagster")  # notes to developers on features in beta
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Progress(started))
    logger = logging.getLogger("papi")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
