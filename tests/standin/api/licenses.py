"""Licences (contract, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import refused
from ..forms.base import parse_object
from ..forms.licenses import read_change, read_creation, read_validation
from .calls import Calls, answer, page_by_cursor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from ..licenses import License
    from ..licensing import Licensing
    from ..render.licenses import LicenseRender
    from ..state import State
    from ..switches import Switches


class LicenseCalls(Calls):
    """Licences are listed, changed and validated.

    The names of the list's filters are unknown. Here they are ``license_key`` or ``key``,
    ``invoice_id``, ``product_id``, ``customer_id`` and ``status``, if there are any.
    """

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        switches: Switches,
        render: LicenseRender,
        licensing: Licensing,
    ) -> None:
        super().__init__(switches)
        self._state = state
        self._clock = clock
        self._render = render
        self._licensing = licensing

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        read, write = "licenses.read", "licenses.write"
        return [
            self._route("GET", "/licenses", read, self._list),
            self._route("POST", "/licenses", write, self._create),
            self._route("POST", "/licenses/validate", read, self._validate),
            self._route("GET", "/licenses/{id}", read, self._one),
            self._route("PATCH", "/licenses/{id}", write, self._change),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        licenses = self._state.licenses[::-1]
        if self._switches.license_filters:
            licenses = [each for each in licenses if self._passes(each, request)]
        page, pagination = page_by_cursor(request, licenses)
        return answer([self._render.license(each) for each in page], pagination)

    def _passes(self, license_: License, request: web.Request) -> bool:
        query = request.query
        key = query.get("license_key", query.get("key"))
        product, invoice = query.get("product_id"), query.get("invoice_id")
        return (
            key in (None, license_.license_key)
            and query.get("status") in (None, self._render.status(license_))
            and query.get("customer_id") in (None, license_.order.customer_id)
            and (product is None or license_.product.is_named(product))
            and (invoice is None or license_.order.is_named(invoice))
        )

    async def _create(self, request: web.Request) -> web.Response:
        form = read_creation(parse_object(await request.read()))
        product, order = self._state.product(form.product_id), self._state.order(form.invoice_id)
        if any(each.license_key == form.license_key for each in self._state.licenses):
            raise refused("There is such a license key already")
        license_ = self._licensing.add(product, order, form.license_key)
        return answer(self._render.written(license_), status=self._switches.create_status)

    async def _validate(self, request: web.Request) -> web.Response:
        form = read_validation(parse_object(await request.read()))
        forwarded = request.headers.get("X-Forwarded-For", request.remote or "")
        return answer(self._render.license(self._licensing.validate(form, forwarded)))

    async def _one(self, request: web.Request) -> web.Response:
        return answer(self._render.read(self._named(request)))

    async def _change(self, request: web.Request) -> web.Response:
        form = read_change(parse_object(await request.read()))
        license_ = self._named(request)
        self._licensing.change(license_, form)
        return answer(self._render.written(license_))

    def _named(self, request: web.Request) -> License:
        return self._state.license(request.match_info["id"])
