"""Who is admin, publisher or auditor: looked at, made one, and no longer one."""

from collections.abc import Iterator, Sequence

from bot.desk.verb import Plain
from bot.desk.verbs import lists
from bot.desk.verbs import roles as verbs
from bot.desk.verbs.roles import OneRole
from bot.dialogues import lines
from bot.dialogues.choices import NOTHING_CHANGED, ONWARD, one_of, pages, yes_or_no
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Level,
    Part,
    Said,
    Shown,
    Talk,
    admins,
    on_with,
)
from bot.domain.access import OPERATOR
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.domain.roles import (
    HeldRole,
    RoleName,
    given_in_words,
    in_words,
    taken_in_words,
)

#: of a form; what may do least is taken for granted
_ROLES: dict[str, Words] = {
    RoleName.AUDITOR: Phrase("Auditor: looks at all"),
    RoleName.PUBLISHER: Phrase("Publisher of one list"),
    RoleName.ADMIN: Phrase("Admin: may do everything"),
}
_LABELS = {
    RoleName.AUDITOR: Phrase("Auditors"),
    RoleName.PUBLISHER: Phrase("Publishers"),
    RoleName.ADMIN: Phrase("Admins"),
}
_JID: Field[Words] = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Address"),
    help=Phrase("Such as anna@example.org."),
    required=True,
)


async def _roles(talk: Talk) -> Dialogue:
    given = yield Form(
        heading=(Phrase("A change counts at once, without a restart."),),
        fields=(
            one_of(
                "do",
                Phrase("What is to be done?"),
                {
                    "show": Phrase("Show who has which role"),
                    "add": Phrase("Give somebody a role"),
                    "remove": Phrase("Take a role from somebody"),
                },
            ),
        ),
    )
    match given.text("do"):
        case "add":
            yield on_with(_add)
        case "remove":
            yield on_with(_remove)
        case _:
            found = await talk.look(verbs.LIST(Plain("roles")))
            yield Shown(tuple(_parts(found, talk)))


def _parts(found: Sequence[HeldRole], talk: Talk) -> Iterator[Part]:
    for role in (RoleName.ADMIN, RoleName.PUBLISHER, RoleName.AUDITOR):
        held = [_line(one, talk) for one in found if one.role is role]
        yield Part(_LABELS[role], lines.or_none(held))


def _line(one: HeldRole, talk: Talk) -> Words:
    """anna@example.org, news: admin@example.org, 2026-12-05 22:00 CET"""
    who = f"{one.jid}, {one.list_name}" if one.list_name else one.jid
    if one.by is None:
        return Phrase("{who}: by the configuration", who=who)
    moment = lines.moment(one.at, talk)
    if one.by == OPERATOR:
        return Phrase("{who}: by the operator, {moment}", who=who, moment=moment)
    return Phrase("{who}: by {jid}, {moment}", who=who, jid=one.by, moment=moment)


async def _add(talk: Talk) -> Dialogue:
    given = yield Form(
        fields=(_JID, one_of("role", Phrase("Role"), _ROLES)),
    )
    jid, role = given.text("jid"), RoleName(given.text("role"))
    list_name = None
    if role is RoleName.PUBLISHER:
        found = await talk.look(lists.LIST(Plain("lists")))
        names: dict[str, Words] = {
            one.entry.name: lines.cut(one.entry.title) for one in found
        }
        if not names:
            where = Phrase("Manage lists")
            yield Said(
                Phrase(
                    "There is no list yet: make one under {command}.", command=where
                ),
                Level.ERROR,
            )
            return
        for options in pages(names.items()):
            chosen = yield Form(
                heading=(Phrase("To which list may {jid} announce?", jid=jid),),
                fields=(one_of("list", Phrase("List"), options),),
            )
            if (list_name := chosen.text("list")) != ONWARD:
                break
    sure = yield Form(
        heading=(_becomes(jid, role, list_name),),
        fields=(yes_or_no("sure", Phrase("Give this role?")),),
        is_last=True,
    )
    if sure.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    one = OneRole(jid=jid, role=role, list_name=list_name)
    done = await talk.ask(verbs.ADD(one))
    yield Said(given_in_words(done))


def _becomes(jid: str, role: RoleName, list_name: str | None) -> Phrase:
    match role:
        case RoleName.ADMIN:
            return Phrase(
                "{jid} may then do everything here, and give and take roles.", jid=jid
            )
        case RoleName.AUDITOR:
            return Phrase(
                "{jid} then sees all announcements, people and what was asked, and"
                " changes nothing.",
                jid=jid,
            )
        case RoleName.PUBLISHER:
            return Phrase(
                "{jid} may then announce to {name!r}.", jid=jid, name=list_name
            )


async def _remove(talk: Talk) -> Dialogue:
    found = await talk.look(verbs.LIST(Plain("roles")))
    # those that can be taken first; the configuration's say why they cannot
    found.sort(key=lambda one: one.is_configured)
    if not found:
        yield Said(Phrase("Nobody has a role."))
        return
    held = {_value(one): one for one in found}
    for options in pages((value, _option(one, talk)) for value, one in held.items()):
        given = yield Form(
            heading=(Phrase("Whose role is to be taken?"),),
            fields=(one_of("role", Phrase("Role"), options),),
        )
        if given.text("role") != ONWARD:
            break
    yield on_with(_take, held[given.text("role")])


def _value(one: HeldRole) -> str:
    """As it is typed in some clients."""
    return "/".join(filter(None, (one.role, one.jid, one.list_name)))


def _option(one: HeldRole, talk: Talk) -> str:
    return lines.label(one.jid, talk.said(in_words(one.role, one.list_name)))


async def _take(talk: Talk, held: HeldRole) -> Dialogue:
    heading: list[Words] = [_loses(held)]
    if held.jid == talk.jid:
        heading.insert(
            0, Phrase("This is your own role: you cannot give it back to yourself.")
        )
    sure = yield Form(
        heading=tuple(heading),
        fields=(yes_or_no("sure", Phrase("Take this role?")),),
        is_last=True,
    )
    if sure.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    one = OneRole(jid=held.jid, role=held.role, list_name=held.list_name, own=True)
    done = await talk.ask(verbs.REMOVE(one))
    yield Said(taken_in_words(done))


def _loses(held: HeldRole) -> Phrase:
    match held.role:
        case RoleName.AUDITOR:
            return Phrase("{jid} then sees what is his own.", jid=held.jid)
        case RoleName.ADMIN:
            return Phrase(
                "{jid} is no admin then. What he has scheduled as one is kept, and does"
                " not go out.",
                jid=held.jid,
            )
        case RoleName.PUBLISHER:
            return Phrase(
                "{jid} may then not announce to {name!r}. What he has scheduled is"
                " kept, and does not go out.",
                jid=held.jid,
                name=held.list_name,
            )


COMMAND = Command(
    node="roles", name=Phrase("Admins and publishers"), for_whom=admins, dialogue=_roles
)
