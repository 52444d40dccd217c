"""Which texts are bare JIDs, and that all prepare them alike."""

import re
import stringprep
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slixmpp import JID, InvalidJID

from bot.domain.jid import JIDError, _bare, bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User@Example.ORG.", "user@example.org"),
        ("example.org", "example.org"),
        ("jürgen@münchen.example", "jürgen@münchen.example"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
        ("a@127.0.0.1", "a@127.0.0.1"),
        # Nodeprep and Nameprep, where lower case would be another
        ("Straße@straße.test", "strasse@strasse.test"),
        ("ΣΑΣ@x", "\u03c3\u03b1\u03c3@x"),
        ("\N{ROMAN NUMERAL EIGHT}@x", "viii@x"),
        ("an\N{SOFT HYPHEN}na@x", "anna@x"),
        ("a@ex\N{FULLWIDTH FULL STOP}org", "a@ex.org"),
        # one domain, written two ways
        ("a@XN--MNCHEN-3YA.example", "a@münchen.example"),
        # another one: DNS of today has ß, servers have not
        ("a@xn--strae-oqa.test", "a@xn--strae-oqa.test"),
        # not in Unicode 3.2, and direction: no server takes these in Unicode
        ("a@xn--ls8h.test", "a@xn--ls8h.test"),
        ("a@xn--4dbc.test", "a@xn--4dbc.test"),
        ("a@" + "b" * 63 + ".test", "a@" + "b" * 63 + ".test"),
        ("a@private_host", "a@private_host"),
    ],
)
def test_prepared(text: str, expected: str) -> None:
    """Each JID has one form, and doing it again changes nothing."""
    assert bare(text) == expected
    assert bare(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@example.org",
        "a@",
        "a@example.org/x",
        "a@example.org\n",
        "a\n@example.org",
        "example.org\r",
        "a\x00@example.org",
        "a\x9b@example.org",
        "a@exam\x9bple.org",
        "a\u202eb@example.org",
        "a@\u2066example.org",
        "a\ue000@example.org",
        "a\ufffe@example.org",
        "a\ud800@example.org",
        "\u2100@example.org",  # a/c, when compatibility is undone
        "a@example\u2024\u2024org",  # two dots, likewise
        "x" * 1024 + "@example.org",
        "\N{HEBREW LETTER ALEF}1@example.org",
    ],
)
def test_refused(text: str) -> None:
    """Control characters, turned writing and what falls apart are no JIDs."""
    with pytest.raises(JIDError):
        bare(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("STRAẞE@x.test", "servers do not know the character U+1E9E"),
        ("ᴿoot@x.test", "servers do not know the character U+1D3F"),
        ("root@🎉.test", "servers do not know the character U+1F389"),
        ("\N{CJK COMPATIBILITY IDEOGRAPH-2F868}@x", "that servers read differently"),
        ("a@" + "b" * 64 + ".test", "no more than 63 letters"),
        ("a@" + "ü" * 60 + ".test", "no more than 63 letters"),
        ("a@-b.test", "'-b' is not letters, digits and inner hyphens"),
        ("a@b-.test", "'b-' is not letters, digits and inner hyphens"),
        ("a@b..test", "there is nothing beside a dot"),
        ("a@.test", "there is nothing beside a dot"),
        ("a@b.test..", "there is nothing beside a dot"),
        ("a@" + ".".join(["b" * 63] * 4), "it is too long"),
        ("a@b:5222", "is not letters, digits and inner hyphens"),
        ("a@ab--cd.test", "is not letters, digits and inner hyphens"),
        ("a@xn--a.test", "'xn--a' stands for nothing"),
        ("a@[::1%lo]", "no IP address"),
        ("a@[1.2.3.4]", "no IP address"),
        ("a@exam\N{ZERO WIDTH JOINER}ple", "vanish or fall apart"),
        ("a@\N{SQUARE AM}", "vanish or fall apart"),
    ],
)
def test_why_not(text: str, says: str) -> None:
    """What servers register for nobody and what DNS cannot hold is refused with the
    reason.
    """
    with pytest.raises(JIDError, match=re.escape(says)):
        bare(text)


#: what the short way takes, and what is next to it
NEAR = st.text(alphabet="aZ09._+-@@..İ\u017fß/ \u00ad\ud800", max_size=40)


@given(NEAR | st.text(max_size=20) | st.emails())
@example("A.B+c_d-9@Sub-1.Example.ORG")
@example("a@b..c")
@example("a@b.")
@example("a@b\n")
@example("a" * 256 + "@b")
@example("a@" + "b" * 64)
@example("a@" + ".".join(["b"] * 10))
def test_the_short_way_is_no_other_way(text: str) -> None:
    """Plain ASCII JIDs come out just as the long way has them, or are refused."""
    try:
        wanted = _bare(text)
    except JIDError:
        with pytest.raises(JIDError):
            bare(text)
    else:
        assert bare(text) == wanted


#: letters that case, compatibility and direction do something to, beside plain ones
HOSTILE = st.text(
    alphabet=st.sampled_from(
        "aZ-.ß\u017fIİ\u0131ΣςK\u00ad\u0345\u200dא\u0627٣\uff41\uff0e。ﬀⅧ\u0340ᴿ🎉\u2024"
    )
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=8,
)
LOCAL = HOSTILE.filter(lambda text: not set(text) & set("@/"))


def prepared(text: str) -> str | None:
    try:
        return bare(text)
    except JIDError:
        return None


def by_slixmpp(text: str) -> str | None:
    try:
        return JID(text).bare
    except InvalidJID:
        return None


@given(LOCAL)
@example("ᴿoot")
@example("Ⴀ")  # has lower case since Unicode 4.1
@example("\u1806")  # nothing is left of it
def test_local_parts_are_those_of_slixmpp(local: str) -> None:
    """Within Unicode 3.2, slixmpp takes what we take, and as the same; beyond it, it
    guesses, and we take nothing.
    """
    ours = prepared(f"{local}@example.org")
    if any(map(stringprep.in_table_a1, local)):
        assert ours is None
    elif _same_in_all_versions(local):
        assert ours == by_slixmpp(f"{local}@example.org")


def _same_in_all_versions(text: str) -> bool:
    """What NFKC makes of it was not corrected after Unicode 3.2."""
    old, new = unicodedata.ucd_3_2_0.normalize, unicodedata.normalize
    return all(old("NFKC", one) == new("NFKC", one) for one in text)


@given(LOCAL)
@example("straße")
@example("xn--strae-oqa")
@example("a\uff0eb")
@example("。")
def test_domains_are_those_of_slixmpp(domain: str) -> None:
    """Each domain that we take slixmpp takes, and as the same."""
    ours = prepared(domain)
    if (
        ours is not None
        and "xn--" not in domain.lower()
        and domain[-1] not in ".\uff0e"
    ):
        assert by_slixmpp(domain) == ours
