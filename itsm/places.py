"""Where the portal keeps what it writes (engines' data, sockets, generated secrets) and whose it is."""

import hashlib
import os
import pwd
import secrets
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path("/var/lib/vigie")

# A Unix socket address holds 107 bytes; the longest name below the folder is ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class Account:
    """The unprivileged user that the engines run as when the portal is started by root."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can traverse `folder` and everything above it."""
        return all(self._has(step, 0o1) for step in (folder, *folder.parents) if step.exists())

    def may_read(self, path: Path) -> bool:
        """Whether this user can read and run `path`."""
        return self.may_enter(path.parent) and self._has(path, 0o5)

    def _has(self, path: Path, bits: int) -> bool:
        facts = path.stat()
        if facts.st_uid == self.uid:
            return facts.st_mode >> 6 & bits == bits
        if facts.st_gid == self.gid:
            return facts.st_mode >> 3 & bits == bits
        return facts.st_mode & bits == bits


@dataclass(frozen=True)
class Places:
    """The folders of one installation; two installations differ by `var`."""

    var: Path
    engines: Path
    sockets: Path
    account: Account | None

    @property
    def moved(self) -> bool:
        """Whether the engines' data had to leave `var`, which their user cannot enter."""
        return self.engines != self.var

    def database_url(self, name: str = "vigie") -> str:
        """Address of a database of the embedded PostgreSQL, reached by its socket only."""
        password = generated_secret(self.var, "postgres")
        return f"postgresql://vigie:{password}@{str(self.sockets).replace('/', '%2F')}/{name}"

    def socket_url(self, engine: str) -> str:
        """Address of the embedded Valkey named `engine` ("broker" or "cache")."""
        return f"unix://{self.sockets}/{engine}.sock"


def var_dir() -> Path:
    """The folder of everything the portal writes: VIGIE_VAR, or `var` beside the code."""
    return Path(os.environ.get("VIGIE_VAR") or BASE_DIR / "var").absolute()


@cache
def places(var: Path) -> Places:
    """The folders of the installation whose data are in `var`; makes nothing."""
    account = _unprivileged_account(var) if os.geteuid() == 0 else None
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    engines = var if account is None or account.may_enter(var) else STATE_DIR / digest
    sockets = engines / "run"
    if len(str(sockets)) > LONGEST_SOCKET_FOLDER:
        owner = account.uid if account else os.geteuid()
        sockets = Path(tempfile.gettempdir()) / f"vigie-{owner}-{digest}"
    return Places(var=var, engines=engines, sockets=sockets, account=account)


def _unprivileged_account(var: Path) -> Account:
    """Who the engines run as under root: the owner of the data or of the clone, else nobody."""
    existing = [var / "postgres", var, *var.parents]
    owner = next(path.stat().st_uid for path in existing if path.exists())
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def generated_secret(var: Path, name: str, value: str | None = None) -> str:
    """Read `var/secrets/<name>`, made once (0600) from `value` or at random; safe when two processes start at once."""
    path = var / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(value or secrets.token_hex(32))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text().strip()
