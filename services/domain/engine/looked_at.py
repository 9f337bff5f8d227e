"""A state looked at by another catalogue: what is counted depends on measures, not on formulas."""

from copy import copy

from services.domain.engine.catalogue import Catalogue
from services.domain.engine.held import held_dimensions
from services.domain.engine.state import State


def under(state: State, catalogue: Catalogue) -> State:
    """The same counted facts under another catalogue of the family; nothing is copied.

    It goes on as the given one does: what is counted there is counted here.
    """
    seen = copy(state)
    seen.catalogue = catalogue
    return seen


def adopt(state: State, catalogue: Catalogue) -> bool:
    """Go on under a changed catalogue; False when it asks for what was not held until now."""
    if catalogue.measures != state.catalogue.measures:
        return False
    used = held_dimensions(catalogue)
    if any(not dims <= state.held.get(measure, set()) for measure, dims in used.items()):
        return False
    state.catalogue = catalogue
    state.feeds.adopt(catalogue)
    return True
