%% SPDX-License-Identifier: MIT
%%% `ejabberdctl carillon_upgrade`: the new code in place of the old, with nothing stopped.
%%%
%%% All files are compiled in memory, written beside the old ones and loaded in one step,
%%% so that no message meets half of them. Whatever fails before that step changes nothing.
-module(mod_carillon_upgrade).

-export([commands/0, upgrade/0]).

-include("mod_carillon.hrl").
-include("ejabberd_commands.hrl").

-type file() :: {module(), Beam :: file:filename(), Code :: binary()}.

-spec commands() -> [ejabberd_commands()].
commands() ->
    [#ejabberd_commands{
        name = carillon_upgrade,
        tags = [modules],
        desc = "Compile mod_carillon's sources and run them, with nothing stopped",
        longdesc = "Unlike module_upgrade, which unloads the module while it compiles",
        module = ?MODULE, function = upgrade,
        args = [],
        result = {res, restuple},
        result_example = {ok, "0.2.0 runs in place of 0.1.0"}}].

-spec upgrade() -> {ok | error, string()}.
upgrade() ->
    Before = mod_carillon:version(),
    Hooks = mod_carillon:hooks(),
    try
        Source = source(),
        Files = compile_all(Source),
        Ready = prepare(Files),
        write(Files),
        copy_spec(Source),
        load(Ready, Before),
        %% from here on the new code answers
        lists:foreach(fun(Host) -> mod_carillon:change_hooks(Host, Hooks) end, hosts()),
        options(),
        {ok, say("~ts runs in place of ~ts", [mod_carillon:version(), Before])}
    catch throw:{Format, Arguments} ->
            {error, say(Format ++ ". The module runs as before", Arguments)}
    end.

hosts() -> [Host || Host <- ejabberd_option:hosts(), gen_mod:is_loaded(Host, mod_carillon)].

say(Format, Arguments) -> lists:flatten(io_lib:format(Format, Arguments)).

%%% Compile

source() ->
    case [Spec || {mod_carillon, Spec} <- ext_mod:available()] of
        [Spec | _] -> proplists:get_value(path, Spec);
        [] -> throw({"There are no sources of mod_carillon (ejabberdctl modules_available)", []})
    end.

compile_all(Source) ->
    Target = ext_mod:module_ebin_dir(mod_carillon),
    [compile(File, Target) || File <- filelib:wildcard(filename:join([Source, "src", "*.erl"]))].

-spec compile(file:filename(), file:filename()) -> file().
compile(File, Target) ->
    Options = [binary, return, debug_info | [{i, Folder} || Folder <- includes()]],
    case compile:file(File, Options) of
        {ok, Module, Code, _Warnings} ->
            {Module, filename:join(Target, atom_to_list(Module) ++ ".beam"), Code};
        {error, Errors, _Warnings} -> throw({"~ts: ~p", [File, Errors]})
    end.

%% Where module_install looks, too. Debian renames the libraries: ask their modules.
includes() ->
    [filename:join(filename:dirname(filename:dirname(code:which(Module))), "include")
     || Module <- [fxml, xmpp, p1_server, gen_mod]].

%%% Load

%% Code that something still runs cannot be replaced; it is the one before the present.
prepare(Files) ->
    lists:foreach(fun not_in_use/1, Files),
    case code:prepare_loading(Files) of
        {ok, Ready} -> Ready;
        {error, Reasons} -> throw({"It cannot be loaded: ~p", [Reasons]})
    end.

not_in_use({Module, _, _}) ->
    code:soft_purge(Module) orelse
        throw({"~ts is still in use; try again in a minute", [Module]}).

%% Each by renaming: a server that is killed meanwhile starts with whole files.
write(Files) ->
    New = fun(Beam) -> Beam ++ ".new" end,
    lists:foreach(
      fun({_, Beam, Code}) -> written(file:write_file(New(Beam), Code), Beam) end, Files),
    lists:foreach(
      fun({_, Beam, _}) -> written(file:rename(New(Beam), Beam), Beam) end, Files).

written(ok, _) -> ok;
written({error, Reason}, Beam) -> not_written(Beam, Reason).

-spec not_written(file:filename(), atom()) -> no_return().
not_written(File, Reason) -> throw({"~ts: ~ts", [File, file:format_error(Reason)]}).

%% What modules_installed shows.
copy_spec(Source) ->
    Name = "mod_carillon.spec",
    Installed = filename:dirname(ext_mod:module_ebin_dir(mod_carillon)),
    Target = filename:join(Installed, Name),
    case file:copy(filename:join(Source, Name), Target) of
        {ok, _} -> ok;
        {error, Reason} -> not_written(Target, Reason)
    end.

%% What our processes are told waits meanwhile, so that no old state meets the new code.
load(Ready, Before) ->
    Processes = [{Name, Module} || Host <- hosts(), Module <- mod_carillon:children(),
                                   Name <- [gen_mod:get_module_proc(Host, Module)],
                                   whereis(Name) =/= undefined],
    lists:foreach(fun({Name, _}) -> sys:suspend(Name) end, Processes),
    Loaded = code:finish_loading(Ready),
    lists:foreach(fun({Name, Module}) ->
                          ok = sys:change_code(Name, Module, Before, []),
                          sys:resume(Name)
                  end, Processes),
    Loaded == ok orelse throw({"It was written and cannot be loaded: ~p", [Loaded]}).

%% Those that the new code adds.
options() ->
    case ejabberd_config:reload() of
        ok -> ok;
        Error -> ?ERROR_MSG("The configuration could not be read anew: ~p", [Error])
    end.
