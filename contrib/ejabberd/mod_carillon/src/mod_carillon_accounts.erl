%% SPDX-License-Identifier: MIT
%%% Lists of accounts, paged by XEP-0059 (1.0): all, online, those of a shared roster
%%% group, those seen within so many days.
%%%
%%% It runs in the component's stream and reads all names for each page.
-module(mod_carillon_accounts).

-export([answer/2]).

-include("mod_carillon.hrl").

-define(PAGE, 1000).
-define(DAY, 86400).

-spec answer(xmlel(), binary()) -> xmlel().
answer(Element, Host) ->
    {Size, After} = page(Element),
    All = lists:usort(users(fxml:get_tag_attr_s(<<"kind">>, Element), Element, Host)),
    {Before, Rest} = lists:splitwith(fun(User) -> User =< After end, All),
    Page = [jid:encode({User, Host, <<>>}) || User <- lists:sublist(Rest, Size)],
    Set = set(Page, length(Before), length(All)),
    mod_carillon_stanza:element(
      <<"accounts">>, [],
      [mod_carillon_stanza:text(<<"jid">>, Address) || Address <- Page] ++ [xmpp:encode(Set)]).

page(Element) ->
    case fxml:get_subtag_with_xmlns(Element, <<"set">>, ?NS_RSM) of
        false -> {?PAGE, <<>>};
        Set ->
            try xmpp:decode(Set) of
                #rsm_set{before = Before} when Before =/= undefined ->
                    not_implemented(<<"Pages can be told forwards only">>);
                #rsm_set{max = Max, 'after' = After} -> {at_most(Max), user(After)}
            catch error:_ -> throw(xmpp:err_bad_request(<<"A page cannot be so">>, <<"en">>))
            end
    end.

at_most(undefined) -> ?PAGE;
at_most(Max) -> min(?PAGE, Max).

user(undefined) -> <<>>;
user(Address) -> hd(binary:split(Address, <<"@">>)).

set([], _, Count) -> #rsm_set{count = Count};
set(Page, Index, Count) ->
    #rsm_set{first = #rsm_first{index = Index, data = hd(Page)}, last = lists:last(Page),
             count = Count}.

users(<<"all">>, _, Host) -> [User || {User, _} <- ejabberd_auth:get_users(Host)];
users(<<"online">>, _, Host) -> online(Host);
users(<<"group">>, Element, Host) ->
    with_module(Host, mod_shared_roster),
    Group = fxml:get_tag_attr_s(<<"name">>, Element),
    [User || {User, Of} <- mod_shared_roster:get_group_users(Host, Group), Of == Host];
users(<<"seen">>, Element, Host) ->
    with_module(Host, mod_last),
    Since = erlang:system_time(second) - ?DAY * days(Element),
    online(Host) ++ [User || {User, _} <- ejabberd_auth:get_users(Host),
                             was_seen(mod_last:get_last_info(User, Host), Since)];
users(<<"role">>, _, _) -> not_implemented(<<"ejabberd's accounts have no roles">>);
users(<<"room">>, _, _) -> not_implemented(<<"Ask the room itself (mod_muc)">>);
users(_, _, _) -> not_implemented(<<"There is no such kind">>).

online(Host) -> [User || {User, _, _} <- ejabberd_sm:get_vh_session_list(Host)].

%% mod_last writes down a registration, too.
was_seen({ok, _, <<"Registered but didn't login">>}, _) -> false;
was_seen({ok, Then, _}, Since) -> Then >= Since;
was_seen(not_found, _) -> false.

days(Element) ->
    try binary_to_integer(fxml:get_tag_attr_s(<<"days">>, Element)) of
        Days when Days > 0 -> Days
    catch error:_ -> throw(xmpp:err_bad_request(<<"It takes days=, a number">>, <<"en">>))
    end.

with_module(Host, Module) ->
    gen_mod:is_loaded(Host, Module) orelse
        not_implemented(<<"Only with the module ", (atom_to_binary(Module, utf8))/binary>>).

-spec not_implemented(binary()) -> no_return().
not_implemented(Text) -> throw(xmpp:err_feature_not_implemented(Text, <<"en">>)).
