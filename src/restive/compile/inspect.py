"""A handler and the providers in scope → the plan of what a request of it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restive._typing import Argument, SignatureError, arguments_of, rejoined
from restive.compile.classify import (
    ArgumentError,
    Surroundings,
    input_of,
    marker_of,
    two_bodies,
)
from restive.compile.plan import FromApp, FromBody, Input, Plan, Step, Use
from restive.di.provider import Provider, provider, provider_mistake
from restive.errors import Mistake
from restive.params import SOURCES, Depends, _Inject
from restive.values.output import label

_Ref = tuple[bool, int]  # (made by a step, number of the input or step)


class Inspector:
    """Walks a handler's arguments and those of the providers it needs, and notes all mistakes.

    where: the first part of each Mistake. providers: those in scope, by key. app: whether the plan
    is made for the start of the app, where there is no request. of_app: the providers of scope
    `app` that the plan takes values of.
    """

    def __init__(
        self,
        where: str,
        around: Surroundings,
        providers: Mapping[Any, Provider],
        *,
        app: bool = False,
    ) -> None:
        self.where = where
        self.around = around
        self.providers = providers
        self.mistakes: list[Mistake] = []
        self.inputs: list[Input] = []
        self.steps: list[tuple[Provider, list[tuple[Argument, _Ref]]]] = []
        self.of_app: list[Provider] = []
        self._app = app
        self._refs: dict[Provider, _Ref] = {}
        self._open: list[Provider] = []

    def plan(self, handler: Callable[..., Any]) -> Plan:
        """The plan; of no use when `mistakes` is not empty."""
        arguments = self._fill(handler, self.where)
        self._check_whole()
        steps = self.plan_of_steps()
        return Plan(steps.inputs, steps.steps, self._use(arguments))

    def need(self, found: Provider, providers: Mapping[Any, Provider]) -> None:
        """Add the steps that make what `found` makes. providers: those that are in scope for it."""
        self.providers = providers
        self._provided(found)

    def plan_of_steps(self) -> Plan:
        """What was needed so far, without a handler."""
        steps = tuple(Step(found, self._use(filled)) for found, filled in self.steps)
        return Plan(tuple(self.inputs), steps)

    def _use(self, filled: list[tuple[Argument, _Ref]]) -> Use:
        positions, named = [], []
        for argument, (made, number) in filled:
            index = number + len(self.inputs) if made else number
            if argument.keyword_only:
                named.append((argument.name, index))
            else:
                positions.append(index)
        return Use(tuple(positions), tuple(named))

    def _fill(self, function: Callable[..., Any], where: str) -> list[tuple[Argument, _Ref]]:
        try:
            arguments = arguments_of(function)
        except SignatureError as error:
            self._mistake(where, "signature", error.problem, error.remedy)
            return []
        filled = []
        for argument in arguments:
            try:
                ref = self._ref(argument)
            except ArgumentError as error:
                self._mistake(error.where or where, error.code, error.problem, error.remedy)
            else:
                filled.append((argument, ref))
        return filled

    def _ref(self, argument: Argument) -> _Ref:
        marker = marker_of(argument)
        if isinstance(marker, Depends):
            found = provider(marker.function, marker.function, marker.scope)
            mistake = provider_mistake(found)
            if mistake is not None:
                self.mistakes.append(mistake)
            return self._provided(found)
        if marker is None or isinstance(marker, _Inject):
            known = self._lookup(argument)
            if known is not None:
                return self._provided(known)
            if isinstance(marker, _Inject):
                raise ArgumentError(
                    "no-provider",
                    f"parameter {argument.name!r} is marked Inject, and no provider in scope "
                    f"makes `{label(argument.type)}`",
                    "Register one with `app.provide(Type, function)`",
                )
        if self._app:
            raise ArgumentError(
                "app-scope",
                f"no provider of scope 'app' makes parameter {argument.name!r} of type "
                f"`{label(argument.type)}`, and at the start there is no request to read it from",
                "Provide it with scope='app', or give this provider scope='request'",
            )
        return self._input(input_of(argument, marker, self.around))

    def _lookup(self, argument: Argument) -> Provider | None:
        """The provider of `Annotated[T, "name"]` or of T."""
        plain = tuple(item for item in argument.metadata if not isinstance(item, SOURCES))
        for key in (rejoined(argument.type, plain), argument.type):
            try:
                found = self.providers.get(key)
            except TypeError:  # not hashable, so nobody's key
                continue
            if found is not None:
                return found
        return None

    def _input(self, item: Input) -> _Ref:
        if item not in self.inputs:
            self.inputs.append(item)
        return False, self.inputs.index(item)

    def _provided(self, found: Provider) -> _Ref:
        if not self._app and found.scope == "app":
            self.of_app.append(found)
            return self._input(FromApp(found))
        if self._app and found.scope != "app":
            raise ArgumentError(
                "app-scope",
                f"it has scope 'app' and needs what is made for each request by {found.where}",
                "Give it scope='request', or the other one scope='app'",
            )
        ref = self._refs.get(found)
        if ref is not None:
            return ref
        if found in self._open:
            raise ArgumentError(
                "provider-cycle",
                f"{found.where} needs itself, through its own parameters",
                "Break the circle",
            )
        self._open.append(found)
        where = f"{self.where}: {found.where}" if self.where else found.where
        filled = self._fill(found.function, where)
        self._open.pop()
        self.steps.append((found, filled))
        ref = self._refs[found] = (True, len(self.steps) - 1)
        return ref

    def _check_whole(self) -> None:
        bodies = [item.spec.argument for item in self.inputs if isinstance(item, FromBody)]
        if len(bodies) > 1:
            error = two_bodies(bodies)
            self._mistake(self.where, error.code, error.problem, error.remedy)
        whole = Plan(tuple(self.inputs))
        if whole.takes_request or self.mistakes:
            return  # it can read them from request.path_values
        taken = {param.name for param in whole.params if param.location == "path"}
        for name in sorted(self.around.path.keys() - taken):
            made = self.around.path[name]
            kind = "str" if made is None else label(type(made))
            self._mistake(
                self.where,
                "unused-path-parameter",
                f"path parameter {name!r} is not a parameter of the handler",
                f"Add `{name}: {kind}` to it, or rename the path parameter",
            )

    def _mistake(self, where: str, code: str, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(code, where, problem, remedy))
