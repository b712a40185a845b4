"""What could not be met is on record, without anybody being on record."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from bot.needs import candidates
from bot.records.tables import Candidate, Need, Promise, Service
from tests.conftest import Citizen, Server, StaffMember


def needs(server: Server) -> list[Need]:
    with server.installation.database.transaction() as session:
        return list(session.scalars(select(Need).order_by(Need.id)))


def count(server: Server) -> int:
    with server.installation.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Need)) or 0


def test_no_answer_is_recorded_without_the_words(server: Server) -> None:
    before = count(server)
    Citizen(server, language="en").write("who won the football match yesterday")
    need = needs(server)[-1]
    assert count(server) == before + 1
    assert (need.moment, need.language, need.words) == ("no_answer", "en", None)
    assert need.conditions


def test_the_words_are_kept_only_with_consent_and_masked(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("who won the football match, my name is Fatima and my phone is 91 23 45 67")
    citizen.pick("keep_words:yes")
    words = needs(server)[-1].words
    assert words is not None
    assert "football match" in words
    assert "Fatima" not in words
    assert "91 23 45 67" not in words


def test_saying_no_keeps_nothing_and_a_later_yes_changes_nothing(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("who can repair my old car")
    citizen.pick("keep_words:no")
    citizen.pick("keep_words:yes")
    assert needs(server)[-1].words is None


def test_an_answer_that_did_not_help_is_recorded_with_its_topic(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    reply = citizen.pick("not_helped")[0]
    assert "human" in {choice["id"] for choice in reply["choices"]}
    need = needs(server)[-1]
    assert (need.moment, need.topic) == ("not_helped", "barnetrygd")


def test_the_words_kept_are_those_of_the_question_not_of_the_complaint(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.write("that did not help me")
    citizen.pick("keep_words:yes")
    assert needs(server)[-1].words == "How much child benefit do I get for two kids?"


def waiting(server: Server) -> list[Candidate]:
    with server.installation.database.reading() as session:
        return list(candidates.waiting(session, limit=10_000))


def test_words_that_were_not_answered_wait_for_an_editor_once_the_person_agrees(server: Server) -> None:
    citizen, before = Citizen(server, language="en"), len(waiting(server))
    citizen.write("who won the football match, my name is Fatima")
    assert len(waiting(server)) == before
    citizen.pick("keep_words:yes")
    found = waiting(server)[-1]
    assert len(waiting(server)) == before + 1
    assert (found.moment, found.topic, found.offered, found.language) == ("no_answer", None, [], "en")
    assert found.words == needs(server)[-1].words == "who won the football match, my name is [name]"


def test_words_whose_answer_did_not_help_wait_with_what_was_answered(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.write("that did not help me")
    citizen.pick("keep_words:yes")
    found = waiting(server)[-1]
    assert (found.moment, found.topic, found.offered) == ("not_helped", None, ["barnetrygd"])
    assert found.words == "How much child benefit do I get for two kids?"


def test_a_need_outlives_its_conversation_and_names_none(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("who can repair my old bicycle")
    before = count(server)
    citizen.request("DELETE")
    assert count(server) == before
    assert citizen.id not in str([vars(need) for need in needs(server)])


def test_figures_under_five_are_not_shown(server: Server, programme: StaffMember) -> None:
    citizen = Citizen(server, language="pl")
    citizen.pick("not_helped")
    page = programme.get("/learning").text
    assert ">polsk</a></th>" not in page


def test_what_many_people_lacked_is_shown(server: Server, programme: StaffMember) -> None:
    for _ in range(12):
        Citizen(server, language="uk").write("хто виграв вчора футбольний матч")
    page = programme.get("/learning").text
    row = page.split('>ukrainsk</a></th><td class="figure">')[1].split("</td>")[0]
    assert int(row) >= 5


def served(server: Server) -> Counter[tuple[str, str]]:
    """How often each was counted, by all channels and in all weeks."""
    found: Counter[tuple[str, str]] = Counter()
    with server.installation.database.transaction() as session:
        for each in session.scalars(select(Service)):
            found[each.kind, each.language] += each.number
    return found


def promised(server: Server) -> list[tuple[str, str]]:
    with server.installation.database.transaction() as session:
        return [(each.conversation_id, each.topic) for each in session.scalars(select(Promise).order_by(Promise.id))]


def test_what_became_of_messages_is_counted_by_language(server: Server) -> None:
    before = served(server)
    citizen = Citizen(server, language="pl")
    citizen.write("Jak mogę dostać zasiłek na dziecko?")
    citizen.write("kto wygrał wczoraj mecz piłki nożnej")
    after = served(server)
    assert after[("answered", "pl")] - before.get(("answered", "pl"), 0) == 1
    assert after[("refused", "pl")] - before.get(("refused", "pl"), 0) == 1


@pytest.mark.parametrize("said", ["hvor mye er det?", "hva om jeg får en liten jobb 2 dager i uka"])
def test_a_follow_up_that_is_answered_is_counted_as_answered(server: Server, said: str) -> None:
    """Not as asking back, though another topic that may be meant is offered below."""
    citizen = Citizen(server, language="nb")
    citizen.pick("dagpenger")
    before = served(server)
    citizen.write(said)
    after = served(server)
    assert after - before == Counter({("answered", "nb"): 1})


def test_who_agrees_is_kept_as_waiting_for_news_and_no_longer_than_the_conversation(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.pick("not_helped")
    reply = citizen.pick("keep_words:no")[-1]
    assert "tell_change:barnetrygd" in {choice["id"] for choice in reply["choices"]}
    citizen.pick("tell_change:barnetrygd")
    assert promised(server)[-1] == (citizen.id, "barnetrygd")
    assert citizen.id not in str([vars(need) for need in needs(server)])
    citizen.request("DELETE")
    assert citizen.id not in {conversation for conversation, _ in promised(server)}


def test_nobody_is_put_down_to_be_told_who_was_not_asked(server: Server) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get for two kids?")
    citizen.pick("tell_change:barnetrygd")
    assert citizen.id not in {conversation for conversation, _ in promised(server)}
