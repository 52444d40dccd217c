%% SPDX-License-Identifier: MIT
%%% The ids of what was delivered: each for a day, so many at most, in RAM.
%%%
%%% Two tables: the deliveries, and their order by time, so that the oldest go first. The
%%% process that owns them does nothing else, so nothing makes it forget. Whoever delivers
%%% reads and writes the tables himself; what two may do at once changes a row only from
%%% the very row that was read.
-module(mod_carillon_memory).

-behaviour(gen_server).

-export([claim/2, sent/2, free/2, returned/3]).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

-include("mod_carillon.hrl").

-define(DAY, 86400000000). % microseconds

-type key() :: {Id :: binary(), Recipient :: jid:ljid(), Sender :: jid:ljid()}.

%% Who delivers it now; what its routing ended with, in that process; what became of it.
-type state() :: pid() | {refused, stanza_error()} | sent | returned.

-type row() :: {key(), Moment :: integer(), state()}.

%%% From not known to sent

%% Whether the caller is to deliver it, or somebody does or did.
-spec claim(binary(), key()) -> yours | under_way | sent.
claim(Host, Key) ->
    Row = {Key, now_(), self()},
    case ets:insert_new(table(Host), Row) of
        true ->
            keep_order(Host, Row),
            yours;
        false -> claim(Host, Key, ets:lookup(table(Host), Key))
    end.

claim(Host, Key, [{_, Then, State} = Row]) ->
    Fresh = Then > now_() - ?DAY,
    case State of
        sent when Fresh -> sent;
        Pid when is_pid(Pid), Pid =/= self() ->
            case is_process_alive(Pid) of
                true -> under_way;
                false -> claim_anew(Host, Key, Row) % ended in the midst: it may go out twice
            end;
        _ -> claim_anew(Host, Key, Row)
    end;
claim(Host, Key, []) -> claim(Host, Key).

claim_anew(Host, Key, Row) ->
    ets:delete_object(table(Host), Row),
    claim(Host, Key).

%% It was routed: what came of it.
-spec sent(binary(), key()) -> ok | {refused, stanza_error()}.
sent(Host, Key) ->
    Me = self(),
    case ets:lookup(table(Host), Key) of
        [{_, _, Me} = Row] ->
            change(Host, Row, sent),
            ok;
        [{_, _, {refused, _} = Refused}] ->
            free(Host, Key),
            Refused;
        _ -> ok % it came back already, from another process, and is told as a bounce
    end.

-spec free(binary(), key()) -> true.
free(Host, Key) -> ets:delete(table(Host), Key).

%%% What comes back

%% The first error for it, a later one, or one for nothing that is known. In the process
%% that delivers it the error is kept for `sent/2`, and counts as known.
-spec returned(binary(), key(), stanza_error() | undefined) -> first | known | unknown.
returned(Host, Key, Error) ->
    Me = self(),
    case ets:lookup(table(Host), Key) of
        [] -> unknown;
        [{_, Then, State} = Row] ->
            case Then > now_() - ?DAY andalso State of
                false -> unknown;
                returned -> known;
                {refused, _} -> known;
                Me ->
                    change(Host, Row, {refused, Error}),
                    known;
                _ ->
                    case change(Host, Row, returned) of
                        true -> first;
                        false -> returned(Host, Key, Error)
                    end
            end
    end.

%% Whether it was still that row.
-spec change(binary(), row(), state()) -> boolean().
change(Host, {Key, Then, _} = Row, State) ->
    Replace = [{Row, [], [{const, {Key, Then, State}}]}],
    ets:select_replace(table(Host), Replace) == 1.

%%% Bounds

keep_order(Host, {Key, Now, _}) ->
    Order = order(Host),
    ets:insert(Order, {{Now, Key}}),
    Over = ets:info(Order, size) - mod_carillon:opt(Host, memory),
    forget(Host, ets:first(Order), Now - ?DAY, Over).

forget(Host, {Then, Key} = First, Limit, Over) when Then < Limit; Over > 0 ->
    ets:delete(order(Host), First),
    ets:match_delete(table(Host), {Key, Then, '_'}), % not one that was claimed anew since
    forget(Host, ets:first(order(Host)), Limit, Over - 1);
forget(_, _, _, _) -> ok.

%% So finely that it tells the order, too.
now_() -> erlang:monotonic_time(microsecond).

%% Of hosts where the module is loaded only, since it makes atoms.
table(Host) -> gen_mod:get_module_proc(Host, mod_carillon_deliveries).

order(Host) -> gen_mod:get_module_proc(Host, mod_carillon_order).

%%% The process

-spec init([binary() | map()]) -> {ok, binary()}.
init([Host | _]) ->
    _ = ets:new(table(Host), [named_table, public, set, {read_concurrency, true}]),
    _ = ets:new(order(Host), [named_table, public, ordered_set]),
    {ok, Host}.

-spec handle_call(term(), gen_server:from(), binary()) -> {reply, ok, binary()}.
handle_call(_, _, Host) -> {reply, ok, Host}.

-spec handle_cast(term(), binary()) -> {noreply, binary()}.
handle_cast(_, Host) -> {noreply, Host}.

-spec code_change(term(), binary(), term()) -> {ok, binary()}.
code_change(_, Host, _) -> {ok, Host}.
