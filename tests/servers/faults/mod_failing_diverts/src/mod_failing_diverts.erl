%% While this is loaded mod_carillon fails over each message that it is to divert: its
%% options, in the server's own table, are none that it could read.
-module(mod_failing_diverts).

-behaviour(gen_mod).

-export([start/2, stop/1, depends/2, mod_options/1, mod_doc/0]).

start(Host, _) ->
    Opts = gen_mod:get_module_opts(Host, mod_carillon),
    persistent_term:put({?MODULE, Host}, Opts),
    put_options(Host, Opts#{parts => provoked}).

stop(Host) -> put_options(Host, persistent_term:get({?MODULE, Host})).

put_options(Host, Opts) ->
    ets:update_element(ejabberd_modules, {mod_carillon, Host}, {3, Opts}),
    ok.

depends(_, _) -> [{mod_carillon, hard}].

mod_options(_) -> [].

mod_doc() -> #{}.
