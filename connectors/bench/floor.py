"""The floor: the least a service can do with a message. Writes the same rows to the same tables, answers a fixed text."""

import json
import os
import time
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import insert

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Message, tracker_events
from bot.replies import Choice, Reply

REPLY = Reply(
    text="Barnetrygd er penger hver måned. " * 8, language="nb", choices=(Choice(id="human", title="Ja"),) * 4
)
EVENTS = 5
"""Rows that a turn writes for the state of the dialogue: what was said, two actions, a slot, listening."""


class Said(BaseModel):
    client_id: str
    text: str


def create_floor() -> FastAPI:
    """The app; DATABASE_URL says where it writes."""
    app = FastAPI()
    database = Database(os.environ["DATABASE_URL"])
    database.migrate()

    @app.get("/readyz")
    async def ready() -> str:
        return "ok"

    @app.post("/api/v1/conversations", status_code=201)
    async def begin() -> dict[str, str]:
        with database.transaction() as session:
            conversation, token = conversations.begin(session, channel="api", language="nb", chosen=False, place=None)
        return {"id": conversation.id, "token": token}

    @app.post("/api/v1/conversations/{id}/messages")
    async def say(id: str, body: Said) -> dict[str, Any]:
        with database.transaction() as session:
            inbound = Message(
                conversation_id=id, author="citizen", client_id=body.client_id, text=body.text, awaiting=True
            )
            session.add(inbound)
        with database.transaction() as session:
            message = session.get_one(Message, inbound.id)
            message.awaiting = False
            said = conversations.say(session, id, REPLY, reply_to=inbound.id)
            data = json.dumps({"event": "user", "text": body.text, "parse_data": {"filler": "x" * 400}})
            row = {"sender_id": id, "type_name": "user", "timestamp": time.time(), "data": data}
            session.execute(insert(tracker_events), [row] * EVENTS)
        return {"message": inbound.id, "replies": [{"id": said.id, **REPLY.model_dump(mode="json")}]}

    return app
