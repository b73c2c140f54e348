"""What the operator chose, and what the database says for good."""
import parts
from parts import Failure
from scenario import scenario
from scenarios.disk import Seeds, check_refusal
from scenarios.network import networked


@scenario("start-without-database")
def start_without(run):
    """A first start says what to do; one that knows its projects takes mail; a schema that is not ours is refused"""
    with networked(run) as (world, proxy):
        first = parts.Daemon(world.folder / "first", proxy.connection())
        with proxy.switched("refuse"):
            first.configure()
            first.launch()
            check_refusal(first, "needs the database")
            status = world.daemon.restart()
            with world.traffic(run.pick(100, 1000)) as traffic:
                pass
            spooled = len(world.daemon.spooled())
            print(f"ended with {status}, started with the database away: {spooled} mails spooled", flush=True)
            if status != 0 or spooled == 0:
                raise Failure("mail was to be spooled")
        world.settle(traffic)
        world.postgres.sql("CREATE DATABASE empty OWNER quilter_owner", database="postgres")
        elsewhere = proxy.connection().replace("dbname=quilter", "dbname=empty")
        unmigrated = parts.Daemon(world.folder / "unmigrated", elsewhere)
        unmigrated.configure()
        unmigrated.launch()
        check_refusal(unmigrated, "migrate")


@scenario("tempfail-policy")
def tempfail(run):
    """on_failure = "tempfail": 451 at once while the database is away, the spool stays empty"""
    with networked(run) as (world, proxy):
        world.daemon.settings["spool.on_failure"] = "tempfail"
        world.daemon.restart()
        with world.traffic(run.pick(200, 1000), untracked=0) as traffic:
            next(iter(traffic.points(1)))
            with proxy.switched("refuse"):
                begin = world.daemon.log_size()
                parts.wait_until(lambda: world.daemon.log(begin).count("status=try-later") >= 200,
                                 "many are answered 451", 20)
                if world.daemon.spooled() or "status=spooled" in world.daemon.log():
                    raise Failure("mail was spooled")
        world.settle(traffic)


@scenario("data-refused")
def refused(run):
    """What the database refuses for good is taken, set aside with its reason, and comes in by `quilter spool retry`"""
    with networked(run) as (world, _):
        traffic = Seeds(run).traffic(world, run.pick(100, 1000))
        names = sorted(traffic.records)[:3]
        listed = ", ".join(f"'{name}'" for name in names)
        world.postgres.sql(f"ALTER TABLE message ADD CONSTRAINT unloved CHECK (message_id NOT IN ({listed}))")
        with traffic:
            pass
        check_set_aside(world, names)
        world.postgres.sql("ALTER TABLE message DROP CONSTRAINT unloved")
        tool = (parts.program("quilter"), "--config", world.daemon.config, "spool")
        print(parts.run(*tool, "list"), parts.run(*tool, "retry", "--all"), flush=True)
        world.settle(traffic)


def check_set_aside(world, names):
    parts.wait_until(lambda: world.daemon.log().count("status=set-aside") >= len(names), "they are set aside")
    files = [name for name in world.daemon.spooled("failed") if not name.endswith(".why")]
    lines = [line for line in world.daemon.log().splitlines() if "status=set-aside" in line]
    print("\n".join(line.partition("status=")[2] for line in lines[:1]), flush=True)
    if len(files) != len(names) or len(lines) != len(names) or not all("unloved" in line for line in lines):
        raise Failure(f"{len(names)} were to be set aside, failed/ holds {files}, the log says\n" + "\n".join(lines))
