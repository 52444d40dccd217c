"""The compiler and Dialyzer have nothing to say about ejabberd's module."""

from pathlib import Path

import pytest

from tests.servers import erlang
from tests.servers.equipped import CONTRIB

SOURCES = CONTRIB / "ejabberd" / "mod_carillon" / "src"

#: what `module_install` does not ask for
WARNINGS = (
    "warn_export_all",
    "warn_export_vars",
    "warn_missing_spec",
    "warn_obsolete_guard",
    "warn_shadow_vars",
    "warn_unused_import",
    "warn_untyped_record",
)


def compiled(folder: Path) -> str:
    """Into that folder; what there was to say."""
    options = ["report", "debug_info", *WARNINGS, f'{{outdir, "{folder}"}}']
    return erlang.output(
        "Folder = fun(M) -> filename:dirname(filename:dirname(code:which(M))) end, "
        'Paths = [{i, filename:join(Folder(M), "include")}'
        " || M <- [fxml, xmpp, p1_server, gen_mod]],"
        f" [compile:file(File, [{', '.join(options)} | Paths])"
        f' || File <- filelib:wildcard("{SOURCES}/*.erl")]',
        folder,
    )


@pytest.mark.e2e
def test_no_warnings(tmp_path: Path) -> None:
    """Of the compiler, with more than it would say unasked."""
    assert compiled(tmp_path) == ""
    names = {file.stem for file in tmp_path.glob("*.beam")}
    assert names == {file.stem for file in SOURCES.glob("*.erl")}
