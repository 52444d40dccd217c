-- Part of mod_carillon: messages with <schedule/> leave the flow and go to the component (the draft, section 5.1).
-- Fails closed: whatever goes wrong, the message does not go out, and its sender gets one error.
local st, jid = require "util.stanza", require "util.jid";
local xpcall, traceback = require "util.xpcall".xpcall, debug.traceback;
local full_sessions = prosody.full_sessions;

local REFUSALS = {
	absent = { "wait", "service-unavailable",
		"The scheduling service is away. Your message was not scheduled and not sent; please send it again later." };
	unknown = { "wait", "remote-server-timeout",
		"The scheduling service has not answered. Your message was not sent, but may yet be scheduled: "
			.."look at your scheduled messages before you send it again." };
	crashed = { "wait", "internal-server-error",
		"The server failed. Your message was not scheduled and not sent; please send it again later." };
};

return function (carillon)

local SCHEDULING, is_asker, ask = carillon.SCHEDULING, carillon.is_asker, assert(carillon.ask);

local function tell(message, err)
	local refusal, session = carillon.refusal(message, err), full_sessions[message.attr.from];
	-- Straight to the session: routed it would go by way of archive and carbons, to clients that never saw the message.
	-- Only when the session is gone is that right: the sender finds it in his archive.
	if session then session.send(refusal); else module:send(refusal); end
end

local function divert(origin, stanza)
	local message = st.clone(stanza);
	message.attr.from, message.attr.to = origin.full_jid, stanza.attr.to or jid.bare(origin.full_jid);
	ask(carillon.forwarded("divert", message), function (outcome, err)
		if outcome ~= "kept" then tell(message, err or REFUSALS[outcome]); end
	end);
end

local function screen(event) -- for every message that a client sends: what is ordinary must cost next to nothing
	local stanza, scheduled, claimed = event.stanza, false, false;
	local tags = stanza.tags;
	for i = 1, #tags do
		local tag = tags[i];
		if tag.attr.xmlns == SCHEDULING then
			scheduled = scheduled or tag.name == "schedule";
			claimed = claimed or tag.name == "scheduled-by";
		end
	end
	if not scheduled and not claimed then return; end
	local origin = event.origin;
	-- what modules put in for a user (deliver, mod_privilege) is no client's, and has no full JID
	if origin.type ~= "c2s" or not origin.full_jid then return; end
	if claimed then stanza:remove_children("scheduled-by", SCHEDULING); end -- only the service may say so
	if not scheduled or stanza.attr.type == "error" or is_asker(jid.host(stanza.attr.to)) then return; end
	local ok, problem = xpcall(divert, traceback, origin, stanza);
	if not ok then
		module:log("error", "divert failed: %s", problem);
		origin.send(carillon.refusal(stanza, REFUSALS.crashed));
	end
	return true;
end

for _, kind in ipairs { "bare", "full", "host" } do
	module:hook("pre-message/"..kind, screen, 500); -- before blocklist (100), archive (0) and carbons (-0.5)
end
if not carillon.component then return; end
module:add_feature(SCHEDULING);
module:hook("account-disco-info", function (event)
	event.reply:tag("feature", { var = SCHEDULING }):up();
end, -2^33); -- after mod_delegation (-2^32), which takes features away

end
