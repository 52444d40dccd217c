"""For how long servers keep the files that their people link to.

XEP-0363 (1.2.0) has no word for it, and neither Prosody's mod_http_file_share nor
ejabberd's mod_http_upload tells. So mod_carillon does, in the form (XEP-0128) in which
it tells of itself, one value for each service that deletes files:

    <field var='uploads'><value>https://upload.example.org/file_share 604800</value>…

the address under which its files lie, and the seconds for which they do.

docs/conformance.md, Between people: what goes stale
"""

import re
from collections.abc import Iterable, Mapping

MAX_SERVICES = 20  #: of one server that are remembered
_KEPT = re.compile(r"(https?://\S{1,500}) ([1-9]\d{0,8})", re.ASCII)


def told(values: Iterable[str]) -> Mapping[str, int]:
    """Address -> seconds; what says something else is passed over."""
    kept = filter(None, (_KEPT.fullmatch(value.strip()) for value in values))
    found = {one[1]: int(one[2]) for one in kept}
    return dict(list(found.items())[:MAX_SERVICES])
