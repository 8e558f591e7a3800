"""Electing: votes that are over are closed, a slice at a time between all else.

The hash of the ballots is read beside the writer: they are nobody's by then, and no
more change.
"""

import logging
from datetime import datetime

from bot.database import read
from bot.kit import Kit
from models.closing import ballots_of, close_some, digest_of, seal_vote, to_close

log = logging.getLogger(__name__)


async def sweep(kit: Kit, now: datetime) -> None:
    """Close each vote that is over; one that cannot be closed holds up no other."""
    for award_id in await read(kit.database, to_close):
        try:
            await _close(kit, award_id, now)
        except Exception:
            log.exception("a vote could not be closed and will be tried again")


async def _close(kit: Kit, award_id: int, now: datetime) -> None:
    while await kit.writer.write(lambda s: close_some(s, award_id)):
        pass
    digest = await read(kit.database, lambda s: digest_of(ballots_of(s, award_id)))
    await kit.writer.write(lambda s: seal_vote(s, award_id, digest, now))
