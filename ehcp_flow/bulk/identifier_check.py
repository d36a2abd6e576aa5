"""Which rows from outside hold free text, or too much, where only an identifier may stand, or a word written otherwise.

The readers say why, or how the word is written here.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import APART, Encoded
from ehcp_flow.facts import known_word
from ehcp_flow.identifiers import BLANKS, CHECKED, LONGEST_ID, identifier_fault

__all__ = ["may_be_refused"]


def may_be_refused(rows: pl.DataFrame, encoded: Encoded) -> Array:
    """Return which rows `identifiers` may refuse: every one that it does, and few besides."""
    bad = np.zeros(rows.height, dtype=bool)
    for name, column in encoded.texts.items():
        if name not in CHECKED:
            continue
        wrong = [
            identifier_fault(name, text) is not None or (name == "party" and known_word(name, text) != text)
            for text in column.texts
        ]
        if any(wrong):
            bad |= column.through(np.array([*wrong, False]))
    for name in APART:
        if name in rows.columns and rows[name].null_count() < rows.height:
            texts = rows[name].cast(pl.String)
            odd = texts.str.len_bytes() > LONGEST_ID
            if name != "recorded_by":
                odd |= texts.str.contains(BLANKS.pattern)
            bad |= odd.fill_null(value=False).to_numpy()
    long = encoded.case_ids.cast(pl.String).str.len_bytes() > LONGEST_ID
    if long.any():
        bad |= long.fill_null(value=False).to_numpy()[encoded.case]
    return bad
