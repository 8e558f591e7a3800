"""The whole site in this process, and for each page of the console a row to look at."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import App
from bot.console.noun import Noun
from bot.database import Database
from tests.bot.console.house import COOKIE, House, house_of
from tests.bot.console.rows import NOBODY_ROWS, ROWS
from tests.bot.console.test_rules import came
