-- Part of mod_carillon: what the component may ask of the server, each time as an IQ.
-- carillon.serve(kind, name, fn): fn(element) gives a child for the result, or nothing, or nil and an error
local st = require "util.stanza";
local xpcall, traceback = require "util.xpcall".xpcall, debug.traceback;

return function (carillon)

function carillon.serve(kind, name, fn)
	module:hook("iq-"..kind.."/host/"..carillon.ANNOUNCE..":"..name, function (event)
		local origin, stanza = event.origin, event.stanza;
		-- a component with validate_from_addresses = false may write any from: the stream decides, too
		if origin.type ~= "component" or origin.host ~= stanza.attr.from or not carillon.is_asker(origin.host) then
			origin.send(carillon.refusal(stanza, { "auth", "forbidden", "Only the scheduling service may ask this." }));
			return true;
		end
		local ok, child, err = xpcall(fn, traceback, stanza.tags[1]);
		if not ok then
			module:log("error", "%s failed: %s", name, child);
			err = { "cancel", "internal-server-error", "The server failed; its log says why." };
		end
		if err then
			origin.send(carillon.refusal(stanza, err));
		else
			origin.send(child and st.reply(stanza):add_child(child) or st.reply(stanza));
		end
		return true;
	end);
end

end
