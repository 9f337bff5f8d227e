# noqa: INP001 - a script beside the files it makes, not part of a package
"""Make `units.csv`, `successors.csv` and `aliases.csv` from two public packages; run by hand.

The packages are not dependencies of the centre. Install them, without what they require, into a
throw-away environment and run this file with its Python:

    pip install --no-deps vietnam-provinces==2025.10.1 vietnamadminunits==1.0.4

`vietnamadminunits` gives both lists of units, centroids and the crosswalk; its codes of the current
list are those of Decision 19/2025/QD-TTg. `vietnam-provinces` is the witness: the same 34 provinces
and the same 3,321 communes by province and name, or nothing is written. The codes of 123 communes
differ there and are kept as aliases. `changes.csv` is kept by hand.
"""

import csv
import json
import re
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
REFORM = "2025-07-01"
OPEN = "1900-01-01"
COUNTRY = f"N:VN@{OPEN}"
MILLION = 1_000_000
WHOLE_OR_EQUAL = "whole: passed over as one piece; equal: split, parts not published, equal shares"
Row = dict[str, str]
Source = dict[str, object]


def main() -> None:
    """Read the packages, check them against each other, write the three files."""
    folder = package_folder("vietnamadminunits") / "data"
    former, current = read_lists(folder / "dataset.db")
    crosswalk = json.loads((folder / "converter_2025.json").read_text("utf-8"))
    witness_file = package_folder("vietnam_provinces") / "data" / "nested-divisions.json"
    aliases = compare(current, json.loads(witness_file.read_text("utf-8")))
    units = [country(), *current_units(current), *former_units(former)]
    successors = [
        *province_successors(crosswalk, former, current),
        *commune_successors(crosswalk, former, current),
    ]
    note = (
        f"made by make_units.py from vietnamadminunits {version('vietnamadminunits')} (MIT),"
        f" checked with vietnam-provinces {version('vietnam-provinces')}"
    )
    write("units.csv", units, note, f"[valid_from, valid_to); valid_from {OPEN}: not known, open")
    write(
        "successors.csv", successors, note, "weight: millionths of the predecessor", WHOLE_OR_EQUAL
    )
    write("aliases.csv", aliases, note, "codes under which others list the same current communes")
    sys.stdout.write(f"{len(units)} units, {len(successors)} successors, {len(aliases)} aliases\n")


def package_folder(name: str) -> Path:
    """Where a package lies, found without importing it (it would ask for geometry libraries)."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            f"{name} is not installed in this environment: see the top of make_units.py"
        )
    return Path(spec.submodule_search_locations[0])


def read_lists(database: Path) -> tuple[list[Source], list[Source]]:
    """Read the former and the current list: one row per commune, with its district and province."""
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        former = [dict(row) for row in connection.execute("select * from admin_units_legacy")]
        current = [dict(row) for row in connection.execute("select * from admin_units")]
    return former, current


def compare(current: list[Source], provinces: list[Source]) -> list[Row]:
    """Find communes that the witness lists under another code; stop where more differs."""
    ours: dict[tuple[str, str], list[str]] = defaultdict(list)
    theirs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in current:
        ours[str(row["provinceCode"]), plain(row["ward"])].append(str(row["wardCode"]))
    for province in provinces:
        for ward in province["wards"]:  # type: ignore[attr-defined] # JSON of the witness
            theirs[f"{province['code']:02d}", plain(ward["name"])].append(f"{ward['code']:05d}")
    if ours.keys() != theirs.keys():
        raise SystemExit(f"the packages differ: {sorted(ours.keys() ^ theirs.keys())}")
    differing = [name for name, codes in ours.items() if sorted(codes) != sorted(theirs[name])]
    if ambiguous := [name for name in differing if len(ours[name]) != 1]:
        raise SystemExit(f"ambiguous names with different codes: {ambiguous}")
    pairs = [(theirs[name][0], ours[name][0]) for name in differing]
    return [
        {"source_system": "vietnam-provinces", "source_code": other, "unit": f"C:{code}@{REFORM}"}
        for other, code in sorted(pairs)
    ]


def plain(name: object) -> str:
    """Reduce a name to what two spellings share: no accents, case or doubled spaces."""
    letters = unicodedata.normalize(
        "NFD", str(name).lower().replace("đ", "d").replace("–", "-").replace("’", "'")
    )
    return " ".join(
        "".join(letter for letter in letters if not unicodedata.combining(letter)).split()
    )


def country() -> Row:
    """Give the country itself, parent of every province."""
    return unit("N", "VN", (OPEN, ""), ("Việt Nam", "Việt Nam", "quốc gia"), "", ("16.0", "106.0"))


def current_units(rows: list[Source]) -> Iterable[Row]:
    """Provinces and communes valid from the reform."""
    period = (REFORM, "")
    yield from sorted_units(
        unit(
            "P",
            row["provinceCode"],
            period,
            names(row, "province"),
            COUNTRY,
            place(row, "province"),
        )
        for row in rows
    )
    yield from sorted_units(
        unit(
            "C",
            row["wardCode"],
            period,
            names(row, "ward"),
            f"P:{row['provinceCode']}@{REFORM}",
            place(row, "ward"),
        )
        for row in rows
    )


def former_units(rows: list[Source]) -> Iterable[Row]:
    """Provinces, districts and communes until the reform; five island districts had no communes."""
    period = (OPEN, REFORM)
    yield from sorted_units(
        unit(
            "P",
            row["provinceCode"],
            period,
            names(row, "province"),
            COUNTRY,
            place(row, "province"),
        )
        for row in rows
    )
    yield from sorted_units(
        unit(
            "D",
            row["districtCode"],
            period,
            names(row, "district"),
            f"P:{row['provinceCode']}@{OPEN}",
            place(row, "district"),
        )
        for row in rows
    )
    yield from sorted_units(
        unit(
            "C",
            row["wardCode"],
            period,
            names(row, "ward"),
            f"D:{row['districtCode']}@{OPEN}",
            place(row, "ward"),
        )
        for row in rows
        if row["wardCode"]
    )


def unit(
    level: str,
    code: object,
    period: tuple[str, str],
    called: tuple[str, str, str],
    parent: str,
    at: tuple[str, str],
) -> Row:
    """Give one row of `units.csv`."""
    (valid_from, valid_to), (name_vi, name_short_vi, kind), (lat, lon) = period, called, at
    return {
        "level": level,
        "code": str(code),
        "valid_from": valid_from,
        "valid_to": valid_to,
        "name_vi": name_vi,
        "name_short_vi": name_short_vi,
        "type": kind,
        "parent": parent,
        "lat": lat,
        "lon": lon,
    }


def names(row: Source, level: str) -> tuple[str, str, str]:
    """Full name, short name and type; a single composed spelling and single spaces."""
    full, short = (
        " ".join(unicodedata.normalize("NFC", str(row[key])).split())
        for key in (level, f"{level}Short")
    )
    kind = re.match(r"thành phố|tỉnh|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu", full.lower())
    if kind is None:
        raise SystemExit(f"no type in the name {full!r}")
    return full, short, kind.group()


def place(row: Source, level: str) -> tuple[str, str]:
    """Centroid in degrees, WGS-84, as the package gives it."""
    return str(row[f"{level}Lat"]), str(row[f"{level}Lon"])


def sorted_units(rows: Iterable[Row]) -> list[Row]:
    """Each code once, in the order of codes."""
    by_code = {row["code"]: row for row in rows}
    return [by_code[code] for code in sorted(by_code)]


def province_successors(
    crosswalk: Source, former: list[Source], current: list[Source]
) -> list[Row]:
    """Every former province passes whole into one current province."""
    old = {row["provinceKey"]: str(row["provinceCode"]) for row in former}
    new = {row["provinceKey"]: str(row["provinceCode"]) for row in current}
    pairs = [
        (old[pred], new[succ])
        for succ, predecessors in crosswalk["DICT_PROVINCE"].items()  # type: ignore[attr-defined] # JSON of the package
        for pred in predecessors
    ]
    return [
        row
        for pred, succ in sorted(pairs)
        for row in shares(f"P:{pred}", [f"P:{succ}"], f"P:{succ}")
    ]


def commune_successors(crosswalk: Source, former: list[Source], current: list[Source]) -> list[Row]:
    """Communes (and the five island districts) to communes; the split ones share equally."""
    new = {(row["provinceKey"], row["wardKey"]): f"C:{row['wardCode']}" for row in current}
    old = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": (
            f"C:{row['wardCode']}" if row["wardCode"] else f"D:{row['districtCode']}"
        )
        for row in former
    }
    found: dict[str, list[Row]] = {}
    for province, communes in crosswalk["DICT_PROVINCE_WARD_NO_DIVIDED"].items():  # type: ignore[attr-defined] # JSON of the package
        for key, predecessors in communes.items():
            succ = new[province, key]
            found |= {old[pred]: shares(old[pred], [succ], succ) for pred in predecessors}
    for province, divided in crosswalk["DICT_PROVINCE_WARD_DIVIDED"].items():  # type: ignore[attr-defined] # JSON of the package
        for pred, parts in divided.items():
            succs = sorted(new[province, part["newWardKey"]] for part in parts)
            chosen = [
                new[province, part["newWardKey"]] for part in parts if part["isDefaultNewWard"]
            ]
            found[old[pred]] = shares(old[pred], succs, chosen[0])
    if missing := set(old.values()) - set(found):
        raise SystemExit(f"units without successor: {sorted(missing)}")
    return [row for pred in sorted(found) for row in found[pred]]


def shares(pred: str, succs: list[str], default: str) -> list[Row]:
    """Give equal weights that sum to exactly one million; the default takes what is left over."""
    share, rest = divmod(MILLION, len(succs))
    return [
        {
            "pred": f"{pred}@{OPEN}",
            "succ": f"{succ}@{REFORM}",
            "weight": str(share + (rest if succ == default else 0)),
            "method": "whole" if len(succs) == 1 else "equal",
            "is_default": str(int(succ == default)),
        }
        for succ in succs
    ]


def write(name: str, rows: list[Row], *notes: str) -> None:
    """Write one CSV with its notes as comment lines before the header."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {note}\n" for note in notes)
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
