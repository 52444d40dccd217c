%% SPDX-License-Identifier: MIT
%%% What the component asks: who may, and how each request is answered.
%%%
%%% It runs in the process of the component's own stream. Each request is a part of the
%%% module and can be switched off.
-module(mod_carillon_requests).

-export([request/1, decode_iq_subel/1, asked/1]).

-include("mod_carillon.hrl").

%% Nobody has a codec for our namespace: the element stays as it came.
-spec decode_iq_subel(xmlel()) -> xmlel().
decode_iq_subel(Element) -> Element.

%% An everywhere-hook. Where the server delegates our namespace to the component
%% (XEP-0355), IQs in it are mod_delegation's, which hands over even what the component
%% itself has asked.
-spec asked(stanza() | drop) -> stanza() | drop | {stop, drop}.
asked(#iq{type = Type, to = #jid{lserver = Host}, sub_els = [#xmlel{} = Element]} = IQ)
  when Type == get; Type == set ->
    case fxml:get_tag_attr_s(<<"xmlns">>, Element) == ?NS_CARILLON
        andalso gen_mod:is_loaded(Host, mod_carillon) andalso allowed(IQ) of
        true ->
            ejabberd_router:route(request(IQ)),
            {stop, drop};
        false -> IQ
    end;
asked(Acc) -> Acc.

-spec request(iq()) -> iq().
request(#iq{type = Type, to = #jid{lserver = Host}, sub_els = [#xmlel{} = Element]} = IQ) ->
    try
        allowed(IQ) orelse throw(xmpp:err_forbidden()),
        Part = part(Type, Element#xmlel.name),
        Part =/= none andalso mod_carillon:has_part(Host, Part) orelse throw(not_offered()),
        case answer(Part, Element, Host) of
            done -> xmpp:make_iq_result(IQ);
            Answer -> xmpp:make_iq_result(IQ, Answer)
        end
    catch
        throw:#stanza_error{} = Error -> xmpp:make_error(IQ, Error);
        Class:Reason:Stack ->
            ?ERROR_MSG("A request failed: ~p:~p ~p", [Class, Reason, Stack]),
            xmpp:make_error(IQ, xmpp:err_internal_server_error())
    end;
request(IQ) -> xmpp:make_error(IQ, xmpp:err_bad_request()).

%% The component and its helpers, each for itself, and only by a stream to this server.
allowed(#iq{from = #jid{luser = <<>>, lserver = From, lresource = <<>>},
            to = #jid{luser = <<>>, lserver = Host}}) ->
    lists:member(From, mod_carillon:askers(Host)) andalso ejabberd_router:is_my_route(From);
allowed(_) -> false.

part(set, <<"deliver">>) -> deliver;
part(get, <<"relation">>) -> relation;
part(get, <<"accounts">>) -> accounts;
part(_, _) -> none.

not_offered() ->
    xmpp:err_feature_not_implemented(<<"This module does not offer it">>, <<"en">>).

answer(deliver, Element, Host) -> mod_carillon_deliver:deliver(Element, Host);
answer(relation, Element, Host) -> relation(Element, Host);
answer(accounts, Element, Host) -> mod_carillon_accounts:answer(Element, Host).

%% How the recipient's roster has the sender, shared rosters included. The hook tells of
%% an item that only asks what it tells of none.
relation(Element, Host) ->
    {User, With} = people(Element, Host),
    {Subscription, _, _} = ejabberd_hooks:run_fold(
                             roster_get_jid_info, Host, {none, none, []}, [User, Host, With]),
    Exists = ejabberd_auth:user_exists(User, Host),
    mod_carillon_stanza:element(
      <<"relation">>,
      [{<<"of">>, jid:encode({User, Host, <<>>})},
       {<<"with">>, jid:encode(With)},
       {<<"exists">>, atom_to_binary(Exists, utf8)},
       {<<"subscription">>, subscription(Subscription)}]).

people(Element, Host) ->
    try
        #jid{luser = User, lserver = Host, lresource = <<>>} = address(<<"of">>, Element),
        true = User =/= <<>>,
        {User, jid:remove_resource(address(<<"with">>, Element))}
    catch error:_ ->
            throw(xmpp:err_bad_request(
                    <<"It takes of=, a user of this server, and with=, an address">>, <<"en">>))
    end.

address(Name, Element) -> jid:decode(fxml:get_tag_attr_s(Name, Element)).

subscription(Known) when Known == to; Known == from; Known == both ->
    atom_to_binary(Known, utf8);
subscription(_) -> <<"none">>.
