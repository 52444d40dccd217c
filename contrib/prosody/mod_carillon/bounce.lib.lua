-- Part of mod_carillon: what deliver took and comes back within a day is told to the component, once, and no client sees it.
local MOST = 10000; -- that wait to be told

return function (carillon)

local kept, forwarded = carillon.kept, carillon.forwarded;
local taken = assert(carillon.taken, "bounce builds on deliver");
kept.bounces = { first = 1, last = 0 };

local pump = carillon.queue(function ()
	return kept.bounces[kept.bounces.first];
end, function ()
	local bounces = kept.bounces;
	bounces[bounces.first], bounces.first = nil, bounces.first + 1;
end, true);

function carillon.bounce(entry, stanza)
	if entry.bounced then return; end -- from each resource, and after each retry of another server's, comes one
	entry.bounced = true;
	local bounces = kept.bounces;
	if bounces.last - bounces.first + 1 >= MOST then
		return module:log("warn", "%d bounces wait to be told: one more is lost", MOST);
	end
	bounces.last = bounces.last + 1;
	bounces[bounces.last] = forwarded("bounce", stanza);
	pump();
end

local function take(event)
	local attr = event.stanza.attr;
	if attr.type ~= "error" or not attr.id or not attr.from then return; end
	local entry = taken(attr.to or attr.from, attr.from, attr.id); -- no to: from one's own other client
	if not entry then return; end
	carillon.bounce(entry, event.stanza);
	return true;
end
-- bare: before the blocklist drops it and carbons copy it; host: of what was sent as the server
for _, kind in ipairs { "bare", "host" } do module:hook("message/"..kind, take, 500); end

end
