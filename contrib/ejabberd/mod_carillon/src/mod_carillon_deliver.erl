%% SPDX-License-Identifier: MIT
%%% Sends as a user of this host or as the host itself, and knows what comes back.
%%%
%%% A delivery is known by sender, recipient and id, for a day (mod_carillon_memory):
%%%
%%%           ┌─ repeated: the first answer
%%%   under way ──► sent ──► returned   an error came back: told once as `bounce`
%%%       └─ refused: the id is free       and free again; later errors are dropped
%%%
%%% An error that is made while the message is routed (an unknown user, no offline
%%% storage) comes to `came_back` in this very process: then it is the IQ's answer.
-module(mod_carillon_deliver).

-export([deliver/2, came_back/1]).

-include("mod_carillon.hrl").

-spec deliver(xmlel(), binary()) -> done.
deliver(Element, Host) ->
    Message = read(Element),
    #message{from = #jid{lserver = From, lresource = Resource}} = Message,
    From == Host andalso Resource == <<>> orelse throw(xmpp:err_forbidden()),
    Key = key(Message#message.id, Message#message.to, Message#message.from),
    case mod_carillon_memory:claim(Host, Key) of
        sent -> done;
        under_way -> throw(mod_carillon_stanza:error(
                             wait, 'resource-constraint', <<"This very message is being sent">>));
        yours -> deliver(Message, Key, Host)
    end.

deliver(#message{from = From, to = To} = Message, Key, Host) ->
    try
        ejabberd_router:route(as_sent(From, To, Message)),
        mod_carillon_memory:sent(Host, Key)
    of
        ok -> done;
        {refused, Error} -> throw(Error)
    catch Class:Reason:Stack ->
            mod_carillon_memory:free(Host, Key),
            erlang:raise(Class, Reason, Stack)
    end.

read(Element) ->
    Message = try mod_carillon_stanza:forwarded_message(Element)
              catch error:_ -> refuse(<<"There is no forwarded message with from and to">>)
              end,
    case Message of
        #message{id = <<>>} -> refuse(<<"A message to deliver needs an id">>);
        #message{type = error} -> refuse(<<"An error is not delivered">>);
        %% a room drops what comes from a bare address without a word
        #message{type = groupchat} -> refuse(<<"A groupchat message is not delivered">>);
        #message{} -> without_schedule(Message)
    end.

-spec refuse(binary()) -> no_return().
refuse(Text) -> throw(xmpp:err_bad_request(Text, <<"en">>)).

without_schedule(#message{from = From, to = To} = Given) ->
    Message = Given#message{from = mod_carillon_stanza:normal(From),
                            to = mod_carillon_stanza:normal(To)},
    Kept = [Element || Element <- xmpp:get_els(Message),
                       not mod_carillon_stanza:is(Element, <<"schedule">>, ?NS_SCHEDULING)],
    xmpp:put_meta(xmpp:set_els(Message, Kept), ip, {127, 0, 0, 1}).

%% What his own stream would do with it: blocklist, archive, carbons. The host has none.
as_sent(#jid{luser = <<>>}, _, Message) -> Message;
as_sent(#jid{luser = User, lserver = Host} = From, To, Message) ->
    ejabberd_auth:user_exists(User, Host) orelse throw(xmpp:err_item_not_found()),
    Allowed = ejabberd_hooks:run_fold(privacy_check_packet, Host, allow, [From, Message, out]),
    Allowed == allow orelse
        throw(mod_carillon_stanza:error(
                cancel, 'not-acceptable', <<"The sender has blocked the recipient">>)),
    State = #{jid => From, user => User, server => Host, lserver => Host, resource => <<>>,
              lang => <<"en">>, mod => mod_carillon, sid => {erlang:timestamp(), self()},
              ip => {{127, 0, 0, 1}, 0}},
    case ejabberd_hooks:run_fold(user_send_packet, Host, {Message, State}, []) of
        {#message{} = Out, _} -> Out;
        {drop, _} -> throw(xmpp:err_not_allowed(
                             <<"The server does not send it to ", (jid:encode(To))/binary>>,
                             <<"en">>))
    end.

key(Id, Recipient, Sender) ->
    {Id, bare(Recipient), bare(Sender)}.

bare(Address) -> jid:tolower(jid:remove_resource(Address)).

%% An everywhere-hook, and the only one that sees errors to users and to the host alike,
%% whoever makes them. Strangers come through here: nothing may make atoms of them.
-spec came_back(stanza() | drop) -> stanza() | drop | {stop, drop}.
came_back(#message{type = error, id = Id, from = #jid{} = From,
                   to = #jid{lserver = Host, lresource = <<>>} = To} = Error) ->
    try
        true = gen_mod:is_loaded(Host, mod_carillon),
        case mod_carillon_memory:returned(Host, key(Id, From, To), xmpp:get_error(Error)) of
            first -> tell(Host, Error);
            known -> {stop, drop};
            unknown -> Error
        end
    catch _:_ -> Error % not ours
    end;
came_back(Acc) -> Acc.

tell(Host, Error) ->
    case mod_carillon:has_part(Host, bounce) of
        true ->
            mod_carillon_outbox:bounce(Host, mod_carillon_stanza:forwarded(Error)),
            {stop, drop};
        false -> Error
    end.
