"""Case 7: what a message costs as the database grows."""
import contextlib

from ground import run

from .figures import Goal, Row, alternate

CONNECTIONS = 4
KEPT = ("project", "person")  # shared by all copies
ROW_IDS = ("id", "message_row", "series_id", "neighbourhood_id", "parent_row", "supersedes_id", "merged_into_id",
           "anchor_row")

# What a column of a copy is; k.n numbers the copies. A key is a hash of 64 bits: one made of it is as good as another.
CHANGED = {"message_id": "message_id || '.' || k.n", "raw": "substring(raw for 200)",
           "key": "key # hashtextextended('copy ' || k.n, 0)"}

COLUMNS = """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)
             WHERE columns.table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position"""
SPAN = """SELECT max(last_value) FROM pg_sequences WHERE schemaname = 'public'"""
SEQUENCES = """SELECT setval(format('%I.%I', schemaname, sequencename), {last}) FROM pg_sequences
               WHERE schemaname = 'public' AND last_value IS NOT NULL"""


def tables(world, database):
    """{table: its columns} of those that have a row a message, or so."""
    found = {}
    for line in world.postgres.sql(COLUMNS, database=database).splitlines():
        table, column = line.split("|")
        found.setdefault(table, []).append(column)
    return {table: columns for table, columns in found.items() if table not in KEPT and set(columns) & set(ROW_IDS)}


def copy_of(table, columns, span, copies):
    values = [f"{column} + k.n * {span}" if column in ROW_IDS else CHANGED.get(column, column) for column in columns]
    return (f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE "
            f"SELECT {', '.join(values)} FROM {table}, generate_series(1, {copies}) k(n)")


def fill(world, subject, database, count):
    """So many messages: some that were imported, and their rows again under other ids and keys."""
    box = world.folder / "seed-box"
    base = min(count, world.plan.imported)
    run(world.ours.driver("bench_drive"), f"mbox:{box}", "--mails", base, "--seed", world.plan.seed + 1)
    connection = world.postgres.connection("quilter_ingest", database)
    run(subject.program("quilter"), "--database", connection, "import", "--quiet", box, limit=7200)
    box.unlink()
    copies, span = count // base - 1, int(world.postgres.sql(SPAN, database=database)) + 1
    statements = [copy_of(table, columns, span, copies) for table, columns in tables(world, database).items()]
    script = "; ".join(["SET session_replication_role = replica", *statements, SEQUENCES.format(last=span * (copies + 1))])
    world.postgres.sql(script, database=database, limit=7200)
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
    empty, *sizes = [{name: [one["cost"] for one in ones] for name, ones in sides.items()} for _, sides in world.growth]
    for count, costs in zip(world.plan.grown, sizes):
        ours, *other = (costs[subject.name] for subject in world.subjects)
        yield Row("7", f"a message where {count:,} are, {CONNECTIONS} connections", "ms", ours, "at 0", empty[world.ours.name],
                  Goal("≤", 1.3), other=sum(other, []))
