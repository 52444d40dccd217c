%% SPDX-License-Identifier: MIT
%%% Messages with <schedule/> leave the flow before archive and carbons see them.
%%%
%%%   client ── message ──► user_send ── divert ──► component
%%%      ▲                                              │
%%%      └────────── error ◄── waiting process ◄────────┘  (a result: nothing)
%%%
%%% It fails closed: what is not known to be kept comes back as one error. A process
%%% for each message waits for the answer and alone tells the sender. It hibernates and
%%% wakes in the newest code, so that no upgrade of the module has to wait for it.
-module(mod_carillon_divert).

-export([user_send/1, wait/3, answered/3]).

-include("mod_carillon.hrl").

%% How much later than ejabberd's own alarm ours comes, in ms.
-define(GRACE, 1000).

-type acc() :: {stanza() | drop, map()}.

-spec user_send(acc()) -> acc() | {stop, {drop, map()}}.
user_send({#message{type = error}, _} = Acc) -> Acc;
user_send({_, #{mod := mod_carillon}} = Acc) -> Acc; % what we deliver
user_send({#message{} = Message, #{jid := From} = State} = Acc) ->
    try
        Elements = xmpp:get_els(Message),
        case lists:any(fun is_ours/1, Elements) of
            false -> Acc;
            true -> look({without_forged(Message, Elements), State}, addressee(Message, From))
        end
    catch Class:Reason:Stack -> % a hook that fails would let the message pass
            ?ERROR_MSG("A message was not diverted and bounced: ~p:~p ~p", [Class, Reason, Stack]),
            Addressed = xmpp:set_from_to(Message, From, addressee(Message, From)),
            bounce(Addressed, State, broken())
    end;
user_send(Acc) -> Acc.

is_ours(Element) ->
    is_schedule(Element) orelse is_scheduled_by(Element).

is_schedule(Element) -> mod_carillon_stanza:is(Element, <<"schedule">>, ?NS_SCHEDULING).

is_scheduled_by(Element) -> mod_carillon_stanza:is(Element, <<"scheduled-by">>, ?NS_SCHEDULING).

%% Only a scheduler says who scheduled it (the draft, §10).
without_forged(Message, Elements) ->
    xmpp:set_els(Message, [Element || Element <- Elements, not is_scheduled_by(Element)]).

addressee(#message{to = undefined}, From) -> jid:remove_resource(From);
addressee(#message{to = To}, _) -> mod_carillon_stanza:normal(To).

%% What is addressed to Carillon itself goes there, to be refused like any chat.
look({Message, #{jid := #jid{lserver = Host} = From} = State} = Acc, To) ->
    Scheduled = lists:any(fun is_schedule/1, xmpp:get_els(Message)),
    case Scheduled andalso mod_carillon:has_part(Host, divert) of
        true ->
            case lists:member(To#jid.lserver, mod_carillon:askers(Host)) of
                true -> Acc;
                false -> divert(xmpp:set_from_to(Message, From, To), State)
            end;
        false -> Acc
    end.

divert(#message{from = #jid{lserver = Host}} = Message, State) ->
    Component = mod_carillon:opt(Host, component),
    case ejabberd_router:is_my_route(Component) of
        true ->
            hand_over(Host, Component, Message, session(State)),
            {stop, {drop, State}};
        false -> bounce(Message, State, away())
    end.

session(#{sid := {_, Session}}) -> Session.

bounce(Message, State, Error) ->
    Refusal = mod_carillon_stanza:refusal(Message, Error),
    {stop, {drop, ejabberd_c2s:send(State, Refusal)}}.

%% From the start of the waiting process on it tells, and nobody else.
hand_over(Host, Component, Message, Session) ->
    Timeout = mod_carillon:opt(Host, timeout),
    Divert = mod_carillon_stanza:element(
               <<"divert">>, [], [mod_carillon_stanza:forwarded(Message)]),
    IQ = mod_carillon_stanza:to_component(Host, Component, Divert),
    Waiting = spawn(?MODULE, wait, [Component, Message, Session]),
    try
        erlang:send_after(Timeout + ?GRACE, Waiting, {iq_reply, timeout, alarm}),
        ejabberd_router:route_iq(IQ, divert, Waiting, Timeout)
    catch Class:Reason:Stack ->
            ?ERROR_MSG("A message may not have been handed over: ~p:~p ~p", [Class, Reason, Stack]),
            Waiting ! {iq_reply, failed, divert},
            ok
    end.

-spec wait(binary(), message(), pid()) -> no_return().
wait(Component, Message, Session) ->
    erlang:hibernate(?MODULE, answered, [Component, Message, Session]).

-spec answered(binary(), message(), pid()) -> ok | no_return().
answered(Component, Message, Session) ->
    receive
        {iq_reply, Reply, _} ->
            case verdict(Reply, Component) of
                kept -> ok;
                Error -> tell(Session, mod_carillon_stanza:refusal(Message, Error))
            end;
        _ -> wait(Component, Message, Session)
    end.

%% Straight to the client that sent it: its blocklist would keep from it what comes from
%% somebody blocked. A session that was resumed meanwhile is another process.
tell(Session, Refusal) ->
    case is_process_alive(Session) of
        true -> ejabberd_c2s:send(Session, Refusal);
        false -> ejabberd_router:route(Refusal)
    end.

%% An answer from anybody else, and one that cannot be read, says nothing about it.
verdict(#iq{from = #jid{luser = <<>>, lserver = Component, lresource = <<>>}} = Reply, Component) ->
    case Reply of
        #iq{type = result} -> kept;
        #iq{type = error} ->
            try #stanza_error{reason = Condition} = Error = xmpp:get_error(Reply),
                true = Condition =/= undefined,
                Error
            catch _:_ -> doubtful()
            end
    end;
verdict(_, _) -> doubtful().

away() ->
    mod_carillon_stanza:error(
      wait, 'service-unavailable',
      <<"The scheduling service is away. Your message was not scheduled and not sent; please "
        "send it again later.">>).

broken() ->
    mod_carillon_stanza:error(
      wait, 'internal-server-error',
      <<"The server failed. Your message was not scheduled and not sent; please send it again "
        "later.">>).

doubtful() ->
    mod_carillon_stanza:error(
      wait, 'remote-server-timeout',
      <<"The scheduling service has not answered. Your message was not sent, but may yet be "
        "scheduled: look at your scheduled messages before you send it again.">>).
