"""What a scenario is given: its numbers, a world to disturb, traffic through it, and the account at the end."""
import contextlib
import random

import account
import mails
import parts
import traffic

SCENARIOS = {}  # name → function


def scenario(name):
    """Registers a function of one Run; its docstring says what happens."""
    def register(function):
        SCENARIOS[name] = function
        return function
    return register


class World:
    """One PostgreSQL, one daemon, one Postfix before it; any of them can be None or replaced by the scenario."""

    def __init__(self, run, folder):
        self.run = run
        self.folder = folder
        self.postgres = self.bouncer = self.daemon = self.postfix = None

    def clients(self, count=8):
        """Of Postfix where there is one, else of the daemon's own socket."""
        if self.postfix:
            return [traffic.Smtp(self.postfix.port) for _ in range(count)]
        return [traffic.Milter(self.daemon.folder / "socket") for _ in range(count)]

    def traffic(self, count, clients=8, untracked=0.2, rate=None, limit=None, mail_seed=None):
        """Of `count` mails, in an order of the run's seed. clients: their number, or they themselves."""
        seed = self.run.seed
        order = mails.in_order_of_arrival(mails.make(count, mail_seed or seed, untracked), seed)
        clients = self.clients(clients) if isinstance(clients, int) else clients
        return traffic.Traffic(order, clients, seed, rate, limit or self.run.pick(100, 900), self.check)

    def check(self):
        """A daemon that ended by itself is a failure."""
        process = self.daemon and self.daemon.process
        if process and process.poll() is not None:
            raise parts.Failure(f"quilterd ended by itself, with {process.returncode}")

    def settle(self, *traffics, allow=(), postgres=None):
        account.settle(postgres or self.postgres, [self.daemon], traffics, self.run.seed, allow)


class Run:
    def __init__(self, name, seed=1, whole=False, keep=False):
        self.name, self.seed, self.whole, self.keep = name, seed, whole, keep
        self.chance = random.Random(f"{name} {seed}")

    def pick(self, cut, whole):
        return whole if self.whole else cut

    @contextlib.contextmanager
    def world(self, settings=None, database=None, by_postfix=True, pooled=False, tcp=False, **daemon):
        """Started and stopped. settings: of quilterd ("database.deadline": "2s"); database: of postgresql.conf.

        by_postfix: or the clients speak to the daemon themselves. pooled: by PgBouncer. tcp: not by the unix socket.
        daemon: more for parts.Daemon.
        """
        with contextlib.ExitStack() as stack:
            world = World(self, stack.enter_context(parts.scratch(self.keep, on_disk=self.whole)))
            port = parts.free_port() if tcp else None
            world.postgres = stack.enter_context(parts.Postgres(world.folder / "pg", database, port))
            world.postgres.prepare()
            connection = world.postgres.connection(tcp=tcp)
            if pooled:
                world.bouncer = stack.enter_context(parts.PgBouncer(world.folder / "pgbouncer", world.postgres))
                connection = world.bouncer.connection()
            stack.enter_context(told(world))
            world.daemon = stack.enter_context(parts.Daemon(world.folder / "quilterd", connection, settings, **daemon))
            if by_postfix:
                milters = {parts.free_port(): world.daemon.address}
                world.postfix = stack.enter_context(parts.Postfix(world.folder / "postfix", milters))
            yield world


@contextlib.contextmanager
def told(world):
    """A failure shows the end of the daemon's log, without what went well."""
    try:
        yield
    except Exception:
        if world.daemon:
            well = ("status=stored", "status=already-stored")
            lines = [line for line in world.daemon.log().splitlines()
                     if not line.endswith(well) and ": configuration " not in line]
            print("the end of quilterd's log:\n" + "\n".join(line[:300] for line in lines[-15:]))
        raise
