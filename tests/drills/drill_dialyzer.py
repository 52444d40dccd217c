"""Dialyzer finds no fault in ejabberd's module."""

from pathlib import Path

import pytest

from tests.modules.test_erlang import compiled
from tests.servers import erlang

pytestmark = pytest.mark.e2e

#: whole libraries, and the modules of others that ours calls
LIBRARIES = "[erts, kernel, stdlib, mnesia]"
MODULES = (
    "[compile, econf, ejabberd_auth, ejabberd_c2s, ejabberd_commands, ejabberd_config,"
    " ejabberd_hooks, ejabberd_mnesia, ejabberd_option, ejabberd_router, ejabberd_sm,"
    " ext_mod, fxml, gen_iq_handler, gen_mod, jid, mod_last, mod_shared_roster, xmpp,"
    " xmpp_util, yconf]"
)


def analysed(folder: Path, options: str) -> str:
    return erlang.output(
        f"Found = dialyzer:run([{options}]),"
        ' [io:format("~ts", [dialyzer:format_warning(One)]) || One <- Found]',
        folder,
    )


def test_types(tmp_path: Path) -> None:
    """Nor an unknown function, nor a result that nobody looks at."""
    (tmp_path / "ours").mkdir()
    assert compiled(tmp_path / "ours") == ""
    table = f'"{tmp_path}/plt"'
    analysed(
        tmp_path,
        f"{{analysis_type, plt_build}}, {{output_plt, {table}}},"
        f" {{files_rec, [code:lib_dir(Name, ebin) || Name <- {LIBRARIES}]}},"
        f" {{files, [code:which(Module) || Module <- {MODULES}]}}",
    )
    found = analysed(
        tmp_path,
        f"{{analysis_type, succ_typings}}, {{init_plt, {table}}},"
        f' {{files_rec, ["{tmp_path}/ours"]}},'
        " {warnings, [unknown, error_handling, unmatched_returns]}",
    )
    assert found == ""
