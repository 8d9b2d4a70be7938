"""`motma print` as it is typed: files that read again, of their owner; killed, a job goes on."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pytest
from tests import print_process, printed
from tests.staging import Stage

from motma.codec import issued, place
from motma.identity import ending, guardianship

MOTMA: Final = Path(sys.executable).with_name("motma")
#: So little of a disk is left: a manifest fits, a PDF does not.
_ALMOST_FULL: Final = "ulimit -f 24; exec "


class Shell:
    """A terminal at the stage's platform."""

    def __init__(self, on: Stage, database: str) -> None:
        self.environment = {
            **os.environ,
            "MOTMA_HOME": str(on.platform.settings.home),
            "MOTMA_DATABASE_URL": database,
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def start(self, *arguments: str | Path, before: str = "exec ") -> "subprocess.Popen[str]":
        """A command that runs."""
        words = [str(MOTMA), "print", *map(str, arguments)]
        return subprocess.Popen(
            ["/bin/sh", "-c", before + '"$@"', "sh", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def run(self, *arguments: str | Path, before: str = "exec ") -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        process = self.start(*arguments, before=before)
        output, errors = await asyncio.to_thread(process.communicate, timeout=120)
        return process.returncode, output, errors

    async def json(self, *arguments: str | Path) -> Any:
        """What a command that succeeds says to a pipe."""
        code, output, errors = await self.run(*arguments, "--json")
        assert code == 0, errors
        return json.loads(output)


@pytest.fixture
def shell(on_stage: Stage, database: str) -> Shell:
    return Shell(on_stage, database)


def qids_on(pdf: bytes) -> list[str]:
    """Whose codes stand on the pages; noise on them is for the tests of layouts."""
    return [
        issued.parse(seen.text).issue.qid
        for picture in printed.pictures(pdf)
        for seen in printed.read(picture)
    ]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def crowd(on: Stage, count: int) -> list[str]:
    """People with a document each; their QIDs."""
    names = ("Thử Một", "Nguyễn Thị Hồng Nhưn", "Y Krông-Niê", "Олена Тест", "王小明")
    people = [
        await on.person(full_name=names[i % 5], number=f"00119000{i:04d}", phones=())
        for i in range(count)
    ]
    return [one.qid for one in people]


async def test_a_card_is_a_file_of_ones_own_with_its_slip_and_the_person_is_told(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    person = await on_stage.person()
    done = await shell.json("card", person.qid, "-o", tmp_path / "card.pdf", "--activation")
    pdf = (tmp_path / "card.pdf").read_bytes()
    assert done == {"file": "card.pdf", "bytes": len(pdf), "cards": 1}
    assert mode(tmp_path / "card.pdf") == 0o600
    assert qids_on(pdf) == [person.qid]
    code = next(
        word for word in printed.words(pdf).split() if word.count("-") == 2 and len(word) == 14
    )
    wallet = await on_stage.begin(await on_stage.enrolled(code), None)
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    assert "identity.printed" in {each["kind"] for each in notices}


async def test_nothing_is_written_where_nothing_can_be_printed(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    person = await on_stage.person()
    for words, code, said in (
        (("card", "123456789012345678", "-o", tmp_path / "a.pdf"), 4, "identity.unknown"),
        (("card", person.qid, "-o", tmp_path / "no" / "a.pdf"), 5, "printing.not-writable"),
        (("commune", "2236", "-o", tmp_path / "out"), 3, "printing.commune"),
    ):  # fmt: skip
        found = await shell.run(*words)
        assert (found[0], said in found[2]) == (code, True), found
    assert not (tmp_path / "a.pdf").exists()


async def test_a_poster_of_a_demo_names_this_machine(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    guard = await on_stage.sign_in("guard@stage")
    assert guard.place is not None
    await shell.json("poster", str(guard.place.place_id), "-o", tmp_path / "poster.pdf")
    (picture,) = printed.pictures((tmp_path / "poster.pdf").read_bytes())
    (seen,) = printed.read(printed.noisy(picture))
    assert place.parse(seen.text).place_id == guard.place.place_id
    assert seen.text.startswith("https://127.0.0.1:8000/p/")


async def test_a_commune_is_whoever_lives_there_when_the_job_begins(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    async def lives(name: str, number: str, commune: str) -> str:
        person = await on_stage.person(
            full_name=name, number=number, commune_code=commune, phones=()
        )
        return person.qid

    second = await lives("Thử Văn Bình", "001190000001", "22366")
    first = await lives("Thử Văn An", "001190000002", "22366")
    await lives("Thử Văn Xa", "001190000003", "00004")
    folder = tmp_path / "out"
    done = await shell.json("commune", "22366", "-o", folder)
    assert (done["cards"], done["refused"]) == (2, [])
    await lives("Thử Văn Mới", "001190000004", "22366")
    assert await shell.json("commune", "22366", "-o", folder) == done
    (name,) = done["files"]
    assert sorted(qids_on((folder / name).read_bytes())) == sorted([first, second])
    assert (folder / "people.txt").read_text().splitlines() == ["22366", first, second]
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert mode(folder) == 0o700
    code, _, errors = await shell.run("commune", "00004", "-o", folder)
    assert (code, "printing.other-job" in errors) == (5, True)


async def test_a_list_has_each_person_once_and_names_the_rows_without_a_card(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    alive, ended = await crowd(on_stage, 2)
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, ended, reason="leaked")
    listed = tmp_path / "list.txt"
    listed.write_text(f"{alive}\n{ended}\n123456789012345678\n{alive}")
    done = await shell.json("commune", "--list", listed, "-o", tmp_path / "out")
    assert done["cards"] == 1
    assert {each["row"]: each["code"] for each in done["refused"]} == {
        2: "identity.qid-ended",
        3: "identity.unknown",
        4: "printing.twice",
    }


async def test_a_job_killed_at_each_point_puts_everybody_on_paper_exactly_once(
    on_stage: Stage, shell: Shell, database: str, tmp_path: Path
) -> None:
    qids = await crowd(on_stage, 40)
    listed, folder = tmp_path / "list.txt", tmp_path / "out"
    listed.write_text("\n".join(qids))
    home = on_stage.platform.settings.home
    # of a new job the first file is the manifest; then each part is its PDF and the manifest
    for point, number in (("before", 1), ("half", 2), ("before", 1), ("after", 1), ("after", 2)):
        code = await asyncio.to_thread(
            print_process.run, database, home, listed, folder, point, number
        )
        assert code == -signal.SIGKILL
        for path in folder.glob("*.pdf"):
            assert len(pypdfium2.PdfDocument(path)) == 2, "a file is whole or not there"
    assert _finished(folder) < 4

    done = await shell.json("commune", "--list", listed, "-o", folder, "--sheets", "1")

    assert (done["cards"], len(done["files"]), done["refused"]) == (40, 4, [])
    on_paper = [qid for name in done["files"] for qid in qids_on((folder / name).read_bytes())]
    assert sorted(on_paper) == sorted(qids)
    assert {path.name for path in folder.glob("*.pdf")} == set(done["files"])
    assert list(folder.glob("*.new")) == []
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def _finished(folder: Path) -> int:
    """Parts that the manifest calls done."""
    return len(json.loads((folder / "print-job.json").read_bytes())["parts"])


async def test_a_family_and_an_export_are_printed_from_the_command_line(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    mother, child = (
        await on_stage.person(),
        await on_stage.person(full_name="Thử Con", birth="2020", documents=(), phones=()),
    )
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await guardianship.add_guardian(
            db, means, dependant_id=child.person_id, guardian_id=mother.person_id,
            evidence="birth certificate",
        )  # fmt: skip
        await guardianship.confirm_guardian(
            db, means, dependant_id=child.person_id, guardian_id=mother.person_id
        )
    done = await shell.json("sheet", mother.qid, mother.qid, "--family", "-o", tmp_path / "a.pdf")
    assert done["cards"] == 2
    assert sorted(qids_on((tmp_path / "a.pdf").read_bytes())) == sorted([mother.qid, child.qid])
    await shell.json("export", mother.qid, "-o", tmp_path / "b.pdf")
    assert mode(tmp_path / "b.pdf") == 0o600
    words = printed.words((tmp_path / "b.pdf").read_bytes())
    assert mother.qid in words
    assert child.qid not in words
    wallet = await on_stage.wallet(mother.person_id)
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    assert {"identity.printed", "access.exported"} <= {each["kind"] for each in notices}


async def test_a_full_disk_is_told_plainly_and_the_job_goes_on_when_there_is_room(
    on_stage: Stage, shell: Shell, tmp_path: Path
) -> None:
    qids = await crowd(on_stage, 12)
    listed, folder = tmp_path / "list.txt", tmp_path / "out"
    listed.write_text("\n".join(qids))
    job = ("commune", "--list", listed, "-o", folder, "--sheets", "1")
    code, _, errors = await shell.run(*job, before=_ALMOST_FULL)
    assert (code, "printing.disk-full" in errors, "Traceback" in errors) == (9, True, False)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "print-job.json"]
    done = await shell.json(*job)
    assert done["cards"] == 12
