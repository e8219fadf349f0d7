"""Where msgspec and we differ on what a number is.

JSON numbers with a zero fraction (`1.0`, `1e2`) are integers, as JSON Schema says, and a Decimal is
finite. Values are treated in columns, all that stand in the same place of a type together, so that
a body full of them costs little more than msgspec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import msgspec

from restive.values.codes import choices
from restive.values.decimals import has_decimals, is_taken
from restive.values.hooks import is_pydantic
from restive.values.types import bare, fields_of, members, parts
from restive.values.walk import DictNode, ListNode, ObjectNode, TupleNode, UnionNode, node_of

EXACT = 2**53  # beyond it a float does not hold every integer
REFUSED = "not a finite decimal number"  # what msgspec refuses in its place
OPEN = (Any, list, dict)
Column = list[Any]
Coercer = Callable[[Column], Column]


@lru_cache(maxsize=1024)
def coercer(tp: Any) -> Coercer | None:
    """A function that mends a list of decoded values of `tp`, or None where nothing can be.

    It returns the list, or a new one where the values themselves have changed; dicts and lists in
    it are changed in place. Where `tp` `has_decimals`, fractional numbers are to be decoded as
    Decimal, so that a Decimal keeps its digits; where no type says what they are, they become
    floats again. A Decimal that is refused becomes a text that msgspec refuses.
    """
    return _coercer(tp, has_decimals(tp))


def _coercer(tp: Any, exact: bool) -> Coercer | None:
    if not any(_leaf(part, exact) for part in parts(tp)):
        return None
    mend = _leaf(tp, exact)
    match node_of(tp):
        case UnionNode():
            mend = _union(tp, exact)
        case ObjectNode() as node:
            mend = _object(node, exact)
        case ListNode() as node:
            mend = _lists(_coercer(node.item.type, exact))
        case DictNode() as node:
            mend = _dicts(_coercer(node.item.type, exact))
        case TupleNode() as node:
            mend = _positions(node, exact)
    return mend


def _is_whole(tp: Any) -> bool:
    inner = bare(tp)
    return inner is int or any(type(value) is int for value in choices(inner))


def _leaf(tp: Any, exact: bool) -> Coercer | None:
    inner = bare(tp)
    if _is_whole(inner):
        return _whole_numbers
    if exact and inner is Decimal:
        return _decimals
    return _floats if exact and (inner in OPEN or is_pydantic(inner)) else None


def _whole_numbers(column: Column) -> Column:
    kinds = set(map(type, column))
    kind = float if float in kinds else Decimal
    if kind not in kinds:
        return column
    numbers = [value for value in column if type(value) is kind]
    try:
        # PERF: in C, where all are whole. It says no to floats that do not hold every integer.
        whole = msgspec.convert(numbers, list[int], strict=False)
    except msgspec.ValidationError:
        whole = [_whole(value) for value in numbers]
    if len(whole) == len(column):
        return whole
    rest = iter(whole)
    return [next(rest) if type(value) is kind else value for value in column]


def _whole(value: Any) -> Any:
    return int(value) if abs(value) <= EXACT and value == int(value) else value


def _decimals(column: Column) -> Column:
    return [
        REFUSED if type(value) in (str, Decimal) and not is_taken(value) else value
        for value in column
    ]


def _floats(column: Column) -> Column:
    return [_float(value) for value in column]


def _float(value: Any) -> Any:
    if type(value) is Decimal:
        return float(value)
    if type(value) is list:
        return [_float(item) for item in value]
    if type(value) is dict:
        return {key: _float(item) for key, item in value.items()}
    return value


def _union(tp: Any, exact: bool) -> Coercer | None:
    options = members(tp)
    if any(bare(option) in (float, Decimal) for option in options):
        options = tuple(option for option in options if not _is_whole(option))
    return _in_turn([_coercer(option, exact) for option in options])


def _in_turn(each: Iterable[Coercer | None]) -> Coercer | None:
    known = [treat for treat in each if treat is not None]
    if len(known) < 2:
        return known[0] if known else None

    def treat_all(column: Column) -> Column:
        for treat in known:
            column = treat(column)
        return column

    return treat_all


def _lists(treat: Coercer | None) -> Coercer | None:
    """Of lists, all whose items `treat` mends."""
    if treat is None:
        return None

    def treat_lists(column: Column) -> Column:
        lists = [value for value in column if type(value) is list]
        old = list(chain.from_iterable(lists))
        new = treat(old) if old else old
        if new is not old:
            rest = iter(new)
            for items in lists:
                items[:] = list(islice(rest, len(items)))
        return column

    return treat_lists


def _dicts(treat: Coercer | None) -> Coercer | None:
    """Of dicts, all whose values `treat` mends."""
    if treat is None:
        return None

    def treat_dicts(column: Column) -> Column:
        dicts = [value for value in column if type(value) is dict]
        old = list(chain.from_iterable(map(dict.values, dicts)))
        new = treat(old) if old else old
        if new is not old:
            rest = iter(new)
            for mapping in dicts:
                mapping.update(zip(list(mapping), islice(rest, len(mapping)), strict=True))
        return column

    return treat_dicts


def _object(node: ObjectNode, exact: bool) -> Coercer:
    known: list[tuple[str, Coercer]] | None = None  # found at the first use: types may be recursive

    def treat_objects(column: Column) -> Column:
        nonlocal known
        if known is None:
            pairs = ((f.encode_name, _coercer(f.type, exact)) for f in fields_of(node.type))
            known = [(name, treat) for name, treat in pairs if treat is not None]
        objects = [value for value in column if type(value) is dict]
        if node.tag_field:
            objects = [v for v in objects if v.get(node.tag_field, node.tag) == node.tag]
        for name, treat in known:
            _treat_places([value for value in objects if name in value], name, treat)
        return column

    return treat_objects


def _positions(node: TupleNode, exact: bool) -> Coercer:
    pairs = ((number, _coercer(tp, exact)) for number, tp in enumerate(node.types, node.skipped))
    known = [(number, treat) for number, treat in pairs if treat is not None]

    def treat_arrays(column: Column) -> Column:
        arrays = [value for value in column if type(value) is list]
        for number, treat in known:
            _treat_places([value for value in arrays if number < len(value)], number, treat)
        return column

    return treat_arrays


def _treat_places(holders: Sequence[Any], place: Any, treat: Coercer) -> None:
    """Mends what stands at one place, a name or a number, of each holder."""
    old = [holder[place] for holder in holders]
    new = treat(old) if old else old
    if new is not old:
        for holder, value in zip(holders, new, strict=True):
            holder[place] = value
