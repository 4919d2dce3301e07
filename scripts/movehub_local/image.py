"""`make image-check`: the Dockerfile and the compose file linted, the image built and seen to answer.

No container engine is needed: buildah builds without a daemon, on a base made from Debian's own packages instead of
the one that the Dockerfile names. It needs root, and about 3 GB in var/image while it works.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .checks import prepare
from .children import Family
from .debian import install_missing_packages, install_packages
from .development import read_assignments
from .failure import CannotContinue, last_line
from .homes import throwaway_home
from .paths import PYTHON, ROOT, VAR, VENV
from .progress import say, step
from .services import Urls, free_port, start_services
from .signals import leaving_in_order

WORK: Final = VAR / "image"
ROOTFS: Final = WORK / "rootfs"
BASE: Final = "localhost/movehub-base:check"
IMAGE: Final = "localhost/movehub:check"
TOOLS: Final = ("buildah", "debootstrap")
RELEASE: Final = "bookworm"
MIRROR: Final = "http://deb.debian.org/debian"
BASE_PACKAGES: Final = "ca-certificates,python3,python3-venv"
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
ANSWER_SECONDS: Final = 60.0
USER: Final = "10001"
# Chroot isolation works where no further namespaces can be had, as inside a container.
BUILDAH: Final = (
    *("buildah", "--storage-driver", "vfs"),
    *("--root", str(WORK / "storage"), "--runroot", str(WORK / "run")),
)


def check_image(environ: Mapping[str, str]) -> None:
    """Raises: CannotContinue with what is wrong."""
    prepare()
    _lint()
    if os.geteuid() != 0:
        raise CannotContinue("The files are in order; building the image needs root: `sudo make image-check`.")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        install_packages(missing, WORK / "apt.log")
    install_missing_packages(environ, WORK / "apt.log")
    with leaving_in_order(), _storage(), throwaway_home() as family:
        with step("Making the base"):
            _make_base()
        with step("Building the image"):
            _build()
        urls = start_services(family, lasting=False, environ=environ)
        _run(family, urls)
    say("The image builds, migrates, serves and is healthy.")


def _lint() -> None:
    with step("Linting Dockerfile and docker-compose.yml"):
        _call([VENV / "bin" / "hadolint", "Dockerfile"])
        schema = ["--builtin-schema", "vendor.compose-spec"]
        _call([VENV / "bin" / "check-jsonschema", *schema, "docker-compose.yml"])


@contextmanager
def _storage() -> Iterator[None]:
    """Images and layers for this check alone; the base's files stay for the next one."""
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for folder in ("storage", "run"):
            shutil.rmtree(WORK / folder, ignore_errors=True)


def _make_base() -> None:
    ready = WORK / "rootfs.ready"
    if not ready.exists():
        shutil.rmtree(ROOTFS, ignore_errors=True)
        _call(["debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", RELEASE, ROOTFS, _mirror()])
        ready.touch()
    # What stands between this machine and its package sources stands between the image's build and them as well.
    (ROOTFS / CERTIFICATES.relative_to("/")).write_bytes(CERTIFICATES.read_bytes())
    settings = _pip_settings()
    (ROOTFS / "etc/pip.conf").write_text("[global]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items()))
    container = _call([*BUILDAH, "from", "scratch"]).strip()
    _call([*BUILDAH, "add", "--quiet", container, ROOTFS, "/"])
    _call([*BUILDAH, "commit", "--quiet", "--rm", container, BASE])


def _build() -> None:
    sources = [f"{folder}:{folder}:ro" for folder in _local_sources()]
    _call(
        [
            *(*BUILDAH, "build", "--isolation", "chroot", "--network", "host", "--format", "docker"),
            *("--build-arg", f"BASE={BASE}", "--tag", IMAGE),
            *(word for source in sources for word in ("--volume", source)),
            str(ROOT),
        ]
    )


def _run(family: Family, urls: Urls) -> None:
    container = _call([*BUILDAH, "from", "--pull-never", IMAGE]).strip()
    port = free_port()
    prepared = {**os.environ, "DATABASE_URL": urls.database}
    logins = read_assignments(_call([PYTHON, "-m", "app", "prepare-database"], env=prepared))
    settings = {
        "PORT": str(port),
        "REDIS_URL": urls.redis,
        "MOVEHUB_HTTP__PUBLIC_URL": "https://movehub.example",
        "MOVEHUB_HTTP__HOSTS": '["127.0.0.1"]',
        "MOVEHUB_AUTH__TOKEN_KEY": secrets.token_urlsafe(48),
        "MOVEHUB_AUTH__PEPPER": secrets.token_urlsafe(48),
        "MOVEHUB_AUTH__SEALING_KEY": secrets.token_urlsafe(48),
    }
    migrate = {**settings, "MOVEHUB_DB__MIGRATE_URL": logins["MOVEHUB_DB__MIGRATE_URL"]}
    serve = {**settings, "MOVEHUB_DB__APP_URL": logins["MOVEHUB_DB__APP_URL"]}
    with step("Migrating from the image"):
        _call(_inside(container, migrate, "python", "-m", "app", "migrate"))
    configuration = json.loads(_call([*BUILDAH, "inspect", "--type", "image", IMAGE]))["Docker"]["config"]
    with step("Serving from the image"):
        log = family.home / "image.log"
        with log.open("wb") as output:
            api = family.start("image", _inside(container, serve, *configuration["Cmd"]), output=output)
        for path in ("/health/live", "/health/ready"):
            _wait_for(port, path, api.has_ended, log)
    with step("Its own health check"):
        kind, *command = configuration["Healthcheck"]["Test"]
        if kind != "CMD":
            raise CannotContinue("The health check of the Dockerfile has to be a command without a shell.")
        _call(_inside(container, serve, *command))


def _inside(container: str, settings: Mapping[str, str], *command: str) -> list[str]:
    env = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    isolation = ["--isolation", "chroot", "--network", "host", "--user", USER]
    return [*BUILDAH, "run", *isolation, *env, container, "--", *command]


def _wait_for(port: int, path: str, has_ended: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while not _answers(port, path):
        if has_ended() or time.monotonic() > deadline:
            raise CannotContinue(f"The image gave no good answer at {path}: {last_line(log.read_text())}")
        time.sleep(0.2)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _mirror() -> str:
    """The Debian mirror that this machine uses, else Debian's own."""
    for listing in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        for line in listing.read_text().splitlines():
            if line.startswith("URIs: "):
                return line.removeprefix("URIs: ").split()[0]
    return MIRROR


def _pip_settings() -> dict[str, str]:
    lines = _call([PYTHON, "-m", "pip", "config", "list"]).splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {
        name.rpartition(".")[2]: value.strip("'").replace("\\n", " ")
        for name, value in pairs
        if name.startswith(("global.", ":env:."))
    }


def _local_sources() -> list[str]:
    """Folders of this machine that pip takes packages from; the build is shown them where they are."""
    words = [word.removeprefix("file://") for value in _pip_settings().values() for word in value.split()]
    folders = [word.removesuffix("/simple") for word in words if word.startswith("/")]
    return sorted({folder for folder in folders if Path(folder).is_dir()})


def _call(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Raises: CannotContinue with the whole of what the command said: nobody builds an image without reading."""
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, check=False, capture_output=True, text=True, env=env
    )
    if done.returncode != 0:
        say(done.stdout + done.stderr)
        raise CannotContinue(f"`{Path(str(command[0])).name}` failed: {last_line(done.stderr or done.stdout)}")
    return done.stdout
