"""`carillon stop-all`, `resume-all` and `broadcasts retry`."""

import json

from tests.cli.workplace import Workplace, plan, send

BERT = "bert@elsewhere.example"


def test_everything(place: Workplace) -> None:
    """What goes out is stopped and what is to come waits; `status` says by whom it was
    stopped, until all goes on.
    """
    place.done("subscribers", "add", "news", BERT)
    place.done("announce", "news", "--body", "Hi", "--yes")
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--yes")
    with place.use_cases() as uses:
        plan(uses)
    done = place.data("stop-all")
    assert (done["stopped"], done["waiting"], done["by"]) == (2, 1, "role:admin")
    status = place("status", "--json")
    assert '"by": "role:admin"' in status.out
    assert "the operator stopped everything" in place("status").out
    warned = place.done("announce", "news", "--body", "Hi", "--in", "9d", "--yes")
    assert "everything is stopped" in warned
    assert "Everything is stopped" in place("schedules", "send-now", "3").fault()
    assert "All goes on: 2 announcements" in place.done("resume-all")
    assert "Nothing is stopped" in place("resume-all").fault()
    assert "stopped everything" not in place("status").out


def test_in_sentences(place: Workplace) -> None:
    """People are told what has become of all."""
    out = place.done("stop-all")
    assert "0 broadcasts were stopped for good." in out
    assert "0 announcements are still to come: they wait." in out
    assert "Nothing goes out: the operator stopped everything" in out


def test_checked(place: Workplace) -> None:
    """`check` warns while everything is stopped, and where nobody is an admin."""
    place.done("stop-all")
    text = place.config.read_text()
    place.config.write_text(text.replace('admins = ["admin@example.org"]', ""))
    found = [
        one["change"]
        for one in json.loads(place("check", "--json").out)["checks"]
        if one["check"] == "announcements"
    ]
    assert found == ["carillon resume-all", "carillon roles add JID admin"]


def test_tried_once_more(place: Workplace) -> None:
    """Whom a broadcast did not reach is tried again; where there is nobody, it says
    where to look.
    """
    place.done("subscribers", "add", "news", BERT)
    place.done("announce", "news", "--body", "Hi", "--yes")
    with place.use_cases() as uses:
        plan(uses)
        send(uses, {BERT: "remote-server-timeout"})
    found = place.data("broadcasts", "retry", "1")
    assert (found["retried"], found["deferred"]) == (1, 1)
    with place.use_cases() as uses:
        claimed = uses.database.call(uses.outcomes.retries, 9)
    assert [one.jid for one in claimed] == [BERT]
    assert "nobody to try" in place.done("broadcasts", "retry", "1")
