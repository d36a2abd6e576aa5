"""A case service on Flask: a letter and the fact that it was sent are kept together, or neither is.

The database is the host's; the store's tables lie in it with the prefix `send_`. `migrate` runs the host's migrations,
one of which makes the store's tables (`migrations/versions/`).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from flask import Flask, Response, jsonify, request
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import ehcp_flow as ef
from ehcp_flow.facts import load_fact
from ehcp_flow.store import Store

PREFIX = "send_"


class Base(DeclarativeBase):
    """The host's own tables."""


class Letter(Base):
    """A letter that was sent."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str]
    subject: Mapped[str]


def migrate(url: str) -> None:
    """Bring the host's database, and the store in it, to what this version of the host needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def make_app(url: str) -> Flask:
    """Return the application on a database that was migrated."""
    app = Flask(__name__)
    engine = app.extensions["database"] = sa.create_engine(url)

    @app.post("/cases/<case_id>/facts")
    def record(case_id: str) -> tuple[Response, int]:
        said = dict(request.get_json())
        letter, seen = said.pop("letter", None), said.pop("seen", 0)
        with Session(engine) as session:
            if letter is not None:
                session.add(Letter(case_id=case_id, subject=letter))
            store = Store.on(session, prefix=PREFIX)
            done = store.record(case_id, load_fact({**said, "case_id": case_id}), seen=seen, strict=True)
            session.commit()
        return jsonify(version=done.version), 201

    @app.get("/cases/<case_id>/deadlines")
    def deadlines(case_id: str) -> Response:
        with Session(engine) as session:
            held = Store.on(session, prefix=PREFIX).case(case_id)
        day = request.args.get("as_of")
        return jsonify([deadline.as_dict() for deadline in ef.deadlines_of(held.case, day)])

    @app.get("/cases/<case_id>/letters")
    def letters(case_id: str) -> Response:
        with Session(engine) as session:
            found = session.scalars(sa.select(Letter).where(Letter.case_id == case_id))
            return jsonify([letter.subject for letter in found])

    @app.errorhandler(ef.EhcpFlowError)
    def refused(error: ef.EhcpFlowError) -> tuple[Response, int]:
        told = ef.problem(error)
        answer = jsonify(told)
        answer.content_type = "application/problem+json"
        return answer, int(told["status"])

    return app
