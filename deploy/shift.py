"""Blue and green: the new listener beside the old one, a little traffic first, then all of it."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.cloud import Cloud
from deploy.errors import CanaryFailed, RollFailed
from deploy.stack import COLOURS, LISTENER
from deploy.wait import until

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shifted:
    """All traffic is with `to`. The listeners of `back` still run, so that it can be undone."""

    cloud: Cloud
    to: str
    back: str

    def undo(self) -> None:
        """Send everybody back, and stop what was new."""
        self.cloud.share(self.back, 100)
        self.cloud.empty(LISTENER, colour=self.to)

    def finish(self) -> None:
        """Stop the old listeners."""
        self.cloud.empty(LISTENER, colour=self.back)


def shift(cloud: Cloud, definition: str, say: Say) -> Shifted:
    """Bring a new listener up in the colour that has no traffic, and send people there.

    However it is cut short, all traffic goes back to the old listener, and the new one is stopped.

    Raises:
        CanaryFailed: the new one does not come up, loses its health, or an alarm rings.
        WrongStack: the balancer's rule, or an alarm, is not as the stack has it.
    """
    weights = cloud.weights()
    old = max(COLOURS, key=lambda colour: weights[colour])
    new = next(colour for colour in COLOURS if colour != old)
    shifted = Shifted(cloud, to=new, back=old)
    traffic = cloud.stack.traffic
    try:
        cloud.share(old, 100)  # a run that was killed may have left a share with the other
        _come_up(cloud, new, definition)
        say(f"{new}: healthy; {traffic.canary_percent} % of the traffic goes there")
        cloud.share(new, traffic.canary_percent)
        _watch(cloud, new, traffic.canary_seconds)
        say(f"{new}: all of the traffic goes there")
        cloud.share(new, 100)
        _watch(cloud, new, traffic.bake_seconds)
    except BaseException:
        say(f"{old}: all of the traffic goes back there")
        shifted.undo()
        raise
    return shifted


def _come_up(cloud: Cloud, colour: str, definition: str) -> None:
    count = cloud.stack.parts[LISTENER].count
    cloud.point(LISTENER, definition, count=count, colour=colour)
    try:
        cloud.settle(LISTENER, definition, colour=colour)
    except RollFailed as error:
        raise CanaryFailed(str(error)) from error
    is_healthy = until(
        lambda: cloud.healthy_count(colour) >= count,
        seconds=cloud.stack.patience_seconds,
        every=cloud.stack.poll_seconds,
    )
    if not is_healthy:
        raise CanaryFailed(f"the balancer does not find the {colour} listeners healthy.")


def _watch(cloud: Cloud, colour: str, seconds: float) -> None:
    """Look on for so long.

    Raises:
        CanaryFailed: an alarm rings, or a listener is no longer healthy.
    """
    trouble: list[str] = []

    def is_in_trouble() -> bool:
        trouble.extend(f"the alarm {name} rings" for name in cloud.ringing())
        if cloud.healthy_count(colour) < cloud.stack.parts[LISTENER].count:
            trouble.append(f"a {colour} listener is not healthy any more")
        return bool(trouble)

    if until(is_in_trouble, seconds=seconds, every=cloud.stack.poll_seconds):
        raise CanaryFailed(f"{'; '.join(trouble)}.")
