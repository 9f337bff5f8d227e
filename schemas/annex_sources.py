"""Which reference of the specification stands behind a source that an indicator names."""

import re
from typing import Final

SOURCES: Final = {
    "A1": "A1",
    "A2": "A2",
    "V01": "1709",
    "V05": "HN",
    "V12": "QĐ2244",
    "V13": "NQ57",
    "V15": "QĐ766",
    "V16": "QĐ766",
    "V17": "GL",
    "V18": "BC1270",
    "V23": "LTK",
    "V24": "NĐ94",
    "V25": "QĐ05",
    "V27": "NGTK",
    "V28": "QĐ18",
    "V29": "QĐ1459",
    "V39": "TCVN14397",
    "V40": "NQ226",
    "V41": "HTS",
    "N01": "Y4903",
    "I01": "IOC",
    "I04": "IOC",
    "I06": "IOC",
    "I08": "IOC",
    "I10": "SL228",
}
"""The reference of section 2 behind each short code of source in the indicators' files."""

_CODE = re.compile(r"\b(?:A[12]|[VNI]\d\d)\b")


def cited(text: str) -> str:
    """A text with the short codes of sources as references of section 2."""

    def reference(code: re.Match[str]) -> str:
        if code[0] not in SOURCES:
            raise ValueError(f"schemas.annex_sources does not know the source {code[0]}")
        return f"[{SOURCES[code[0]]}]"

    return _CODE.sub(reference, text)
