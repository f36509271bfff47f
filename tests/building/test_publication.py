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

NEWER = "Mới Khóa: release_id. / New Key: release_id."
RELEASES = "Bản công bố Khóa: release_id. / Releases Key: release_id."
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
        assert tables == [("core", "dim_release", RELEASES), ("marts", "index_score", None)]
        views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        assert views == [("core", "one_release")]  # the macro's own
        assert connection.execute("select release_id from core.one_release('r1')").fetchall() == [("r1",)]
        assert connection.execute("select release_id from core.dim_release limit 1").fetchone() == ("r0",)
        nullable = "select is_nullable, comment from duckdb_columns() where column_name = 'release_id' order by all"
        assert connection.execute(nullable).fetchone() == (False, "Mã của tỉnh's / Key")


def test_the_view_of_a_macro_asks_its_own_file_under_any_name(settings: Settings, tmp_path: Path) -> None:
    newer = Settings(warehouse=tmp_path / "newer")
    newer.warehouse.mkdir()
    build(newer, 5)
    with duckdb.connect() as connection:
        for name, one in (("earlier", settings), ("bây giờ", newer)):
            publication.publish(one, Stamp("f", "all"))
            connection.execute(f"attach '{one.published}' as \"{name}\" (read_only)")
        with pytest.raises(duckdb.Error, match="no variable wanted"):
            connection.execute('from "bây giờ".core.one_release')
        connection.execute("set variable wanted = 'r4'")
        for in_use in ("memory", "earlier", "bây giờ"):
            connection.execute(f'use "{in_use}"')
            assert connection.execute("select release_id from earlier.core.one_release").fetchall() == []
            assert connection.execute('select release_id from "bây giờ".core.one_release').fetchall() == [("r4",)]


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


FURTHER_MOMENTS = [pytest.param(moment, marks=pytest.mark.long) for moment in (0.02, 0.11, 0.17, 0.35)]


@pytest.mark.parametrize("moment", [0.05, 0.26, *FURTHER_MOMENTS])
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


def test_its_files_are_read_only_and_whole(settings: Settings) -> None:
    published = publication.publish(settings, Stamp("1", "all"))
    files = [path for path in published.folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o222 for path in files} == {0}
    assert publication.damage(settings) == []
    assert publication.damage(settings, thorough=True) == []


@pytest.mark.parametrize(
    "name", ["papi.duckdb", "parquet/marts.index_score.parquet", "datapackage.json", "whats_new.md"]
)
@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_file_that_was_changed_or_taken_is_named(settings: Settings, name: str, harm: str) -> None:
    folder = publication.publish(settings, Stamp("1", "all")).folder
    path = folder / name
    path.chmod(0o644)
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    assert [said.split()[0] for said in publication.damage(settings)] == [path.name]
    publication.publish(settings, Stamp("2", "all"))
    assert publication.damage(settings) == []


def test_a_change_that_keeps_size_and_time_is_found_by_its_hash(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"), "Một")
    path = settings.whats_new.resolve()
    before = path.stat()
    path.chmod(0o644)
    path.write_bytes(bytes(reversed(path.read_bytes())))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert publication.damage(settings) == []
    assert publication.damage(settings, thorough=True) == ["whats_new.md was changed"]


def test_a_datapackage_or_list_of_hashes_that_cannot_be_read_is_no_trace(settings: Settings) -> None:
    folder = publication.publish(settings, Stamp("1", "all", releases={"papi-2020-r1": {"year": "2020"}})).folder
    publication.publish(settings, Stamp("2", "all", releases={"papi-2020-r1": {"year": "2021"}}))
    for name in ("datapackage.json", "sums.json"):
        path = settings.current.resolve() / name
        path.chmod(0o644)
        path.write_text("{", "utf-8")
    assert publication.current(settings) is None
    assert publication.damage(settings) == ["the publication's list of hashes, sums.json, is missing or cannot be read"]
    assert publication.releases(settings) == {"papi-2020-r1": {"year": "2020"}}, folder


def test_a_file_in_the_place_of_the_link_is_put_aside(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"))
    settings.published.unlink()
    settings.published.write_bytes(b"theirs")
    assert publication.damage(settings) == ["papi.duckdb is no link to it"]
    publication.publish(settings, Stamp("2", "all"))
    assert publication.damage(settings) == []
    [aside] = settings.warehouse.glob("papi.duckdb.not-ours-*")
    assert aside.read_bytes() == b"theirs"


def test_a_table_of_the_same_rows_and_comments_takes_the_file_of_the_publication_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"marts.index_score": "a", "core.dim_release": "a"}
    publication.publish(settings, Stamp("1", "all", keys))
    name = "parquet/marts.index_score.parquet"
    first = settings.current.resolve() / name
    publication.publish(settings, Stamp("2", "all", keys | {"core.dim_release": "b"}))
    second = settings.current.resolve()
    assert (second / name).samefile(first)
    assert not (second / "parquet/core.dim_release.parquet").samefile(first.with_name("core.dim_release.parquet"))

    def no_links(*_: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    publication.publish(settings, Stamp("3", "all", keys))
    third = settings.current.resolve() / name
    assert not third.samefile(first)
    assert third.read_bytes() == first.read_bytes()
    third.chmod(0o644)
    third.write_bytes(b"broken")
    publication.publish(settings, Stamp("4", "all", keys))
    assert (settings.current.resolve() / name).read_bytes() == first.read_bytes()


def test_a_table_with_the_same_key_stays_and_any_other_is_written_anew(settings: Settings) -> None:
    keys = {"marts.index_score": "a", "core.dim_release": "a"}
    publication.publish(settings, Stamp("1", "all", keys=keys))
    with duckdb.connect(str(settings.build)) as connection:
        connection.execute(
            "comment on table core.dim_release is 'Mới / New'; create table core.dim_index as select 1 as a;"
            "drop macro table core.one_release; create macro core.two() as table select * from core.dim_release limit 2"
        )
    publication.publish(settings, Stamp("2", "all", keys=keys | {"core.dim_release": "b"}))
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        sql = "select table_name, comment from duckdb_tables() order by all"
        assert connection.execute(sql).fetchall() == [
            ("dim_index", None), ("dim_release", NEWER), ("index_score", None)
        ]  # fmt: skip
        assert connection.execute("select count(*) from core.two()").fetchone() == (2,)
        assert connection.execute("select column_name from duckdb_columns() where comment is not null").fetchall()
    with duckdb.connect(str(settings.build)) as connection:
        connection.execute("drop table core.dim_index")
    publication.publish(settings, Stamp("3", "all", keys=keys))
    assert counts(settings) == (3, 3, 3)
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        assert connection.execute(sql).fetchall() == [("dim_release", NEWER), ("index_score", None)]


def test_a_publication_carries_its_note(built: Built) -> None:
    assert (
        "papi-2018-r2, biết từ 26/11/2026, so với papi-2018-r1: không ô nào thay đổi"
        in built.settings.whats_new.read_text("utf-8")
    )
