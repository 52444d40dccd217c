"""Brings the catalogues up to date with the program's texts: bot/texts/locale.

    python -m contrib.catalogues        # then translate what is empty in the .po files

A text is what a `Phrase` or `Counted` begins with, or the help of a command. Those
that are new stand in each catalogue without a translation; those that are gone leave
it. Nothing is guessed from what is similar.
"""

import sys
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.cli.helps import holders
from bot.cli.program import whole
from bot.texts import ENGLISH, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "bot" / "texts" / "locale"
KEYWORDS: Any = {"Phrase": None, "Counted": (1, 2)}

#: what readers of catalogues need; dates and names stand in the history
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: carillon\n"
"Language: {language}\n"
"Plural-Forms: {plural}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "carillon.po"


def template() -> Catalog:
    """Every text of the program, with the files that have it."""
    catalog = Catalog(project="carillon", fuzzy=False)
    found = extract_from_dir(ROOT / "bot", [("**.py", "python")], keywords=KEYWORDS)
    for file, _, text, comments, context in sorted(found, key=lambda each: each[:2]):
        place = f"bot/{Path(file).as_posix()}"
        catalog.add(text, None, [(place, 0)], auto_comments=comments, context=context)
    helps = holders("carillon", whole())
    for place, text in sorted((place, each.help) for place, each in helps):
        catalog.add(text, None, [(place, 0)])
    return catalog


def updated(language: str, texts: Catalog) -> Catalog:
    """The catalogue of one language, with exactly these texts."""
    path = path_of(language)
    catalog = Catalog(locale=language, project="carillon", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def main() -> None:
    texts = template()
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        catalog = updated(language, texts)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        head = HEADER.format(language=language, plural=catalog.plural_forms)
        with path_of(language).open("wb") as file:
            file.write(head.encode())
            write_po(file, catalog, width=88, include_lineno=False, omit_header=True)
        empty = sum(not all(_strings(each)) for each in catalog if each.id)
        sys.stdout.write(f"{language}: {len(catalog)} texts, {empty} to translate\n")


def _strings(message: Any) -> tuple[str, ...]:
    return message.string if message.pluralizable else (message.string,)


if __name__ == "__main__":
    main()
