%% SPDX-License-Identifier: MIT
%%% The elements that the parts of the module read and make.
-module(mod_carillon_stanza).

-export([is/3, element/2, element/3, text/2, to_component/3, forwarded/1, forwarded_message/1]).
-export([normal/1, error/3, refusal/2]).

-include("mod_carillon.hrl").

%% Whether that is such an element.
-spec is(xmpp_element() | xmlel() | cdata(), binary(), binary()) -> boolean().
is(#xmlel{name = Name} = Element, Name, Namespace) ->
    fxml:get_tag_attr_s(<<"xmlns">>, Element) == Namespace;
is(_, _, _) -> false.

-spec element(binary(), [attr()]) -> xmlel().
element(Name, Attributes) -> element(Name, Attributes, []).

%% In our own namespace.
-spec element(binary(), [attr()], [xmlel()]) -> xmlel().
element(Name, Attributes, Children) ->
    #xmlel{name = Name, attrs = [{<<"xmlns">>, ?NS_CARILLON} | Attributes], children = Children}.

-spec text(binary(), binary()) -> xmlel().
text(Name, Text) -> #xmlel{name = Name, children = [{xmlcdata, Text}]}.

-spec to_component(binary(), binary(), xmlel()) -> iq().
to_component(Host, Component, Element) ->
    #iq{type = set, from = jid:make(Host), to = jid:make(Component), sub_els = [Element]}.

%% XEP-0297. xmpp:encode/2 leaves out the stanza's namespace, which must stand here.
-spec forwarded(message()) -> xmlel().
forwarded(Message) ->
    #xmlel{attrs = Attributes} = Encoded = xmpp:encode(Message, ?NS_CLIENT),
    Inner = Encoded#xmlel{
              attrs = lists:keystore(<<"xmlns">>, 1, Attributes, {<<"xmlns">>, ?NS_CLIENT})},
    #xmlel{name = <<"forwarded">>, attrs = [{<<"xmlns">>, ?NS_FORWARD}], children = [Inner]}.

%% The message within, from somebody and to somebody; fails where there is none.
-spec forwarded_message(xmlel()) -> message().
forwarded_message(Element) ->
    #xmlel{} = Forwarded = fxml:get_subtag_with_xmlns(Element, <<"forwarded">>, ?NS_FORWARD),
    #xmlel{} = Inner = fxml:get_subtag_with_xmlns(Forwarded, <<"message">>, ?NS_CLIENT),
    #message{from = #jid{}, to = #jid{}} = xmpp:decode(Inner, ?NS_CLIENT, [ignore_els]).

%% As addresses are compared: clients and components may write them in capitals.
-spec normal(jid()) -> jid().
normal(Address) -> jid:make(jid:tolower(Address)).

-spec error(cancel | wait | modify | auth, atom(), binary()) -> stanza_error().
error(Type, Condition, Text) ->
    #stanza_error{type = Type, reason = Condition, text = xmpp:mk_text(Text, <<"en">>)}.

%% The error to a message, without what the message said.
-spec refusal(message(), stanza_error()) -> message().
refusal(Message, Error) ->
    xmpp:make_error(Message#message{body = [], subject = [], sub_els = []}, Error).
