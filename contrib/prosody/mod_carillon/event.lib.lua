-- Part of mod_carillon: who got an account, came for the first time, or is gone: numbered, told until acknowledged.
local MOST = 10000; -- that wait to be told
local LEISURE = 10; -- seconds until what may be lost is written

return function (carillon)

local host, compare_every = module.host, module:get_option_number("carillon_compare", 3600);

-- Two host-wide entries: what is stored under a user's name goes when he is deleted, by prosodyctl too. The queue is
-- written with every new event (a number is never used twice), the rest at leisure: lost, an event is told again.
local queue_store, known_store = module:open_store("carillon_events"), module:open_store("carillon_accounts");
local state = queue_store:get(nil) or { first = 1, last = 0, events = {} };
local known = known_store:get(nil); -- user -> "here" until the first login, then "seen"; nil: never compared
local acked, changed, asked = false, false, nil;

local function save()
	if acked then queue_store:set(nil, state); end
	if changed then known_store:set(nil, known); end
	acked, changed = false, false;
	return LEISURE;
end
module:add_timer(LEISURE, save);
module:hook_global("server-stopping", save);
local unload = module.unload;
function module.unload() unload(); save(); end

local pump = carillon.queue(function ()
	local event = state.events[state.first];
	asked = state.first;
	return event and carillon.tag("event", {
		kind = event.kind, jid = event.user.."@"..host, n = ("%d"):format(asked);
	});
end, function ()
	if state.first ~= asked then return; end -- it was dropped meanwhile, as the oldest of too many
	state.events[state.first], state.first, acked = nil, state.first + 1, true;
end);

local function add(kind, user, now)
	known[user], changed, state.last = now, true, state.last + 1;
	state.events[state.last] = { kind = kind, user = user };
	if state.last - state.first >= MOST then state.events[state.first], state.first = nil, state.first + 1; end
end

local function write() queue_store:set(nil, state); pump(); end
local function tell(kind, user, now) add(kind, user, now); write(); end

local function compare() -- prosodyctl works in a process of its own, and an admin's add-user tells nobody
	local there, last = carillon.users() or {}, state.last;
	if not known then
		known, changed = {}, true;
		for user in pairs(there) do known[user] = "seen"; end
	elseif next(there) then -- an empty list is a fault, not the end of all accounts
		for user in pairs(there) do if not known[user] then add("registered", user, "here"); end end
		for user in pairs(known) do if not there[user] then add("deleted", user, nil); end end
	end
	if state.last > last then write(); end -- once, however many
	return compare_every;
end
-- while the server starts the authentication may load later; before anybody can log in
if prosody.start_time then module:add_timer(compare(), compare);
else module:hook_global("server-started", function () module:add_timer(compare(), compare); end, 100); end

module:hook("user-registered", function (event)
	if known and not known[event.username] then tell("registered", event.username, "here"); end
end);
module:hook("resource-bind", function (event)
	local user = event.session.username;
	if not known then return; end
	if not known[user] then tell("registered", user, "here"); end
	if known[user] == "here" then tell("first-login", user, "seen"); end
end);
module:hook_global("user-deleted", function (event)
	if event.host == host and known and known[event.username] then tell("deleted", event.username, nil); end
end);

end
