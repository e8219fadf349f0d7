"""Declarations → a built app: operations, endpoints, matcher. All mistakes are found here."""

from __future__ import annotations

import gc
import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from restive._typing import SignatureError, hints_of, name_of, source_of
from restive.compile import classify
from restive.compile.collect import (
    Collected,
    all_lifespans,
    all_providers,
    all_routers,
    collect,
)
from restive.compile.endpoint import Surroundings, compile_endpoint
from restive.compile.failures import handler_mistake, handler_where
from restive.compile.inspect import Inspector
from restive.compile.plan import Plan
from restive.compile.returns import Returns, returns_of
from restive.config import DEFAULT_LIMITS, merged
from restive.di.provider import Provider, provider_mistake
from restive.errors import BuildError, Mistake
from restive.group import Lifespan, Router
from restive.operation import Operation
from restive.routing import CONVERTORS, Convertor, Matcher, Table, Template, TemplateError
from restive.routing.convertors import SAMPLES
from restive.routing.match import shape
from restive.values.body import DEEPEST
from restive.values.similar import did_you_mean
from restive.wires.target import Endpoint

METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
ROUTABLE = METHODS - {"CONNECT", "TRACE"}
_WORD = re.compile(r"[A-Za-z0-9]+")


class Route(msgspec.Struct, frozen=True):
    """One operation with what its endpoint is compiled of. of_app: providers of scope `app`."""

    operation: Operation
    template: Template
    plan: Plan
    returns: Returns
    collected: Collected
    of_app: tuple[Provider, ...]


class Built(msgspec.Struct, frozen=True):
    """A built app. app_steps: the providers of scope `app`, in the order they are entered."""

    routes: tuple[Route, ...]
    matcher: Matcher[Endpoint]
    app_steps: Plan
    lifespans: tuple[Lifespan, ...]

    def named(self, target: str | Callable[..., Any]) -> list[Route]:
        """The routes whose name or handler is `target`."""
        return [
            route
            for route in self.routes
            if target in (route.operation.name, route.operation.handler)
        ]


class Builder:
    """Goes through the declarations once and notes every mistake it meets.

    convertors: the app's own, by name, beside the usual ones. schemes: names of its security
    schemes.
    """

    def __init__(
        self, root: Router, convertors: Mapping[str, Convertor], schemes: Collection[str]
    ) -> None:
        self._root = root
        self._schemes = schemes
        # Its own are tried before the usual ones, and may replace them.
        self._convertors = {**convertors, **CONVERTORS, **convertors}
        self._mistakes: list[Mistake] = []
        self._provided = frozenset(found.key for found, _ in all_providers(root))

    def build(self, around: Surroundings) -> Built:
        """Everything compiled. Raises BuildError with all mistakes."""
        # PERF: what is made here stays, and looking for garbage in it takes a quarter of the time.
        collects = gc.isenabled()
        gc.disable()
        try:
            return self._build(around)
        finally:
            if collects:
                gc.enable()

    def _build(self, around: Surroundings) -> Built:
        self._check_declarations()
        routes = [route for item in collect(self._root) for route in self._routes(item)]
        self._check_ids(routes)
        app_steps = self._app_steps(routes)
        table: Table[Route] = Table()
        explicit = set()
        for route in routes:
            operation = route.operation
            table.add(operation.method, route.template, route, operation.where)
            explicit.add((operation.method, _shape(route.template)))
        self._mistakes += table.mistakes()
        if self._mistakes:
            raise BuildError(list(dict.fromkeys(self._mistakes)))
        matcher = _matcher(routes, explicit, around)
        return Built(tuple(routes), matcher, app_steps, tuple(all_lifespans(self._root)))

    def _check_declarations(self) -> None:
        for router in all_routers(self._root):
            declared = router.declared
            found = [provider_mistake(provider) for provider in declared.providers]
            found += [handler_mistake(*one) for one in declared.error_handlers]
            self._mistakes += [mistake for mistake in found if mistake is not None]
            self._check_twice("provider", [(one.key, one.where) for one in declared.providers])
            handled = [(kind, handler_where(kind, of)) for kind, of in declared.error_handlers]
            self._check_twice("error-handler", handled)

    def _check_twice(self, what: str, declared: Sequence[tuple[Any, str]]) -> None:
        """One router has one provider of a type, and one handler of a class of errors."""
        first: dict[Any, str] = {}
        for key, where in declared:
            if key in first:
                self._mistake(
                    where,
                    f"{what}-duplicate",
                    f"the same router has one already: {first[key]}",
                    "Keep one of them, or put the other on a router of its own",
                )
            first.setdefault(key, where)

    def _routes(self, item: Collected) -> list[Route]:
        made = []
        for method in item.methods:
            where = f"Route {f'{method} {item.path}'!r} ({source_of(item.handler)})"
            route = self._route(method, item, where)
            if route is not None:
                made.append(route)
        return made

    def _route(self, method: str, item: Collected, where: str) -> Route | None:
        template = self._template(item.path, where)
        returns = self._returns(item, where)
        if method not in ROUTABLE:
            self._mistake(
                where,
                "method",
                f"{method} is not a method that can be routed",
                f"Use one of {', '.join(sorted(ROUTABLE))}",
            )
        self._check_limits(item, where)
        self._check_security(item, where)
        if template is None:
            return None
        made = {param.name: SAMPLES.get(param.convertor) for param in template.params}
        around = classify.Surroundings(method, made, self._provided)
        inspector = Inspector(where, around, item.providers)
        plan = inspector.plan(item.handler)
        self._mistakes += inspector.mistakes
        if inspector.mistakes or returns is None:
            return None
        operation = _operation(method, item, template, plan, returns)
        return Route(operation, template, plan, returns, item, tuple(inspector.of_app))

    def _check_limits(self, item: Collected, where: str) -> None:
        depth = merged(DEFAULT_LIMITS, item.options.get("limits")).depth or 0
        if not 0 < depth <= DEEPEST:
            self._mistake(
                where,
                "limits",
                f"a depth of {depth} cannot be kept",
                f"Write Limits(depth=...) with 1 to {DEEPEST}",
            )

    def _check_security(self, item: Collected, where: str) -> None:
        for name in item.options.get("security", ()):
            if name not in self._schemes:
                alike = did_you_mean(name, self._schemes)
                new = f"App(security_schemes={{{name!r}: ...}})"
                self._mistake(
                    where,
                    "security-scheme",
                    f"security={[name]!r} is none of the app's security_schemes",
                    f"Write {f'security={alike[:1]!r}' if alike else new}",
                )

    def _template(self, path: str, where: str) -> Template | None:
        try:
            return Template.parse(path or "/", self._convertors)
        except TemplateError as error:
            self._mistake(where, "template", error.problem, error.remedy)
            return None

    def _returns(self, item: Collected, where: str) -> Returns | None:
        try:
            hints = hints_of(item.handler)
            if "return" not in hints:
                self._mistake(
                    where,
                    "no-return-annotation",
                    "the handler does not say what it returns",
                    "Write `-> dict[str, str]`, a Struct, `-> None` or `-> Response`",
                )
                return None
            if inspect.isasyncgenfunction(item.handler):
                self._mistake(
                    where,
                    "handler-yields",
                    "the handler yields, and an answer is returned",
                    "Return `Stream(parts())`, where `parts` is the function that yields",
                )
                return None
            return returns_of(hints["return"], item.options.get("status"))
        except SignatureError as error:
            self._mistake(where, "signature", error.problem, error.remedy)
        except classify.ArgumentError as error:
            self._mistake(error.where or where, error.code, error.problem, error.remedy)
        return None

    def _check_ids(self, routes: list[Route]) -> None:
        seen: dict[str, Operation] = {}
        for route in routes:
            operation = route.operation
            first = seen.setdefault(operation.id, operation)
            # The same method and path once more is reported as just that.
            if first is not operation and first.route != operation.route:
                self._mistake(
                    operation.where,
                    "operation-id",
                    f"operation id {operation.id!r} is taken by {first.where}",
                    "Give one of them operation_id='...'",
                )

    def _app_steps(self, routes: list[Route]) -> Plan:
        """One plan for all providers of scope `app`, those of `Depends` included."""
        inspector = Inspector("", classify.Surroundings("GET", {}), {}, app=True)
        for found, visible in all_providers(self._root):
            if found.scope == "app":
                inspector.need(found, visible)
        for route in routes:
            for found in route.of_app:
                inspector.need(found, route.collected.providers)
        self._mistakes += inspector.mistakes
        return inspector.plan_of_steps()

    def _mistake(self, where: str, code: str, problem: str, remedy: str) -> None:
        self._mistakes.append(Mistake(code, where, problem, remedy))


def _shape(template: Template) -> tuple[object, ...]:
    return tuple(shape(segment) for segment in template.segments)


def _matcher(
    routes: list[Route], explicit: set[tuple[str, tuple[object, ...]]], around: Surroundings
) -> Matcher[Endpoint]:
    table: Table[Endpoint] = Table()
    for route in routes:
        operation = route.operation
        endpoint = compile_endpoint(
            operation, route.plan, route.returns, route.collected.error_handlers, around
        )
        table.add(operation.method, route.template, endpoint, operation.where)
        if operation.method == "GET" and ("HEAD", _shape(route.template)) not in explicit:
            table.add("HEAD", route.template, endpoint, operation.where)
    return table.freeze()


def _operation(
    method: str, item: Collected, template: Template, plan: Plan, returns: Returns
) -> Operation:
    options = item.options
    name = options.get("name") or name_of(item.handler)
    summary, _, description = (inspect.getdoc(item.handler) or "").partition("\n")
    problems = (*options.get("raises", ()), *returns.problems)
    return Operation(
        method=method,
        path=item.path or "/",
        id=options.get("operation_id") or operation_id(method, template),
        name=name,
        handler=item.handler,
        source=source_of(item.handler),
        params=plan.params,
        body=plan.body,
        responses=returns.specs(tuple(options.get("media_types", ()))),
        raises=tuple(dict.fromkeys(problems)),
        security=tuple(options.get("security", ())),
        returns=returns.value,
        status=returns.status,
        summary=options.get("summary") or summary.strip() or name.replace("_", " ").capitalize(),
        description=options.get("description") or description.strip(),
        tags=tuple(options.get("tags", ())),
        deprecated=options.get("deprecated", False),
        hidden=options.get("hidden", False),
        task=options.get("task", False),
        blocking=options.get("blocking", False),
        unknown_query=options.get("unknown_query", "refuse"),
        limits=merged(DEFAULT_LIMITS, options.get("limits")),
        path_types={param.name: dict(param.convertor.schema) for param in template.params},
        meta=options.get("meta", {}),
    )


def operation_id(method: str, template: Template) -> str:
    """`get_books_by_id` for GET /books/{id}: it stays the same whatever other routes there are."""
    words = [method.lower()]
    for segment in template.segments:
        if isinstance(segment, str):
            words += _WORD.findall(segment) or (["slash"] if len(words) > 1 else [])
        else:
            around = _WORD.findall(segment.prefix), _WORD.findall(segment.suffix)
            words += [*around[0], "by", segment.name, *around[1]]
    return "_".join(words if len(words) > 1 else [*words, "root"])
