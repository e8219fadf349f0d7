"""How a handler is run: in place, in a task, or in a thread with a task beside it.

Each function here gives a callable `run(request, values, render)` that is called when the inputs
were read. It returns an answer, or a coroutine that gives one. All failures become answers.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from restive.compile.background import Background
from restive.compile.failures import Failures
from restive.compile.plan import Plan, Step, Use
from restive.compile.respond import Render
from restive.compile.stepping import going_on, step, warn_of_waiting
from restive.compile.threads import Hop, Pool, in_threads, streams
from restive.di.scope import Scope
from restive.errors import Problem, ServiceUnavailable
from restive.http.request import Request
from restive.http.response import Response

_log = logging.getLogger("restive")
Values = list[Any]
Answered = Response | Awaitable[Response]
Run = Callable[[Request, Values, Render], Answered]


class Parts(msgspec.Struct, frozen=True):
    """What running one route needs. where: names it in the log."""

    handler: Callable[..., Any]
    plan: Plan
    failures: Failures
    pool: Pool
    background: Background
    where: str


def arguments(use: Use, values: Values) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by position and by keyword."""
    return [values[i] for i in use.positions], {name: values[i] for name, i in use.named}


def run_in_place(parts: Parts) -> Run:
    """For a coroutine function that never waits, without providers: no task, no other frame."""
    handler, plan = parts.handler, parts.plan
    use = plan.use
    as_they_are = not use.named and use.positions == tuple(range(len(plan.inputs)))
    takes_tasks = plan.takes_tasks

    def run(request: Request, values: Values, render: Render) -> Answered:
        try:
            if as_they_are:
                coroutine = handler(*values)
            else:
                given, named = arguments(use, values)
                coroutine = handler(*given, **named)
            try:
                awaited = coroutine.send(None)
            except StopIteration as stop:
                value = stop.value
            else:
                return _handed_over(parts, request, going_on(coroutine, awaited), render)
            answer = render(value)
        except Exception as error:
            return _failure(parts, request, error)
        if answer.__class__ is not Response:
            if isinstance(answer, Problem):
                return _failure(parts, request, answer)
            in_threads(answer, parts.pool)
        if takes_tasks:
            request.finish = parts.background.starter(request)
        return answer

    return run


async def _handed_over(parts: Parts, request: Request, rest: Any, render: Render) -> Response:
    warn_of_waiting(parts.where)
    try:
        answer = render(await rest)
    except Exception as error:
        return await _failed(parts, request, error)
    if isinstance(answer, Problem):
        return await _failed(parts, request, answer)
    in_threads(answer, parts.pool)
    if parts.plan.takes_tasks:
        request.finish = parts.background.starter(request)
    return answer


def _failure(parts: Parts, request: Request, error: Exception) -> Answered:
    answer = parts.failures.answer(request, error)
    if not isinstance(answer, Response):
        return _failed(parts, request, error, answer)
    in_threads(answer, parts.pool)
    return answer


async def _failed(
    parts: Parts, request: Request, error: Exception, given: Awaitable[Response] | None = None
) -> Response:
    answer = parts.failures.answer(request, error) if given is None else given
    response = answer if isinstance(answer, Response) else await answer
    in_threads(response, parts.pool)
    return response


def run_in_task(parts: Parts, *, stepped: bool) -> Run:
    """For coroutine functions. stepped: neither handler nor provider waits; it is run at once."""
    handler, plan = parts.handler, parts.plan
    use, steps = plan.use, plan.steps

    async def run(request: Request, values: Values, render: Render) -> Response:
        scope = Scope()
        try:
            for one in steps:
                values.append(await _enter(scope, one, values))
            given, named = arguments(use, values)
            answer = render(await handler(*given, **named))
            if isinstance(answer, Problem):
                raise answer  # noqa: TRY301 - providers see it as they see one that was raised
            in_threads(answer, parts.pool)
        except BaseException as error:
            stands = await scope.leave(_meant(error))
            if not isinstance(stands, Exception):
                raise stands from None  # type: ignore[misc]
            return await _failed(parts, request, stands)
        _on_finish(parts, request, scope, stepped=stepped)
        return answer

    if not stepped:
        return run
    return lambda request, values, render: step(run(request, values, render), parts.where)


def _meant(error: BaseException) -> BaseException:
    """The error; RuntimeError for a cancellation that nobody asked of this request's task.

    A handler that awaits what was cancelled elsewhere has failed: it owes the client an answer.
    """
    task = asyncio.current_task()
    if not isinstance(error, asyncio.CancelledError) or (task is not None and task.cancelling()):
        return error
    return _not_meant(error)


def _not_meant(error: BaseException) -> Exception:
    failure = RuntimeError(f"{type(error).__name__} was raised in a handler")
    failure.__cause__ = error
    return failure


async def _enter(scope: Scope, one: Step, values: Values) -> Any:
    given, named = arguments(one.use, values)
    return await scope.enter(one.provider, tuple(given), named)


def _on_finish(parts: Parts, request: Request, scope: Scope, *, stepped: bool) -> None:
    """Let the wire clean up when the last byte has left, and start background work then."""
    if not scope:
        if parts.plan.takes_tasks:
            request.finish = parts.background.starter(request)
        return

    async def leave(error: BaseException | None) -> None:
        left = await scope.leave(error)
        _report(parts, left, error)
        if error is None:
            parts.background.start(request)

    def finish(error: BaseException | None) -> Any:
        return step(leave(error), parts.where) if stepped else leave(error)

    request.finish = finish


def _report(parts: Parts, left: BaseException | None, error: BaseException | None) -> None:
    """An error of the clean-up comes too late for the answer, so it goes to the log."""
    if left is None or left is error:
        return
    if not isinstance(left, Exception):
        raise left
    _log.error("%s: cleaning up after the answer failed", parts.where, exc_info=left)


def run_in_thread(parts: Parts) -> Run:
    """For `def` handlers, and for those whose providers may block: one thread does all of it."""

    async def run(request: Request, values: Values, render: Render) -> Response:
        hop = Hop()

        def work() -> None:
            try:
                _work(parts, hop, request, values, render)
            except BaseException as error:
                _log.error("%s: its thread failed", parts.where, exc_info=error)

        parts.pool.submit(hop.job, work, parts.where)
        response = await hop.serve()

        async def finish(error: BaseException | None) -> None:
            await hop.release(error)
            if error is None:
                parts.background.start(request)

        request.finish = finish
        return response

    return run


def _work(parts: Parts, hop: Hop, request: Request, values: Values, render: Render) -> None:
    """The thread's part: enter, handle, answer, clean up."""
    scope = Scope()
    over: BaseException | None
    try:
        answer = _answer_here(parts, hop, scope, request, values, render)
        over = hop.in_thread_answer(answer, stay=bool(scope))
    except asyncio.CancelledError as error:
        over = error  # nobody waits for an answer
    _report(parts, _left_here(hop, scope, over), over)


def _answer_here(
    parts: Parts, hop: Hop, scope: Scope, request: Request, values: Values, render: Render
) -> Response:
    """The answer, whatever happens. Raises CancelledError alone, where the request is given up."""
    answer: Any
    try:
        for one in parts.plan.steps:
            entering = _enter(scope, one, values)
            is_async = one.provider.is_async
            values.append(
                hop.in_thread_await(entering) if is_async else step(entering, parts.where)
            )
        given, named = arguments(parts.plan.use, values)
        result = parts.handler(*given, **named)
        if inspect.isawaitable(result):
            result = hop.in_thread_await(result)
        answer = render(result)
        if isinstance(answer, Problem):
            raise answer  # noqa: TRY301 - as in a task
        _step_aside(parts, hop, answer)
    except BaseException as error:
        given_up = isinstance(error, asyncio.CancelledError) and hop.cancelled
        meant = given_up or isinstance(error, Exception)
        answer = _left_here(hop, scope, error if meant else _not_meant(error))
        if given_up or not isinstance(answer, Exception):
            raise answer from None
    if isinstance(answer, Exception):
        answer = parts.failures.answer(request, answer)
        if not isinstance(answer, Response):
            answer = hop.in_thread_await(answer)
    response: Response = answer
    return response


def _step_aside(parts: Parts, hop: Hop, answer: Response) -> None:
    """A thread that streams is no longer one of those that run handlers."""
    if streams(answer) and not parts.pool.step_aside():
        hop.in_thread_drop(answer.stream)
        raise ServiceUnavailable(
            "Too many answers of this kind are being sent.", headers={"retry-after": "1"}
        )


def _left_here(hop: Hop, scope: Scope, error: BaseException | None) -> BaseException | None:
    """Like `Scope.leave`: what is async belongs to the loop, all else is run in this thread."""
    while scope:
        is_async = scope.last_is_async
        leaving = scope.leave_last(error)
        error = hop.in_thread_await(leaving, clean=True) if is_async else step(leaving, "Clean-up")
    return error
