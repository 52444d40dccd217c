-- Part of mod_carillon: a message goes out as if its originator had sent it, with archive, carbons and blocklist.
-- Idempotent by bare sender, bare recipient and id for a day: a repeat gets the first answer and goes out once.
local st, jid, cache = require "util.stanza", require "util.jid", require "util.cache";
local um, xpcall, traceback = require "core.usermanager", require "util.xpcall".xpcall, debug.traceback;
local post_stanza = prosody.core_post_stanza;

local CLIENT, DAY = "jabber:client", 86400;
local TYPES = { chat = true, normal = true, headline = true };

-- In here jabber:client is no xmlns at all, else get_child("body") finds nothing
local function plain(node)
	if node.attr.xmlns ~= CLIENT then return; end
	for child in node:childtags() do plain(child); end -- those of the parent's namespace: so children first
	node.attr.xmlns = nil;
end

return function (carillon)

local host, memory = module.host, module:get_option_number("carillon_memory", 50000);
local kept, serve = carillon.kept, assert(carillon.serve);
kept.taken = cache.new(memory); -- key -> { at, and once it came back: bounced }

local function key(from, to, id) return jid.bare(from).."\0"..jid.bare(to).."\0"..id; end

-- What was delivered within a day, be it that it came back since
function carillon.taken(from, to, id)
	local entry = kept.taken:get(key(from, to, id));
	return entry and os.difftime(os.time(), entry.at) <= DAY and entry or nil;
end

serve("set", "deliver", function (element)
	local message = element:get_child("forwarded", carillon.FORWARD);
	message = message and message:get_child("message", CLIENT);
	local attr = message and message.attr or {};
	-- post_stanza does not prepare: ROMEO@… would look remote
	local from, to = jid.prep(attr.from), jid.prep(attr.to);
	if not from or not to or not attr.id or not TYPES[attr.type or "normal"] then
		return nil, { "modify", "bad-request", "Wanted: one chat, normal or headline message with from, to and id." };
	end
	local user, domain, resource = jid.split(from);
	if domain ~= host or resource then
		return nil, { "auth", "forbidden", "Messages go out from bare addresses of this server, or from itself." };
	end
	if user and not um.user_exists(user, host) then
		return nil, { "cancel", "item-not-found", "The sender has no account here any more." };
	end
	local before = carillon.taken(from, to, attr.id);
	if before and not before.bounced then return; end

	message = st.clone(message);
	plain(message);
	message:remove_children("schedule", carillon.SCHEDULING); -- else it would never end
	message.attr.from, message.attr.to = from, to;
	local entry, now, bounce = { at = os.time() }, true, nil;
	local origin = user and { type = "c2s", username = user, host = host, log = module._log } -- no full_jid: see divert
		or setmetatable({}, { __index = prosody.hosts[host] });
	function origin.send(reply) -- at once: the answer; later (a queue that gave up): it came back
		if reply.name ~= "message" or reply.attr.type ~= "error" then return true; end
		reply.attr.from = reply.attr.from or to; -- none where one writes to oneself
		if now then bounce = reply; elseif carillon.bounce then carillon.bounce(entry, reply); end
		return true;
	end
	local place = key(from, to, attr.id);
	kept.taken:set(place, entry);
	local ok, problem = xpcall(post_stanza, traceback, origin, message, user ~= nil); -- true: the hooks for what a client sends
	now = false;
	if ok and not bounce then return; end
	kept.taken:set(place, nil); -- a retry goes out
	if not ok then error(problem, 0); end
	return nil, bounce:get_child("error");
end);

end
