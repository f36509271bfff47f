"""Table macros of a build, taken over into a publication.

Belongs here: macros, and the views of their names. Does not belong here: any table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.published import SCHEMAS

if TYPE_CHECKING:
    import duckdb


def copy(connection: duckdb.DuckDBPyConnection) -> None:
    """Table macros, and for one with a parameter a view of its name that takes it from a variable of that name.

    A macro asks the tables of whichever database is in use; a view, those of the file that it stands in, under any name
    that the file was attached by (DuckDB 1.2 and newer).
    """
    sql = (
        "select database_name, schema_name, function_name, parameters, macro_definition, comment "
        "from duckdb_functions() where function_type = 'table_macro' and list_contains(?, schema_name)"
    )
    found = connection.execute(sql, [list(SCHEMAS)]).fetchall()
    for database, schema, macro, *_ in found:
        if database == "papi":
            connection.execute(f"drop macro table {schema}.{macro}; drop view if exists {schema}.{macro}")
    for database, schema, macro, parameters, definition, comment in found:
        if database == "build":
            connection.execute(f"create macro {schema}.{macro}({', '.join(parameters)}) as table {definition}")
            connection.execute(f"comment on macro table {schema}.{macro} is {quoted(comment)}")
            if len(parameters) == 1:
                connection.execute(f"create view {schema}.{macro} as {_from_variable(definition, parameters[0])}")
                connection.execute(f"comment on view {schema}.{macro} is {quoted(comment)}")


def _from_variable(definition: str, parameter: str) -> str:
    """A macro's query that takes its parameter from the variable of that name, and refuses where there is none."""
    missing = quoted(f"Chưa có biến / no variable {parameter}: SET VARIABLE {parameter} = '...'")
    value = f"coalesce(getvariable({quoted(parameter)})::varchar, error({missing})::varchar)"
    return re.sub(rf"(?<![.\w]){parameter}(?!\w)", lambda _: value, definition)


def quoted(text: object) -> str:
    """A literal where DuckDB takes no bound value: file names and comments."""
    if text is None:
        return "null"
    return "'" + str(text).replace("'", "''") + "'"
