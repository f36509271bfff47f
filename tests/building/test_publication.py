"""Publication is one step: all of the new or all of the old, whoever reads and whatever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.building import publication
from pipelines.building.publication import Stamp
from pipelines.files import sha256_of
from pipelines.settings import ROOT, Settings
from tests.conftest import Built

LOOP = """
import sys
from pathlib import Path
from pipelines.building import publication
from pipelines.building.publication import Stamp
from pipelines.settings import Settings
settings = Settings(warehouse=Path(sys.argv[1]))
print("ready", flush=True)
for number in range(1000):
    publication.publish(settings, Stamp(str(number), "all"))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with a small build of two tables that agree with each other."""
    settings = Settings(warehouse=tmp_path / "warehouse")
    settings.warehouse.mkdir()
    build(settings, 3)
    return settings


def build(settings: Settings, n_rows: int) -> None:
    settings.build.unlink(missing_ok=True)
    with duckdb.connect(str(settings.build)) as connection:
        connection.execute(
            f"""
            create schema core; create schema marts; create schema audit; create schema staging;
            create table core.dim_release (release_id varchar not null, publisher varchar);
            insert into core.dim_release select 'r' || n, 'P' from range({n_rows}) as r(n) order by n desc;
            comment on table core.dim_release is 'Bản công bố / Releases';
            comment on column core.dim_release.release_id is 'Mã của tỉnh''s / Key';
            create table marts.index_score as select release_id, 1.5::decimal(15, 9) as score from core.dim_release;
            create view staging.hidden as select * from core.dim_release;
            create macro core.one_release(wanted) as table select * from core.dim_release where release_id = wanted;
            """
        )


def counts(settings: Settings) -> tuple[int, int, int]:
    """Rows of both tables and of the Parquet file beside them."""
    with duckdb.connect(str(settings.published.resolve()), read_only=True) as connection:
        row = connection.execute(
            "select (select count(*) from core.dim_release), (select count(*) from marts.index_score), "
            "(select count(*) from read_parquet(?))",
            [str(settings.parquet / "marts.index_score.parquet")],
        ).fetchone()
    assert row is not None
    return row


def test_tables_comments_constraints_and_macros_travel_and_views_stay(settings: Settings) -> None:
    publication.publish(settings, Stamp("f", "all"))
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() order by all"
        ).fetchall()
        assert tables == [("core", "dim_release", "Bản công bố / Releases"), ("marts", "index_score", None)]
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
        assert connection.execute("select release_id from core.one_release('r1')").fetchall() == [("r1",)]
        assert connection.execute("select release_id from core.dim_release limit 1").fetchone() == ("r0",)
        nullable = "select is_nullable, comment from duckdb_columns() where column_name = 'release_id' order by all"
        assert connection.execute(nullable).fetchone() == (False, "Mã của tỉnh's / Key")


def test_the_data_package_names_what_lies_beside_it(settings: Settings) -> None:
    publication.publish(settings, Stamp("f", "2021-06-30"))
    folder = settings.current.resolve()
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert (package["fingerprint"], package["as_of"]) == ("f", "2021-06-30")
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{sha256_of(folder / resource['path'])}"
        assert resource["rows"] == 3


def test_who_holds_the_old_file_open_goes_on_undisturbed(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"))
    with duckdb.connect(str(settings.published.resolve()), read_only=True) as reader:
        build(settings, 5)
        publication.publish(settings, Stamp("2", "all"))
        assert reader.execute("select count(*) from core.dim_release").fetchone() == (3,)
    assert counts(settings) == (5, 5, 5)


def test_the_last_five_publications_are_kept(settings: Settings) -> None:
    names = [publication.publish(settings, Stamp(str(number), "all")).folder.name for number in range(7)]
    assert sorted(p.name for p in settings.publications.iterdir()) == names[2:]
    found = publication.current(settings)
    assert found is not None
    assert found.folder.name == names[-1]


def test_an_empty_mart_is_not_published(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"))
    build(settings, 0)
    with pytest.raises(publication.PublicationFailed, match="empty"):
        publication.publish(settings, Stamp("2", "all"))
    assert counts(settings) == (3, 3, 3)


def test_a_failure_on_the_way_leaves_the_old_and_its_rest_is_swept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.publish(settings, Stamp("1", "all"))

    def full(*_: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publication, "_sync", full)
        with pytest.raises(OSError, match="No space left"):
            publication.publish(settings, Stamp("2", "all"))
    assert counts(settings) == (3, 3, 3)
    publication.sweep(settings)
    assert len(list(settings.publications.iterdir())) == 1


@pytest.mark.parametrize("moment", [0.02, 0.05, 0.11, 0.17, 0.26, 0.35])
def test_killed_at_any_moment_readers_see_one_whole_publication(settings: Settings, moment: float) -> None:
    publication.publish(settings, Stamp("first", "all"))
    command = [sys.executable, "-c", LOOP, str(settings.warehouse)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as publisher:
        assert publisher.stdout is not None
        publisher.stdout.readline()
        until = time.monotonic() + moment
        while time.monotonic() < until:
            assert counts(settings) == (3, 3, 3)
        os.kill(publisher.pid, signal.SIGKILL)
    assert counts(settings) == (3, 3, 3)
    publication.publish(settings, Stamp("after", "all"))
    assert not [p for p in settings.publications.iterdir() if p.name.startswith(".")]


def test_a_publication_carries_its_note(built: Built) -> None:
    assert "Chưa có năm nào được công bố lại" in built.settings.whats_new.read_text("utf-8")
