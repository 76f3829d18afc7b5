"""One deployment, in the order that lets two versions live side by side (decision 17)."""

from deploy.cloud import Cloud
from deploy.errors import WrongStack
from deploy.shift import Say, shift
from deploy.stack import LISTENER, ONCE, ROLLED


def ship(cloud: Cloud, image: str, say: Say) -> None:
    """Bring a version in use, or leave the one before in use.

    The database is migrated first, so that the old version must run on the new schema. Listeners
    come before workers: a job of a kind that an old worker does not know waits for a new one.

    Raises:
        WrongStack: an alarm rings already, or something at AWS is not as the stack has it.
        MigrationFailed: nothing was touched but the database, and that not beyond its migrations.
        CanaryFailed, RollFailed: everything runs the version before again.
    """
    ringing = cloud.ringing()
    if ringing:
        raise WrongStack(f"the alarm {', '.join(ringing)} rings already: mend that first.")
    cloud.weights()  # is the rule as we need it? Ask before anything is changed
    definitions = {part: cloud.register(part, image) for part in cloud.stack.parts}
    say("the database is migrated")
    cloud.run_once(definitions[ONCE])
    shifted = shift(cloud, definitions[LISTENER], say)
    touched: list[tuple[str, str | None]] = []
    try:
        for part in ROLLED:
            touched.append((part, cloud.running(cloud.stack.service(part))))
            say(f"{part}: takes the new version, task by task")
            cloud.point(part, definitions[part], count=cloud.stack.parts[part].count)
            cloud.settle(part, definitions[part])
    except BaseException:
        say("everything goes back to the version before")
        shifted.undo()
        for part, before in touched:
            if before is None:
                cloud.empty(part)  # there was none before this version
            else:
                cloud.point(part, before, count=cloud.stack.parts[part].count)
        raise
    shifted.finish()
    say(f"in use: {image}")
