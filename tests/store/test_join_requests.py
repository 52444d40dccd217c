"""Who waits for a list, what clients are to hear, and lists that commands made."""

from dataclasses import replace

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.domain.lists import ContactNews, ContactState, JoinRequest
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON, SERVICE, a_list, declare, subscribe

BEFORE = str(
    ScriptDirectory(str(upgrade.folder())).get_revisions("0016")[0].down_revision
)
ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


def a_request(
    list_id: int, jid: str = ANN, *, by_presence: bool = False
) -> JoinRequest:
    return JoinRequest(
        list_id=list_id, jid=jid, by_presence=by_presence, language="de", asked_at=NOON
    )


def test_requests(database: SqlDatabase) -> None:
    """One of a person for a list, in the order of asking; whoever takes it has it."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "club", "board")
        add, club = unit.join_requests.add, ids["club"]
        assert add(a_request(club))
        assert add(a_request(club, BOB))
        assert add(a_request(ids["board"]))
        assert not add(a_request(club, by_presence=True))
        first, second = unit.join_requests.page(club, after=0, limit=9)
        assert first == replace(a_request(club, by_presence=True), id=first.id)
        assert (second.jid, second.by_presence) == (BOB, False)
        assert unit.join_requests.page(club, after=first.id, limit=9) == [second]
        assert unit.join_requests.page(club, after=0, limit=1) == [first]
        assert {one.list_id for one in unit.join_requests.of(ANN)} == set(ids.values())
        assert unit.join_requests.counts() == {club: 2, ids["board"]: 1}
        assert unit.join_requests.take([ANN, EVE], [club]) == [first]
        assert unit.join_requests.take([ANN], [club]) == []
        assert unit.join_requests.counts() == {club: 1, ids["board"]: 1}

    database.call(use)


def test_told_once(database: SqlDatabase) -> None:
    """Those of whom admins were not told, each once."""

    def use(unit: UnitOfWork) -> None:
        club = declare(unit, "club")["club"]
        assert not unit.join_requests.any_untold()
        for jid in (ANN, BOB, EVE):
            unit.join_requests.add(a_request(club, jid))
        assert unit.join_requests.any_untold()
        assert [one.jid for one in unit.join_requests.tell(NOON, 2)] == [ANN, BOB]
        assert not unit.join_requests.any_untold()
        assert unit.join_requests.tell(NOON, 2) == []

    database.call(use)


def test_refusing_all(database: SqlDatabase) -> None:
    """Who asked by presence is to hear of it; the others of the list wait on."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "club", "board")
        unit.join_requests.add(a_request(ids["club"], by_presence=True))
        unit.join_requests.add(a_request(ids["club"], BOB))
        unit.join_requests.add(a_request(ids["board"], EVE))
        assert unit.join_requests.refuse_all(ids["club"], NOON) == 2
        assert unit.join_requests.counts() == {ids["board"]: 1}
        [news] = unit.contact_news.first(9)
        assert (news.jid, news.state) == (ANN, ContactState.REFUSED)
        assert news.created_at == NOON

    database.call(use)


def test_the_latest_news_count(database: SqlDatabase) -> None:
    """Of one list a client hears the last; what came meanwhile is still to be told."""

    def use(unit: UnitOfWork) -> None:
        club = declare(unit, "club")["club"]
        refused = ContactNews(
            list_id=club, jid=ANN, state=ContactState.REFUSED, created_at=NOON
        )
        unit.contact_news.put(refused)
        [before] = unit.contact_news.first(9)
        let_in = replace(refused, state=ContactState.LET_IN, created_at=NOON + MINUTE)
        unit.contact_news.put(let_in)
        assert unit.contact_news.done([before.id]) == []
        [after] = unit.contact_news.first(9)
        assert after == replace(let_in, id=after.id)
        assert unit.contact_news.done([after.id]) == [after]
        unit.contact_news.put(let_in)
        unit.contact_news.drop(ANN, [club])
        assert unit.contact_news.first(9) == []

    database.call(use)


def test_of_a_list_that_is_no_more(database: SqlDatabase) -> None:
    """Nobody waits for one that is retired, and nobody is told of who did."""

    def use(unit: UnitOfWork) -> None:
        club = declare(unit, "club")["club"]
        unit.join_requests.add(a_request(club))
        declare(unit, "news")
        assert unit.join_requests.of(ANN) == []
        assert unit.join_requests.page(club, after=0, limit=9) == []
        assert not unit.join_requests.any_untold()

    database.call(use)


def test_made_by_command(database: SqlDatabase) -> None:
    """It is there beside the declared ones, changed and retired by itself; its name
    is free again then, with who stood on it.
    """

    def use(unit: UnitOfWork) -> None:
        declare(unit, "news")
        made = a_list("weather", is_declared=False, by_command=True)
        assert unit.lists.add(made)
        assert not unit.lists.add(replace(made, title="Other"))
        assert not unit.lists.add(a_list("news"))
        found = unit.lists.get("weather")
        assert found is not None
        assert found == replace(made, id=found.id)
        subscribe(unit, found.id, ANN)
        unit.lists.lock("weather")
        unit.lists.change(replace(found, title="Wind"))
        assert declare(unit, "news").keys() == {"news", "weather"}
        again = unit.lists.get("weather")
        assert again is not None
        assert again.title == "Wind"
        unit.lists.retire(found.id)
        assert unit.lists.get("weather") is None
        assert unit.lists.add(made)
        assert unit.lists.counts() == {found.id: 1}

    database.call(use)


def test_the_step_to_them(url: str) -> None:
    """Lists of before are the file's, and places of before keep how they began; back
    again, what commands made is retired, and nobody is lost.
    """
    upgrade.upgrade(url, SERVICE)
    upgrade.downgrade(url, BEFORE)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO list (service, name, title, is_default, kind, language,"
                " timezone, type, publishers, retired) VALUES"
                " (:service, 'news', 'News', true, 'open', 'en', 'UTC', 'chat', '[]',"
                " false)"
            ),
            {"service": SERVICE},
        )
    upgrade.upgrade(url, SERVICE)
    database = SqlDatabase(url, SERVICE)

    def fill(unit: UnitOfWork) -> None:
        [news] = unit.lists.all()
        assert news.is_declared
        assert not news.by_command
        unit.lists.add(a_list("weather", is_declared=False, by_command=True))
        subscribe(unit, news.id, ANN)

    database.call(fill)
    database.close()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE subscription SET origin = 'command'"))
    upgrade.downgrade(url, BEFORE)
    with engine.connect() as connection:
        lists = connection.execute(sa.text("SELECT name, retired FROM list"))
        assert {name: bool(retired) for name, retired in lists} == {
            "news": False,
            "weather": True,
        }
        origins = connection.execute(sa.text("SELECT origin FROM subscription"))
        assert origins.scalars().all() == ["admin"]
    engine.dispose()
