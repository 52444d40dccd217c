%% SPDX-License-Identifier: MIT
%%% While the module is exchanged or uninstalled, messages with <schedule/> bounce.
%%%
%%% ejabberd stops a module for module_upgrade and starts it again after it has compiled
%%% the new one; until then, or until ejabberd itself starts again, such messages would
%%% go out at once. This file alone stays loaded meanwhile.
-module(mod_carillon_guard).

-export([enter/1, leave/1, user_send/1]).

-include("mod_carillon.hrl").

-define(PRIORITY, 9). % before mod_carillon's own

-spec enter(binary()) -> ok.
enter(Host) -> ejabberd_hooks:add(user_send_packet, Host, ?MODULE, user_send, ?PRIORITY).

-spec leave(binary()) -> ok.
leave(Host) -> ejabberd_hooks:delete(user_send_packet, Host, ?MODULE, user_send, ?PRIORITY).

-spec user_send({stanza() | drop, map()}) -> {stanza() | drop, map()} | {stop, {drop, map()}}.
user_send({#message{type = Type, sub_els = Elements} = Message, #{jid := From} = State} = Acc)
  when Type =/= error ->
    case lists:any(fun is_schedule/1, Elements) of
        true ->
            To = case Message#message.to of
                     undefined -> jid:remove_resource(From);
                     Given -> Given
                 end,
            Bare = Message#message{from = From, to = To, body = [], subject = [], sub_els = []},
            {stop, {drop, ejabberd_c2s:send(State, xmpp:make_error(Bare, exchanged()))}};
        false -> Acc
    end;
user_send(Acc) -> Acc.

%% Nothing of the other files, which may be gone.
is_schedule(#xmlel{name = <<"schedule">>} = Element) ->
    fxml:get_tag_attr_s(<<"xmlns">>, Element) == ?NS_SCHEDULING;
is_schedule(_) -> false.

exchanged() ->
    Text = <<"Messages cannot be scheduled at the moment. Yours was not scheduled and not sent; "
             "please send it again later.">>,
    (xmpp:err_service_unavailable(Text, <<"en">>))#stanza_error{type = wait}.
