"""The tables of the log, as steps from one version to the next."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x466F434C  # "FoCL"
"""Marks a SQLite file as a training log of formcheck."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sets (
            id INTEGER PRIMARY KEY,
            clip TEXT NOT NULL,
            at TEXT NOT NULL,
            lifter TEXT NOT NULL,
            exercise TEXT NOT NULL,
            side TEXT NOT NULL,
            load_kg REAL,
            bilateral_load_kg REAL,
            score REAL,
            coverage REAL NOT NULL,
            view TEXT NOT NULL,
            near INTEGER,
            profile TEXT NOT NULL,
            version TEXT NOT NULL,
            source TEXT NOT NULL,
            origin TEXT NOT NULL,
            start_s REAL NOT NULL,
            UNIQUE (clip, lifter, start_s)
        )""",
        """CREATE TABLE reps (
            set_id INTEGER NOT NULL REFERENCES sets (id) ON DELETE CASCADE,
            rep INTEGER NOT NULL,
            partial INTEGER NOT NULL,
            score REAL,
            coverage REAL NOT NULL,
            up_s REAL NOT NULL,
            hold_s REAL NOT NULL,
            down_s REAL NOT NULL,
            time_uncertainty_s REAL,
            range REAL,
            range_uncertainty REAL,
            range_unit TEXT,
            PRIMARY KEY (set_id, rep)
        )""",
        """CREATE TABLE verdicts (
            set_id INTEGER NOT NULL,
            rep INTEGER NOT NULL,
            rule TEXT NOT NULL,
            fault TEXT NOT NULL,
            status TEXT NOT NULL,
            value REAL,
            uncertainty REAL,
            unit TEXT NOT NULL,
            warn REAL NOT NULL,
            fault_limit REAL,
            safety INTEGER NOT NULL,
            PRIMARY KEY (set_id, rep, rule),
            FOREIGN KEY (set_id, rep) REFERENCES reps (set_id, rep) ON DELETE CASCADE
        )""",
        "CREATE INDEX sets_by_time ON sets (lifter, at)",
    ),
    # 2: the same recording as a clip and as its recorded track is one set: known by its landmarks as well.
    (
        "ALTER TABLE sets ADD COLUMN landmarks TEXT",
        "CREATE INDEX sets_by_landmarks ON sets (landmarks)",
    ),
)
"""Step `i` leads from version `i` to `i + 1`. Steps that were released are never changed, only followed."""
VERSION = len(STEPS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the tables; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to this version, in one transaction: all of it or nothing.

    Args:
        connection: In autocommit mode; another process may have migrated in between, so the version is read
            again once the file is locked.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version_of(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
