-- Part of mod_carillon: what the server asks the component, each time as an IQ.
-- carillon.ask(payload, done): done is called exactly once, with
--   "kept"            the component answered with a result
--   "refused", error  it answered with that <error/>
--   "absent"          it never got the request
--   "unknown"         it may have got it: the time is over, or its answer cannot be understood
-- carillon.queue(…): told one at a time, in order, again until the component has it
local st, new_id = require "util.stanza", require "util.id";
local xpcall, traceback = require "util.xpcall".xpcall, debug.traceback;

local STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";
local TYPES = { cancel = true, modify = true, auth = true, wait = true, continue = true };
local MOST = 20000; -- requests open at once

return function (carillon)

local host, component = module.host, carillon.component;
local timeout = module:get_option_number("carillon_timeout", 10);
local retry = module:get_option_number("carillon_retry", 10);

-- module:send_iq keeps 256 at most, and reads an error without <error/> as no answer at all, with a traceback
local open, count = {}, 0; -- id -> { done, timer }

local function settle(id, outcome, err)
	local asked = open[id];
	if not asked then return; end
	open[id], count = nil, count - 1;
	asked.timer:stop();
	local ok, problem = xpcall(asked.done, traceback, outcome, err);
	if not ok then module:log("error", "what became of a request (%s) was not told: %s", outcome, problem); end
end

local function understood(err) -- RFC 6120, 8.3.2
	if not err or not TYPES[err.attr.type] then return false; end
	for _, child in ipairs(err.tags) do
		if child.attr.xmlns == STANZAS and child.name ~= "text" then return true; end
	end
	return false;
end

module:hook("iq/host", function (event)
	local origin, stanza = event.origin, event.stanza;
	local id, kind = stanza.attr.id, stanza.attr.type;
	if not open[id] or kind ~= "result" and kind ~= "error" then return; end
	-- a component with validate_from_addresses = false may write any from: the stream decides, too
	if origin.type ~= "component" or origin.host ~= component or stanza.attr.from ~= component then return; end
	local err = stanza:get_child("error");
	if kind == "result" then settle(id, "kept");
	elseif understood(err) then settle(id, "refused", st.clone(err));
	else settle(id, "unknown"); end
	return true;
end, 10); -- before mod_iq

function carillon.ask(payload, done)
	-- without a component of that name here it would go to whatever server has that name
	if not component or not prosody.hosts[component] or count >= MOST then return done("absent"); end
	local id = new_id.medium();
	local iq = st.iq({ type = "set", from = host, to = component, id = id }):add_child(payload);
	local origin = setmetatable({
		send = function () settle(id, "absent"); return true; end; -- answered in here: it is not connected
	}, { __index = prosody.hosts[host] });
	open[id], count = { done = done, timer = module:add_timer(timeout, function () settle(id, "unknown"); end) }, count + 1;
	local ok, problem = xpcall(module.send, traceback, module, iq, origin);
	if not ok then
		module:log("error", "a request to %s failed: %s", component, problem);
		settle(id, "unknown");
	end
end

local function give_up() -- after a reload no timer of before fires
	for id in pairs(open) do settle(id, "unknown"); end
end
module:hook_global("server-stopping", give_up, 100); -- while clients can still be told
function module.unload() give_up(); end

-- head() gives the payload, or nil; drop() takes it off once it is done with
-- lossy: what the component refuses for good is dropped, as it would hold up what comes behind it
function carillon.queue(head, drop, lossy)
	local asking = false;
	local function pump()
		local payload = not asking and head();
		if not payload then return; end
		asking = true;
		carillon.ask(payload, function (outcome, err)
			asking = false;
			local refused = lossy and outcome == "refused" and err.attr.type ~= "wait";
			if outcome ~= "kept" and not refused then
				return module:log("debug", "%s is not acknowledged (%s), again in %d s", payload.name, outcome, retry);
			end
			drop();
			pump();
		end);
	end
	module:add_timer(retry, function () pump(); return retry; end);
	return pump;
end

end
