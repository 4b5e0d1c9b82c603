"""Who a server runs as: PostgreSQL refuses to run as root, so for root it runs as nobody."""

import os
import pwd
from pathlib import Path
from stat import S_IROTH, S_IXOTH
from typing import TypedDict


class Account(TypedDict, total=False):
    """What `subprocess.Popen` takes to start a program as somebody else; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged() -> Account:
    """Ourselves, or nobody when we are root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def hand_over(folder: Path, account: Account) -> None:
    """Make the account own the folder and let it pass, not look into, every folder above."""
    os.chown(folder, account["user"], account["group"])
    for above in folder.parents:
        _grant(above, S_IXOTH)


def let_read(folder: Path) -> None:
    """Let everybody read an installed program, which a strict umask may have kept to root."""
    for above in folder.parents:
        _grant(above, S_IXOTH)
    for path in (folder, *folder.rglob("*")):
        _grant(path, S_IROTH | S_IXOTH if os.access(path, os.X_OK) else S_IROTH)


def _grant(path: Path, rights: int) -> None:
    mode = path.stat().st_mode
    if mode & rights != rights:
        path.chmod(mode | rights)
