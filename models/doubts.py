"""Doubts: an ID or a mobile in an application that other people hold, too."""

from typing import Any

from sqlalchemy import bindparam, union_all
from sqlmodel import Session, col, or_, select

from models.application import OPEN, Application, id_number_of
from models.sealing import Keyring
from models.worker import Worker


def shared_with_others(
    session: Session, keys: Keyring, application: Application, facts: dict[str, Any]
) -> set[str]:
    """Return what others hold, too: `id_known`, `mobile_known`."""
    id_tags = keys.tags("id_number", id_number_of(facts))
    mobile_tags = keys.tags("mobile", facts["mobile"])
    of = {
        "id_tags": id_tags,
        "mobile_tags": mobile_tags,
        "worker_id": application.worker_id,
    }
    doubts = set()
    for id_tag, mobile_tag in session.execute(_OTHERS, of):
        doubts |= {"id_known"} if id_tag in id_tags else set()
        doubts |= {"mobile_known"} if mobile_tag in mobile_tags else set()
    return doubts


def _held_by_others(
    table: type[Worker] | type[Application], worker_id: Any, counts: Any
) -> Any:
    """Select the tags of other people's rows that share one with an application."""
    same_id = col(table.id_tag).in_(bindparam("id_tags", expanding=True))
    same_mobile = col(table.mobile_tag).in_(bindparam("mobile_tags", expanding=True))
    another = col(worker_id) != bindparam("worker_id")
    return select(table.id_tag, table.mobile_tag).where(
        or_(same_id, same_mobile), another, counts
    )


_OTHERS = union_all(
    _held_by_others(Worker, Worker.id, col(Worker.member_no).is_not(None)),
    _held_by_others(
        Application, Application.worker_id, col(Application.standing).in_(OPEN)
    ),
)
"""What current members and open applications of other people share with one."""
