"""The web page: three files, which need no key and hold no data."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hybridq.service.api.refusals import Refusal

router = APIRouter(include_in_schema=False)

_FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text can never become HTML
        "trusted-types 'none'",
    )
)


@router.get("/")
@router.get("/{name}.js")
@router.get("/{name}.css")
async def page(request: Request) -> Response:
    """Return the page, its script or its style."""
    known = _FILES.get(request.url.path.removeprefix("/"))
    if known is None:
        raise Refusal(404, "not_found", "Not Found")
    file, kind = known
    body = (files("hybridq.service") / "page" / file).read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
