"""A call's parameters and files out of a JSON, urlencoded or multipart body."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import orjson
from python_multipart import parse_form
from python_multipart.multipart import Field, File

from .errors import bad_request
from .wire import JSON_TYPE, Request


@dataclass(slots=True)
class Upload:
    """A file as it came in."""

    name: str
    content: bytes


def read_body(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Read the parameters and the files of a call."""
    _, _, query = request.target.partition("?")
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    if not request.body:
        return params, files
    if request.content_type.startswith(JSON_TYPE):
        params |= _read_json(request.body)
    elif request.content_type.startswith("multipart/form-data"):
        _read_multipart(request, params, files)
    else:
        params |= _read_form(request.body)
    return params, files


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        params = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse JSON encoded request body") from None
    if not isinstance(params, dict):
        raise bad_request("JSON encoded request body must be an object")
    return params


def _read_form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _read_multipart(
    request: Request, params: dict[str, Any], files: dict[str, Upload]
) -> None:
    def on_field(field: Field) -> None:
        params[_text(field.field_name)] = _text(field.value)

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        name = unquote_to_bytes(file.file_name or b"").decode()
        files[_text(file.field_name)] = Upload(name, file.file_object.read())

    headers = {
        "Content-Type": request.content_type.encode(),
        "Content-Length": str(len(request.body)).encode(),
    }
    parse_form(headers, BytesIO(request.body), on_field, on_file)


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
