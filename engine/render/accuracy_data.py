"""What was measured of a name in one format, as the data of its function has it: `engine.render.datasheet`."""

from __future__ import annotations

import math
from typing import Any

from engine.accuracy.results import ORDERS, Accuracy, Apart, Convention, Part, Row, Spot, Step
from engine.accuracy.rows.results import RowSpot, VectorRow


def measured(row: Row | VectorRow) -> dict[str, Any]:
    """All that is known of a row."""
    if isinstance(row, VectorRow):
        return _of_vectors(row)
    return {
        "api": row.api,
        "library": row.library,
        "backend": row.backend,
        "dtype": row.dtype,
        "lent": row.lent or None,
        "returns": row.returns or None,
        "refused": row.refused or None,
        "no_derivative": row.no_gradient or None,
        "integers": [
            {
                "dtype": given.dtype,
                "returns": given.returns or None,
                "refused": given.refused or None,
                "ulp": None if given.error is None else _number(given.error),
            }
            for given in row.integers
        ],
        "orders": [_order(accuracy) for accuracy in row.orders],
    }


def _of_vectors(row: VectorRow) -> dict[str, Any]:
    return {
        "api": row.api,
        "library": row.library,
        "backend": row.backend,
        "dtype": row.dtype,
        "returns": row.returns or None,
        "refused": row.refused or None,
        "no_derivative": row.no_gradient or None,
        "groups": [
            {
                "name": group.name,
                "order": ORDERS[group.order],
                "points": group.points,
                "worst": group.worst and _spot(group.worst),
            }
            for group in row.groups
        ],
    }


def _spot(spot: RowSpot) -> dict[str, Any]:
    return {
        "ulp": _number(spot.size),
        "x": [_value(x) for x in spot.x],
        "entry": spot.row,
        "by": spot.entry or None,
        "got": _value(spot.got),
        "exact": _value(spot.exact),
    }


def _order(accuracy: Accuracy) -> dict[str, Any]:
    return {
        "order": ORDERS[accuracy.order],
        "points": accuracy.points,
        "alone": accuracy.alone,
        "mean_ulp": _number(accuracy.mean_error),
        "max": _fault(accuracy.max_error),
        "parts": [_part(part) for part in accuracy.parts],
        "ends": [
            {"kind": edge.kind, "near": _value(edge.near), "far": _value(edge.far), "onward": edge.onward}
            for edge in accuracy.edges
        ],
        "at": [
            {"x": name, "got": _value(got), "limit": None if limit is None else _value(limit)}
            for name, (got, limit) in sorted(accuracy.at_nonfinite.items())
        ],
        "negative_zero": _fault(accuracy.negative_zero),
        "conventions": [_convention(convention) for convention in accuracy.conventions],
        "declared": [
            {"point": there.point, "x": _value(there.x), "results": [_fault(spot) for spot in there.spots]}
            for there in accuracy.declared
        ],
    }


def _convention(convention: Convention) -> dict[str, Any]:
    numbers = {name: _value(getattr(convention, name) + 0.0) for name in ("x", "got", "alone", "left", "right")}
    return {**numbers, "jump": convention.jump}


def _part(part: Part) -> dict[str, Any]:
    """Every kind of fault by its name, null where there is none."""
    return {
        name: value if isinstance(value, str) else _fault(value)
        for name, value in ((name, getattr(part, name)) for name in part.__dataclass_fields__)
    }


def _fault(fault: Spot | Step | Apart | None) -> dict[str, Any] | None:
    match fault:
        case None:
            return None
        case Step():
            return {"ulp": _number(fault.size), "before": _fault(fault.before), "after": _fault(fault.after)}
        case Apart():
            values = {"together": _value(fault.together), "alone": _value(fault.alone)}
        case Spot():
            values = {"got": _value(fault.got), "exact": _value(fault.exact)}
    return {"ulp": _number(fault.size), "x": _value(fault.x)} | values


def _value(number: float) -> float | str:
    return _number(number, 17)


def _number(value: float, digits: int = 4) -> float | str:
    """A number to so many digits; JSON has none that are not finite, so these are texts."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else f"{value:g}"
