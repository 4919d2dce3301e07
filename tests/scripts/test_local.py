from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from movehub_local import commands, homes, program, virtualenv
from movehub_local.children import Family, Identity, end_process, myself, read_record
from movehub_local.commands import run_command
from movehub_local.development import LOGINS, common_settings, development_secrets, with_logins
from movehub_local.failure import CannotContinue
from movehub_local.output import Outputs
from movehub_local.services import Urls, free_port

pytestmark = pytest.mark.unit

URLS = Urls(database="postgresql://admin@127.0.0.1/movehub", redis="redis://127.0.0.1")
PATIENCE_SECONDS = 5.0
NOBODY = 65_534


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


class TestDevelopmentSecrets:
    def test_they_are_private_and_last(self, tmp_path: Path) -> None:
        first = development_secrets(tmp_path / "env")
        assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
        assert development_secrets(tmp_path / "env") == first
        assert min(len(value) for value in first.values()) >= 32
        assert len(set(first.values())) == len(first)

    def test_a_missing_one_is_added_and_the_others_stay(self, tmp_path: Path) -> None:
        (tmp_path / "env").write_text("MOVEHUB_AUTH__PEPPER=kept\n")
        found = development_secrets(tmp_path / "env")
        assert found["MOVEHUB_AUTH__PEPPER"] == "kept"
        assert len(found["MOVEHUB_AUTH__TOKEN_KEY"]) >= 32


class TestSettings:
    @pytest.fixture(autouse=True)
    def _in_a_folder_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("movehub_local.development.LOCAL", tmp_path)

    def test_no_program_is_given_the_administrators_url(self) -> None:
        environ = {"DATABASE_URL": "postgresql://admin@db", "MOVEHUB_DB__MIGRATE_URL": "x", "PATH": "/bin"}
        found = common_settings(URLS, 8000, environ)
        assert found["PATH"] == "/bin"
        assert not {"DATABASE_URL", *LOGINS} & found.keys()

    def test_each_program_is_given_its_login_alone(self) -> None:
        logins = {name: f"url of {name}" for name in LOGINS}
        assert with_logins({}, logins, "app") == {"MOVEHUB_DB__APP_URL": "url of MOVEHUB_DB__APP_URL"}

    def test_the_callers_settings_win(self) -> None:
        found = common_settings(URLS, 8000, {"MOVEHUB_LIMITS__FACTOR": "1"})
        assert found["MOVEHUB_LIMITS__FACTOR"] == "1"


class TestChildren:
    def test_a_child_dies_with_a_parent_that_is_killed(self, tmp_path: Path) -> None:
        scripts = Path(__file__).resolve().parents[2] / "scripts"
        program = (
            f"import sys, subprocess, time; sys.path.insert(0, {str(scripts)!r});"
            "from movehub_local.children import Family; from pathlib import Path;"
            f"Family(Path({str(tmp_path)!r})).start('it', ['sleep', '60'], output=subprocess.DEVNULL);"
            "print('started', flush=True); time.sleep(60)"
        )
        with subprocess.Popen(python(program), stdout=subprocess.PIPE) as parent:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"started\n"
            record = read_record(tmp_path)
            assert record is not None
            ((name, child, _),) = record.children
            assert name == "it"
            assert child.is_alive()
            assert record.runner.pid == parent.pid
            parent.kill()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while child.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not child.is_alive()

    def test_a_reused_process_id_is_not_the_process(self) -> None:
        mine = myself()
        stranger = Identity(mine.pid, mine.started - 1)
        assert mine.is_alive()
        assert not stranger.is_alive()
        end_process(stranger, signal.SIGKILL, 0.0)  # we live to tell
        assert os.getpid() == mine.pid

    def test_a_child_that_will_not_leave_is_killed(self, tmp_path: Path) -> None:
        stubborn = (
            "from signal import *; import time; signal(SIGTERM, SIG_IGN); print('deaf', flush=True); time.sleep(60)"
        )
        family = Family(tmp_path)
        child = family.start("it", python(stubborn), output=subprocess.PIPE, patience_seconds=0.2)
        assert child.process.stdout is not None
        assert child.process.stdout.readline() == b"deaf\n"
        child.stop()
        child.process.stdout.close()
        assert child.process.returncode == -signal.SIGKILL


class TestFilesOfAnotherUser:
    """`make run` in a checkout of root's, or after `sudo make run`: one sentence that says whose it is."""

    @pytest.fixture
    def roots(self, tmp_path: Path) -> Iterator[Path]:
        if os.geteuid() != 0:
            pytest.skip("only root can make files of root's and become another")
        (tmp_path / "local").mkdir()
        (tmp_path / "local" / "kept").write_text("it")
        for place in (tmp_path, tmp_path / "local", *list(tmp_path.parents)[:3]):
            place.chmod(0o755)
        os.seteuid(NOBODY)
        yield tmp_path
        os.seteuid(0)

    @pytest.mark.parametrize("command", ["stop", "reset", "run"])
    def test_each_command_says_so(
        self, roots: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(homes, "LOCAL", roots / "local")
        monkeypatch.setattr(homes, "TEST", roots / "test")
        monkeypatch.setattr(virtualenv, "VAR", roots)
        monkeypatch.setattr(program, "install_missing_packages", lambda *_: None)
        monkeypatch.setenv("PORT", str(free_port()))
        assert run_command([command]) == 1
        said = capsys.readouterr().err
        assert f"{roots}" in said
        assert "may not be written by nobody: it belongs to root." in said
        assert "deleted" not in said

    def test_a_reset_that_cannot_delete_does_not_say_it_did(
        self, roots: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(homes, "LOCAL", roots / "local")
        monkeypatch.setattr(commands, "stop_runs", list)
        assert run_command(["reset"]) == 1
        assert "belongs to root" in capsys.readouterr().err
        assert (roots / "local" / "kept").exists()


class TestOutputs:
    def test_a_child_that_dies_is_told_with_its_last_words(self, tmp_path: Path) -> None:
        dying = "import sys; print('first'); print('no database'); sys.exit(3)"
        with Outputs(echo=False) as outputs:
            outputs.follow(Family(tmp_path).start("API", python(dying), output=subprocess.PIPE))
            with pytest.raises(CannotContinue, match="The API ended with exit code 3: no database"):
                _pass_on_for_a_while(outputs)

    def test_lines_come_under_the_childs_name(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with Outputs() as outputs:
            child = Family(tmp_path).start("worker", python("print('a'); print('b', end='')"), output=subprocess.PIPE)
            outputs.follow(child)
            outputs.pass_on_until_ended()
        assert capsys.readouterr().out == "worker | a\nworker | b\n"
        assert outputs.heard["worker"] == "a\nb\n"


def _pass_on_for_a_while(outputs: Outputs) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        outputs.pass_on(seconds=0.1)
