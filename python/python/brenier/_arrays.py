"""From what people call arrays to doubles in rows, without a silent loss.

Only types and shapes are looked at here. What the numbers mean, and whether they may be so, the library says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._errors import BrenierError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Names of coordinates, for messages.
_FORMS = {2: "[x, y]", 3: "[x, y, z]"}


def floats(values: Any, name: str) -> Floats:
    """An array of doubles with the very values given; any layout, byte order and number of axes."""
    if type(values) is np.ndarray and values.dtype == np.float64:
        return values
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise BrenierError(f"{name} is no array of numbers ({error}); give rows of equal length") from None
    kind = array.dtype.kind
    if array.size == 0 and kind == "f":
        return array.astype(np.float64)
    if kind == "f" and array.dtype.itemsize <= 8:
        return array.astype(np.float64)
    if kind in "iuf":
        wide: Floats = array.astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            same = (wide == array) | (array != array) if kind == "f" else _same_integers(wide, array)
        if not same.all():
            at = tuple(int(k) for k in np.argwhere(~same)[0])
            place = name + "".join(f"[{k}]" for k in at)
            raise BrenierError(f"{place} = {array[at]} is no double; round it, or subtract a common offset")
        return wide
    if kind == "O":
        raise BrenierError(
            f"{name} has entries that are no doubles (dtype object: rows of different lengths, None, or integers "
            "beyond 64 bits); give rows of equal length of ordinary numbers"
        )
    raise BrenierError(f"{name} has dtype {array.dtype}; give real numbers")


def _same_integers(wide: Floats, array: NDArray[Any]) -> NDArray[np.bool_]:
    # 2^63 and 2^64 are doubles that no such integer has: cast back only what fits.
    limit = float(np.iinfo(array.dtype).max)
    fits = wide < limit if limit >= 2.0**53 else np.ones(wide.shape, dtype=bool)
    back = np.where(fits, wide, 0.0).astype(array.dtype)
    result: NDArray[np.bool_] = fits & (back == array)
    return result


def rows(values: Any, name: str, columns: int | None = None) -> Floats:
    """Doubles in rows of so many columns."""
    array = floats(values, name)
    if columns is None:
        form, fits = "[x, y] or [x, y, z] each", array.ndim == 2 and array.shape[1] in (2, 3)
    else:
        form = f"{_FORMS.get(columns, f'{columns} numbers')} each"
        fits = array.ndim == 2 and array.shape[1] == columns
    if array.size == 0 and (array.ndim <= 1 or array.shape[0] == 0):
        return np.empty((0, columns or 2))
    if not fits:
        raise BrenierError(f"{name} has shape {array.shape}; give rows of {form}")
    return np.ascontiguousarray(array)


def vector(values: Any, name: str) -> Floats:
    """Doubles in one row."""
    array = floats(values, name)
    if array.ndim != 1:
        raise BrenierError(f"{name} has shape {array.shape}; give a list of numbers")
    return np.ascontiguousarray(array)


def triples(values: Any, name: str) -> Ints:
    """Indices in rows of three."""
    return indices(values, name, 3)


def indices(values: Any, name: str, columns: int) -> Ints:
    """Indices in rows of so many columns."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty((0, columns), dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise BrenierError(f"{name} has dtype {array.dtype}; give integers")
    if array.ndim != 2 or array.shape[1] != columns:
        raise BrenierError(f"{name} has shape {array.shape}; give rows of {columns} indices each")
    if int(array.max()) > np.iinfo(np.int64).max:
        raise BrenierError(f"{name} has an index of {array.max()}; no mesh has as many vertices")
    return np.ascontiguousarray(array, dtype=np.int64)
