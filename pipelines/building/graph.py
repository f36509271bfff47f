"""What a warehouse is made of: its nodes, its checks, and the inputs of now that decide each.

Belongs here: naming them, with a hash for each thing that could change them. Does not belong here: what was made, and
of what, see ledger.py.

A node is a landed source, a seed, a model (table macros are models too) or an analysis. A check is a rule of
expectations/ or a data test of dbt; unit tests judge code and belong to `make test`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

import duckdb

from pipelines.analysis import marts
from pipelines.building import dbt, office_tables, release_tables
from pipelines.clock import running_year
from pipelines.files import load_yaml, sha256_of
from pipelines.finding import shortened
from pipelines.kept import key_of
from pipelines.releases import landing
from pipelines.rules.judge import frame_sql
from pipelines.rules.suites import Outcome, Rule, Suite, UnreadableRules, blocks, read_suites
from pipelines.settings import ROOT, Settings

Parts = dict[str, str]  # a hash of each thing that decides, by its name as a person would call it
WITHOUT_EFFECT = ("meta", "tags", "group", "docs", "access")  # settings of dbt that change no row and no comment
SEVERITY = {"error": "critical", "warn": "warning"}  # dbt's word: ours
SHOWN = 3  # so many failing rows are told
MOST_OF_A_CELL = 60  # signs
MEANT = ("id", "expectation", "kwargs", "where", "query")  # what a rule asks; the rest is said about it


@dataclass(frozen=True)
class Node:
    """What makes ``tables`` (with their schema): ``parts`` and the rows of ``parents`` decide them.

    ``described`` is a hash of the comments that travel with them.
    """

    node_id: str
    tables: tuple[str, ...]
    parts: Parts
    parents: tuple[str, ...] = ()
    described: str = ""


@dataclass(frozen=True)
class Check:
    """A rule or test of ``table``, with the nodes whose rows it judges.

    ``rule`` and ``suite`` are None for a test of dbt.
    """

    check_id: str
    parts: Parts
    parents: tuple[str, ...]
    severity: str
    table: str
    remedy: str
    suite: Suite | None = None
    rule: Rule | None = None

    @property
    def name(self) -> str:
        if self.suite is None or self.rule is None:
            return f"dbt test {self.short_name}"
        return f"rule {self.rule.id} of {self.suite.table}"

    @property
    def short_name(self) -> str:
        """The rule, or dbt's name of the test."""
        return self.check_id.split(".")[2] if self.rule is None else self.rule.id

    @property
    def place(self) -> str:
        """Where a person finds it: the table, and the rule or dbt's name of the test."""
        return f"{self.table.replace('.', '/')} {self.name if self.rule is None else self.rule.id}"

    def told(self, outcome: Outcome) -> str:
        """An outcome that is no pass, with the first failing keys and cells and what to do about it.

        Of a warning, which will be read again and again, one row is told.
        """
        said = f"{outcome.outcome.replace('_', ' ')}: {outcome.observed}"
        first = [
            ", ".join(f"{name} {shortened(str(value), MOST_OF_A_CELL)}" for name, value in row.items())
            for row in outcome.failing[: SHOWN if self.blocks(outcome.outcome) else 1]
        ]
        return f"{said}; first: {'; '.join(first)}. {self.remedy}" if first else f"{said}. {self.remedy}"

    def blocks(self, outcome: str) -> bool:
        """Whether an outcome keeps tables from being published."""
        return blocks(self.severity, outcome)


@dataclass(frozen=True)
class Graph:
    """Every node, parents first, and every check."""

    nodes: dict[str, Node]
    checks: dict[str, Check]
    makes: dict[str, str] = field(init=False)  # the node of each table
    upstream: dict[str, list[str]] = field(init=False)  # each node with everything that it is made from

    def __post_init__(self) -> None:
        object.__setattr__(self, "makes", {t: node.node_id for node in self.nodes.values() for t in node.tables})
        above: dict[str, set[str]] = {}
        for node in self.nodes.values():
            above[node.node_id] = {node.node_id}.union(*(above[parent] for parent in node.parents))
        order = list(self.nodes)
        object.__setattr__(self, "upstream", {n: sorted(found, key=order.index) for n, found in above.items()})


def read(settings: Settings, manifest: Mapping[str, Any] | None = None) -> Graph:
    """The graph of the project and of raw/ as they are now. ``manifest`` is dbt's, where a caller holds one.

    Raises ``DbtFailed`` and ``UnreadableRules``.
    """
    if manifest is None:
        manifest = json.loads(dbt.ensure_manifest(settings).read_text(encoding="utf-8"))
    project = _Project(settings, manifest)
    landed = [
        Node("landing.release", _named("landing", release_tables.TABLES), release_tables.parts(settings)),
        *(
            Node(f"landing.{group}", _named("landing", tables), office_tables.parts(settings, group))
            for group, tables in office_tables.GROUPS.items()
        ),
    ]
    of_source = {table: node.node_id for node in landed for table in node.tables}
    of_source |= {f"marts.{table}": f"analysis.{one.name}" for one in marts.ANALYSES for table in one.tables}
    built = {
        unique_id: project.node(raw, of_source)
        for unique_id, raw in manifest["nodes"].items()
        if raw["resource_type"] in ("seed", "model")
    }
    makes = of_source | {table: node.node_id for node in built.values() for table in node.tables}
    analyses = {node.node_id: node for node in (_analysis(settings, one, makes) for one in marts.ANALYSES)}
    checks = {
        unique_id: Check(
            unique_id,
            project.parts(raw),
            project.parents(raw, of_source),
            SEVERITY[raw["config"]["severity"].lower()],
            built[raw["attached_node"]].tables[0],
            f"The test stands in dbt_project/{raw['original_file_path']}; `dbt test -s {raw['name']}` asks it again.",
        )
        for unique_id, raw in manifest["nodes"].items()
        if raw["resource_type"] == "test"
    }
    code = key_of("rules")
    for table, suite in read_suites(settings.expectations).items():
        if table != landing.TABLE and table not in makes:
            near = ", ".join(get_close_matches(table, makes, n=3)) or "none of a like name"
            raise UnreadableRules(f"expectations: a suite names {table}, which nothing makes; there is {near}")
        for rule in suite.rules if table != landing.TABLE else []:
            check_id = f"rule.{table}.{rule.id}"
            text = json.dumps([suite.key, rule.model_dump(include=set(MEANT))], sort_keys=True)
            parents = tuple(sorted({makes[name] for name in tables_of(frame_sql(suite, rule)) if name in makes}))
            parts = {"its text": _hash(text), "the judge": code}
            checks[check_id] = Check(check_id, parts, parents, rule.severity, table, rule.remedy, suite, rule)
    return Graph(_ordered({node.node_id: node for node in landed} | built | analyses), checks)


class _Project:
    """What dbt's manifest says of the project's own files."""

    def __init__(self, settings: Settings, manifest: Mapping[str, Any]) -> None:
        self.settings, self.manifest = settings, manifest
        self.macros = {
            name: macro for name, macro in manifest["macros"].items() if macro["package_name"] == "papi_warehouse"
        }
        config = load_yaml((settings.dbt_project / "dbt_project.yml").read_text(encoding="utf-8"), with_anchors=True)
        self.variables = {name: str(value) for name, value in (config.get("vars") or {}).items()}
        naming = [macro["macro_sql"] for macro in self.macros.values() if macro["name"].startswith("generate_")]
        self.common = {
            "the libraries": key_of(None, [ROOT / "requirements.lock"]),
            "profiles.yml": sha256_of(settings.dbt_project / "profiles.yml"),
            "how tables are named": _hash(*sorted(naming)),
        }

    def node(self, raw: Mapping[str, Any], of_source: Mapping[str, str]) -> Node:
        described = ""
        if any(raw["config"].get("persist_docs", {}).values()):
            described = _hash(raw["description"], *(f"{n} {c['description']}" for n, c in raw["columns"].items()))
        tables = (f"{raw['schema']}.{raw['alias']}",)
        return Node(raw["unique_id"], tables, self.parts(raw), self.parents(raw, of_source), described)

    def parts(self, raw: Mapping[str, Any]) -> Parts:
        """Text, settings, contract, macros and variables of a node of dbt; for a seed its lines."""
        columns = [(c["name"], c["data_type"], c["constraints"]) for c in raw["columns"].values()]
        config = {name: value for name, value in raw["config"].items() if name not in WITHOUT_EFFECT}
        asked = [config, raw.get("test_metadata"), raw.get("column_name")]
        parts = {
            "its text": _hash(raw["raw_code"]),
            "its settings": _hash(json.dumps(asked, sort_keys=True)),
            "its columns": _hash(json.dumps([columns, raw.get("constraints")], sort_keys=True)),
            **self.common,
        }
        if raw["resource_type"] == "seed":
            parts["its lines"] = sha256_of(self.settings.dbt_project / raw["original_file_path"])
        texts = [raw["raw_code"], json.dumps(raw["config"])]
        for name in sorted(self._called(raw["depends_on"]["macros"])):
            texts.append(self.macros[name]["macro_sql"])
            parts[f"macro {self.macros[name]['name']}"] = _hash(texts[-1])
        for name, value in self.variables.items():
            if any(name in text for text in texts):
                parts[f"variable {name}"] = _hash(value)
        return parts

    def parents(self, raw: Mapping[str, Any], of_source: Mapping[str, str]) -> tuple[str, ...]:
        found = set()
        for name in raw["depends_on"].get("nodes", []):
            source = self.manifest["sources"].get(name)
            found.add(of_source[f"{source['schema']}.{source['name']}"] if source else name)
        return tuple(sorted(found))

    def _called(self, names: Iterable[str]) -> set[str]:
        """Macros of the project among these, with those that they call."""
        own = [name for name in names if name in self.macros]
        return set(own).union(*(self._called(self.macros[name]["depends_on"]["macros"]) for name in own))


def _analysis(settings: Settings, analysis: marts.Analysis, makes: Mapping[str, str]) -> Node:
    described = marts.described(settings)
    own = [described[table] for table in analysis.tables]
    shape = [[(c["name"], c["data_type"], c.get("constraints")) for c in table["columns"]] for table in own]
    read_from = {makes[name] for sql in analysis.inputs for name in tables_of(sql)}
    columns = _hash(json.dumps([shape, *(table["config"] for table in own)]))
    parts = {"the code of the analyses": key_of("analysis"), "its columns": columns}
    if analysis.is_of_the_year:
        parts["the running year"] = str(running_year(settings))
    words = [table["description"] for table in own] + [c["description"] for table in own for c in table["columns"]]
    tables = _named("marts", analysis.tables)
    return Node(f"analysis.{analysis.name}", tables, parts, tuple(sorted(read_from)), _hash(*words))


@cache
def tables_of(sql: str) -> frozenset[str]:
    """The tables, with their schema, that a query reads. DuckDB parses it; no table has to be there.

    Raises ``ValueError`` where it is no query.
    """
    [(parsed,)] = _parser().execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(parsed)
    if tree["error"]:
        raise ValueError(f"{tree['error_message']}: {sql}")
    return frozenset(_base_tables(tree))


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _base_tables(tree: Any) -> Iterable[str]:
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE" and tree["schema_name"]:
            yield f"{tree['schema_name']}.{tree['table_name']}"
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _base_tables(part)


def _ordered(nodes: Mapping[str, Node]) -> dict[str, Node]:
    ordered: dict[str, Node] = {}

    def place(node_id: str) -> None:
        for parent in nodes[node_id].parents:
            if parent not in ordered:
                place(parent)
        ordered.setdefault(node_id, nodes[node_id])

    for node_id in nodes:
        place(node_id)
    return ordered


def _named(schema: str, tables: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{schema}.{table}" for table in tables)


def _hash(*texts: str) -> str:
    return key_of(None, (), *texts)
