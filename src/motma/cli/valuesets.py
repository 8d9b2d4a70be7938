"""`motma valuesets`: official codes beside those that ship with the platform."""

from pathlib import Path
from typing import Annotated

import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.kernel.errors import Malformed
from motma.records import valuesets

app = typer.Typer(no_args_is_help=True, help="Codes of diseases, products, tests and results.")


@app.command("import")
def import_sets(
    files: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders of them.")],
    as_json: AsJson = False,
) -> None:
    """Import value sets as the EU publishes them; the newest of each is used at once.

    Files of a folder that are no value sets are told and passed over.

    Example: motma valuesets import valuesets/
    """
    found, odd = [], []
    for path in _spread(files):
        try:
            found.append(valuesets.read(path.read_bytes()))
        except Malformed as malformed:
            if path in files:
                decline(malformed)
            odd.append(path.name)

    async def work(platform: Platform) -> int:
        async with platform.transaction() as db:
            return sum([await valuesets.keep(db, platform.means, one) for one in found])

    new = run(work)
    codes = sum(len(one.value_set_values) for one in found)
    lines = [f"{len(found)} value sets with {codes} codes, {new} of them new"]
    lines += [f"no value set: {name}" for name in odd]
    told = {"value_sets": len(found), "codes": codes, "new": new, "passed_over": odd}
    out(told, as_json=as_json, text="\n".join(lines))


@app.command("list")
def list_sets(as_json: AsJson = False) -> None:
    """List the value sets in use with how many codes each has.

    Example: motma valuesets list
    """

    async def work(platform: Platform) -> dict[str, int]:
        async with platform.pool.acquire() as db:
            known = await valuesets.codes_of(db, every=True)
        return {name: len(codes) for name, codes in sorted(known.sets.items())}

    found = run(work)
    text = "\n".join(f"{name:<40} {count}" for name, count in found.items())
    out(found, as_json=as_json, text=text)


@app.command()
def show(value_set: str, as_json: AsJson = False) -> None:
    """Show the codes of a value set, each with the national word for it.

    Example: motma valuesets show disease-agent-targeted
    """

    async def work(platform: Platform) -> list[dict[str, str | None]]:
        async with platform.pool.acquire() as db:
            known = await valuesets.codes_of(db, every=True)
        if value_set not in known.sets:
            raise Malformed("valuesets.unknown", "value_set")
        return [
            {
                "code": code,
                "display": known.display(value_set, code),
                "national": known.national_of(value_set, code),
            }
            for code in sorted(known.sets[value_set])
        ]

    found = run(work)
    lines = (f"{one['code']:<20} {one['display']}  {one['national'] or ''}" for one in found)
    out(found, as_json=as_json, text="\n".join(line.rstrip() for line in lines))


def _spread(paths: list[Path]) -> list[Path]:
    """Files as given, and the JSON files of folders."""
    return [
        path
        for given in paths
        for path in (sorted(given.glob("*.json")) if given.is_dir() else [given])
    ]
