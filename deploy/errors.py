"""Why a deployment ends without the new version."""


class DeployError(Exception):
    """The new version is not in use. The sentence says what was left, and in which state."""


class WrongStack(DeployError):
    """The file of the stack, or what it names at AWS, is not as it must be. Nothing was touched."""


class MigrationFailed(DeployError):
    """The database was not migrated. Every part runs as before."""


class CanaryFailed(DeployError):
    """The new listener did badly. All traffic is with the old one."""


class RollFailed(DeployError):
    """A part did not come up with the new version, and was turned back."""
