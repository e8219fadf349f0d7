"""Facts about annotations: what can be read and written, and what its parts are.

Everything here runs while the app is built, never at a request. The file is long because each kind
of class (Struct, Pydantic, TypedDict, …) has its few lines here, side by side.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec import NODEFAULT, Meta, UnsetType

from restive._typing import REQUIRED
from restive.values.cache import by_type
from restive.values.hooks import dec_hook, is_pydantic

SCALARS = (str, int, float, bool, Decimal, UUID, datetime, date, time, timedelta)
LISTS = (list, set, frozenset, tuple, Sequence)
OBJECTS = (dict, abc.Mapping, abc.MutableMapping)
HASHED = (set, frozenset, abc.Set, abc.MutableSet, *OBJECTS)  # by their first type argument
QUALIFIERS: tuple[Any, ...] = (typing.Required, typing.NotRequired, typing.Final)
if sys.version_info >= (3, 13):
    QUALIFIERS = (*QUALIFIERS, typing.ReadOnly)
# PEP 695's, which Python 3.11 does not have
ALIASES: tuple[Any, ...] = (typing.TypeAliasType,) if sys.version_info >= (3, 12) else ()
# annotated_types → the argument of msgspec.Meta that says the same
CONSTRAINTS = {
    "Gt": "gt",
    "Ge": "ge",
    "Lt": "lt",
    "Le": "le",
    "MultipleOf": "multiple_of",
    "MinLen": "min_length",
    "MaxLen": "max_length",
}
USE = "a msgspec.Struct, dataclass, TypedDict, attrs class or Pydantic model"


class UnsupportedType(ValueError):
    """An annotation that cannot be read or written.

    what: which one, and why. remedy: what to write instead. Both without their full stop. where:
    the field of a class that is at fault, whoever uses the class; "" for the annotation itself.
    """

    def __init__(self, what: str, remedy: str, where: str = "") -> None:
        super().__init__(f"{what}. {remedy}.")
        self.where = where
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a structured type.

    name: in Python. encode_name: on the wire. type: with its constraints; default: REQUIRED where
    it must be given, unless `factory` makes one.
    """

    name: str
    encode_name: str
    type: Any
    default: Any = REQUIRED
    factory: Callable[[], Any] | None = None
    description: str | None = None

    @property
    def required(self) -> bool:
        return self.default is REQUIRED and self.factory is None


@by_type
def normalise(tp: Any) -> Any:
    """`tp` as msgspec understands it: aliases and NewTypes resolved, constraints as `msgspec.Meta`.

    Other metadata of `Annotated` is dropped. Raises UnsupportedType for what cannot be read from
    JSON, wherever in `tp` it stands: unions that cannot be told apart, classes that are not
    values, constraints that would be ignored.
    """
    if has_patch(tp):
        return class_of(tp)[normalise(get_args(bare(tp))[0])]
    plain = _resolved(tp, ())
    _buildable(plain)
    for part in parts(plain):
        if bare(part) is Decimal and part is not Decimal:
            _check_decimals(plain)
        _supported(part)
    return plain


@by_type
def readable(tp: Any) -> Any:
    """`normalise`, for a type that clients send values of.

    Raises UnsupportedType also where a class has fields that are not for its maker to set.
    """
    plain = normalise(tp)
    for part in parts(plain):
        cls = class_of(part)
        for name, info in getattr(cls, "__dataclass_fields__", {}).items():
            if not info.init or isinstance(info.type, dataclasses.InitVar):
                raise _not_settable(cls, name)
        for info in getattr(cls, "__attrs_attrs__", ()):
            if not info.init:
                raise _not_settable(cls, info.name)
        if cls in HASHED:
            _check_hashed(part, cls)
    return plain


def _check_hashed(part: Any, cls: Any) -> None:
    """SECURITY: arrays of integers can be made to have one hash (see `values.hashes`)."""
    item, plain = (*get_args(bare(part)), Any)[0], cls in OBJECTS
    if not (is_scalar(item) or bare(item) is bytes or (plain and bare(item) is Any)):
        raise UnsupportedType(
            f"`{_name(bare(part))}` would hash what clients send",
            "Write `dict[str, ...]`" if plain else "Write a list, or a set of scalars: `set[str]`",
        )


def _not_settable(cls: Any, name: str) -> UnsupportedType:
    return UnsupportedType(
        f"clients could set `{_name(cls)}.{name}`, which is not an argument of `__init__`, or "
        "is nothing else",
        "Read another type, without this field, and make this one of it",
    )


def bare(tp: Any) -> Any:
    """`tp` without `Annotated`, aliases, NewType and the qualifiers of TypedDict, at its top."""
    while True:
        origin = get_origin(tp)
        if origin is Annotated or origin in QUALIFIERS:
            tp = get_args(tp)[0]
        elif isinstance(tp, NewType):
            tp = tp.__supertype__
        elif ALIASES and isinstance(origin or tp, ALIASES):
            tp = _alias_value(tp)
        else:
            return tp


def metas(tp: Any) -> tuple[Meta, ...]:
    """The `msgspec.Meta` that stand on `tp` itself, the outermost last."""
    found: tuple[Meta, ...] = ()
    while get_origin(tp) is Annotated:
        found = (*(m for m in tp.__metadata__ if isinstance(m, Meta)), *found)
        tp = get_args(tp)[0]
    return found


def members(tp: Any) -> tuple[Any, ...]:
    """The members of a union, `None` left out; of anything else, itself."""
    if not _is_union(bare(tp)):
        return (tp,)
    return tuple(arg for arg in options(tp) if arg not in (type(None), UnsetType))


def options(tp: Any) -> tuple[Any, ...]:
    """The members of a union, `None` and `UnsetType` among them; of anything else, itself."""
    inner = bare(tp)
    return get_args(inner) if _is_union(inner) else (inner,)


def _is_union(tp: Any) -> bool:
    return get_origin(tp) in (Union, types.UnionType)


def is_optional(tp: Any) -> bool:
    """Whether `None` is a value of `tp`."""
    inner = bare(tp)
    if _is_union(inner):
        return any(is_optional(arg) for arg in get_args(inner))
    if get_origin(inner) is Literal:
        return None in get_args(inner)
    return inner in (None, type(None), Any)


@by_type
def is_structured(tp: Any) -> bool:
    """Whether `tp` has named fields: Struct, dataclass, TypedDict, attrs class, Pydantic model."""
    cls = class_of(tp)
    return isinstance(cls, type) and (
        issubclass(cls, msgspec.Struct)
        or typing.is_typeddict(cls)
        or dataclasses.is_dataclass(cls)
        or hasattr(cls, "__attrs_attrs__")
        or is_pydantic(cls)
    )


@by_type
def is_scalar(tp: Any) -> bool:
    """Whether one piece of text can be read as `tp`; `None` and unions of scalars included."""
    inner = bare(tp)
    if _is_union(inner):
        return bool(members(inner)) and all(map(is_scalar, members(inner)))
    scalar = isinstance(inner, type) and (inner in SCALARS or issubclass(inner, Enum))
    return scalar or get_origin(inner) is Literal


@by_type
def is_scalar_list(tp: Any) -> bool:
    """Whether several pieces of text can be read as `tp`: `list[int]`, `tuple[str, ...] | None`."""
    choices = members(tp)
    if len(choices) != 1:
        return False
    inner = bare(choices[0])
    arguments = get_args(inner)
    if get_origin(inner) not in LISTS or not arguments or not is_scalar(arguments[0]):
        return False
    return get_origin(inner) is not tuple or arguments[1:] == (...,)


def has_patch(tp: Any) -> bool:
    """Whether `tp` is `Patch[...]`."""
    return getattr(class_of(tp), "__restive_patch__", False) is True


@by_type
def fields_of(tp: Any) -> tuple[Field, ...]:
    """The fields of a structured type, in the order of their declaration, type arguments filled in.

    Raises TypeError where `tp` is not structured, NameError for a field's unknown name.
    """
    inner = bare(tp)
    cls = class_of(inner)
    if not is_structured(cls):
        raise TypeError(f"{tp!r} has no fields")
    if is_pydantic(cls):
        return tuple(_from_pydantic(cls))
    if issubclass(cls, msgspec.Struct):
        hints = {info.name: info.type for info in msgspec.structs.fields(inner)}
    else:
        hints = _hints(inner)
    shape: Any = msgspec.inspect.type_info(inner)
    known = {info.name: info for info in shape.fields}
    names = hints if typing.is_typeddict(cls) else known  # msgspec sorts the keys of a TypedDict
    return tuple(_field(known[name], hints.get(name, Any)) for name in names)


def parts(tp: Any) -> Iterator[Any]:
    """`tp`, its type arguments, the types of its fields and so on, each once."""
    seen: set[Any] = set()
    waiting = [tp]
    while waiting:
        part = waiting.pop()
        if _hashable(part) in seen:
            continue
        seen.add(_hashable(part))
        yield part
        waiting.extend(_children(part))


def _children(part: Any) -> Iterable[Any]:
    inner = bare(part)
    if inner is not part:
        return (inner,)
    if get_origin(inner) is Literal:
        return ()
    arguments = tuple(arg for arg in get_args(inner) if arg is not ...)
    if is_structured(inner) and not is_pydantic(class_of(inner)):
        return (*arguments, *(field.type for field in fields_of(inner)))
    return arguments or item_types(inner)


def item_types(tp: Any) -> tuple[Any, ...]:
    """The types of the items of a NamedTuple; () for another type."""
    cls = class_of(tp)
    if not (isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")):
        return ()
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple(hints.get(name, Any) for name in cls._fields)


def _hashable(part: Any) -> Any:
    try:
        hash(part)
    except TypeError:
        return id(part)
    return part


def class_of(tp: Any) -> Any:
    """The class behind `tp`: of `Page[Book]`, Page."""
    inner = bare(tp)
    return get_origin(inner) or inner


# -- fields ------------------------------------------------------------------------------------


def _field(info: msgspec.inspect.Field, tp: Any) -> Field:
    while get_origin(tp) in QUALIFIERS:
        tp = get_args(tp)[0]
    factory = None if info.default_factory is NODEFAULT else info.default_factory
    default = info.default
    if default is NODEFAULT:
        default = REQUIRED if info.required or factory else msgspec.UNSET
    description = next((meta.description for meta in reversed(metas(tp)) if meta.description), None)
    return Field(info.name, info.encode_name, tp, default, factory, description)


def _from_pydantic(cls: Any) -> Iterator[Field]:
    for name, info in cls.model_fields.items():
        tp = info.annotation
        for item in info.metadata:
            tp = Annotated[tp, item]
        alias = info.validation_alias or info.alias
        required = info.is_required()
        yield Field(
            name,
            alias if isinstance(alias, str) else name,
            tp,
            REQUIRED if required or info.default_factory else info.default,
            info.default_factory,
            info.description,
        )


def _hints(tp: Any) -> dict[str, Any]:
    """The annotations of a class, or of a generic one with its type variables replaced."""
    cls = get_origin(tp) or tp
    hints = typing.get_type_hints(cls, include_extras=True)
    variables = dict(zip(getattr(cls, "__parameters__", ()), get_args(tp), strict=False))
    if not variables:
        return hints
    return {name: _substituted(hint, variables) for name, hint in hints.items()}


def _substituted(hint: Any, variables: Mapping[Any, Any]) -> Any:
    if isinstance(hint, typing.TypeVar):
        return variables.get(hint, hint)
    free = getattr(hint, "__parameters__", ())
    return hint[tuple(variables.get(variable, variable) for variable in free)] if free else hint


# -- normalising -------------------------------------------------------------------------------


def _resolved(tp: Any, within: tuple[Any, ...]) -> Any:
    """`tp` rebuilt from its resolved arguments; `within` are the aliases being resolved."""
    if isinstance(tp, NewType):
        return _resolved(tp.__supertype__, within)
    origin = get_origin(tp)
    if ALIASES and isinstance(origin or tp, ALIASES):
        if tp in within:
            raise UnsupportedType(
                f"the alias `{tp}` contains itself", f"Write {USE}, or `Any`, in its place"
            )
        return _resolved(_alias_value(tp), (*within, tp))
    if origin is Annotated:
        return _annotated(_resolved(get_args(tp)[0], within), tp.__metadata__)
    if origin is Literal or not get_args(tp):
        return type(None) if tp is None else tp
    arguments = tuple(arg if arg is ... else _resolved(arg, within) for arg in get_args(tp))
    if origin in (Union, types.UnionType):
        return Union[arguments]  # noqa: UP007  (members may be of any kind)
    return origin[arguments] if arguments != get_args(tp) else tp


def _alias_value(tp: Any) -> Any:
    origin = get_origin(tp)
    return tp.__value__ if origin is None else origin.__value__[get_args(tp)]


def _annotated(base: Any, metadata: Iterable[Any]) -> Any:
    wanted: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, Meta):
            base = Annotated[base, item]
        else:
            wanted.update(_constraints(item))
    return Annotated[base, Meta(**wanted)] if wanted else base


def _constraints(item: Any) -> dict[str, Any]:
    """What one piece of metadata asks for, as arguments of `Meta`; {} for what is no constraint."""
    kind, module = type(item).__name__, type(item).__module__.partition(".")[0]
    if module == "pydantic":
        raise UnsupportedType(
            f"`{kind}` of Pydantic counts in Pydantic models only",
            "Write `msgspec.Meta(...)` with the same constraint",
        )
    if module != "annotated_types":
        return {}
    if kind in CONSTRAINTS:
        name = CONSTRAINTS[kind]
        return {name: getattr(item, name)}
    if kind in ("Interval", "Len"):
        return {name: value for part in item for name, value in _constraints(part).items()}
    if kind == "DocInfo":
        return {}
    raise UnsupportedType(
        f"the constraint `{item!r}` cannot be checked",
        "Check it in `__post_init__`, or write one of the constraints of `msgspec.Meta`",
    )


def _buildable(tp: Any) -> None:
    try:
        msgspec.json.Decoder(tp, dec_hook=dec_hook)
    except RecursionError:
        raise UnsupportedType(
            f"`{_name(tp)}` contains itself through an alias",
            f"Write {USE}, or `Any`, in its place",
        ) from None
    except NameError as error:
        raise UnsupportedType(
            f"`{_name(tp)}` names something that does not exist: {error}",
            "Define it at module level, above the first use of the type, or import it",
        ) from error
    except (TypeError, ValueError) as error:
        if "Decimal" in str(error):
            _check_decimals(tp)
        what = str(error).rstrip(".")
        raise UnsupportedType(what, _remedy(what)) from error


def _bounded(tp: Any, where: str, seen: set[Any]) -> str | None:
    """The field in which a Decimal has bounds; `where` if it is `tp`, None if there is none."""
    inner = bare(tp)
    if inner is Decimal and any(map(_bounds, getattr(tp, "__metadata__", ()))):
        return where
    below = [(arg, where) for arg in get_args(inner)]
    if is_structured(inner) and not is_pydantic(class_of(inner)) and inner not in seen:
        seen.add(inner)
        cls = class_of(inner)
        place = f"({cls.__module__}:{cls.__qualname__})"
        below += [(hint, f"Field {name!r} {place}") for name, hint in _hints(inner).items()]
    found = (_bounded(*one, seen) for one in below)
    return next((one for one in found if one is not None), None)


def _bounds(item: Any) -> Any:
    if isinstance(item, Meta):
        return any(getattr(item, name) is not None for name in CONSTRAINTS.values())
    return _constraints(item)


def _check_decimals(tp: Any) -> None:
    if (where := _bounded(tp, "", set())) is not None:
        raise UnsupportedType(
            "msgspec puts no bounds on `Decimal`",
            "Take a Pydantic model with `Field(ge=0, decimal_places=2)`, an integer of cents, or "
            "check it in `__post_init__`",
            where,
        )


def _remedy(message: str) -> str:
    """What to write instead, by what msgspec complains of."""
    if "custom type" in message:
        return "Write one Pydantic `RootModel` of a discriminated union, or tagged Structs"
    if "str-like" in message:
        return "Keep one of the types that are strings in JSON, or write `str` alone"
    if "union" in message:
        return 'Tell them apart: `class A(msgspec.Struct, tag="a")`, or use one type for both'
    if "Can only set" in message:
        return "Check it in `__post_init__`, or take a type that has this constraint"
    return f"Write {USE}, or a builtin type"


def _supported(part: Any) -> None:
    """Raises UnsupportedType for what msgspec would accept and not do."""
    if get_origin(part) is Annotated:
        ignored = next((item for item in part.__metadata__ if _constraints(item)), None)
        if ignored is not None:
            arguments = ", ".join(f"{k}={v!r}" for k, v in _constraints(ignored).items())
            raise UnsupportedType(
                f"`{ignored!r}` on a field of a class is not seen by msgspec",
                f"Write `msgspec.Meta({arguments})` there",
            )
        return
    cls = get_origin(part) or part
    if is_structured(cls):
        _supported_class(cls)
    elif isinstance(cls, type) and _is_custom(cls):
        raise UnsupportedType(
            f"`{_name(cls)}` is not a type that JSON can be read into or written from",
            f"Write {USE}, or a builtin type",
        )


def _supported_class(cls: Any) -> None:
    if dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_validator__"):
        raise UnsupportedType(
            f"`{_name(cls)}` is a dataclass of Pydantic, whose validators would not run",
            "Make it a `pydantic.BaseModel`, or a dataclass of the standard library",
        )
    for info in getattr(cls, "__attrs_attrs__", ()):
        if info.converter is not None:
            raise UnsupportedType(
                f"`{_name(cls)}.{info.name}` has a converter, which would not run",
                "Convert in `__attrs_post_init__`, or declare the type that is sent",
            )


def _is_custom(cls: type) -> bool:
    if cls in (types.UnionType, type(None), UnsetType, object) or issubclass(cls, msgspec.Raw):
        return cls is object
    return isinstance(
        msgspec.inspect.type_info(cls), (msgspec.inspect.CustomType, msgspec.inspect.ExtType)
    )


def _name(tp: Any) -> str:
    if isinstance(tp, type) and not get_args(tp):
        return tp.__qualname__
    return str(tp)
