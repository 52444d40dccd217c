%% SPDX-License-Identifier: MIT
%%% Carillon's module for ejabberd: its life, its options, and what it tells of itself.
%%%
%%%   mod_carillon_divert    takes messages with <schedule/> out of the flow
%%%   mod_carillon_requests  who may ask, `relation`, and whom it leads to:
%%%   mod_carillon_deliver   sends as a user; errors that come back
%%%   mod_carillon_accounts  lists of accounts
%%%   mod_carillon_events    accounts made, first used and deleted
%%%   mod_carillon_memory    the ids of what was delivered, for a day
%%%   mod_carillon_outbox    bounces and events until the component has them
%%%   mod_carillon_upgrade   new code with nothing stopped
%%%   mod_carillon_guard     stands in while the module is exchanged
%%%
%%% What is on the wire: `docs/reference/protocol.md`, "Server modules". Hooks belong to no
%%% process, so that none that ends lifts them; options are read where they are used.
-module(mod_carillon).

-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).
-export([pre_uninstall/0]).
-export([features/5, form/5, reachable/3]).
-export([opt/2, has_part/2, askers/1, hooks/0, change_hooks/2, children/0, version/0]).

-include("mod_carillon.hrl").

-define(PARTS, [divert, deliver, bounce, relation, event, accounts]).

-type hook() :: {Hook :: atom(), here | everywhere, module(), Function :: atom(), 0..100}.

-export_type([hook/0]).

%%% Options

-spec mod_opt_type(atom()) -> econf:validator().
mod_opt_type(component) -> econf:domain();
mod_opt_type(helpers) -> econf:list(econf:domain());
mod_opt_type(parts) -> econf:list(econf:enum(?PARTS), [unique]);
mod_opt_type(timeout) -> econf:timeout(second);
mod_opt_type(retry) -> econf:timeout(second);
mod_opt_type(memory) -> econf:pos_int();
mod_opt_type(noreply) -> econf:bool().

-spec mod_options(binary()) -> [component | {atom(), term()}].
mod_options(_Host) ->
    [component,
     {helpers, []},
     {parts, ?PARTS},
     {timeout, timer:seconds(10)},
     {retry, timer:seconds(5)},
     {memory, 100000},
     {noreply, false}].

%% `ejabberdctl man`; README.md says more.
-spec mod_doc() -> #{desc := binary(), opts := [{atom(), #{value := binary(), desc := binary()}}]}.
mod_doc() ->
    #{desc => <<"Hands messages that are to be sent later to Carillon, and sends them for it.">>,
      opts =>
          [{component, #{value => <<"Domain">>, desc => <<"Carillon's. It must be set.">>}},
           {helpers, #{value => <<"[Domain, ...]">>, desc => <<"More components that may ask.">>}},
           {parts, #{value => <<"[Part, ...]">>, desc => <<"What is on; default: all.">>}},
           {timeout, #{value => <<"timeout()">>, desc => <<"For an answer; default: 10 s.">>}},
           {retry, #{value => <<"timeout()">>,
                     desc => <<"Until what was not answered is told again; default: 5 s.">>}},
           {memory, #{value => <<"N">>, desc => <<"Deliveries that are known; default: 100000.">>}},
           {noreply, #{value => <<"true | false">>,
                       desc => <<"Whether the server says that it reads no replies.">>}}]}.

-spec depends(binary(), map()) -> [].
depends(_Host, _Opts) -> [].

%% One that a release adds is not in the server's table until the configuration is read
%% anew, which is after the release has been put in place.
-spec opt(binary(), atom()) -> term().
opt(Host, Name) ->
    case gen_mod:get_module_opts(Host, ?MODULE) of
        #{Name := Value} -> Value;
        #{} -> proplists:get_value(Name, mod_options(Host))
    end.

%% Whether that part is switched on.
-spec has_part(binary(), atom()) -> boolean().
has_part(Host, Part) -> lists:member(Part, opt(Host, parts)).

%% Who may ask, and is told nothing by way of divert.
-spec askers(binary()) -> [binary()].
askers(Host) -> [opt(Host, component) | opt(Host, helpers)].

-spec version() -> binary().
version() -> ?VERSION.

%%% Life

-spec start(binary(), map()) -> ok.
start(Host, Opts) ->
    load_parts(),
    mod_carillon_events:start(),
    lists:foreach(fun(Child) -> {ok, _} = gen_mod:start_child(Child, Host, Opts) end, children()),
    change_hooks(Host, []),
    ok = gen_iq_handler:add_iq_handler(
           ejabberd_local, Host, ?NS_CARILLON, mod_carillon_requests, request),
    ok = ejabberd_commands:register_commands(mod_carillon_upgrade:commands()),
    mod_carillon_guard:leave(Host).

-spec stop(binary()) -> ok.
stop(Host) ->
    Last = not gen_mod:is_loaded_elsewhere(Host, ?MODULE),
    [ejabberd_commands:unregister_commands(mod_carillon_upgrade:commands()) || Last],
    gen_iq_handler:remove_iq_handler(ejabberd_local, Host, ?NS_CARILLON),
    [remove_hook(Host, Hook) || {_, Where, _, _, _} = Hook <- hooks(), Where == here orelse Last],
    lists:foreach(fun(Child) -> ok = gen_mod:stop_child(Child, Host) end, children()).

-spec reload(binary(), map(), map()) -> ok.
reload(_Host, _NewOpts, _OldOpts) -> ok.

%% ejabberd calls this before module_uninstall and module_upgrade, and not where the
%% module only leaves the configuration.
-spec pre_uninstall() -> ok.
pre_uninstall() ->
    Hosts = [Host || Host <- ejabberd_option:hosts(), gen_mod:is_loaded(Host, ?MODULE)],
    lists:foreach(fun mod_carillon_guard:enter/1, Hosts).

-spec children() -> [module()].
children() -> [mod_carillon_memory, mod_carillon_outbox].

%% module_upgrade loads this file anew, and it alone: the others would stay what they
%% were. Where one cannot be, the module does not start and the guard stays.
load_parts() ->
    Folder = filename:dirname(code:which(?MODULE)),
    Beams = filelib:wildcard(filename:join(Folder, "mod_carillon_*.beam")),
    lists:foreach(fun load_part/1, Beams).

load_part(Beam) ->
    {ok, {Module, Wanted}} = beam_lib:md5(Beam),
    case code:is_loaded(Module) =/= false andalso Module:module_info(md5) of
        Wanted -> ok;
        _ ->
            true = code:soft_purge(Module),
            {module, Module} = code:load_abs(filename:rootname(Beam)),
            ok
    end.

%%% Hooks

-spec hooks() -> [hook()].
hooks() ->
    [{user_send_packet, here, mod_carillon_divert, user_send, 10}, % mod_mam 88, carbons 89
     {filter_packet, everywhere, mod_carillon_deliver, came_back, 10},
     {filter_packet, everywhere, mod_carillon_requests, asked, 10},
     {component_connected, everywhere, mod_carillon_outbox, connected, 50},
     {disco_local_features, here, ?MODULE, features, 60},
     {disco_sm_features, here, ?MODULE, features, 60},
     {disco_info, here, ?MODULE, form, 110}, % mod_disco, at 100, begins anew
     {s2s_allow_host, here, ?MODULE, reachable, 60},
     {register_user, here, mod_carillon_events, registered, 80},
     {sm_register_connection_hook, here, mod_carillon_events, connected, 80},
     {remove_user, here, mod_carillon_events, removed, 80}].

%% From those that were set to those that this version wants; none is ever missing.
-spec change_hooks(binary(), [hook()]) -> ok.
change_hooks(Host, Before) ->
    [add_hook(Host, Hook) || Hook <- hooks() -- Before],
    [remove_hook(Host, Hook) || Hook <- Before -- hooks()],
    ok.

add_hook(Host, {Hook, here, Module, Function, Priority}) ->
    ejabberd_hooks:add(Hook, Host, Module, Function, Priority);
add_hook(_, {Hook, everywhere, Module, Function, Priority}) ->
    ejabberd_hooks:add(Hook, Module, Function, Priority).

remove_hook(Host, {Hook, here, Module, Function, Priority}) ->
    ejabberd_hooks:delete(Hook, Host, Module, Function, Priority);
remove_hook(_, {Hook, everywhere, Module, Function, Priority}) ->
    ejabberd_hooks:delete(Hook, Module, Function, Priority).

%%% What others see of it

%% On the server and on its accounts; the draft, §4.
-spec features(Acc, jid(), jid(), binary(), binary()) -> Acc
              when Acc :: empty | {result, [binary()]} | {error, stanza_error()}.
features({error, _} = Acc, _, _, _, _) -> Acc;
features(Acc, _From, #jid{luser = User, lserver = Host}, <<>>, _Lang) ->
    New = [?NS_SCHEDULING || has_part(Host, divert)]
        ++ [?NS_NO_REPLY || User == <<>>, opt(Host, noreply)],
    case {Acc, New} of
        {_, []} -> Acc;
        {empty, _} -> {result, New};
        {{result, Features}, _} -> {result, New ++ (Features -- New)}
    end;
features(Acc, _, _, _, _) -> Acc.

%% XEP-0128 in the server's own disco#info. mod_caps, which hashes the same, names no
%% module; rooms and other services name theirs.
-spec form([xdata()], binary() | jid(), module() | undefined | jid(), binary(), binary()) ->
          [xdata()].
form(Acc, Host, Asking, <<>>, _Lang)
  when is_binary(Host), Asking == mod_disco orelse Asking == undefined ->
    Parts = [atom_to_binary(Part, utf8) || Part <- opt(Host, parts)],
    Fields = [#xdata_field{type = hidden, var = <<"FORM_TYPE">>, values = [?NS_CARILLON]},
              #xdata_field{var = <<"version">>, values = [?VERSION]},
              #xdata_field{var = <<"component">>, values = [opt(Host, component)]},
              #xdata_field{type = 'list-multi', var = <<"parts">>, values = Parts}
              | [#xdata_field{type = 'list-multi', var = <<"uploads">>, values = [Kept]}
                 || Kept <- uploads(Host)]],
    [#xdata{type = result, fields = Fields} | Acc];
form(Acc, _, _, _, _) -> Acc.

%% Under which address files of people lie, and for how many seconds: "URL SECONDS". No
%% protocol tells it; of ejabberd's modules mod_http_upload_quota alone deletes any.
-spec uploads(binary()) -> [binary()].
uploads(Host) ->
    case lists:all(fun(Module) -> gen_mod:is_loaded(Host, Module) end,
                   [mod_http_upload, mod_http_upload_quota])
        andalso gen_mod:get_module_opt(Host, mod_http_upload_quota, max_days) of
        Days when is_integer(Days) ->
            [iolist_to_binary([upload_url(Host), $\s, integer_to_binary(Days * 86400)])];
        _ -> []
    end.

upload_url(Host) ->
    Url = case gen_mod:get_module_opt(Host, mod_http_upload, get_url) of
              undefined -> gen_mod:get_module_opt(Host, mod_http_upload, put_url);
              Given -> Given
          end,
    misc:expand_keyword(<<"@HOST@">>, Url, Host).

%% The component and its helpers are connected to this very server: who has their name
%% in the DNS neither gets what is theirs nor speaks as they.
-spec reachable(allow | deny, binary(), binary()) -> allow | deny | {stop, deny}.
reachable(Acc, Host, Domain) ->
    case lists:member(jid:nameprep(Domain), askers(Host)) of
        true -> {stop, deny};
        false -> Acc
    end.
