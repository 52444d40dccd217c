-- mod_carillon: the server's side of Carillon, for Prosody 0.12 and later. README.md says how it is installed.
-- Each part is a file beside this one. What is on the wire: Carillon's docs/reference/protocol.md, "Server modules".
local st, jid, set = require "util.stanza", require "util.jid", require "util.set";
local dataforms = require "util.dataforms";
local xpcall, traceback = require "util.xpcall".xpcall, debug.traceback;

local VERSION = "0.2.0";
local ANNOUNCE, STANZAS = "urn:x-carillon:announce:0", "urn:ietf:params:xml:ns:xmpp-stanzas";
local PARTS = { "divert", "deliver", "bounce", "relation", "event", "accounts" }; -- in this order

local component = jid.prep(module:get_option_string("carillon_component"));
local helpers = module:get_option_set("carillon_helpers", {});
local wanted = module:get_option_set("carillon_parts", { "divert", "deliver", "bounce", "relation" });
if not component then
	-- refusing to load would let every <schedule/> through
	module:log("error", "carillon_component is not set: whoever schedules a message is told that the service is away");
end
for part in wanted - set.new(PARTS) do module:log("error", "carillon_parts: there is no part %q", part); end

local carillon = {
	ANNOUNCE = ANNOUNCE, SCHEDULING = "urn:xmpp:scheduling:0", FORWARD = "urn:xmpp:forward:0";
	component = component;
	kept = {}; -- what outlives a reload of the module
};

function carillon.is_asker(domain) -- may ask, and is told nothing by way of divert
	return domain ~= nil and (domain == component or helpers:contains(domain));
end

function carillon.tag(name, attr)
	attr = attr or {};
	attr.xmlns = ANNOUNCE;
	return st.stanza(name, attr);
end

-- <name><forwarded><message xmlns='jabber:client'>… (XEP-0297)
function carillon.forwarded(name, message)
	message = st.clone(message);
	message.attr.xmlns = "jabber:client";
	return carillon.tag(name):tag("forwarded", { xmlns = carillon.FORWARD }):add_child(message):reset();
end

-- The error to a stanza; err is { type, condition, text } or an <error/> that is passed on as it is
function carillon.refusal(stanza, err)
	local reply = st.reply(stanza);
	reply.attr.type = "error";
	if st.is_stanza(err) then return reply:add_child(err); end
	reply:tag("error", { type = err[1] }):tag(err[2], { xmlns = STANZAS }):up();
	if err[3] then reply:text_tag("text", err[3], { xmlns = STANZAS, ["xml:lang"] = "en" }); end
	return reply;
end

-- One that fails must not take the others along, and with them divert: messages would go out at once
local function load(name)
	local ok, err = xpcall(function () module:require(name)(carillon); end, traceback);
	if not ok then module:log("error", "%s does not load: %s", name, err); end
	return ok;
end

local function refuse_all() -- in place of divert
	local function refuse(event)
		local origin, stanza = event.origin, event.stanza;
		if not origin.full_jid or stanza.attr.type == "error" then return; end
		if not stanza:get_child("schedule", carillon.SCHEDULING) then return; end
		origin.send(carillon.refusal(stanza, { "wait", "internal-server-error",
			"The server's scheduling module is broken. Your message was not scheduled and not sent." }));
		return true;
	end
	for _, kind in ipairs { "bare", "full", "host" } do module:hook("pre-message/"..kind, refuse, 499); end
end

for _, name in ipairs { "asking", "serving", "users", "uploads" } do load(name); end
local running = {};
for _, part in ipairs(PARTS) do
	if wanted:contains(part) then
		if load(part) then running[#running+1] = part; elseif part == "divert" then refuse_all(); end
	end
end

-- XEP-0128: which module, for which component, with which parts; and for how long files are kept
local told;
local function tell()
	local fields = {
		{ name = "FORM_TYPE", type = "hidden", value = ANNOUNCE };
		{ name = "version", type = "text-single" };
		{ name = "component", type = "jid-single" };
		{ name = "parts", type = "list-multi" };
	};
	local ok, uploads = xpcall(carillon.uploads, traceback);
	if not ok then module:log("error", "for how long files are kept cannot be told: %s", uploads); end
	if ok and uploads[1] then fields[#fields+1] = { name = "uploads", type = "list-multi" }; end
	local before = told;
	told = dataforms.new(fields):form({
		version = VERSION, component = component, parts = running, uploads = uploads;
	}, "result");
	if before then module:remove_item("extension", before); end
	module:add_extension(told);
end
tell();
module:hook_global("server-started", tell); -- not before are all hosts there
module:hook_global("config-reloaded", tell);

if module:get_option_boolean("carillon_noreply", false) then
	module:add_feature("urn:xmpp:noreply:0"); -- XEP-0506, where a list speaks as the server
end

function module.save() return carillon.kept; end
function module.restore(kept)
	for name, value in pairs(kept) do carillon.kept[name] = value; end
end
