"""An operation and its plan → the endpoint that wires call."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec

from restive._typing import is_async, never_waits
from restive.compile.background import Background
from restive.compile.failures import Failures, Handlers
from restive.compile.inputs import BadInput, Inputs
from restive.compile.plan import Plan
from restive.compile.respond import Render, Responder
from restive.compile.returns import Returns
from restive.compile.run import Parts, Run, run_in_place, run_in_task, run_in_thread
from restive.compile.threads import Pool
from restive.di.provider import Provider
from restive.errors import Problem
from restive.http.request import Request
from restive.http.response import Response
from restive.operation import Operation
from restive.wires.target import Endpoint

Answered = Response | Awaitable[Response]


class Surroundings(msgspec.Struct, frozen=True):
    """What all endpoints of one app share. app_values: made by providers of scope `app`."""

    pool: Pool
    background: Background
    app_values: Mapping[Provider, Any]
    dev: bool
    checked: bool


def compile_endpoint(
    operation: Operation,
    plan: Plan,
    returns: Returns,
    error_handlers: Handlers,
    around: Surroundings,
) -> Endpoint:
    """Compose the endpoint of the parts that this operation needs, and no others."""
    inputs = Inputs(plan, operation, around.app_values)
    responder = Responder(returns, checked=around.checked)
    failures = Failures(
        error_handlers, operation=operation, vary=responder.negotiates, dev=around.dev
    )
    parts = Parts(
        operation.handler, plan, failures, around.pool, around.background, operation.where
    )
    run = _runner(parts, operation)
    call = _call(inputs, responder, failures, run, _refuser(parts, operation))
    return attributed(call, operation, _refuse(inputs, responder, failures))


def _refuser(parts: Parts, operation: Operation) -> Callable[[Request, BadInput, Render], Answered]:
    """Runs the providers, then raises what refuses the input where the handler would have run."""
    raises = _raise_async if is_async(parts.handler) else _raise
    plan = Plan(parts.plan.inputs, parts.plan.steps)

    def refuse(request: Request, bad: BadInput, render: Render) -> Answered:
        handler = functools.partial(raises, bad.error)
        instead = msgspec.structs.replace(parts, handler=handler, plan=plan)
        return _runner(instead, operation)(request, bad.values, render)

    return refuse


def _raise(error: Problem) -> None:
    raise error


async def _raise_async(error: Problem) -> None:
    raise error


def attributed(
    call: Callable[[Request], Answered],
    operation: Operation,
    refuse: Callable[[Request], Response | None],
) -> Endpoint:
    """Make an endpoint of a function.

    PERF: attributes of the function itself, not an object with `__call__`, save a frame a request.
    """
    endpoint: Any = call
    endpoint.operation = operation
    endpoint.body_limit = operation.limits.body
    endpoint.eof_grace = operation.limits.eof_grace
    endpoint.refuse = refuse
    return cast("Endpoint", endpoint)


def _runner(parts: Parts, operation: Operation) -> Run:
    steps = [step.provider for step in parts.plan.steps]
    if operation.blocking or not is_async(parts.handler):
        return run_in_thread(parts)
    stays = never_waits(parts.handler) and not operation.task
    if stays and not steps:
        return run_in_place(parts)
    stays = stays and not any(provider.waits for provider in steps)
    return run_in_task(parts, stepped=stays)


def _call(
    inputs: Inputs,
    responder: Responder,
    failures: Failures,
    run: Run,
    refuse: Callable[[Request, BadInput, Render], Answered],
) -> Callable[[Request], Answered]:
    render_for, read = responder.render_for, inputs.read
    if inputs.empty:

        def answer_nothing_read(request: Request) -> Answered:
            try:
                render = render_for(request)
                if request.query_string:
                    read(request)
            except BadInput as bad:
                return refuse(request, bad, render)
            except Exception as error:
                return failures.answer(request, error)
            return run(request, [], render)

        return answer_nothing_read

    def answer(request: Request) -> Answered:
        try:
            render = render_for(request)
            values = read(request)
        except BadInput as bad:
            return refuse(request, bad, render)
        except Exception as error:
            return failures.answer(request, error)
        return run(request, values, render)

    return answer


def _refuse(
    inputs: Inputs, responder: Responder, failures: Failures
) -> Callable[[Request], Response | None]:
    """Answers that need no body: 406, and 415 where one is announced."""

    def refuse(request: Request) -> Response | None:
        refused: Problem | None = None
        try:
            responder.render_for(request)
        except Problem as error:
            refused = error
        if refused is None and inputs.body is not None:
            refused = inputs.body.refused(request)
        if refused is None:
            return None
        answer = failures.answer(request, refused)
        if isinstance(answer, Response):
            return answer
        drop(answer)  # an error handler that waits is run when the endpoint is called
        return None

    return refuse


def drop(answer: Awaitable[Response]) -> None:
    """Let go of an answer that nobody will await."""
    close = getattr(answer, "close", None)
    if close is not None:
        close()
