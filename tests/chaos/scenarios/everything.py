"""All of it at once."""
import time

import disasters
import parts
from scenario import scenario

AT_RANDOM = (disasters.killed, disasters.killed, disasters.stopped, disasters.restarted, disasters.terminated,
             disasters.terminated, disasters.frozen, disasters.crowded, disasters.read_only, disasters.disk_full,
             disasters.pooler_restarted)


@scenario("everything")
def everything(run):
    """A minute (whole: ten, and 24,000 messages) of all that can happen, at random, under load from Postfix"""
    seconds, count = run.pick(30, 600), run.pick(900, 24_000)
    with run.world(pooled=True, database={"max_connections": 20}) as world, disasters.small_tablespace(world):
        happened = {}
        with world.traffic(count, rate=count / seconds) as traffic:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                disaster = run.chance.choice(AT_RANDOM)
                disaster(world, run.chance)
                happened[disaster.__name__] = happened.get(disaster.__name__, 0) + 1
                traffic.raise_problem()
                time.sleep(run.chance.uniform(0, 2.5))
            if traffic.accepted() < count // 4:
                raise parts.Failure(f"only {traffic.accepted()} mails were accepted meanwhile")
        print(", ".join(f"{name} {number}" for name, number in sorted(happened.items())))
        world.settle(traffic, allow=("torn",))
