%% SPDX-License-Identifier: MIT
%%% Accounts that are made, used for the first time, and deleted.
%%%
%%% No hook tells a first login from others: who was registered is marked until then. Of
%%% accounts that are kept elsewhere (LDAP, SQL) the server, and so the module, does not
%%% learn.
-module(mod_carillon_events).

-export([start/0]).
-export([registered/2, connected/3, removed/2]).

-include("mod_carillon.hrl").

%% Whoever was registered and has not logged in yet.
-record(carillon_unused, {account :: {binary(), binary()}, since :: integer()}).

-spec start() -> ok.
start() ->
    ejabberd_mnesia:create(?MODULE, carillon_unused,
                           [{disc_copies, [node()]}, {type, set},
                            {attributes, record_info(fields, carillon_unused)}]),
    ok.

-spec registered(binary(), binary()) -> ok.
registered(User, Host) ->
    Unused = #carillon_unused{account = {User, Host}, since = erlang:system_time(second)},
    tell(Host, <<"registered">>, User, fun() -> mnesia:dirty_write(Unused) end).

-spec connected(ejabberd_sm:sid(), jid(), ejabberd_sm:info()) -> ok.
connected(_, #jid{luser = User, lserver = Host}, _) ->
    case mnesia:dirty_read(carillon_unused, {User, Host}) of
        [_] -> tell(Host, <<"first-login">>, User, fun() -> used(User, Host) end);
        _ -> ok
    end.

-spec removed(binary(), binary()) -> ok.
removed(User, Host) ->
    tell(Host, <<"deleted">>, User, fun() -> used(User, Host) end).

used(User, Host) -> mnesia:dirty_delete(carillon_unused, {User, Host}).

tell(Host, Kind, User, Mark) ->
    case mod_carillon:has_part(Host, event) of
        true ->
            Mark(),
            mod_carillon_outbox:event(Host, Kind, User);
        false -> ok
    end.
