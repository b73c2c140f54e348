"""Case 7: what a message costs as the database grows."""
import contextlib

from ground import run

from .figures import Goal, Row, alternate

CONNECTIONS = 4
WANTED = 5_000_000  # the goal is for so many
KEPT = ("project", "person", "automation")  # shared by all copies
ROW_IDS = ("id", "message_row", "series_id", "neighbourhood_id", "parent_row", "supersedes_id", "merged_into_id",
           "anchor_row")

# What a column of a copy is; `nth` numbers the copies. A key is a hash of 64 bits: one made of it is as good as another.
CHANGED = {"message_id": "message_id || '.' || nth", "ancestors": "ARRAY(SELECT a || '.' || nth FROM unnest(ancestors) a)",
           "date": "date + nth * interval '30 days'", "raw": "substring(raw for 200)", "transaction": "pg_current_xact_id()",
           "key": "key # hashtextextended('copy ' || nth, 0)", "content_sha256": "sha256(content_sha256 || int4send(nth))",
           "diff_sha256": "sha256(diff_sha256 || int4send(nth))", "patch_id": "substring(sha256(patch_id || int4send(nth)) for 20)"}

COLUMNS = """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)
             WHERE columns.table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"""
SPAN = """SELECT max(last_value) FROM pg_sequences WHERE schemaname = 'public'"""
SEQUENCES = """SELECT setval(format('%I.%I', schemaname, sequencename), {last}) FROM pg_sequences
               WHERE schemaname = 'public' AND last_value IS NOT NULL"""
COPIES = "DO $$ BEGIN FOR nth IN 1..{copies} LOOP {copy}; END LOOP; END $$"


def tables(world, database):
    """{table: its columns} of those that have a row a message, or so."""
    found = {}
    for line in world.postgres.sql(COLUMNS, database=database).splitlines():
        table, column = line.split("|")
        found.setdefault(table, []).append(column)
    return {table: columns for table, columns in found.items() if table not in KEPT and set(columns) & set(ROW_IDS)}


def copy_of(table, columns, span):
    values = [f"{column} + nth * {span}" if column in ROW_IDS else CHANGED.get(column, column) for column in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)} FROM base_{table}"


def imported(world, subject, database, count):
    box = world.folder / "seed-box"
    run(world.ours.driver("bench_drive"), f"mbox:{box}", "--mails", count, "--seed", world.plan.seed + 1)
    connection = world.postgres.connection("quilter_ingest", database)
    run(subject.program("quilter"), "--database", connection, "import", "--quiet", box, limit=7200)
    box.unlink()


def fill(world, subject, database, count):
    """So many messages: some that were imported, and their rows again under other ids and keys, copy after copy, so that they
    lie on the disk in the order in which mail comes."""
    print(f"   filling a database with {count:,} messages", flush=True)
    base = min(count, world.plan.imported)
    imported(world, subject, database, base)
    copies, span = count // base - 1, int(world.postgres.sql(SPAN, database=database)) + 1
    found = tables(world, database)
    script = ["SET session_replication_role = replica",  # no trigger looks at each foreign key
              *(f"CREATE TEMPORARY TABLE base_{table} AS TABLE {table}" for table in found),
              COPIES.format(copies=copies, copy="; ".join(copy_of(table, columns, span) for table, columns in found.items())),
              SEQUENCES.format(last=span * (copies + 1))]
    world.postgres.sql("; ".join(script), database=database, limit=7200)
    world.postgres.sql("VACUUM ANALYZE", database=database, limit=7200)
    world.postgres.sql("CHECKPOINT", limit=7200)  # not while something is measured


@contextlib.contextmanager
def grown(world, subject, count):
    name = f"grown_{world.number(subject)}_{count}"
    with world.new_daemon(subject, name) as daemon:
        if count > 0:
            fill(world, subject, name, count)
        world.through(daemon, CONNECTIONS)  # plans and caches are made
        yield daemon


def measured(world, daemon):
    found = world.through(daemon, CONNECTIONS)
    return {**found, "cost": 1000 / found["rate"]}


def rows_at(world, found, count):
    """Wall clock, which has the goal, and CPU time."""
    where = f"a message where {count:,} are, by {CONNECTIONS}"
    for key, what, goal in (("cost", where, Goal("≤", 1.3)), ("cpu", f"{where}: CPU", None)):
        empty, ours = ([one[key] for one in found[size, world.ours.name]] for size in (0, count))
        other = [one[key] for subject in world.subjects[1:] for one in found[count, subject.name]]
        yield Row("7", what, "ms", ours, "where none is", empty, goal, sense="≤", shortened=count < WANTED, other=other)


def growth(world):
    """Tracked mail into a database that holds so many messages, beside an empty one."""
    with contextlib.ExitStack() as stack:
        sides = {}
        for count in (0, *world.plan.grown):
            for subject in world.subjects:
                daemon = stack.enter_context(grown(world, subject, count))
                sides[count, subject.name] = lambda daemon=daemon: measured(world, daemon)
        found = alternate(world.plan.rounds, sides)
    for count in (0, *world.plan.grown):
        world.growth.append((count, {subject.name: found[count, subject.name] for subject in world.subjects}))
    for count in world.plan.grown:
        yield from rows_at(world, found, count)
