"""What can happen to quilterd itself."""
import contextlib
import socket

import disasters
import parts
import traffic as sending
from scenario import scenario


@scenario("daemon-killed")
def killed(run):
    """kill -9 of quilterd at random points under load from Postfix, restarted at once"""
    with run.world() as world:
        with world.traffic(run.pick(600, 12_000), rate=run.pick(120, 80)) as traffic:
            for _ in traffic.points(run.pick(15, 200)):
                disasters.killed(world, traffic.chance)
        world.settle(traffic, allow=("torn",))  # a file that was being written: its client was told nothing


@scenario("daemon-killed-spooling")
def killed_spooling(run):
    """kill -9 of quilterd while it spools and replays: PostgreSQL goes and comes meanwhile, also while it starts"""
    with run.world() as world:
        with world.traffic(run.pick(600, 6_000), rate=run.pick(120, 80)) as traffic:
            for place, _ in enumerate(traffic.points(run.pick(12, 120))):
                if place % 4 == 0:
                    world.postgres.stop(immediate=True)
                disasters.killed(world, traffic.chance)
                if place % 4 == 2:
                    world.postgres.start()
        world.settle(traffic, allow=("torn",))


@scenario("daemon-stopped")
def stopped(run):
    """SIGTERM during traffic, restarted: what is in flight ends committed, spooled or tempfailed"""
    with run.world() as world:
        with world.traffic(run.pick(600, 6_000), rate=run.pick(120, 80)) as traffic:
            for _ in traffic.points(run.pick(10, 60)):
                disasters.stopped(world, traffic.chance)
        world.settle(traffic)


@scenario("socket-activation")
def activation(run):
    """The socket is held by another, as systemd does: restarts of quilterd, also by kill -9, refuse no connection"""
    with parts.scratch() as folder, listening(folder / "socket") as held:
        # exec with it as descriptor 3, where systemd puts it
        prefix = ["bash", "-c", f'exec "$@" 3<&{held.fileno()}', "bash"]
        clients = [sending.Milter(folder / "socket") for _ in range(8)]
        with run.world(settings={"milter.listen": "fd:3"}, by_postfix=False, prefix=prefix,
                       descriptors=(held.fileno(),)) as world:
            with world.traffic(run.pick(600, 6_000), rate=run.pick(120, 80), clients=clients) as traffic:
                for restart, _ in enumerate(traffic.points(run.pick(10, 60))):
                    (disasters.killed if restart % 3 == 2 else disasters.stopped)(world, traffic.chance)
            refused = sum(client.refused for client in clients)
            print(f"{refused} of {sum(client.connects for client in clients)} connections refused")
            world.settle(traffic, allow=("torn",))
            if refused:
                raise parts.Failure(f"{refused} connections were refused")


@contextlib.contextmanager
def listening(path):
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(path))
        held.listen(128)
        yield held
