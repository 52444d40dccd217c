-- While this is loaded mod_carillon fails over each message that it diverts: the first thing it does is to copy it.
local st = require "util.stanza";
local clone = st.clone;

for _, kind in ipairs { "bare", "full", "host" } do
	module:hook("pre-message/"..kind, function (event)
		if not event.stanza:get_child("schedule", "urn:xmpp:scheduling:0") then return; end
		function st.clone() st.clone = clone; error("provoked"); end
	end, 501); -- right before mod_carillon
end
function module.unload() st.clone = clone; end
