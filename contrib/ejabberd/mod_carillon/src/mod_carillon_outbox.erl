%% SPDX-License-Identifier: MIT
%%% Bounces and events wait here until the component has them, also over a restart.
%%%
%%% Two queues for each host, each emptied in order, one at a time: an answer moves it on,
%%% a tick repeats what got none. What the component was told it may be told again.
-module(mod_carillon_outbox).

-behaviour(gen_server).

-export([bounce/2, event/3, connected/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, code_change/3]).

-include("mod_carillon.hrl").

-define(KEPT, 10000). % in each queue; the oldest goes

-type queue() :: bounce | event.

%% Keys sort by host, queue and number.
-record(carillon_waiting, {key :: {binary(), queue(), non_neg_integer()}, element :: xmlel()}).

%% The number that was given last, for ever growing: events tell it.
-record(carillon_number, {key :: {binary(), queue()}, last :: non_neg_integer()}).

%% The number that each queue waits for the answer to.
-type state() :: #{host := binary(), queue() => none | non_neg_integer()}.

-spec bounce(binary(), xmlel()) -> ok.
bounce(Host, Forwarded) -> gen_server:cast(process(Host), {bounce, [], [Forwarded]}).

-spec event(binary(), binary(), binary()) -> ok.
event(Host, Kind, User) ->
    Account = jid:encode({User, Host, <<>>}),
    gen_server:cast(process(Host), {event, [{<<"kind">>, Kind}, {<<"jid">>, Account}], []}).

%% A component is there, perhaps ours: what its last stream took and did not answer, it
%% will not answer.
-spec connected(binary()) -> ok.
connected(Domain) ->
    lists:foreach(
      fun(Host) -> gen_server:cast(process(Host), again) end,
      [Host || Host <- ejabberd_option:hosts(), gen_mod:is_loaded(Host, mod_carillon),
               mod_carillon:opt(Host, component) == Domain]).

process(Host) -> gen_mod:get_module_proc(Host, ?MODULE).

%%% The process

-spec init([binary() | map()]) -> {ok, state()}.
init([Host | _]) ->
    create(carillon_waiting, ordered_set, record_info(fields, carillon_waiting)),
    create(carillon_number, set, record_info(fields, carillon_number)),
    self() ! tick,
    {ok, #{host => Host, bounce => none, event => none}}.

%% Of this node alone: in a cluster each tells what it has seen itself.
create(Table, Type, Fields) ->
    ejabberd_mnesia:create(?MODULE, Table, [{disc_copies, [node()]}, {local_content, true},
                                            {type, Type}, {attributes, Fields}]).

-spec handle_call(term(), gen_server:from(), state()) -> {reply, ok, state()}.
handle_call(_, _, State) -> {reply, ok, State}.

-spec handle_cast(again | {queue(), [attr()], [xmlel()]}, state()) -> {noreply, state()}.
handle_cast(again, State) ->
    {noreply, push_all(State#{bounce := none, event := none})};
handle_cast({Queue, Attributes, Children}, #{host := Host} = State) ->
    Number = next_number(Host, Queue),
    Numbered = [{<<"n">>, integer_to_binary(Number)} || Queue == event] ++ Attributes,
    Element = mod_carillon_stanza:element(atom_to_binary(Queue, utf8), Numbered, Children),
    mnesia:dirty_write(#carillon_waiting{key = {Host, Queue, Number}, element = Element}),
    %% numbers have no gaps, so the one to go is known without counting
    mnesia:dirty_delete(carillon_waiting, {Host, Queue, Number - ?KEPT}),
    {noreply, push(Queue, State)}.

%% One more than the last. The first is a moment: more than any that was given before
%% the tables were lost.
next_number(Host, Queue) ->
    case mnesia:dirty_read(carillon_number, {Host, Queue}) of
        [] ->
            First = erlang:system_time(microsecond),
            mnesia:dirty_write(#carillon_number{key = {Host, Queue}, last = First}),
            First;
        [_] -> mnesia:dirty_update_counter(carillon_number, {Host, Queue}, 1)
    end.

-spec handle_info(term(), state()) -> {noreply, state()}.
handle_info(tick, #{host := Host} = State) ->
    erlang:send_after(mod_carillon:opt(Host, retry), self(), tick),
    {noreply, push_all(State)};
handle_info({iq_reply, Reply, {Queue, Number}}, #{host := Host} = State) ->
    case State of
        #{Queue := Number} ->
            Free = State#{Queue := none},
            case is_settled(Queue, Reply, mod_carillon:opt(Host, component)) of
                true ->
                    mnesia:dirty_delete(carillon_waiting, {Host, Queue, Number}),
                    {noreply, push(Queue, Free)};
                false -> {noreply, Free}
            end;
        _ -> {noreply, State}
    end;
handle_info(_, State) -> {noreply, State}.

-spec code_change(term(), state(), term()) -> {ok, state()}.
code_change(_, State, _) -> {ok, State}.

%% A bounce that is refused for good is given up; an event only ends with a result.
is_settled(Queue, #iq{from = #jid{luser = <<>>, lserver = Component, lresource = <<>>}} = Reply,
           Component) ->
    case Reply of
        #iq{type = result} -> true;
        #iq{type = error} when Queue == bounce ->
            try xmpp:get_error(Reply) of
                #stanza_error{type = Type} -> Type =/= wait;
                _ -> false
            catch _:_ -> false
            end;
        _ -> false
    end;
is_settled(_, _, _) -> false.

push_all(State) -> push(bounce, push(event, State)).

push(Queue, #{host := Host} = State) ->
    Component = mod_carillon:opt(Host, component),
    Next = mnesia:dirty_next(carillon_waiting, {Host, Queue, 0}),
    case {State, Next, ejabberd_router:is_my_route(Component)} of
        {#{Queue := none}, {Host, Queue, Number}, true} ->
            [#carillon_waiting{element = Element}] = mnesia:dirty_read(carillon_waiting, Next),
            IQ = mod_carillon_stanza:to_component(Host, Component, Element),
            Timeout = mod_carillon:opt(Host, timeout),
            ejabberd_router:route_iq(IQ, {Queue, Number}, self(), Timeout),
            State#{Queue := Number};
        _ -> State
    end.
