"""What people are asked, step by step, by a door that shows forms; knows no protocol.

A command is a dialogue: an async generator that yields forms, gets what was answered,
and ends with what is said or shown. It asks at the desk, as any door does.

    async def _dialogue(talk):
        given = yield Form(fields=(SUBJECT, BODY), is_last=True)
        await talk.ask(ANNOUNCE(…given.text("subject")…))
        yield Said(Phrase("Sent."))

`play` carries one through, back and again; a door only turns its turns into forms of
its own. A new command is one such function, and a line in `everything`.
"""
