"""What can be done about people and their logins."""

from boxoffice.staff.hashing import PASSWORD_MIN
from boxoffice.staff.rules import HUMAN_ROLES
from tui.acts.act import Act, Field, Given, flags, proof_of
from tui.words import Words

_ROLES = " | ".join(HUMAN_ROLES)
_STDIN = ("--password-stdin",)
_NAME = Words("Nome (a-z 0-9 . _ -)", "Name (a-z 0-9 . _ -)")
_ROLE = Words("Papel", "Role")
_PASSWORD = Words(
    f"Senha ({PASSWORD_MIN} letras ou mais)", f"Password ({PASSWORD_MIN} characters or more)"
)


def add() -> Act:
    """Add somebody. The first is an admin, and from then on everybody logs in."""

    def words(given: Given) -> list[str]:
        said = flags(given, role="--role", email="--email")
        return ["staff", "add", given["name"].strip(), *said]

    return Act(
        Words("Nova pessoa", "Somebody new"),
        words,
        (
            Field("name", _NAME, is_needed=True),
            Field("role", _ROLE, example=_ROLES, is_needed=True),
            Field("email", Words("E-mail", "E-mail")),
            Field("password", _PASSWORD, is_secret=True),
        ),
        unshown=_STDIN,
    )


def change_role(name: str, role: str) -> Act:
    """Give somebody another role, from their next command on."""
    return Act(
        Words(f"Papel de {name}", f"The role of {name}"),
        lambda given: ["staff", "role", name, given["role"].strip()],
        (Field("role", _ROLE, role, _ROLES),),
    )


def change_password(name: str) -> Act:
    """Set somebody else's password anew. Their logins end."""
    return Act(
        Words(f"Nova senha de {name}", f"A new password for {name}"),
        lambda _: ["staff", "passwd", name],
        (Field("password", _PASSWORD, is_secret=True),),
        warning=Words("Os acessos abertos acabam.", "Their logins end."),
        unshown=_STDIN,
    )


def disable(name: str) -> Act:
    """Let somebody in no more."""
    return Act(
        Words(f"Desativar {name}", f"Disable {name}"),
        lambda _: ["staff", "disable", name],
        warning=Words(
            "Não entra mais, e os acessos abertos acabam.", "They are let in no more; logins end."
        ),
        proof=proof_of(name),
    )


def enable(name: str) -> Act:
    """Let somebody in again."""
    return Act(Words(f"Reativar {name}", f"Enable {name}"), lambda _: ["staff", "enable", name])


def revoke(login: str) -> Act:
    """End one login, wherever it is used."""
    return Act(
        Words("Encerrar acesso", "End the login"),
        lambda _: ["auth", "revoke", login],
        warning=Words("Quem o usa entra de novo.", "Who uses it has to log in again."),
    )


def log_in(name: str) -> Act:
    """Log in on this machine."""
    return Act(
        Words("Entrar", "Log in"),
        lambda given: ["auth", "login", given["name"].strip()],
        (
            Field("name", _NAME, name),
            Field("password", Words("Senha", "Password"), is_secret=True),
        ),
        unshown=_STDIN,
    )


def log_out() -> Act:
    """End the login on this machine."""
    return Act(
        Words("Sair", "Log out"),
        lambda _: ["auth", "logout"],
        warning=Words("O acesso desta máquina acaba.", "The login of this machine ends."),
    )


def who_am_i() -> Act:
    """Tell what whoever sits here may do."""
    return Act(Words("Quem sou", "Who am I"), lambda _: ["auth", "whoami"])
