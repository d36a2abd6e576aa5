"""A star as files: a Parquet or CSV file for each table, or one SQLite database of all."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, Literal, TypeAlias, get_args

import polars as pl

from ehcp_flow.bulk.deadline_csv import disarmed_column
from ehcp_flow.bulk.star import KEYS, STAR
from ehcp_flow.outputs import Kind, Output, header_of

__all__ = ["FORMATS", "NAMES", "StarFormat", "write_tables"]

StarFormat: TypeAlias = Literal["parquet", "csv", "sqlite"]
FORMATS: Final[tuple[StarFormat, ...]] = get_args(StarFormat)
_DATABASE: Final = "ehcp_flow.sqlite"
NAMES: Final = (_DATABASE, *(f"{name}.{form}" for name in STAR for form in FORMATS if form != "sqlite"))
"""What the files are called that may be written."""
_OURS: Final = 0x45484350
"""What SQLite keeps as the `application_id` of a database that was written here."""
_ID_AT: Final = 68
_TYPES: Final[Mapping[Any, str]] = {pl.Int32: "INTEGER", pl.Int64: "INTEGER", pl.Boolean: "INTEGER", pl.Float64: "REAL"}


def write_tables(
    tables: Mapping[str, pl.DataFrame], directory: Path, form: StarFormat, *, raw: bool = False
) -> list[Path]:
    """Write tables into a directory, which is made where there is none, and return the files.

    A file of the same table that was written here is replaced, and nothing else (OutputError). In CSV a text that a
    spreadsheet would take for a formula gets an apostrophe before it, unless it is to be `raw`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if form == "sqlite":
        outputs = [Output(directory / _DATABASE, Kind("a database of these tables", _DATABASE, _is_ours))]
        with outputs[0].open() as file:
            _database(tables, file)
    else:
        outputs = [Output(directory / f"{name}.{form}", _kind(name, frame, form)) for name, frame in tables.items()]
        for output, frame in zip(outputs, tables.values(), strict=True):
            with output.open() as file:
                if form == "csv":
                    _csv(frame, file, raw=raw)
                else:
                    frame.write_parquet(file)
    return [Path(output.path) for output in outputs]


def _kind(name: str, frame: pl.DataFrame, form: str) -> Kind:
    """Return how a file of a table is known again: by its columns."""

    def is_ours(file: BinaryIO) -> bool:
        if form == "csv":
            return header_of(file)[:2] == frame.columns[:2]
        try:
            return list(pl.read_parquet_schema(file))[:2] == frame.columns[:2]
        except pl.exceptions.PolarsError:
            return False

    return Kind(f"the table {name}", f"{name}.{form}", is_ours)


def _is_ours(file: BinaryIO) -> bool:
    file.seek(_ID_AT)
    return file.read(4) == _OURS.to_bytes(4)


def _csv(frame: pl.DataFrame, file: BinaryIO, *, raw: bool) -> None:
    if not raw:
        frame = frame.with_columns(
            disarmed_column(pl.col(name)) for name, kind in frame.schema.items() if kind == pl.String
        )
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(frame.columns)
    rows.writerows(frame.with_columns(pl.all().cast(pl.String)).fill_null("").iter_rows())
    file.write(text.getvalue().encode())


def _database(tables: Mapping[str, pl.DataFrame], file: BinaryIO) -> None:
    """Write one SQLite database: days are ISO text, truth is 0 or 1, and what a row is known by is its primary key."""
    with TemporaryDirectory() as beside:
        path = Path(beside) / _DATABASE
        database = sqlite3.connect(path)
        try:
            database.execute(f"PRAGMA application_id = {_OURS}")
            for name, frame in tables.items():
                columns = ", ".join(
                    f'"{column}" {_TYPES.get(kind, "TEXT")}' + (" PRIMARY KEY" if KEYS.get(name) == column else "")
                    for column, kind in frame.schema.items()
                )
                database.execute(f'CREATE TABLE "{name}" ({columns})')
                plain = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
                places = ", ".join("?" * frame.width)
                database.executemany(f'INSERT INTO "{name}" VALUES ({places})', plain.iter_rows())  # noqa: S608 - the names are ours
                if KEYS.get(name) != "case_id" and "case_id" in frame.columns:
                    database.execute(f'CREATE INDEX "{name}_case" ON "{name}" (case_id)')
            database.commit()
        finally:
            database.close()
        with path.open("rb") as made:
            copyfileobj(made, file)
