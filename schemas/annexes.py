"""Makes the annexes of `standards/ioc_spec.md` from the data: `python -m schemas.annexes`.

A from the newest accepted version of each indicator, B and C from the event types, D from the test
vectors. A test holds the committed files equal to what is made here.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from schemas.annex_sources import cited
from services.adapters.standards import load_indicator_documents
from services.domain.events import CONTRACT, EventType
from services.domain.events.envelope import ENVELOPE_FIELDS
from services.domain.events.fields import WHOLE_MAX, Field

STANDARDS: Final = Path(__file__).resolve().parents[1] / "standards"
ANNEXES: Final = STANDARDS / "annex"
MADE_BY: Final = (
    "Tệp này do `python -m schemas.annexes` tạo ra; không sửa bằng tay. / *Made by"
    " `python -m schemas.annexes`; not edited by hand.*"
)
DOMAINS: Final = {
    "public-service": "Dịch vụ công / Public service",
    "citizen-feedback": "Phản ánh, kiến nghị / Citizen feedback",
    "resolution-tasks": "Nghị quyết và nhiệm vụ / Resolutions and tasks",
    "economy": "Kinh tế / Economy",
    "digital-economy": "Kinh tế số / Digital economy",
    "telecom": "Viễn thông / Telecommunications",
    "science-innovation": "Khoa học, đổi mới sáng tạo / Science and innovation",
    "environment": "Môi trường, thiên tai / Environment and disaster",
    "traffic-safety": "Giao thông, an toàn / Traffic and safety",
    "health": "Y tế / Health",
    "education": "Giáo dục / Education",
    "social": "Xã hội / Social",
    "cyber": "An toàn thông tin mạng / Cyber security",
    "tourism": "Du lịch / Tourism",
    "ioc-quality": "Chất lượng dữ liệu của IOC / The centre's own data quality",
    "reference": "Dữ liệu tham chiếu / Reference data",
    "alerts": "Cảnh báo / Alerts",
}
KINDS: Final = {"outcome": "kết quả / outcome", "intermediate": "trung gian / intermediate"}
_ROWS: Final = (
    ("Công thức / Formula", "formula"),
    ("Dạng / Form", "form"),
    ("Đơn vị tính / Unit", "unit"),
    ("Cửa sổ / Windows", "windows"),
    ("Lịch kỳ / Calendars", "period_calendars"),
    ("Cấp / Unit levels", "unit_levels"),
    ("Phân tổ / Dimensions", "dimensions"),
    ("So sánh / Comparisons", "comparisons"),
    ("Mục tiêu / Target", "target"),
    ("Nguồn mục tiêu / Target source", "target_source"),
    ("Chiều tốt / Good direction", "direction"),
    ("Lớp cập nhật / Refresh", "refresh"),
    ("Xuất xứ / Provenance", "provenance"),
)

Document = Mapping[str, Any]


def annexes() -> dict[str, str]:
    """The text of each annex by the name of its file.

    Raises `ValueError` when an indicator names a source that `annex_sources` does not know.
    """
    return {
        "A_indicators.md": _text(indicators_annex(load_indicator_documents(today=date.max))),
        "B_events.md": _text(events_annex(CONTRACT.types.values())),
        "C_codes.md": _text(codes_annex(CONTRACT.types.values())),
        "D_test_vectors.md": _text(vectors_annex(load_vectors())),
    }


def load_vectors(path: Path = STANDARDS / "test_vectors.yaml") -> dict[str, list[dict[str, Any]]]:
    """The test vectors by their kind."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def load_codes(path: Path = STANDARDS / "codes.yaml") -> dict[str, dict[str, Any]]:
    """The lists of codes, each with its title and the meaning of every code."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def indicators_annex(documents: Iterable[Document]) -> Iterator[str]:
    """Annex A: by domain, one table for each indicator."""
    documents = list(documents)
    outcomes = sum(document["kind"] == "outcome" for document in documents)
    yield "# Phụ lục A: Danh mục chỉ tiêu / Annex A: Catalogue of indicators"
    yield MADE_BY
    yield (
        f"{len(documents)} chỉ tiêu, {outcomes} chỉ tiêu kết quả. S: có nguồn; P: đề xuất. /"
        f" *{len(documents)} indicators, {outcomes} of them outcomes. S: from a source;"
        " P: proposed.*"
    )
    for domain, title in DOMAINS.items():
        of_domain = [document for document in documents if document["domain"] == domain]
        if of_domain:
            yield f"## {title}"
        for document in of_domain:
            yield f"### {document['id']} {document['vi']} / {document['en']}"
            yield _table(("", ""), _indicator_rows(document))


def events_annex(types: Iterable[EventType]) -> Iterator[str]:
    """Annex B: the attributes that all events share, then each type with its fields and rules."""
    types = list(types)
    yield "# Phụ lục B: Loại sự kiện / Annex B: Event types"
    yield MADE_BY
    yield f"{len(types)} loại. Dấu * là bắt buộc. / *{len(types)} types. A star is required.*"
    yield "## Thuộc tính chung / Attributes of every event"
    yield _table(_FIELD_COLUMNS, map(_field_row, ENVELOPE_FIELDS))
    for domain, title in DOMAINS.items():
        of_domain = [kind for kind in types if kind.topic_domain == domain]
        if of_domain:
            yield f"## {title}"
        for kind in of_domain:
            yield f"### `{kind.name}` {kind.vi}"
            yield (kind.record.__doc__ or "").strip()
            yield _key_of(kind)
            if kind.fields:
                yield _table(_FIELD_COLUMNS, map(_field_row, kind.fields))
            if kind.rules:
                yield "\n".join(
                    f"- `{rule.pointer}` {rule.text} (`{rule.code}`)" for rule in kind.rules
                )


def codes_annex(types: Iterable[EventType]) -> Iterator[str]:
    """Annex C: codes with their meaning, and every closed list with the fields that use it."""
    yield "# Phụ lục C: Danh mục mã / Annex C: Code lists"
    yield MADE_BY
    for listed in load_codes().values():
        yield f"## {listed['title']}"
        rows = ((f"`{code}`", meaning) for code, meaning in listed["codes"].items())
        yield _table(("mã / code", "nghĩa / meaning"), rows)
    yield "## Danh mục của các trường / Lists of fields"
    used: dict[tuple[str, tuple[str | int, ...]], list[str]] = {}
    for name, fields in (
        ("mọi sự kiện / every event", ENVELOPE_FIELDS),
        *((kind.name, kind.fields) for kind in types),
    ):
        for field in fields:
            codes = field.codes or (field.items.codes if field.items else ())
            if codes:
                used.setdefault((field.name, codes), []).append(name)
    lists = (
        (f"`{name}`", ", ".join(f"`{code}`" for code in codes), ", ".join(names))
        for (name, codes), names in sorted(used.items(), key=lambda pair: str(pair[0]))
    )
    yield _table(("trường / field", "mã / codes", "loại / types"), lists)


def vectors_annex(vectors: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Annex D: figures that every implementation must reproduce."""
    yield "# Phụ lục D: Số liệu kiểm tra / Annex D: Test vectors"
    yield MADE_BY
    yield "Dạng máy đọc được / machine-readable: [test_vectors.yaml](../test_vectors.yaml)."
    yield "## Phép tính / Arithmetic"
    yield _table(
        ("mã / id", "điều / clause", "nội dung / what", "cho / given", "tính / compute", "kết quả"),
        (
            (
                *(each["id"], each["clause"], f"{each['vi']} / {each['en']}. {each['source']}"),
                *(_listed(each["given"]), f"`{each['compute']}`", each["expect"]),
            )
            for each in vectors["arithmetic"]
        ),
    )
    yield "## Đơn vị hành chính / Administrative units"
    yield _table(
        ("điều / clause", "mã / code", "ngày / day", "tên / name", "thuộc / parent"),
        (
            [each[n] for n in ("clause", "code", "day", "name_vi", "parent")]
            for each in vectors["units"]
        ),
    )
    yield _table(
        ("điều / clause", "cấp / level", "ngày / day", "số đơn vị / count"),
        (
            [each[name] for name in ("clause", "level", "day", "count")]
            for each in vectors["counts"]
        ),
    )
    yield _table(
        ("điều / clause", "mã cũ / former code", "đến ngày / until", "kế thừa / successors"),
        (
            (each["clause"], each["code"], each["until"], ", ".join(each["to"]))
            for each in vectors["successors"]
        ),
    )


def write(folder: Path = ANNEXES) -> None:
    """Write every annex."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in annexes().items():
        (folder / name).write_text(text, encoding="utf-8")


_FIELD_COLUMNS: Final = ("trường / field", "kiểu / kind", "giới hạn / limits", "ghi chú / note")


def _indicator_rows(document: Document) -> Iterator[tuple[object, object]]:
    yield "Loại, nhóm / Kind, group", f"{KINDS[document['kind']]}, {document['level']}"
    yield "Phiên bản, từ ngày / Version, from", _versions(document)
    yield "Chủ trì / Owner", document["owner"]["short_vi"]
    for title, member in _ROWS:
        value = document.get(member)
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "–")
        yield title, cited(text) if member in {"target_source", "provenance"} else text
    rule = document.get("alert_levels") or {}
    if rule.get("levels"):
        yield "Ngưỡng mặc định / Default bounds", _bounds(rule)
    for part in document.get("components", []):
        yield f"Thành phần / Component `{document['id']}.{part['id']}`", part.get("vi", "–")


def _versions(document: Document) -> str:
    return f"{document['formula_version']}, {document['effective_from']}"


def _bounds(rule: Document) -> str:
    steps = []
    for step in rule["levels"]:
        told = [
            f"{name} {value}" for name, value in step.items() if name not in {"level", "colour"}
        ]
        steps.append(f"{step['level']}: {', '.join(told)}")
    on = rule.get("on", "value")
    return f"{rule['rule']}, {rule.get('window', '–')}, {on}; {'; '.join(steps)}"


def _key_of(kind: EventType) -> str:
    subject = "/".join(kind.subject_of) or f"`{kind.subject_pattern}`"
    return f"topic `ioc.events.{kind.topic_domain}.v1`, khóa / key: {kind.key}; subject: {subject}"


def _field_row(field: Field) -> tuple[str, str, str, str]:
    codes = ", ".join(f"`{code}`" for code in field.codes)
    pattern = f"`{field.pattern}`" if field.pattern and field.kind == "string" else ""
    limits = filter(None, (_range(field.least, field.most), pattern, codes, field.unit))
    star = "*" if field.required else ""
    kind = f"{field.kind} of {field.items.kind}" if field.items else field.kind
    return f"`{field.name}`{star}", kind, " ".join(limits), field.note or ""


def _range(least: float | None, most: float | None) -> str:
    """Bounds, without those that hold for every whole number."""
    low, high = (
        "" if bound is None or abs(bound) == WHOLE_MAX else f"{bound:g}" for bound in (least, most)
    )
    return f"{low}…{high}" if low or high else ""


def _listed(given: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in given.items())


def _table(columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _text(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(filter(None, paragraphs)) + "\n"


if __name__ == "__main__":
    write()
    sys.stderr.write(f"{len(annexes())} annexes written below {ANNEXES.name}\n")
