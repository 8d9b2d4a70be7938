"""Write the administrative units into the package, from the data files of `vietnamadminunits`.

Run by the build hook, also for an editable install. The package's code is never imported: it
needs Unidecode (GPL), which must not be a runtime dependency.
"""

import gzip
import json
import sqlite3
from contextlib import closing
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

SOURCE: Final = "vietnamadminunits"
TARGET: Final = Path("src/motma/kernel/units.json.gz")

#: Island districts without communes are filed as their own commune, under the district's code.
_OLD: Final = """
    SELECT DISTINCT coalesce(wardCode, districtCode), coalesce(ward, district), district,
           provinceCode, provinceKey || '_' || districtKey || '_' || coalesce(wardKey, '')
      FROM admin_units_legacy ORDER BY 1
"""
_NEW: Final = """
    SELECT wardCode, ward, '', provinceCode, provinceKey || '_' || wardKey
      FROM admin_units ORDER BY 1
"""
_PROVINCES: Final = "SELECT DISTINCT provinceCode, province FROM {table} ORDER BY 1"


def build(root: Path) -> Path:
    """Write the data file below `root`; an existing one stays when the source isn't installed."""
    target = root / TARGET
    try:
        source = distribution(SOURCE)
    except PackageNotFoundError:
        if target.exists():
            return target
        raise
    text = json.dumps(collect(source), ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    return target


def collect(source: Distribution) -> dict[str, Any]:
    """Both worlds and the way from the old communes to the new ones."""
    data = Path(str(source.locate_file(f"{SOURCE}/data")))
    with closing(sqlite3.connect(f"file:{data / 'dataset.db'}?mode=ro", uri=True)) as db:
        old, new = db.execute(_OLD).fetchall(), db.execute(_NEW).fetchall()
        provinces = [
            dict(db.execute(_PROVINCES.format(table=table)).fetchall())
            for table in ("admin_units_legacy", "admin_units")
        ]
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    old_codes, new_codes = ({row[-1]: row[0] for row in rows} for rows in (old, new))
    return {
        "source": f"{SOURCE} {source.version}",
        "licence": _licence(source),
        "old": {"provinces": provinces[0], "communes": [row[:4] for row in old]},
        "new": {"provinces": provinces[1], "communes": [row[:4] for row in new]},
        "successors": successors(converter, old_codes, new_codes),
    }


def successors(
    converter: dict[str, Any], old_codes: dict[str, str], new_codes: dict[str, str]
) -> dict[str, list[str]]:
    """Old commune code → new ones; the first is the one the source takes by default."""
    found: dict[str, list[str]] = {}
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new_key, old_keys in communes.items():
            for old_key in old_keys:
                found[old_codes[old_key]] = [new_codes[f"{province}_{new_key}"]]
    for province, communes in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in communes.items():
            ordered = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            codes = [new_codes[f"{province}_{part['newWardKey']}"] for part in ordered]
            found[old_codes[old_key]] = list(dict.fromkeys(codes))
    return dict(sorted(found.items()))


def _licence(source: Distribution) -> str:
    """The licence text that must travel with the data."""
    files = [file for file in source.files or [] if file.name == "LICENSE"]
    return files[0].read_text(encoding="utf-8") if files else ""


if __name__ == "__main__":
    build(Path(__file__).resolve().parent.parent)
