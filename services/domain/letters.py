"""Vietnamese texts as a search compares them."""

import unicodedata


def fold(text: str) -> str:
    """Reduce a text to what a search compares: no accents, no case, single spaces, `đ` as `d`."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())
