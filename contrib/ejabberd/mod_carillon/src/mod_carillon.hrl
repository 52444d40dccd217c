%% SPDX-License-Identifier: MIT
%% What all parts of the module name alike.

-include("logger.hrl").
%% By its bare name: Debian calls the library p1_xmpp, so -include_lib finds nothing.
-include("xmpp.hrl").

-define(VERSION, <<"0.2.0">>).

-define(NS_SCHEDULING, <<"urn:xmpp:scheduling:0">>).
-define(NS_CARILLON, <<"urn:x-carillon:announce:0">>).
-define(NS_NO_REPLY, <<"urn:xmpp:noreply:0">>).
