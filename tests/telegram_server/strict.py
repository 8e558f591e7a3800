"""The strict layer: every call against aiogram's models of the Bot API.

They are written from the Bot API by another team, so they are an independent
contract. Closing them takes seconds; it happens once a process.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aiogram import methods, types
from pydantic import BaseModel, ValidationError

from .body import Upload
from .errors import bad_request


@cache
def closed_models() -> dict[str, type[BaseModel]]:
    """Forbid unknown fields everywhere and give the model of each method."""
    models = [
        thing
        for module in (types, methods)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, BaseModel)
    ]
    for model in models:
        model.model_config["extra"] = "forbid"
    # Once for each model's own fields, again for the models inside them.
    for _ in range(2):
        for model in models:
            model.model_rebuild(force=True)
    return {model.__name__.lower(): model for model in models}


def check_strictly(
    method: str, params: dict[str, Any], files: dict[str, Upload]
) -> None:
    """Refuse a call that aiogram's model of it does not accept."""
    model = closed_models()[method.lower()]
    placeholders = {name: f"attach://{name}" for name in files}
    try:
        model.model_validate({**params, **placeholders})
    except ValidationError as found:
        first = found.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise bad_request(f"{where}: {first['msg']}") from None
