"""Facts about callables: their arguments, what they return, where they stand, if they can wait."""

from __future__ import annotations

import dis
import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import msgspec


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


class Source(msgspec.Struct, frozen=True):
    """Where a handler was written: `module:qualname, file:line`."""

    module: str
    qualname: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.qualname}, {self.file}:{self.line}"


class SignatureError(ValueError):
    """A signature that cannot be read. problem, remedy: sentences without their full stop."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}.")
        self.problem = problem
        self.remedy = remedy


class Argument(msgspec.Struct, frozen=True):
    """One parameter of a callable. metadata: what stands in `Annotated` beside the type."""

    name: str
    annotation: Any
    type: Any
    metadata: tuple[Any, ...]
    default: Any
    keyword_only: bool

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Resolved annotations, `return` included. Raises SignatureError for a name not to be found."""
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.isclass(target):
        target = target.__init__
    elif not (inspect.isroutine(target) or hasattr(target, "__wrapped__")):
        target = type(target).__call__
    try:
        return typing.get_type_hints(target, include_extras=True)
    except NameError as error:
        raise SignatureError(
            f"the annotation {error.name!r} cannot be resolved",
            "Import it at the module's level (not under TYPE_CHECKING, not inside a function)",
        ) from None
    except TypeError as error:
        raise SignatureError(
            f"an annotation cannot be evaluated: {error}", "Write one that Python can evaluate"
        ) from None


def arguments_of(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """The parameters in order. Raises SignatureError for those that cannot be filled by name."""
    hints = hints_of(function)
    arguments = []
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise SignatureError("its signature cannot be read", "Wrap it in a function") from None
    for parameter in signature.parameters.values():
        arguments.append(_argument(parameter, hints))
    return tuple(arguments)


def _argument(parameter: inspect.Parameter, hints: dict[str, Any]) -> Argument:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise SignatureError(
            f"parameter {str(parameter)!r} takes anything", "Name each parameter with its type"
        )
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise SignatureError(
            f"parameter {parameter.name!r} is positional-only", "Take the `/` out of the signature"
        )
    if parameter.name not in hints:
        kind = "Request" if parameter.name == "request" else "str"
        raise SignatureError(
            f"parameter {parameter.name!r} has no annotation", f"Write `{parameter.name}: {kind}`"
        )
    annotation = hints[parameter.name]
    kind, metadata = split_annotated(annotation)
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    keyword_only = parameter.kind is parameter.KEYWORD_ONLY
    return Argument(parameter.name, annotation, kind, metadata, default, keyword_only)


def split_annotated(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """`Annotated[T, a, b]` → (T, (a, b)); anything else → (it, ())."""
    if get_origin(annotation) is Annotated:
        kind, *metadata = get_args(annotation)
        return kind, tuple(metadata)
    return annotation, ()


def rejoined(kind: Any, metadata: tuple[Any, ...]) -> Any:
    """The inverse of `split_annotated`."""
    return Annotated[(kind, *metadata)] if metadata else kind


def union_members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the type itself."""
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def source_of(function: Callable[..., Any]) -> Source:
    """Where the function was written; for objects, where their class was."""
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    target = inspect.unwrap(target)
    code = getattr(target, "__code__", None)
    if code is None and not inspect.isclass(target):
        code = getattr(getattr(type(target), "__call__", None), "__code__", None)  # noqa: B004
    module = getattr(target, "__module__", None) or type(target).__module__
    name = getattr(target, "__qualname__", None) or type(target).__qualname__
    if code is not None:
        return Source(module, name, code.co_filename, code.co_firstlineno)
    return Source(module, name, "?", 0)


def name_of(function: Callable[..., Any]) -> str:
    """`__name__`, or the class's name for objects."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", None) or type(function).__name__


_WAITING = frozenset(
    dis.opmap[name]
    for name in (
        "ASYNC_GEN_WRAP",
        "BEFORE_ASYNC_WITH",
        "END_ASYNC_FOR",
        "GET_AITER",
        "GET_ANEXT",
        "GET_AWAITABLE",
        "GET_YIELD_FROM_ITER",
        "SEND",
        "YIELD_VALUE",
    )
    if name in dis.opmap
)


def _waits(code: types.CodeType) -> bool:
    # Every second byte is an opcode, or the inside of a cache, which is zero.
    return not _WAITING.isdisjoint(code.co_code[::2])


async def _awaiting(thing: Any) -> None:
    await thing


async def _looping(things: Any) -> None:
    async for _ in things:
        pass


async def _entering(thing: Any) -> None:
    async with thing:
        pass


async def _plain(thing: Any) -> Any:
    return thing


# On an interpreter whose bytecode is not as expected nothing is ever stepped in place.
_READABLE = not _waits(_plain.__code__) and all(
    _waits(function.__code__) for function in (_awaiting, _looping, _entering)
)


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine, as far as can be told beforehand."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004
    )


def never_waits(function: Callable[..., Any]) -> bool:
    """Whether it is a plain coroutine function whose code holds no await.

    Only what is actually called counts, never `__wrapped__`: decorated callables, objects and
    `@types.coroutine` functions give False.
    """
    target = function.__func__ if isinstance(function, types.MethodType) else function
    if not isinstance(target, types.FunctionType) or not _READABLE:
        return False
    flags = target.__code__.co_flags
    if not flags & inspect.CO_COROUTINE or flags & inspect.CO_ITERABLE_COROUTINE:
        return False
    return not _waits(target.__code__)
